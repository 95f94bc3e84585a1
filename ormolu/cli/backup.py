"""`ormolu backup` and `ormolu restore`: a whole lake in a folder, and back."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ormolu.cli.settings import config_of, with_settings

KEY_FILE = "secret.key"
MEGABYTE = 1024 * 1024


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--with-key", is_flag=True, help="Copy the key of the secrets too: then guard the backup like one.")
@with_settings
def backup(file: Path | None, folder: Path, with_key: bool, **flags: Any) -> None:
    """Copy a lake, at work or not, to a folder; a second time only what is new is copied.

    \b
    ormolu backup /mnt/backup/lake --data ./lakehouse
    """
    from ormolu.assembly.backups import back_up

    config = config_of(file, **flags)
    with _progress("backup") as progress:
        made = back_up(config, folder, progress)
    if with_key and config.secret_key_file.exists():
        shutil.copy2(config.secret_key_file, folder / KEY_FILE)
    click.echo(f"{folder}: {made.files} files, {made.bytes / MEGABYTE:.1f} MB, {made.copied} of them new")
    if not with_key and config.secret_key_file.exists():
        click.echo(f"The key of the secrets is not in it: keep {config.secret_key_file} too, or use --with-key.")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@with_settings
def restore(file: Path | None, folder: Path, **flags: Any) -> None:
    """Make a lake of a backup, in an empty folder or catalog; it may be another place than before.

    \b
    ormolu restore /mnt/backup/lake --data ./lakehouse
    """
    from ormolu.assembly.backups import restore as restore_lake

    config = config_of(file, **flags)
    with _progress("restore") as progress:
        made = restore_lake(config, folder, progress, key=folder / KEY_FILE)
    click.echo(f"{config.data}: the lake as it was at {made.at}, {made.files} files")
    click.echo("Who was erased since then is in it again: CALL lake.erase() once more.")
    if not config.secret_key_file.exists():
        click.echo(f"Put the key of the secrets at {config.secret_key_file}, or give the secrets again.")


@contextmanager
def _progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title)
        yield lambda done, total: bar.update(task, completed=done, total=total)
