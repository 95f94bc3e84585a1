"""A DuckDB with the system catalogs over a small lake."""

import re

import duckdb
import pytest
from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.server.pg_catalog.identifiers import Identifiers
from ormolu.server.pg_catalog.snapshot import (
    CatalogCheck,
    CatalogDatabase,
    CatalogForeignKey,
    CatalogGrant,
    CatalogRelation,
    CatalogRole,
    CatalogSchema,
    CatalogSession,
    CatalogSnapshot,
)
from ormolu.server.pg_catalog.system_catalog import SystemCatalog
from ormolu.sql_extensions.catalog.binding import CatalogQuery, bind_catalog_query
from ormolu.sql_extensions.catalog.queries import CatalogNames
from ormolu.sql_extensions.relations import Relation, RelationColumn
from ormolu.sql_extensions.result_types import result_type
from ormolu.sql_extensions.types import data_type

CUSTOMERS = {
    "customer_id": "int8", "name": "text", "email": "varchar(200)", "amount": "numeric(18,2)",
    "created_at": "timestamptz", "active": "bool", "tags": "text[]", "doc": "jsonb", "uid": "uuid", "d": "date",
}  # fmt: skip
ORDERS = {"order_id": "int8", "customer_id": "int8", "order_date": "date", "total": "float8"}


def relation_columns(types: dict[str, str], required: tuple[str, ...] = ()) -> tuple[RelationColumn, ...]:
    return tuple(
        RelationColumn(
            name, data_type(kind), is_required=name in required, comment="contact" if name == "email" else None
        )
        for name, kind in types.items()
    )


SNAPSHOT = CatalogSnapshot(
    version="1",
    database="shop",
    databases=(CatalogDatabase("shop"), CatalogDatabase("shop_dev")),
    schemas=tuple(CatalogSchema(name) for name in ("bronze", "silver", "gold", "lake")),
    relations=(
        CatalogRelation(TableName("bronze", "orders"), relation_columns(ORDERS)),
        CatalogRelation(
            TableName("silver", "customers"),
            (*relation_columns(CUSTOMERS, ("name",)), RelationColumn("_hash", data_type("text"), is_hidden=True)),
            comment="clean customers",
            key=("customer_id",),
            rows=2,
            defaults={"amount": "0"},
            checks=(CatalogCheck("positive", "amount > 0", ("amount",)),),
        ),
        CatalogRelation(
            TableName("silver", "orders"),
            relation_columns(ORDERS),
            key=("order_id",),
            foreign_keys=(
                CatalogForeignKey(
                    "orders_customer_id_fkey", ("customer_id",), TableName("silver", "customers"), ("customer_id",)
                ),
            ),
        ),
        CatalogRelation(TableName("lake", "runs"), relation_columns({"run_id": "int8"}), "v", definition="SELECT 1"),
    ),
    roles=(
        CatalogRole("admin", is_superuser=True),
        CatalogRole("analysts", can_login=False),
        CatalogRole("anna", member_of=("analysts",)),
    ),
    grants=(CatalogGrant("SELECT", "table", "silver.customers", "analysts", "admin"),),
    sessions=(CatalogSession(7, "shop", "admin", query="it's"),),
    settings=(("TimeZone", "UTC"), ("ormolu.mode", "test")),
)
NAMES = CatalogNames(("gold", "silver", "bronze"), "admin", "shop", "PostgreSQL 15.0", 7)
OIDS = Identifiers(SNAPSHOT)


class Peer:
    """A DuckDB with the system catalogs over SNAPSHOT."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.catalog = SystemCatalog(self.connection)

    def with_oids(self, sql: str) -> str:
        """`{silver.customers}` as the relation's OID."""
        return re.sub(r"\{(\w+\.\w+)\}", lambda match: str(OIDS.find("relation", match[1]) or 1), sql)

    def resolve(self, name: TableName) -> Relation | None:
        user = next((each for each in SNAPSHOT.relations if each.name == name), None)
        if user is None:
            return self.catalog.relation(name, SNAPSHOT)
        empty = [
            exp.alias_(exp.cast(exp.Null(), column.type.duckdb, dialect="duckdb"), column.name)
            for column in user.columns
        ]
        return Relation(name, user.columns, exp.select(*empty).where(exp.false()), "1")

    def bind(self, sql: str) -> CatalogQuery:
        return bind_catalog_query(sql, self.resolve, NAMES)

    def described(self, sql: str) -> list[list[object]]:
        bound = self.bind(sql)
        rows = self.connection.execute(bound.sql)
        kinds = [str(kind) for _, kind, *_ in rows.description or []]
        types = bound.column_types or (None,) * len(kinds)
        return [
            [name, result_type(declared, kind).oid]
            for name, declared, kind in zip(bound.column_names, types, kinds, strict=True)
        ]

    def rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        return self.connection.execute(self.bind(sql).sql, parameters).fetchall()


@pytest.fixture(scope="session")
def peer() -> Peer:
    return Peer()


@pytest.fixture(scope="session")
def snapshot() -> CatalogSnapshot:
    return SNAPSHOT
