"""A lake in a folder: the catalog's rows as a SQLite file, and every file of the warehouse that they refer to.

The rows are read in one transaction, and the files they name never change: a backup of a server at work is whole.
The catalog's file is put in place last, so that a backup that breaks off leaves the one before it as it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select, text

from ormolu.catalog.database import in_transaction, open_database, reading
from ormolu.catalog.file_io import file_io
from ormolu.catalog.reachability import reachable_files
from ormolu.catalog.relocation import Relocation, copy_file, in_order
from ormolu.catalog.schema import draft_parts, forgotten_versions, iceberg_tables, metadata, roles, runs
from ormolu.errors import DataCorrupted, ObjectNotInPrerequisiteState, UndefinedFile
from ormolu.faults import reach

CATALOG_FILE = "catalog.db"
DESCRIPTION_FILE = "backup.json"
WAREHOUSE = "warehouse"
ROWS_AT_ONCE = 1000
TRIES_MAX = 3
LOCATIONS = ("metadata_location", "previous_metadata_location")
ENDED = ("succeeded", "failed", "canceled", "blocked", "rolled_back")
RESTORED = "the lake was restored from a backup while this run was waiting"
Progress = Callable[[int, int], None]  # files done, of how many


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup folder holds; `files` and `bytes` are the warehouse's, `copied` of them came this time.

    `before` are places where the warehouse was when files of the backup were made: paths inside them say so.
    """

    warehouse: str
    at: str
    version: str
    files: int
    bytes: int
    copied: int
    before: Sequence[str] = ()


