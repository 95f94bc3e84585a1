"""`lake.trace('gold.t', '{"day": "2026-11-17"}')` in FROM: the bronze rows behind a row, with their files and lines."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ormolu.catalog.grants import Access
from ormolu.catalog.lake import Head
from ormolu.definitions import TableName
from ormolu.errors import FeatureNotSupported, InsufficientPrivilege, UndefinedColumn, UndefinedTable
from ormolu.medallion.erasing import is_of_key, reach
from ormolu.medallion.templates import cast, column, named, query, string
from ormolu.server.keys import key_of, table_of
from ormolu.server.resolution import UNCACHED
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.types import data_type

FUNCTION = ("lake", "trace")
NAME = TableName(*FUNCTION)
# The function's columns, and the bronze tables' that fill them.
COLUMNS = (
    ("table_name", "text", None),
    ("row_id", "bigint", "_row_id"),
    ("load_id", "bigint", "_load_id"),
    ("loaded_at", "timestamptz", "_loaded_at"),
    ("file", "text", "_source_file"),
    ("line", "bigint", "_row_number"),
    ("record", "json", None),
)


def trace(arguments: Sequence[exp.Expr], head: Head, access: Access) -> Relation:
    """Found by the columns that are carried over unchanged: 0A000 where the key is computed on the way."""
    name, key = _asked(arguments)
    _require(access, name)
    relation = head.find_relation(name)
    if relation is None or head.definitions.find_relation(name) is None:
        raise UndefinedTable(f'relation "{name}" does not exist')
    types = {}
    for part in key:
        found = relation.find_column(part)
        if found is None:
            raise UndefinedColumn(f'column "{part}" of "{name}" does not exist')
        types[part] = found.type.duckdb
    reached = reach(head.definitions.relations(), name, list(key), lambda other, part: _has(head, other, part))
    if not reached.sources:
        raise FeatureNotSupported(
            f"{', '.join(key)} of {name} cannot be followed to a bronze source",
            detail="A column can be followed where it is carried over unchanged, in another type at most.",
            hint="SHOW LINEAGE tells what it is computed from; trace a key of the table it is made from.",
        )
    found_rows: list[exp.Query] = []
    for source in reached.sources:
        _require(access, source)
        held = {part: (each,) for part, each in reached.held[source].items()}
        found_rows.append(_rows(source, head, is_of_key(held, key, types)))
    rows = found_rows[0]
    for others in found_rows[1:]:
        rows = exp.union(rows, others, distinct=False)
    shown = tuple(RelationColumn(each, data_type(spelling)) for each, spelling, _ in COLUMNS)
    return Relation(NAME, shown, rows, UNCACHED)


def _rows(source: TableName, head: Head, condition: exp.Expr) -> exp.Query:
    relation = head.find_relation(source)
    assert relation is not None, "it has the key's columns"
    known = {each.name for each in relation.columns}
    fields = [
        exp.PropertyEQ(this=exp.to_identifier(each.name, quoted=True), expression=column(each.name, "b"))
        for each in relation.columns
        if not each.is_hidden
    ]
    record = exp.Anonymous(this="to_json", expressions=[exp.Struct(expressions=fields)])
    projections: list[exp.Expr] = []
    for name, spelling, filled_by in COLUMNS:
        value: exp.Expr = cast(exp.null(), data_type(spelling).duckdb)
        if name == "table_name":
            value = string(str(source))
        elif name == "record":
            value = record
        elif filled_by in known:
            value = column(str(filled_by), "b")
        projections.append(named(value, name))
    return query(
        "SELECT :cols FROM rows AS b WHERE :condition",
        cols=projections,
        rows=relation.source.copy(),
        condition=condition,
    )


def _has(head: Head, table: TableName, name: str) -> bool:
    found = head.find_table(table)
    return found is not None and found.find_column(name) is not None


def _require(access: Access, table: TableName) -> None:
    if not access.has("SELECT", table):
        raise InsufficientPrivilege(
            f"permission denied for table {table.name}", hint=f"Tracing reads {table}: it takes SELECT on it."
        )


def _asked(arguments: Sequence[exp.Expr]) -> tuple[TableName, dict[str, str]]:
    if len(arguments) != 2 or not all(isinstance(each, exp.Literal) and each.is_string for each in arguments):
        raise FeatureNotSupported(
            "lake.trace() takes two texts, written out",
            hint="SELECT * FROM lake.trace('gold.sales', '{\"day\": \"2026-11-17\"}')",
        )
    return table_of(arguments[0].name), key_of(arguments[1].name)
