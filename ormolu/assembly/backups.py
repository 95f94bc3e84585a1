"""Backup and restore of the lake that a configuration names."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from pathlib import Path

from ormolu.assembly.foundation import now
from ormolu.assembly.hold import hold_lake
from ormolu.catalog.backup import Backup, Progress, make_backup, restore_backup
from ormolu.catalog.database import open_database
from ormolu.config import Config
from ormolu.errors import UndefinedFile


def back_up(config: Config, folder: Path, progress: Progress) -> Backup:
    """Copy a lake to a folder; a server may be at work on it."""
    if config.is_embedded and not (config.data / "catalog.db").exists() and not config.catalog:
        raise UndefinedFile(f'there is no lake in "{config.data}"', hint="--data names the folder of the lake.")
    engine = open_database(config.catalog_url)
    try:
        return make_backup(
            engine, config.warehouse_location, folder, at=now(), version=version("ormolu"), progress=progress
        )
    finally:
        engine.dispose()


def restore(config: Config, folder: Path, progress: Progress, *, key: Path) -> Backup:
    """Make a lake of a backup where there is none; the key of its secrets is taken along where it is in the backup."""
    config.data.mkdir(parents=True, exist_ok=True)
    hold = hold_lake(config)  # a server that starts meanwhile would make a lake of its own
    engine = open_database(config.catalog_url)

    def take_key() -> None:
        if key.exists() and not config.secret_key_file.exists():
            shutil.copy2(key, config.secret_key_file)

    try:
        return restore_backup(folder, engine, config.warehouse_location, progress=progress, also=take_key)
    finally:
        engine.dispose()
        hold.release()
