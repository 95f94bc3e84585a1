"""Removal of files that runs wrote and no table took in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from ormolu.catalog.database import in_transaction, reading
from ormolu.catalog.databases import has_copies
from ormolu.catalog.expiry import Release, forget_files, released_ids
from ormolu.catalog.file_io import ListedFile, list_files
from ormolu.catalog.lake import Lake
from ormolu.catalog.reachability import reachable_files
from ormolu.catalog.schema import runs
from ormolu.catalog.staging import delete_files
from ormolu.faults import reach
from ormolu.stores import is_remote

GRACE = timedelta(hours=24)
FILE_OF_RUN = re.compile(r"^data/run-(\d+)(-\d+)?/")  # inside the location of a table
FILE_OF_METADATA = re.compile(r"^metadata/")
FILE_OF_COMMIT = re.compile(r"^data/[^/]+$")  # of the definitions: written within a commit, in no folder of a run
KEPT_FOLDERS = ("data", "metadata")
ENDED = frozenset({"succeeded", "failed", "canceled", "blocked", "rolled_back"})


@dataclass(frozen=True, slots=True)
class Sweep:
    """What was found: `files` are gone, or would be on a dry run."""

    files: tuple[str, ...]
    bytes: int


def sweep(
    lake: Lake,
    *,
    at: datetime,
    grace: timedelta = GRACE,
    readers: timedelta = GRACE,
    within: str | None = None,
    is_dry_run: bool = False,
    is_whole: bool = False,
) -> Sweep:
    """Delete what nothing refers to and is older than `grace`: files of runs that have ended, and lost metadata.

    A file is referred to by any version of any table of any database of the catalog, tombstones included. The age
    covers commits that are under way, and a run that has ended by our clock and still writes. Files of a
    version that was forgotten stay for `readers` longer, for the queries that read it, those that another database
    forgot for a day at least. `within` is the location of one table: nothing outside it is looked at. With `is_whole`
    the table itself is to go, dropped as it is; what copies of it read stays.
    """
    root = f"{lake.warehouse}/{lake.database}" if within is None else within
    folders_above = 2 if within is None else 0  # the schema's and the table's
    old = [file for file in list_files(root) if file.modified_at < at - grace]
    release = Release(lake.database, at - readers, at - max(readers, GRACE), root)
    candidates = list(_of_nobody_at_work(lake, old, above=len(root) + 1, folders=folders_above))
    without = within if is_whole else None
    found = _unreferred(lake, candidates, release, without=without) if candidates else Sweep((), 0)
    if is_dry_run:
        return found
    for path in found.files:
        delete_files((path,))
        reach("sweep:file-removed")
    if found.files:
        reach("sweep:files-removed")
    in_transaction(lake.engine, lambda connection: forget_files(connection, release))
    if not is_remote(root):
        _remove_empty({Path(path).parent for path in found.files})
    return found


def _unreferred(lake: Lake, candidates: Sequence[ListedFile], release: Release, *, without: str | None) -> Sweep:
    """What a table whose metadata is damaged has nobody can tell: its folder stays as it is.

    Where a database is a copy, that table may share files with any other: then all of them stay.
    """
    damaged: set[str] = set()
    with reading(lake.engine) as connection:
        gone = None if without is None else (lake.database, without)
        released = released_ids(connection, release)
        live = reachable_files(connection, released=released, damaged=damaged, without=gone)
        if damaged and has_copies(connection):
            return Sweep((), 0)
    untold = tuple(f"{folder}/" for folder in damaged)
    doomed = [file for file in candidates if file.path not in live and not file.path.startswith(untold)]
    doomed.sort(key=lambda file: file.path)
    reach("sweep:listed")
    return Sweep(tuple(file.path for file in doomed), sum(file.bytes for file in doomed))


def _of_nobody_at_work(lake: Lake, files: Sequence[ListedFile], *, above: int, folders: int) -> Iterator[ListedFile]:
    """Metadata, and data of the runs that the database knows to have ended; what a run it does not know wrote stays."""
    of_runs: dict[int, list[ListedFile]] = {}
    for file in files:
        inside = file.path[above:].split("/", folders)[-1]
        if match := FILE_OF_RUN.match(inside):
            of_runs.setdefault(int(match[1]), []).append(file)
        elif FILE_OF_METADATA.match(inside) or FILE_OF_COMMIT.match(inside):
            yield file
    for run_id in _ended(lake) & of_runs.keys() if of_runs else ():
        yield from of_runs[run_id]


def _ended(lake: Lake) -> set[int]:
    """Of all databases: no two runs have one number, and a dropped database's files outlive its name."""
    with reading(lake.engine) as connection:
        found = select(runs.c.run_id).where(runs.c.status.in_(sorted(ENDED)))
        return set(connection.execute(found).scalars())


def _remove_empty(folders: Iterable[Path]) -> None:
    """The folders of runs that nothing is left in, and those of partitions inside them."""
    for folder in folders:
        while folder.name not in KEPT_FOLDERS and _is_removed(folder):
            folder = folder.parent  # noqa: PLW2901 - upwards


def _is_removed(folder: Path) -> bool:
    """Whether it is gone, by us or by another sweep; not where something is in it."""
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
