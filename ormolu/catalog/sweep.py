"""Removal of files that runs wrote and no table took in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from ormolu.catalog.database import reading
from ormolu.catalog.lake import Lake
from ormolu.catalog.reachability import reachable_files
from ormolu.catalog.schema import runs
from ormolu.errors import FeatureNotSupported
from ormolu.faults import reach

GRACE = timedelta(hours=24)
RUN_DIRECTORY = re.compile(r"^run-(\d+)(-\d+)?$")
ENDED = frozenset({"succeeded", "failed", "canceled", "blocked", "rolled_back"})


@dataclass(frozen=True, slots=True)
class Sweep:
    """What was found: `files` are gone, or would be on a dry run."""

    files: tuple[str, ...]
    bytes: int


def sweep(
    lake: Lake, *, at: datetime, grace: timedelta = GRACE, within: str | None = None, is_dry_run: bool = False
) -> Sweep:
    """Delete what nothing refers to and is older than `grace`: files of runs that have ended, and lost metadata.

    A file is referred to by any version of any table of any database of the catalog, tombstones included. The age
    covers commits that are under way, and a run that has ended by our clock and still writes. `within` is the location
    of one table: nothing outside it is looked at.
    """
    if "://" in lake.warehouse:
        raise FeatureNotSupported("the sweep works on local warehouses only so far")
    before = at - grace
    root = Path(within) if within is not None else Path(lake.warehouse) / lake.database
    tables = [root] if within is not None else list(root.glob("*/*"))
    directories = _ended_run_directories(lake, tables)
    candidates = [path for directory in directories for path in _old_files(directory, before)]
    for table in tables:
        candidates += _old_files(table / "metadata", before)
    if not candidates:
        return Sweep((), 0)
    with reading(lake.engine) as connection:
        live = reachable_files(connection)
    doomed = sorted(path for path in candidates if str(path) not in live)
    size = sum(path.stat().st_size for path in doomed)
    reach("sweep:listed")
    if not is_dry_run:
        for path in doomed:
            path.unlink(missing_ok=True)
            reach("sweep:file-removed")
        reach("sweep:files-removed")
        _remove_empty(directories)
    return Sweep(tuple(str(path) for path in doomed), size)


def _ended_run_directories(lake: Lake, tables: Sequence[Path]) -> list[Path]:
    """Of runs that the database knows to have ended; a directory whose run it does not know is left alone."""
    found: dict[int, list[Path]] = {}
    for directory in (path for table in tables for path in table.glob("data/run-*")):
        if directory.is_dir() and (match := RUN_DIRECTORY.match(directory.name)):
            found.setdefault(int(match[1]), []).append(directory)
    if not found:
        return []
    with reading(lake.engine) as connection:
        ended = set(
            connection.execute(
                select(runs.c.run_id).where(runs.c.database == lake.database, runs.c.status.in_(sorted(ENDED)))
            ).scalars()
        )
    return [directory for run_id, directories in found.items() if run_id in ended for directory in directories]


def _old_files(directory: Path, before: datetime) -> Iterator[Path]:
    for path in directory.rglob("*"):
        if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            yield path


def _remove_empty(directories: list[Path]) -> None:
    for directory in directories:
        nested = sorted((path for path in directory.rglob("*") if path.is_dir()), reverse=True)
        for path in (*nested, directory):
            if not any(path.iterdir()):
                path.rmdir()
