"""One Iceberg table at one metadata location, as readers and planners see it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from pyiceberg.manifest import ManifestContent, ManifestFile
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.transforms import BucketTransform, IdentityTransform, TruncateTransform
from pyiceberg.types import IntegerType, LongType, StringType
from sqlglot import exp

from ormolu.catalog.caches import Cache
from ormolu.catalog.fields import copy_field_ids, stored_columns
from ormolu.catalog.file_columns import columns_read_by_name
from ormolu.catalog.files import DataFile, data_file, partition_fields
from ormolu.catalog.pruning import PrunableFiles
from ormolu.catalog.staging import identity
from ormolu.catalog.table_files import entries_of, manifests_of
from ormolu.definitions import TableName
from ormolu.errors import FeatureNotSupported, UndefinedColumn
from ormolu.medallion.columns import PartitionField, StoredColumn
from ormolu.medallion.templates import cast
from ormolu.sql_extensions.engine_text import file_list, listed, path_list
from ormolu.sql_extensions.relations import Relation, RelationColumn

FILE_NAME_COLUMN = "ormolu:file"  # no column of a user's is called so
Fields = tuple[tuple[int, str, str], ...]  # id, name and type: schema ids are used again after a RESTORE
ManifestFiles = Cache[tuple[str, Fields], tuple[DataFile, ...]]  # by manifest path, and what decodes it


class IcebergTable:
    """Immutable: what it says stays true whatever is committed later."""

    def __init__(
        self, name: TableName, metadata_location: str, metadata: TableMetadata, manifest_files: ManifestFiles
    ) -> None:
        self.name = name
        self.metadata_location = metadata_location
        self.metadata = metadata
        self.manifest_files = manifest_files

    def __repr__(self) -> str:
        return f"IcebergTable({self.name}, {self.metadata_location})"

    @property
    def location(self) -> str:
        return self.metadata.location

    @property
    def identity(self) -> str:
        return identity(self.metadata)

    @property
    def snapshot_id(self) -> int | None:
        return self.metadata.current_snapshot_id

    @property
    def properties(self) -> Mapping[str, str]:
        return self.metadata.properties

    @property
    def last_field_id(self) -> int:
        return self.metadata.last_column_id

    @cached_property
    def columns(self) -> tuple[StoredColumn, ...]:
        return stored_columns(self.metadata.schema())

    @cached_property
    def _by_name(self) -> Mapping[str, StoredColumn]:
        return {column.name: column for column in self.columns}

    def find_column(self, name: str) -> StoredColumn | None:
        return self._by_name.get(name)

    def column(self, name: str) -> StoredColumn:
        column = self._by_name.get(name)
        if column is None:
            raise UndefinedColumn(f'column "{name}" of "{self.name}" does not exist')
        return column

    @cached_property
    def _fields(self) -> Fields:
        return tuple((field.field_id, field.name, str(field.field_type)) for field in self.metadata.schema().fields)

    @cached_property
    def partition_by(self) -> tuple[PartitionField, ...]:
        return partition_fields(self.metadata.spec(), self.metadata.schema())

    @cached_property
    def field_ids(self) -> Mapping[str, object]:
        """For DuckDB's COPY ... FIELD_IDS."""
        return copy_field_ids(self.columns)

    @cached_property
    def files(self) -> tuple[DataFile, ...]:
        return tuple(file for _, files in self.files_of_manifests for file in files)

    @cached_property
    def files_of_manifests(self) -> tuple[tuple[str, tuple[DataFile, ...]], ...]:
        """The live files, by the path of the manifest that lists them."""
        return tuple((manifest.manifest_path, self._files_of(manifest)) for manifest in self.manifests)

    @cached_property
    def manifests(self) -> tuple[ManifestFile, ...]:
        snapshot = self.metadata.current_snapshot()
        return () if snapshot is None else tuple(manifests_of(snapshot))

    def _files_of(self, manifest: ManifestFile) -> tuple[DataFile, ...]:
        if manifest.content != ManifestContent.DATA:
            raise FeatureNotSupported(
                f'table "{self.name}" has delete files, which another engine wrote',
                hint="Compact it there, or restore an earlier version.",
            )
        key = (manifest.manifest_path, self._fields)
        return self.manifest_files.get(key, lambda: self._read_manifest(manifest))

    def _read_manifest(self, manifest: ManifestFile) -> tuple[DataFile, ...]:
        schema = self.metadata.schema()
        spec = self.metadata.specs()[manifest.partition_spec_id]
        return tuple(data_file(entry.data_file, schema, spec) for entry in entries_of(manifest))

    @cached_property
    def rows(self) -> int:
        return self._total("total-records", lambda: sum(file.rows for file in self.files))

    @cached_property
    def bytes(self) -> int:
        return self._total("total-files-size", lambda: sum(file.bytes for file in self.files))

    def _total(self, key: str, count: Callable[[], int]) -> int:
        snapshot = self.metadata.current_snapshot()
        if snapshot is None:
            return 0
        total = snapshot.summary[key] if snapshot.summary is not None else None
        return int(total) if total is not None else count()

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(file.path for file in self.files)

    @cached_property
    def _read_by_name(self) -> frozenset[str]:
        return columns_read_by_name(self.metadata.schema(), self.metadata.schemas, self.files)

    def _are_read_by_name(self, files: Sequence[str] | None, columns: Iterable[StoredColumn]) -> bool:
        is_ours = files is None or self._paths.issuperset(files)
        return is_ours and self._read_by_name.issuperset(column.name for column in columns)

    @cached_property
    def _prunable(self) -> PrunableFiles:
        return PrunableFiles(self.name, self.files, self._by_name, self.metadata.specs(), self.metadata.schema())

    def files_matching(self, where: exp.Expr | None) -> tuple[DataFile, ...]:
        """The files that may hold a row for which `where` is true."""
        return self._prunable.where(where).files

    def _listed(self, files: Sequence[str] | None, where: exp.Expr | None) -> exp.Array | None:
        """The list of the files that are read; None where there is none."""
        if files is not None:
            return path_list(listed(files)) if files else None
        found = self._prunable.where(where)
        return file_list(found) if found.files else None

    def files_in_partitions(
        self, files: Iterable[DataFile], position: int, partitions: Collection[str | None]
    ) -> tuple[DataFile, ...]:
        """Those of the files that may hold rows of a partition field's values, given as a COPY writes them.

        Only values that compare as they are written are compared: whole numbers and texts, buckets among them.
        """
        spec, schema = self.metadata.spec(), self.metadata.schema()
        field = spec.fields[position]
        result = field.transform.result_type(schema.find_type(field.source_id))
        is_compared = isinstance(field.transform, BucketTransform | TruncateTransform | IdentityTransform)
        if not is_compared or not isinstance(result, IntegerType | LongType | StringType):
            return tuple(files)
        read: Callable[[str], str | int] = str if isinstance(result, StringType) else int
        values = {None if text is None else read(text) for text in partitions}
        return tuple(file for file in files if file.spec_id != spec.spec_id or file.partition[position] in values)

    def source(
        self,
        *,
        columns: Sequence[str] | None = None,
        where: exp.Expr | None = None,
        files: Sequence[str] | None = None,
        with_file_name: bool = False,
    ) -> exp.Select:
        """A DuckDB query over the live files (or those of `files`), in the types of queries.

        `where` names this table's columns; it filters the rows and leaves out the files that cannot match.
        `with_file_name` adds FILE_NAME_COLUMN, and takes no `where`.
        """
        chosen = self.columns if columns is None else tuple(self.column(name) for name in columns)
        paths = self._listed(files, where)
        if paths is None:
            return empty_source(chosen, with_file_name=with_file_name)
        read = chosen if where is None else self._with_columns_of(where, chosen)
        if with_file_name:
            return self._with_file_names(paths, chosen, files)
        is_by_name = self._are_read_by_name(files, read)
        reading = _read_by_name(paths) if is_by_name else _read_parquet(paths, read)
        query = exp.select(*(_projection(column) for column in chosen)).from_(reading)
        return query if where is None else query.where(self._over_stored(where))

    def _with_file_names(
        self, paths: exp.Array, chosen: Sequence[StoredColumn], files: Sequence[str] | None
    ) -> exp.Select:
        """Whatever the option's value is, DuckDB takes a condition on `filename` for one on the file's name."""
        inner = [replace(column, name="ormolu:filename") if _is_taken(column) else column for column in chosen]
        is_by_name = inner == list(chosen) and self._are_read_by_name(files, chosen)
        reading = _read_by_name(paths) if is_by_name else _read_parquet(paths, inner)
        named = exp.EQ(this=exp.column("filename"), expression=exp.Literal.string(FILE_NAME_COLUMN))
        reading.this.append("expressions", named)
        shown = [
            exp.alias_(_as_queried(column), known.name, quoted=True)
            for column, known in zip(inner, chosen, strict=True)
        ]
        return exp.select(*shown, exp.column(FILE_NAME_COLUMN, quoted=True)).from_(reading)

    def _with_columns_of(self, where: exp.Expr, chosen: Sequence[StoredColumn]) -> Sequence[StoredColumn]:
        names = {column.name for column in chosen} | {column.name for column in where.find_all(exp.Column)}
        for name in names:
            self.column(name)
        return [column for column in self.columns if column.name in names]

    def _over_stored(self, where: exp.Expr) -> exp.Expr:
        """`where` over the columns as the files hold them."""

        def over_stored(node: exp.Expr) -> exp.Expr:
            if not isinstance(node, exp.Column):
                return node
            return _as_queried(self.column(node.name))

        over: exp.Expr = where.copy().transform(over_stored)
        return over

    def relation(self) -> Relation:
        """All the rows, as the table stands."""
        return Relation(self.name, relation_columns(self.columns), self.source(), self.metadata_location)


