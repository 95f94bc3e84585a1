# ruff: noqa: E501  (a row is a line)
"""The same small tables for PostgreSQL and for us: as DDL, and as relations."""

from __future__ import annotations

from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.sql_extensions.dialect.context import AsOf
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.types import data_type


@dataclass(frozen=True)
class Session:
    search_path: tuple[str, ...] = ("gold", "silver", "bronze")


SESSION = Session()

# name: columns, rows as PostgreSQL literals
TABLES: dict[str, tuple[tuple[tuple[str, str], ...], tuple[tuple[str, ...], ...]]] = {
    "silver.orders": (
        (
            ("order_id", "integer"), ("customer", "text"), ("amount", "numeric(12,2)"), ("quantity", "integer"),
            ("big", "bigint"), ("ratio", "double precision"), ("day", "date"), ("at", "timestamp"),
            ("zoned", "timestamptz"), ("is_gift", "boolean"), ("tags", "text[]"), ("data", "jsonb"), ("code", "varchar(5)"),
        ),
        (
            ("1", "'Ann'", "10.50", "3", "5000000000", "0.5", "'2024-01-15'", "'2024-01-15 10:30:00'",
             "'2024-01-15 10:30:00+00'", "true", "'{a,b}'", """'{"k": "v", "n": 1, "l": [1, 2, 3]}'""", "'ab'"),
            ("2", "'Bob'", "20.25", "2", "7", "2.5", "'2024-02-29'", "'2024-02-29 23:59:59.5'",
             "'2024-02-29 23:59:59.5+00'", "false", "'{c}'", """'{"k": null, "n": 2.5}'""", "'abcde'"),
            ("3", "'ann'", "-5.00", "7", "-1", "3.5", "'2023-12-31'", "'2023-12-31 00:00:00'",
             "'2023-12-31 00:00:00+00'", "NULL", "'{}'", """'{"k": "x y"}'""", "''"),
            ("4", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL"),
            ("5", "'Zoë O''Neil'", "0.00", "0", "0", "0", "'2024-12-01'", "'2024-12-01 06:07:08.123456'",
             "'2024-12-01 06:07:08.123456+00'", "true", "'{b,NULL}'", """'{"n": -3}'""", "'Z'"),
        ),
    ),
    "silver.customers": (
        (("customer", "text"), ("city", "text"), ("since", "date")),
        (("'Ann'", "'Paris'", "'2020-01-01'"), ("'Bob'", "'Berlin'", "'2021-06-30'"), ("'Cyd'", "NULL", "NULL")),
    ),
    "gold.numbers": (
        (("i", "integer"), ("s", "smallint"), ("n", "numeric(10,3)"), ("f", "double precision")),
        (("1", "1", "1.500", "1.5"), ("2", "2", "2.500", "2.5"), ("-3", "-3", "-0.125", "-2.5"), ("7", "9", "100.000", "1e10")),
    ),
    "gold.sizes": (
        (("name", "text"), ("price", "numeric(15,2)"), ("rate", "numeric(16,2)"), ("whole", "numeric(18,0)"), ("units", "integer")),
        (
            ("'small'", "1.25", "0.07", "12", "3"), ("'small'", "104949.50", "1.08", "999", "50"), ("'small'", "NULL", "0.10", "NULL", "1"),
            ("'large'", "9999999999999.99", "99999999999999.99", "999999999999999999", "2147483647"),
            ("'large'", "-9999999999999.99", "0.01", "-999999999999999999", "-1"), ("'large'", "2.00", "99999999999999.99", "1", "NULL"),
            ("'none'", "NULL", "NULL", "NULL", "NULL"),
        ),
    ),
}  # fmt: skip


def _ddl() -> list[str]:
    statements = ["CREATE SCHEMA silver", "CREATE SCHEMA gold", "CREATE SCHEMA bronze"]
    for name, (columns, rows) in TABLES.items():
        statements.append(f"CREATE TABLE {name} ({', '.join(f'{column} {type}' for column, type in columns)})")
        statements.append(f"INSERT INTO {name} VALUES {', '.join('(' + ', '.join(row) + ')' for row in rows)}")
    return statements


DDL = _ddl()


def _relation(name: str) -> Relation:
    columns, rows = TABLES[name]
    types = [data_type(type) for _, type in columns]
    selects = []
    for row in rows:
        values = [
            f'CAST({_engine_literal(value)} AS {type.duckdb}) AS "{column}"'
            for value, type, (column, _) in zip(row, types, columns, strict=True)
        ]
        selects.append(f"SELECT {', '.join(values)}")
    source = sqlglot.parse_one(" UNION ALL ".join(selects), read="duckdb")
    assert isinstance(source, exp.Query)
    shown = tuple(RelationColumn(column, type) for (column, _), type in zip(columns, types, strict=True))
    hidden = RelationColumn("_row_id", data_type("bigint"), is_hidden=True)
    table = TableName(*name.split("."))
    return Relation(table, (*shown, hidden), _with_row_id(source), "1")


def _engine_literal(value: str) -> str:
    if value.startswith("'{") and not value.startswith("""'{"'"""):
        body = value[2:-2]
        if ":" in body:
            return value
        return "[" + ", ".join("NULL" if item == "NULL" else f"'{item}'" for item in body.split(",") if item) + "]"
    return value


def _with_row_id(source: exp.Query) -> exp.Query:
    return sqlglot.parse_one(
        f"SELECT *, row_number() OVER () AS _row_id FROM ({source.sql('duckdb')}) AS s", read="duckdb"
    )  # type: ignore[return-value]  # a SELECT is a Query


RELATIONS = {TableName(*name.split(".")): _relation(name) for name in TABLES}


def resolve(name: TableName, as_of: AsOf | None) -> Relation | None:
    return RELATIONS.get(name)
