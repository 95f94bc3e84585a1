"""Tables that a benchmark fills commit by commit, below the server: one file is linked under many names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ormolu.catalog.database import open_database
from ormolu.catalog.fields import copy_field_ids, planned_columns
from ormolu.catalog.lake import Lake, TableChange
from ormolu.definitions import TableName
from ormolu.engine.jobs import JobEngine
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.files import WrittenFile
from ormolu.sql_extensions.types import data_type

NAME = TableName("bronze", "many")
KINDS = 50  # files with bounds of their own; the others repeat them
ROWS_A_FILE = 10
COLUMNS = (StoredColumn("id", data_type("bigint")), StoredColumn("note", data_type("text")))


class FilledTable:
    """`append` commits files of ten rows."""

    def __init__(self, lake: Lake, folder: Path) -> None:
        self.lake = lake
        self._kinds: list[WrittenFile] = []
        self._linked = 0
        planned = planned_columns(COLUMNS, None)
        location = lake.new_location(NAME)
        self._folder = Path(location, "data", "run-0")
        lake.commit([TableChange(NAME, None, location=location, columns=planned)], at=_now())
        with JobEngine(memory_limit="256MB", threads=1, temp_directory=folder / "spill") as jobs:
            for kind in range(KINDS):
                first = kind * ROWS_A_FILE
                self._kinds += jobs.write_parquet(
                    f"SELECT range AS id, 'note ' || range AS note FROM range({first}, {first + ROWS_A_FILE})",
                    directory=f"{location}/data/kinds/{kind}",
                    field_ids=copy_field_ids(planned),
                )

    def append(self, files: int) -> None:
        table = self.lake.head().table(NAME)
        change = TableChange(NAME, table.metadata_location, added=tuple(self._next() for _ in range(files)))
        self.lake.commit([change], at=_now())

    def _next(self) -> WrittenFile:
        kind = self._kinds[self._linked % KINDS]
        self._linked += 1
        path = self._folder / str(self._linked // 1000) / f"{self._linked}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.hardlink_to(kind.path)
        return WrittenFile(str(path), kind.rows, kind.bytes)

    def fresh(self) -> Lake:
        """The same lake with nothing cached."""
        return Lake(self.lake.engine, database=self.lake.database, warehouse=self.lake.warehouse)


@contextmanager
def filled_table(catalog: str, folder: Path) -> Iterator[FilledTable]:
    """An empty table in a lake of its own, as a server in `folder` would find it."""
    engine = open_database(catalog)
    try:
        yield FilledTable(Lake(engine, database="lakehouse", warehouse=str(folder / "warehouse")), folder)
    finally:
        engine.dispose()


def _now() -> datetime:
    return datetime.now(UTC)
