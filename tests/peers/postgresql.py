"""A real PostgreSQL 15 of the tests' own: free port, temporary folder, ended with the session."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.peers.missing import missing

BINARIES = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "s3cret'pw"


@dataclass(frozen=True)
class PostgresPeer:
    host: str
    port: int
    user: str
    password: str
    dbname: str

    @property
    def conninfo(self) -> str:
        escaped = self.password.replace("'", "\\'")
        return f"host={self.host} port={self.port} user={self.user} password='{escaped}' dbname={self.dbname}"

    def catalog_url(self, name: str) -> str:
        """A new, empty database, as --catalog takes it."""
        import psycopg

        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://{self.user}:{quote(self.password)}@{self.host}:{self.port}/{name}"

    def options(self) -> dict[str, str]:
        """As CREATE CONNECTION ... WITH (...) takes them."""
        return {
            "host": self.host,
            "port": str(self.port),
            "user": self.user,
            "password": self.password,
            "dbname": self.dbname,
        }


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _as_postgres(argv: list[str]) -> list[str]:
    if os.geteuid() != 0:
        return argv
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *argv]


@pytest.fixture(scope="session")
def postgres_peer() -> Iterator[PostgresPeer]:
    if not (BINARIES / "initdb").exists():
        missing("PostgreSQL 15")
    with running_postgres() as peer:
        yield peer


@dataclass(frozen=True)
class PostgresProcess:
    """The server of a peer, which may be killed and come back on the same port with the same data."""

    peer: PostgresPeer
    folder: Path

    def start(self) -> None:
        settings = f"-k {self.folder} -p {self.peer.port} -c listen_addresses=127.0.0.1"
        settings += " -c wal_level=logical -c fsync=off"
        self._control("-w", "-o", settings, "-l", str(self.folder / "log"), "start")

    def kill(self) -> None:
        """As a crash does: no connection is told, and what was not committed is gone."""
        self._control("-m", "immediate", "stop")

    def _control(self, *words: str) -> None:
        argv = [str(BINARIES / "pg_ctl"), "-D", str(self.folder / "data"), *words]
        subprocess.run(_as_postgres(argv), check=True, capture_output=True, cwd=self.folder)


@contextmanager
def running_postgres() -> Iterator[PostgresPeer]:
    with postgres_process() as process:
        yield process.peer


@contextmanager
def postgres_process() -> Iterator[PostgresProcess]:
    """A server with the database `peer`; scram passwords, wal_level=logical."""
    folder = Path(tempfile.mkdtemp(prefix="ormolu-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    init = [str(BINARIES / "initdb"), "-D", str(folder / "data"), "-U", "reader", "-A", "scram-sha-256", "-E", "UTF8"]
    subprocess.run(_as_postgres([*init, "-N", f"--pwfile={secret}"]), check=True, capture_output=True, cwd=folder)
    process = PostgresProcess(PostgresPeer("127.0.0.1", free_port(), "reader", PASSWORD, "peer"), folder)
    process.start()
    try:
        import psycopg

        conninfo = process.peer.conninfo.replace("dbname=peer", "dbname=postgres")
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("CREATE DATABASE peer")
        yield process
    finally:
        with suppress(subprocess.CalledProcessError):  # it may be down already
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)
