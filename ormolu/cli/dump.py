"""`ormolu dump` and `ormolu export`: the definitions as SQL, and rows as files."""

from __future__ import annotations

from pathlib import Path

import click
from psycopg import sql

from ormolu.cli.client import connected
from ormolu.cli.settings import url_option

# The newest version of every object that is not dropped, in the order in which each was first made.
CURRENT_DEFINITIONS = """
SELECT kind, name, ddl FROM lake.definitions AS d
WHERE NOT dropped
  AND version = (SELECT max(version) FROM lake.definitions AS o WHERE (o.kind, o.name) = (d.kind, d.name))
ORDER BY (SELECT min(at) FROM lake.definitions AS o WHERE (o.kind, o.name) = (d.kind, d.name))
"""


@click.command()
@url_option
def dump(url: str) -> None:
    """Print every definition as SQL, in an order that an empty server can take; secrets' values are left out.

    \b
    ormolu dump > lake.sql
    """
    with connected(url) as connection:
        rows = connection.execute(CURRENT_DEFINITIONS).fetchall()
    for kind, name, ddl in rows:
        if kind == "SECRET":
            click.echo(f"-- secret {name}: CREATE SECRET {name} AS '...' with its value\n")
            continue
        click.echo(f"{ddl.replace('CREATE ', 'CREATE OR REPLACE ', 1)};\n")


@click.command()
@click.argument("table")
@click.argument("file", type=click.Path(path_type=Path))
@url_option
def export(table: str, file: Path, url: str) -> None:
    """Write a table's rows to a .csv file.

    \b
    ormolu export gold.daily_sales daily_sales.csv
    """
    if file.suffix != ".csv":
        raise click.UsageError("the file's name must end in .csv")
    name = sql.Identifier(*table.split("."))
    with connected(url) as connection:
        query = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT csv, HEADER true)").format(name)
        with connection.cursor().copy(query) as copy, file.open("wb") as target:
            for block in copy:
                target.write(block)
    click.echo(f"wrote {file}")
