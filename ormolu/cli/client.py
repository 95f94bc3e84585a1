"""A connection of the command line to a server, and the errors it may meet, told in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import psycopg
from psycopg.conninfo import conninfo_to_dict

CONNECT_SECONDS = 10
PASSWORD_FILE = "admin.password"


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection]:
    """Connect in autocommit; the admin's password is read from ./lakehouse where the url has none."""
    known = conninfo_to_dict(url)
    password = known.get("password") or os.environ.get("PGPASSWORD") or _password_of_folder()
    try:
        connection = psycopg.connect(url, password=password, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        raise click.ClickException(
            f"{str(error).strip()}\nHINT: is the server running (ormolu serve)? --url or ORMOLU_URL names another."
        ) from error
    connection.add_notice_handler(_tell)
    try:
        with connection:
            yield connection
    except psycopg.Error as error:
        raise click.ClickException(_words(error)) from error


def _password_of_folder() -> str | None:
    file = Path(os.environ.get("ORMOLU_DATA", "lakehouse")) / PASSWORD_FILE
    return file.read_text().strip() if file.is_file() else None


def _tell(notice: psycopg.errors.Diagnostic) -> None:
    click.echo(f"{notice.severity}: {notice.message_primary}", err=True)
    if notice.message_hint:
        click.echo(f"HINT: {notice.message_hint}", err=True)


def _words(error: psycopg.Error) -> str:
    parts = [f"{error.sqlstate or '08006'}: {error.diag.message_primary or str(error).strip()}"]
    parts += [f"DETAIL: {error.diag.message_detail}"] if error.diag.message_detail else []
    parts += [f"HINT: {error.diag.message_hint}"] if error.diag.message_hint else []
    return "\n".join(parts)
