"""`ormolu sql` and `ormolu apply`: statements from an argument, a file or a pipe."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
import psycopg

from ormolu.cli.client import connected
from ormolu.cli.settings import url_option

FORMATS = ("table", "csv", "json")
CELL_CHARACTERS_MAX = 60
PLANNED = ("CREATE", "ALTER", "DROP", "REFRESH")


@click.command()
@click.option("-c", "--command", help="The statement to run.")
@click.option("-f", "--file", type=click.Path(path_type=Path, exists=True), help="A file of statements.")
@click.option("--format", "style", type=click.Choice(FORMATS), default="table", show_default=True)
@url_option
def sql(command: str | None, file: Path | None, style: str, url: str) -> None:
    """Run SQL and print what it answers; reads standard input without -c and -f.

    \b
    ormolu sql -c 'SELECT * FROM gold.daily_sales LIMIT 5' --format csv
    """
    if command is not None and file is not None:
        raise click.UsageError("-c and -f exclude each other")
    text = command if command is not None else (file.read_text() if file else sys.stdin.read())
    with connected(url) as connection:
        for statement in split(text):
            show(connection.execute(statement.encode()), style)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--plan", is_flag=True, help="Show what would be done, and do nothing.")
@url_option
def apply(file: Path, plan: bool, url: str) -> None:
    """Bring a server to what a file of definitions says; a second time changes nothing.

    \b
    ormolu apply examples/retail/pipeline.sql --plan
    """
    with connected(url) as connection:
        for statement in split(file.read_text()):
            if plan:
                _plan(connection, statement)
            else:
                cursor = connection.execute(statement.encode())
                click.echo(cursor.statusmessage or "")


def _plan(connection: psycopg.Connection, statement: str) -> None:
    """EXPLAIN what changes something; what has no plan is named, so that nothing is passed over in silence."""
    if statement.split(None, 1)[0].upper() not in PLANNED:
        return
    click.echo(f"-- {statement.splitlines()[0]}")
    try:
        show(connection.execute(f"EXPLAIN {statement}".encode()), "table")
    except psycopg.errors.FeatureNotSupported:
        click.echo("(runs as it is: it has no plan)")


def split(text: str) -> list[str]:
    """The statements of a script, by the server's own rules for quotes and comments."""
    from ormolu.sql_extensions.parser.script import parse
    from ormolu.sql_extensions.statements import Empty

    return [statement.text for statement in parse(text) if not isinstance(statement, Empty)]


def show(cursor: psycopg.Cursor[Any], style: str) -> None:
    if cursor.description is None:
        if style == "table":
            click.echo(cursor.statusmessage or "")
        return
    names = [column.name for column in cursor.description]
    if style == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(cursor)
    elif style == "json":
        json.dump([dict(zip(names, row, strict=True)) for row in cursor], sys.stdout, default=str, indent=1)
        click.echo()
    else:
        _table(names, cursor)


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    click.echo(" | ".join(name.ljust(width) for name, width in zip(names, widths, strict=True)).rstrip())
    click.echo("-+-".join("-" * width for width in widths))
    for row in cells:
        click.echo(" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    click.echo(f"({len(cells)} row{'' if len(cells) == 1 else 's'})")


def _cell(value: object) -> str:
    text = "" if value is None else str(value).replace("\n", "\\n")
    return (
        text if len(text) <= CELL_CHARACTERS_MAX or not sys.stdout.isatty() else text[: CELL_CHARACTERS_MAX - 1] + "…"
    )
