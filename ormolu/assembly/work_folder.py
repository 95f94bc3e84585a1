"""The folder of a process's temporary files: its own while it lives, and removed by another when it is dead."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

PREFIX, LOCK_FILE = "job-", "lock"


class WorkFolder:
    """With a lock in it that the operating system takes back when the process ends, however it ends."""

    def __init__(self, parent: Path) -> None:
        """Make one, after those of dead processes are gone."""
        parent.mkdir(parents=True, exist_ok=True)
        for folder in parent.glob(f"{PREFIX}*"):
            _remove_if_dead(folder)
        lock = None
        while lock is None:  # another process may take it for a dead one's before it is locked
            self.path = parent / f"{PREFIX}{uuid4().hex}"
            self.path.mkdir()
            lock = _find_lock(self.path)
        self._lock = lock


def _remove_if_dead(folder: Path) -> None:
    lock = _find_lock(folder)
    if lock is not None:
        with suppress(FileNotFoundError):  # another process removes it too
            shutil.rmtree(folder)
        os.close(lock)


def _find_lock(folder: Path) -> int | None:
    """None where another process has it, or the folder is gone."""
    file = folder / LOCK_FILE
    try:
        lock = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)  # to be written, or a network's file system does not lock
    except (FileNotFoundError, NotADirectoryError):
        return None
    with suppress(BlockingIOError, FileNotFoundError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(file.stat(), os.fstat(lock)):
            return lock
    os.close(lock)
    return None
