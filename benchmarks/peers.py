"""The peers that benchmarks measure against: real servers on free ports, in a folder of the run's own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POSTGRESQL = Path("/usr/lib/postgresql/15/bin")
# What it imports without saying so: pyarrow, dateutil and, on new Pythons, setuptools.
BUENAVISTA = ("buenavista==0.5.0", "duckdb<1.5", "pyarrow", "python-dateutil", "setuptools<81")
CONNECTIONS_MAX = 1_000
READY_SECONDS = 30.0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for_port(port: int) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing listens on port {port}")


def _as_postgres(argv: list[str]) -> list[str]:
    if os.geteuid() != 0:
        return argv
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *argv]


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL 15 with its default settings; gives its conninfo."""
    home = folder / "postgresql"
    home.mkdir(exist_ok=True)
    for parent in (folder, home):
        parent.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")
    data, port = home / "data", free_port()
    shutil.rmtree(data, ignore_errors=True)
    init = [str(POSTGRESQL / "initdb"), "-D", str(data), "-U", "bench", "-A", "trust", "-E", "UTF8"]
    subprocess.run(_as_postgres(init), check=True, capture_output=True, cwd=home)
    serve = [str(POSTGRESQL / "postgres"), "-D", str(data), "-p", str(port), "-k", str(home)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(_as_postgres(serve), stdout=log, stderr=log, cwd=home)
    try:
        wait_for_port(port)
        time.sleep(0.5)
        yield f"host=127.0.0.1 port={port} user=bench dbname=postgres sslmode=disable"
    finally:
        process.terminate()
        process.wait()


def postmaster(folder: Path) -> int:
    """The process of the PostgreSQL that `postgresql` has started in a folder."""
    return int((folder / "postgresql" / "data" / "postmaster.pid").read_text().split()[0])


@contextmanager
def ormolu(folder: Path, *flags: str) -> Iterator[tuple[str, int]]:
    """Our own server; gives its conninfo and its process id."""
    with ormolu_in(folder / f"ormolu-{free_port()}", *flags) as server:
        yield server


@contextmanager
def ormolu_in(home: Path, *flags: str) -> Iterator[tuple[str, int]]:
    """Our own server over the lake that is in a folder."""
    argv = [sys.executable, "-m", "ormolu", "serve", "--data", str(home), "--port", "0", "--workers", "1", *flags]
    environment = os.environ | {"ORMOLU_ADMIN_PASSWORD": "bench", "ORMOLU_CONNECTIONS": str(CONNECTIONS_MAX)}
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    try:
        line = next(line for line in process.stdout if line.startswith("ready:"))
        port = line.rsplit(":", 1)[1].split("/")[0]
        yield f"host=127.0.0.1 port={port} user=admin password=bench dbname=lakehouse sslmode=disable", process.pid
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@contextmanager
def buenavista(folder: Path) -> Iterator[str]:
    """buenavista in a virtual environment of its own, over DuckDB; gives its conninfo."""
    home = Path("build", "buenavista").absolute()
    if not (home / "is_complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        pip = [str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *BUENAVISTA], check=True, stdout=subprocess.DEVNULL)
        (home / "is_complete").touch()
    port = free_port()
    environment = os.environ | {"BUENAVISTA_HOST": "127.0.0.1", "BUENAVISTA_PORT": str(port)}
    with (folder / "buenavista.log").open("wb") as log:
        process = subprocess.Popen(
            [str(home / "bin" / "python"), "-m", "buenavista.examples.duckdb_postgres"],
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder,
        )
    try:
        wait_for_port(port)
        yield f"host=127.0.0.1 port={port} user=bench dbname=memory sslmode=disable"
    finally:
        process.kill()
        process.wait()
