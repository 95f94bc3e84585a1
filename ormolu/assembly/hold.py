"""One server for a folder: a second one would end the runs of the first."""

from __future__ import annotations

import fcntl
from io import TextIOWrapper
from pathlib import Path

from sqlalchemy import make_url

from ormolu.config import Config
from ormolu.errors import ObjectInUse

LOCK_FILE = "server.lock"


class Hold:
    """Locks that the operating system takes back when the process ends, however it ends."""

    def __init__(self, paths: list[Path]) -> None:
        self._files: list[TextIOWrapper] = []
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._files.append(path.open("a", encoding="utf-8"))
            try:
                fcntl.flock(self._files[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                self.release()
                raise ObjectInUse(
                    f'another server is at work in "{path.parent}"',
                    hint="Stop it first, or give another folder with --data.",
                ) from error

    def release(self) -> None:
        for file in self._files:
            file.close()


def hold_lake(config: Config) -> Hold:
    """The data folder is this server's alone, and a catalog in SQLite wherever it is."""
    paths = [config.data.absolute() / LOCK_FILE]
    if config.is_embedded and config.catalog:
        catalog = Path(make_url(config.catalog).database or "").absolute()
        paths.append(catalog.with_name(f"{catalog.name}.lock"))
    return Hold(paths)