def relation_columns(columns: Iterable[StoredColumn]) -> tuple[RelationColumn, ...]:
    return tuple(
        RelationColumn(column.name, column.type, column.is_hidden, column.is_required, column.comment)
        for column in columns
    )


def empty_source(columns: Sequence[StoredColumn], *, with_file_name: bool = False) -> exp.Select:
    """No rows, of the right types."""
    nothing = [exp.alias_(cast(exp.null(), column.type.duckdb), column.name, quoted=True) for column in columns]
    if with_file_name:
        nothing.append(exp.alias_(cast(exp.null(), "VARCHAR"), FILE_NAME_COLUMN, quoted=True))
    return exp.select(*nothing).where(exp.false())


def _is_taken(column: StoredColumn) -> bool:
    return column.name.lower() == "filename"


def _projection(column: StoredColumn) -> exp.Expr:
    queried = _as_queried(column)
    return queried if isinstance(queried, exp.Column) else exp.alias_(queried, column.name, quoted=True)


def _as_queried(column: StoredColumn) -> exp.Expr:
    stored = exp.column(exp.to_identifier(column.name, quoted=True))
    if column.type.stored == column.type.duckdb:
        return stored
    return cast(stored, column.type.duckdb)


def _read_by_name(paths: exp.Array) -> exp.Table:
    """`read_parquet([...], hive_partitioning = FALSE)`: folders called `a=b` give no columns."""
    no_columns = exp.EQ(this=exp.column("hive_partitioning"), expression=exp.false())
    return exp.Table(this=exp.ReadParquet(expressions=[paths, no_columns]))


def _read_parquet(paths: exp.Array, columns: Sequence[StoredColumn]) -> exp.Table:
    """`read_parquet([...], schema = MAP {1: {'name': ..., 'type': ..., 'default_value': NULL}})`.

    Files are matched by field id, so that renamed, widened, dropped and added columns read right.
    """
    schema = exp.ToMap(
        this=exp.Struct(
            expressions=[
                exp.PropertyEQ(this=exp.Literal.number(column.field_id), expression=_schema_entry(column))
                for column in columns
            ]
        )
    )
    reading = exp.ReadParquet(
        expressions=[
            paths,
            exp.EQ(this=exp.column("schema"), expression=schema),
        ]
    )
    return exp.Table(this=reading)


def _schema_entry(column: StoredColumn) -> exp.Struct:
    values = (
        ("name", exp.Literal.string(column.name)),
        ("type", exp.Literal.string(column.type.stored)),
        ("default_value", cast(exp.null(), "VARCHAR")),
    )
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=exp.to_identifier(name), expression=value) for name, value in values]
    )
