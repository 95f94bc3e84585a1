"""`ormolu demo`: the retail example, told in plain words."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), help="The folder of the demo's own server. [default: a new one]"
)
@click.option("--url", envvar="ORMOLU_URL", help="A running server to load the example into.")
@click.option("--keep", is_flag=True, help="Keep the demo's folder.")
def demo(data: Path | None, url: str | None, keep: bool) -> None:
    """Load the retail example, say what was found, and exit; starts a server of its own without --url.

    \b
    ormolu demo --keep --data ./demo-lake
    """
    from ormolu.cli.client import connected
    from ormolu.demo.story import tell

    with ExitStack() as stack:
        if url is None:
            from ormolu.assembly.serving import embedded_server

            folder = data or Path(stack.enter_context(_folder(keep)))
            url = stack.enter_context(embedded_server(folder))
        with connected(url) as connection:
            tell(connection, click.echo)
    if keep and data is None:
        click.echo(f"\nKept: ormolu serve --data {folder}")


@contextmanager
def _folder(keep: bool) -> Iterator[str]:
    """A new folder, gone afterwards unless it is to be kept."""
    folder = tempfile.mkdtemp(prefix="ormolu-demo-")
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder)
