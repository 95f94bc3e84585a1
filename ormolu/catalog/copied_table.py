"""A table of which the query engine holds a copy of its own: the same rows, read from the copy."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ormolu.catalog.table import IcebergTable


class CopiedTable(IcebergTable):
    """Reads of the whole table, or of the rows that pass a condition, go to the copy; all else to the files."""

    def __init__(self, table: IcebergTable, copy: exp.Table) -> None:
        super().__init__(table.name, table.metadata_location, table.metadata, table.manifest_files)
        self._copy = copy

    def source(
        self,
        *,
        columns: Sequence[str] | None = None,
        where: exp.Expr | None = None,
        files: Sequence[str] | None = None,
        with_file_name: bool = False,
    ) -> exp.Select:
        if files is not None or with_file_name:
            return super().source(columns=columns, where=where, files=files, with_file_name=with_file_name)
        names = [column.name for column in self.columns] if columns is None else columns
        query = exp.select(*(exp.column(exp.to_identifier(self.column(name).name, quoted=True)) for name in names))
        query = query.from_(self._copy.copy())
        return query if where is None else query.where(where.copy())
