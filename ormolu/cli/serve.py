"""`ormolu serve` and `ormolu worker`: the processes of a server."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import click

from ormolu.cli.settings import config_of, with_settings


@click.command()
@with_settings
@click.option("--host", help="The address to listen on. [default: 127.0.0.1]")
@click.option("--port", type=int, help="The PostgreSQL port; 0 takes a free one. [default: 7432]")
@click.option("--http-port", type=int, help="The HTTP port; 0 takes a free one, -1 none. [default: 7480]")
@click.option("--workers", type=int, help="Worker processes. [default: 2]")
@click.option("--tls", type=click.Choice(["auto"]), help="Make a certificate of our own.")
@click.option("--tls-cert", type=click.Path(path_type=Path, exists=True))
@click.option("--tls-key", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--tls-client-ca",
    type=click.Path(path_type=Path, exists=True),
    help="The authority of client certificates: one of theirs logs in as the role it names.",
)
@click.option("--allow-plaintext", is_flag=True, default=None, help="Listen beyond loopback without TLS.")
@click.option("--query-memory", help="Memory for queries. [default: 2GB]")
@click.option("--cache-size", help="Disk for native copies of tables; 0 for none. [default: 2GB]")
@click.option("--result-cache", help="Memory for results that are asked for again; 0 for none. [default: 64MB]")
@click.option("--run-retention", help="How long runs and the audit log are kept. [default: 400 days]")
@click.option("--with-demo", is_flag=True, help="Load the retail example once the server is ready.")
def serve(file: Path | None, with_demo: bool, **flags: Any) -> None:
    """Run the server in the foreground until SIGTERM or Ctrl-C.

    \b
    ormolu serve --data ./lakehouse --port 7432
    """
    leave_pandas_out()
    from ormolu.assembly.serving import serve as run_server

    run_server(config_of(file, **flags), _say, with_demo=with_demo)


class _NoPandas(MetaPathFinder):
    """Has the import system find no pandas."""

    def find_spec(self, name: str, path: object, target: object = None, /) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def leave_pandas_out() -> None:
    """Have pyarrow look for pandas while there is none: no command needs it, and it is a tenth of a start."""
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        import pyarrow as pa

        pa.array([])
    finally:
        sys.meta_path.remove(finder)


def _say(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()


@click.command()
@with_settings
@click.option("--name", required=True, help="The worker's name in lake.runs.")
@click.option("--embedded", is_flag=True, help="End with the server that started it.")
def worker(file: Path | None, name: str, embedded: bool, **flags: Any) -> None:
    """Carry out the runs of a lake's queue; `serve` starts its own, a team may start more.

    \b
    ormolu worker --name etl-2 --catalog postgresql+psycopg://lake@db/lake --warehouse /srv/lake
    """
    leave_pandas_out()
    from ormolu.assembly.worker import work

    work(config_of(file, **flags), name=name, is_embedded=embedded)
