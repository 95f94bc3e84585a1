"""`ormolu dump`: the definitions as SQL."""

from __future__ import annotations

import click

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
