"""Where the inputs of the retail example lie on this machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from ormolu.demo.data import write_retail

FOLDER = "retail"


def cache_folder() -> Path:
    """Where this user's copy of the inputs lies (XDG Base Directory Specification)."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(cache) if cache else Path.home() / ".cache"
    return base / "ormolu" / FOLDER


def example_input(path: Path) -> Path | None:
    """What a relative path below `retail` names among the inputs, which are written when first asked for."""
    if path.is_absolute() or path.parts[:1] != (FOLDER,) or ".." in path.parts:
        return None
    folder = cache_folder()
    if not folder.exists():
        _write_whole(folder)
    found = folder.joinpath(*path.parts[1:])
    return found if found.exists() else None


def _write_whole(folder: Path) -> None:
    """Written beside and renamed, so that nobody reads half of it; who was faster is right too."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder.parent))
    write_retail(beside)
    try:
        beside.rename(folder)
    except OSError:
        shutil.rmtree(beside)
        if not folder.is_dir():
            raise
