"""The folder of a process's temporary files: its own while it lives, and removed by another when it is dead."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

PREFIX = "job-"


class WorkFolder:
    """Locked by way of the folder itself: the operating system unlocks it when the process ends, however it ends."""

    def __init__(self, parent: Path) -> None:
        """Make one, after those of dead processes are gone."""
        parent.mkdir(parents=True, exist_ok=True)
        for folder in parent.glob(f"{PREFIX}*"):
            _remove_if_dead(folder)
        made = None
        while made is None:  # another process may take a folder for a dead one's before it is locked
            made = _make(parent / f"{PREFIX}{uuid4().hex}")
        self.path, self._lock = made


def _make(path: Path) -> tuple[Path, int] | None:
    path.mkdir()
    lock = _find_lock(path)
    if lock is None:
        return None
    if path.exists():
        return path, lock
    os.close(lock)
    return None


def _remove_if_dead(folder: Path) -> None:
    lock = _find_lock(folder)
    if lock is None:
        return
    with suppress(FileNotFoundError):  # another process removes it too
        shutil.rmtree(folder)
    os.close(lock)


def _find_lock(folder: Path) -> int | None:
    """None where another process has it, or the folder is gone."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
