"""`ormolu status`, `doctor` and `version`: how a server is, and whether this machine can run one."""

from __future__ import annotations

import json
import os
import shutil
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

import click

from ormolu.cli.settings import url_option

FREE_BYTES_MIN = 1_000_000_000
LIBRARIES = ("duckdb", "pyiceberg", "pyarrow", "sqlglot", "sqlalchemy")


@click.command()
def version() -> None:
    """Print the version, and those of the libraries that matter.

    \b
    ormolu version
    """
    click.echo(f"ormolu {installed_version('ormolu')} (Python {sys.version.split()[0]})")
    for name in LIBRARIES:
        click.echo(f"{name} {installed_version(name)}")


@click.command()
@click.option("--format", "style", type=click.Choice(("table", "json")), default="table", show_default=True)
@click.option("--health", is_flag=True, help="Print nothing; exit 0 when the port answers, without logging in.")
@url_option
def status(style: str, health: bool, url: str) -> None:
    """Say how the server's objects are: the last run of each, and what is waiting.

    \b
    ormolu status --format json
    """
    if health:
        _knock(url)
        return
    from ormolu.cli.client import connected
    from ormolu.cli.sql import show

    with connected(url) as connection:
        show(connection.execute("SELECT * FROM lake.status ORDER BY 1"), style)


def _knock(url: str) -> None:
    import socket

    from psycopg.conninfo import conninfo_to_dict

    known = conninfo_to_dict(url)
    address = (str(known.get("host") or "127.0.0.1"), int(known.get("port") or 7432))
    try:
        socket.create_connection(address, timeout=3).close()
    except OSError as error:
        raise click.ClickException(f"{address[0]}:{address[1]} does not answer: {error}") from error


@click.command()
@click.option("--data", type=click.Path(path_type=Path), default=Path("lakehouse"), show_default=True)
@click.option("--format", "style", type=click.Choice(("table", "json")), default="table", show_default=True)
def doctor(data: Path, style: str) -> None:
    """Check this machine: libraries, extensions, the folder, free space. Exits 1 when something is missing.

    \b
    ormolu doctor --data ./lakehouse
    """
    checks = [*_libraries(), *_extensions(), *_folder(data)]
    if style == "json":
        click.echo(json.dumps([{"check": name, "ok": ok, "says": says} for name, ok, says in checks], indent=1))
    else:
        for name, ok, says in checks:
            click.echo(f"{'ok ' if ok else 'BAD'} {name}: {says}")
    if not all(ok for _, ok, _ in checks):
        sys.exit(1)


def _libraries() -> list[tuple[str, bool, str]]:
    return [(name, True, installed_version(name)) for name in LIBRARIES]


def _extensions() -> list[tuple[str, bool, str]]:
    from ormolu.engine.jobs import JobEngine
    from ormolu.errors import OrmoluError

    found = []
    for name in ("sqlite_scanner", "postgres_scanner", "mysql_scanner"):
        try:
            with JobEngine(memory_limit="200MB", threads=1, temp_directory=Path()) as engine:
                engine.load_extension(name)
            found.append((name, True, "loads without the internet"))
        except OrmoluError as error:
            found.append((name, name != "sqlite_scanner", f"{error.message} {error.hint or ''}".strip()))
    return found


def _folder(data: Path) -> list[tuple[str, bool, str]]:
    place = data if data.exists() else data.absolute().parent
    free = shutil.disk_usage(place).free
    return [
        ("folder", os.access(place, os.W_OK), f"{place} can{'' if os.access(place, os.W_OK) else 'not'} be written"),
        ("free space", free >= FREE_BYTES_MIN, f"{free / 1e9:.1f} GB"),
    ]
