"""A full disk, however it shows, as one condition with one hint."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import disk_usage

from ormolu.errors import DiskFull

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FULL_SQLSTATE = "53100"
# Of the operating system, and of SQLite.
FULL_WORDS = ("no space left on device", "disk quota exceeded", "file too large", "database or disk is full")
SQLITE_NAMES = frozenset({"SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_SHMOPEN", "SQLITE_CANTOPEN"})
ROOM_BYTES = 1024 * 1024  # with less than this a disk counts as full
HINT = (
    "Nothing was changed. Free some room where the data folder and the warehouse are, then try again; "
    "VACUUM removes old versions and files that nothing refers to."
)


def find_disk_full(error: BaseException) -> DiskFull | None:
    """The condition, where that is what the error of a system call, an engine or a database says."""
    is_full = (
        getattr(error, "errno", None) in FULL
        or getattr(error, "sqlstate", None) == FULL_SQLSTATE
        or any(words in str(error).lower() for words in FULL_WORDS)
    )
    return DiskFull("the disk is full", hint=HINT) if is_full else None


def find_no_room(error: BaseException, file: Path) -> DiskFull | None:
    """The condition, where SQLite says no more than that it could not write beside a file on a disk that is full."""
    has_failed = getattr(error, "sqlite_errorname", "") in SQLITE_NAMES
    return DiskFull("the disk is full", hint=HINT) if has_failed and disk_usage(file.parent).free < ROOM_BYTES else None


@contextmanager
def told_when_full() -> Iterator[None]:
    """Have a full disk end the block as 53100; every other error as it is."""
    try:
        yield
    except OSError as error:
        if full := find_disk_full(error):
            raise full from error
        raise
