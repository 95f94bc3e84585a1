"""The live rows of the system catalogs, built from plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from ormolu.definitions import TableName
from ormolu.server.pg_catalog.access import access
from ormolu.server.pg_catalog.dependencies import dependency_rows
from ormolu.server.pg_catalog.identifiers import BOOTSTRAP_ROLE_OID, Identifiers
from ormolu.server.pg_catalog.lookups import lookup_tables
from ormolu.server.pg_catalog.relation_rows import (
    attribute_rows,
    class_rows,
    constraint_rows,
    default_rows,
    index_rows,
    positions,
)
from ormolu.server.pg_catalog.relation_types import type_rows
from ormolu.server.pg_catalog.snapshot import CatalogSnapshot
from ormolu.server.pg_catalog.static_rows import arrow_type, system_columns, system_oid

Row = Mapping[str, Any]

_UTF8 = 6  # PostgreSQL's number of the encoding
_DEFAULT_TABLESPACE = 1663

_ZEROES: Mapping[str, Any] = {"BIGINT": 0, "SMALLINT": 0, "INTEGER": 0, "BOOLEAN": False}


def build(snapshot: CatalogSnapshot) -> Mapping[str, pa.Table]:
    """The live rows of each system table by its name, and of the lookup tables that the functions read."""
    oids = Identifiers(snapshot)
    constraints = list(constraint_rows(snapshot, oids))
    rows: dict[str, Sequence[Row]] = {
        "pg_database": list(_databases(snapshot, oids)),
        "pg_namespace": list(_namespaces(snapshot, oids)),
        "pg_class": list(class_rows(snapshot, oids)),
        "pg_attribute": [row for relation in snapshot.relations for row in attribute_rows(relation, oids)],
        "pg_type": list(type_rows(snapshot, oids)),
        "pg_attrdef": [row for relation in snapshot.relations for row in default_rows(relation, oids)],
        "pg_constraint": constraints,
        "pg_depend": list(dependency_rows(constraints)),
        "pg_index": [row for relation in snapshot.relations for row in index_rows(relation, oids)],
        "pg_description": list(_descriptions(snapshot, oids)),
        "pg_shdescription": list(_shared_descriptions(snapshot, oids)),
        "pg_authid": list(_roles(snapshot, oids)),
        "pg_auth_members": list(_memberships(snapshot, oids)),
    }
    tables = {name: _table(name, found) for name, found in rows.items()}
    return {**tables, **lookup_tables(snapshot, oids)}


def _table(name: str, rows: Sequence[Row]) -> pa.Table:
    """Rows as an Arrow table with PostgreSQL's columns: a required number that a row leaves out is 0."""
    columns = [column for column in system_columns()[TableName("pg_catalog", name)] if not column.is_hidden]
    arrays = []
    for column in columns:
        missing = _ZEROES.get(column.type.duckdb) if column.is_required else None
        arrays.append(pa.array([row.get(column.name, missing) for row in rows], arrow_type(column.type.duckdb)))
    return pa.table(arrays, names=[column.name for column in columns])


# --- databases, schemas, roles -------------------------------------------------------------------------------------


def _databases(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[Row]:
    for database in snapshot.databases:
        yield {
            "oid": oids("database", database.name), "datname": database.name, "datdba": oids.owner(database.owner),
            "encoding": _UTF8, "datlocprovider": "c", "datistemplate": False, "datallowconn": True,
            "datconnlimit": -1, "dattablespace": _DEFAULT_TABLESPACE, "datcollate": "C.UTF-8", "datctype": "C.UTF-8",
            "datacl": access(snapshot, "database", database.name, database.owner or oids.superuser),
        }  # fmt: skip


def _namespaces(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[Row]:
    for schema in snapshot.schemas:
        yield {
            "oid": oids("schema", schema.name),
            "nspname": schema.name,
            "nspowner": oids.owner(schema.owner),
            "nspacl": access(snapshot, "schema", schema.name, schema.owner or oids.superuser),
        }


def _roles(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[Row]:
    for role in snapshot.roles:
        yield {
            "oid": oids("role", role.name), "rolname": role.name, "rolsuper": role.is_superuser, "rolinherit": True,
            "rolcreaterole": role.is_superuser, "rolcreatedb": role.is_superuser, "rolcanlogin": role.can_login,
            "rolreplication": role.name == oids.superuser, "rolbypassrls": role.is_superuser,
            "rolconnlimit": role.connection_limit, "rolvaliduntil": role.valid_until,
        }  # fmt: skip


def _memberships(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[Row]:
    names = {role.name for role in snapshot.roles}
    for role in snapshot.roles:
        for group in role.member_of:
            if group in names:
                yield {
                    "roleid": oids("role", group),
                    "member": oids("role", role.name),
                    "grantor": BOOTSTRAP_ROLE_OID,
                    "admin_option": False,
                }


# --- comments -------------------------------------------------------------------------------------------------


def _descriptions(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[Row]:
    of_schemas, of_relations = (system_oid(TableName("pg_catalog", name)) for name in ("pg_namespace", "pg_class"))
    for schema in snapshot.schemas:
        if schema.comment is not None:
            yield _comment(oids("schema", schema.name), of_schemas, schema.comment)
    for relation in snapshot.relations:
        oid = oids("relation", relation.name)
        if relation.comment is not None:
            yield _comment(oid, of_relations, relation.comment)
        numbers = positions(relation)
        for column in relation.columns:
            if column.comment is not None and column.name in numbers:
                yield _comment(oid, of_relations, column.comment) | {"objsubid": numbers[column.name]}


def _comment(oid: int, class_oid: int, text: str) -> dict[str, Any]:
    return {"objoid": oid, "classoid": class_oid, "objsubid": 0, "description": text}


def _shared_descriptions(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[Row]:
    of_databases, of_roles = (system_oid(TableName("pg_catalog", name)) for name in ("pg_database", "pg_authid"))
    for database in snapshot.databases:
        if database.comment is not None:
            yield _comment(oids("database", database.name), of_databases, database.comment)
    for role in snapshot.roles:
        if role.comment is not None:
            yield _comment(oids("role", role.name), of_roles, role.comment)
