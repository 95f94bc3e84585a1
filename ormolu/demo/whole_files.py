"""Files that are there whole or not at all, also where their writer is killed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Have `write` make the file beside, and put it in place unless what is there says the same already.

    A load takes a file with a new time for a changed one.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)
    try:
        write(beside)
        if not path.is_file() or path.read_bytes() != beside.read_bytes():
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
