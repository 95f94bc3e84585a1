"""A real MariaDB of the tests' own: free port, temporary folder, ended with the session."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest

from tests.peers.missing import missing

SERVER = Path("/usr/sbin/mariadbd")
PASSWORD = "s3cret'pw"
START_SECONDS_MAX = 60.0


@dataclass(frozen=True)
class MariaDbPeer:
    host: str
    port: int
    user: str
    password: str
    dbname: str

    def connect(self) -> pymysql.connections.Connection:
        return pymysql.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            database=self.dbname,
            autocommit=True,
            charset="utf8mb4",
        )

    def options(self) -> dict[str, str]:
        """As CREATE CONNECTION ... WITH (...) takes them."""
        return {
            "host": self.host,
            "port": str(self.port),
            "user": self.user,
            "password": self.password,
            "dbname": self.dbname,
        }


@pytest.fixture(scope="session")
def mariadb_peer() -> Iterator[MariaDbPeer]:
    """A server with the database `peer` and the user `reader`; log_bin is on."""
    if not SERVER.exists():
        missing("MariaDB")
    folder = Path(tempfile.mkdtemp(prefix="ormolu-maria-"))
    port = _free_port()
    user = ["--user=root"] if os.geteuid() == 0 else []
    install = ["mariadb-install-db", "--no-defaults", *user, "--auth-root-authentication-method=normal"]
    subprocess.run([*install, f"--datadir={folder / 'data'}"], check=True, capture_output=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(SERVER),
                "--no-defaults",
                *user,
                f"--datadir={folder / 'data'}",
                f"--socket={folder / 'socket'}",
                f"--pid-file={folder / 'pid'}",
                f"--port={port}",
                "--bind-address=127.0.0.1",
                "--log-bin",
                "--server-id=1",
                "--innodb-flush-log-at-trx-commit=0",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        _prepare(folder / "socket", process)
        yield MariaDbPeer("127.0.0.1", port, "reader", PASSWORD, "peer")
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(socket: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            connection = pymysql.connect(unix_socket=str(socket), user="root", autocommit=True)
            break
        except pymysql.err.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE peer CHARACTER SET utf8mb4")
        cursor.execute("CREATE USER reader@'127.0.0.1' IDENTIFIED BY %s", (PASSWORD,))
        cursor.execute("GRANT ALL ON peer.* TO reader@'127.0.0.1'")


def _free_port() -> int:
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