def make_backup(
    engine: Engine, warehouse: str, folder: Path, *, at: datetime, version: str, progress: Progress
) -> Backup:
    """Bring the backup in `folder` up to date: files that are there stay, those no row refers to go at the end.

    An erasure takes files away from under it: then it begins anew, with what there is since.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / f"{CATALOG_FILE}.new"
    for attempt in range(1, TRIES_MAX + 1):
        try:
            needed = _copy_catalog(engine, draft)
            files, size, copied = _copy_files(needed, warehouse, folder / WAREHOUSE, progress)
            break
        except (DataCorrupted, UndefinedFile):
            if attempt == TRIES_MAX:
                raise
    reach("backup:files-copied")
    made = Backup(warehouse, at.isoformat(), version, len(files), size, copied, _places_before(folder, warehouse))
    described = folder / f"{DESCRIPTION_FILE}.new"
    described.write_text(json.dumps(asdict(made), indent=1) + "\n")
    described.replace(folder / DESCRIPTION_FILE)
    reach("backup:described")
    draft.replace(folder / CATALOG_FILE)
    reach("backup:placed")
    for path in (folder / WAREHOUSE).rglob("*"):
        if path.is_file() and path not in files:
            path.unlink()
    return made


def _copy_catalog(engine: Engine, draft: Path) -> Sequence[str]:
    """Put the rows of one instant in the file; the files that they refer to."""
    draft.unlink(missing_ok=True)
    with _catalog_file(draft) as copy:
        with reading(engine) as source:
            in_transaction(copy, lambda connection: _copy_rows(source, connection, {}))
        reach("backup:rows-copied")
        with reading(copy) as connection:
            return in_order(reachable_files(connection))


def read_backup(folder: Path) -> Backup:
    """What the folder holds; 58P01 where that is no backup."""
    if not (folder / CATALOG_FILE).is_file() or not (folder / DESCRIPTION_FILE).is_file():
        raise UndefinedFile(f'"{folder}" holds no backup', hint="Give the folder that ormolu backup wrote.")
    return _described(folder)


def _described(folder: Path) -> Backup:
    return Backup(**json.loads((folder / DESCRIPTION_FILE).read_text()))


def _places_before(folder: Path, warehouse: str) -> list[str]:
    if not (folder / DESCRIPTION_FILE).is_file():
        return []
    last = _described(folder)
    return sorted({last.warehouse, *last.before} - {warehouse})


def restore_backup(
    folder: Path, engine: Engine, warehouse: str, *, progress: Progress, also: Callable[[], None] = lambda: None
) -> Backup:
    """Fill an empty catalog, and a warehouse that may be in another place; the rows come last, all at once.

    Broken off, it can be done again. `also` is done before the rows are there.
    """
    made = read_backup(folder)
    with reading(engine) as connection:
        if any(connection.execute(select(table).limit(1)).first() for table in (roles, runs, iceberg_tables)):
            raise ObjectNotInPrerequisiteState(
                "there is a lake here already", hint="Give a --data folder, or a --catalog, that is empty."
            )
    moved = Relocation((made.warehouse, *made.before), warehouse)
    kept = folder / WAREHOUSE
    paths = in_order(str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file())
    for number, path in enumerate(paths):
        progress(number, len(paths))
        moved.transfer(file_io(), str(kept.absolute() / path), f"{warehouse}/{path}")
    also()
    with _catalog_file(folder / CATALOG_FILE) as copy, reading(copy) as source:
        in_transaction(engine, lambda connection: _fill(source, connection, moved))
    return made


# --- rows ------------------------------------------------------------------------------------------------------


@contextmanager
def _catalog_file(file: Path) -> Iterator[Engine]:
    """A SQLite file, one file again when it is closed."""
    engine = open_database(f"sqlite:///{file.absolute()}")
    try:
        yield engine
    finally:
        with engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]  # sqlite3's own connection
        engine.dispose()


Change = Callable[[Mapping[str, Any]], dict[str, Any]]


def _copy_rows(source: Connection, target: Connection, changes: Mapping[Table, Change]) -> None:
    """All rows but those of open transactions and of forgotten versions; `changes` are made on the way."""
    for table in metadata.sorted_tables:
        if table in (draft_parts, forgotten_versions):
            continue
        change = changes.get(table, dict)
        for rows in source.execute(select(table)).mappings().partitions(ROWS_AT_ONCE):
            target.execute(insert(table), [change(dict(row)) for row in rows])


def _fill(source: Connection, target: Connection, moved: Relocation) -> None:
    def with_locations(row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: moved.moved(value) if name in LOCATIONS and value else value for name, value in row.items()}

    def ended(row: Mapping[str, Any]) -> dict[str, Any]:
        return dict(row) if row["status"] in ENDED else {**row, "status": "canceled", "error": RESTORED}

    changes: dict[Table, Change] = {
        table: with_locations for table in metadata.sorted_tables if set(LOCATIONS) & set(table.columns.keys())
    }
    _copy_rows(source, target, {**changes, runs: ended})
    if target.dialect.name == "postgresql":
        _count_on(target, metadata.sorted_tables)


def _count_on(target: Connection, tables: Sequence[Table]) -> None:
    """PostgreSQL's sequences go on after the highest number that was copied."""
    for table in tables:
        column = table.autoincrement_column
        if column is not None:
            target.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "  # noqa: S608 - our own names
                    f"coalesce(max({column.name}), 1), max({column.name}) IS NOT NULL) FROM {table.name}"
                )
            )


# --- files -----------------------------------------------------------------------------------------------------


def _copy_files(
    needed: Sequence[str], warehouse: str, kept: Path, progress: Progress
) -> tuple[dict[Path, None], int, int]:
    """Copy what is not there yet, each file whole or not at all; gives the files, their bytes, how many are new."""
    files: dict[Path, None] = {}
    size = copied = 0
    for number, path in enumerate(needed):
        progress(number, len(needed))
        if not path.startswith(f"{warehouse}/"):
            raise DataCorrupted(f'"{path}" is not in the warehouse {warehouse}')
        target = kept / path.removeprefix(f"{warehouse}/")
        if not target.exists():
            _copy_file(path, target)
            copied += 1
            reach("backup:file-copied")
        files[target] = None
        size += target.stat().st_size
    return files, size, copied


def _copy_file(path: str, target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        copy_file(file_io(), path, str(part.absolute()))
    except FileNotFoundError as error:
        raise DataCorrupted(f'the table file "{path}" is missing') from error
    part.replace(target)
