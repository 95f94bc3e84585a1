"""The live rows of the system catalogs, built from plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from ormolu.definitions import TableName
from ormolu.server.pg_catalog.identifiers import BOOTSTRAP_ROLE_OID, Identifiers
from ormolu.server.pg_catalog.lookups import lookup_tables
from ormolu.server.pg_catalog.snapshot import CatalogRelation, CatalogSnapshot
from ormolu.server.pg_catalog.static_rows import arrow_type, static_table, system_columns, system_oid
from ormolu.sql_extensions.types import DataType

Row = Mapping[str, Any]

_UTF8 = 6  # PostgreSQL's number of the encoding
_HEAP, _BTREE = 2, 403  # pg_am
_DEFAULT_TABLESPACE, _GLOBAL_TABLESPACE = 1663, 1664
_DEFAULT_COLLATION = 100
_COLLATED = frozenset({"text", "varchar", "bpchar"})
_BY_VALUE_BYTES_MAX = 8

_ZEROES: Mapping[str, Any] = {"BIGINT": 0, "SMALLINT": 0, "INTEGER": 0, "BOOLEAN": False}


def build(snapshot: CatalogSnapshot) -> Mapping[str, pa.Table]:
    """The live rows of each system table by its name, and of the lookup tables that the functions read."""
    oids = Identifiers(snapshot)
    rows: dict[str, Sequence[Row]] = {
        "pg_database": list(_databases(snapshot, oids)),
        "pg_namespace": list(_namespaces(snapshot, oids)),
        "pg_class": [row for relation in snapshot.relations for row in _classes(relation, oids, snapshot)],
        "pg_attribute": [row for relation in snapshot.relations for row in _attributes(relation, oids)],
        "pg_attrdef": [row for relation in snapshot.relations for row in _defaults(relation, oids)],
        "pg_constraint": [row for relation in snapshot.relations for row in _constraints(relation, oids, snapshot)],
        "pg_index": [row for relation in snapshot.relations if relation.key for row in _indexes(relation, oids)],
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
            "datacl": _access(snapshot, "database", database.name),
        }  # fmt: skip


def _namespaces(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[Row]:
    for schema in snapshot.schemas:
        yield {
            "oid": oids("schema", schema.name),
            "nspname": schema.name,
            "nspowner": oids.owner(schema.owner),
            "nspacl": _access(snapshot, "schema", schema.name),
        }


def _roles(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[Row]:
    for role in snapshot.roles:
        yield {
            "oid": oids("role", role.name), "rolname": role.name, "rolsuper": role.is_superuser, "rolinherit": True,
            "rolcreaterole": role.is_superuser, "rolcreatedb": role.is_superuser, "rolcanlogin": role.can_login,
            "rolreplication": False, "rolbypassrls": role.is_superuser, "rolconnlimit": role.connection_limit,
            "rolvaliduntil": role.valid_until,
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


_PRIVILEGE_LETTERS = {
    "SELECT": "r", "INSERT": "a", "UPDATE": "w", "DELETE": "d", "TRUNCATE": "D", "REFERENCES": "x", "TRIGGER": "t",
    "USAGE": "U", "CREATE": "C", "CONNECT": "c", "TEMPORARY": "T", "EXECUTE": "X",
}  # fmt: skip


def _access(snapshot: CatalogSnapshot, kind: str, name: str) -> list[str] | None:
    """The grants on an object as aclitems, `anna=r/owner`; privileges that PostgreSQL does not know are left out."""
    letters: dict[tuple[str, str], str] = {}
    for grant in snapshot.grants:
        letter = _PRIVILEGE_LETTERS.get(grant.privilege.upper())
        if (grant.object_kind, grant.object) == (kind, name) and letter is not None:
            grantee = "" if grant.grantee == "public" else grant.grantee
            key = (grantee, grant.grantor)
            letters[key] = letters.get(key, "") + letter + ("*" if grant.is_grantable else "")
    return [f"{grantee}={given}/{grantor}" for (grantee, grantor), given in sorted(letters.items())] or None


# --- relations ------------------------------------------------------------------------------------------------


def _classes(relation: CatalogRelation, oids: Identifiers, snapshot: CatalogSnapshot) -> Iterator[Row]:
    columns = [column for column in relation.columns if not column.is_hidden]
    name = relation.name
    is_table = relation.kind == "r"
    shared = {
        "relnamespace": oids("schema", name.schema), "relowner": oids.owner(relation.owner), "relpersistence": "p",
        "relispopulated": True,
    }  # fmt: skip
    yield shared | {
        "oid": oids("relation", name), "relname": name.name, "relam": _HEAP if is_table else 0,
        "relfilenode": oids("relation", name) if is_table else 0, "reltuples": float(relation.rows),
        "relhasindex": bool(relation.key), "relkind": relation.kind, "relnatts": len(columns),
        "relchecks": len(relation.checks), "relhasrules": not is_table,
        "relhastriggers": _has_triggers(relation, snapshot),
        "relreplident": "d" if is_table else "n", "relacl": _access(snapshot, "table", str(name)),
    }  # fmt: skip
    if relation.key:
        yield shared | {
            "oid": oids("index", name), "relname": f"{name.name}_pkey", "relam": _BTREE,
            "relfilenode": oids("index", name), "reltuples": float(relation.rows), "relkind": "i",
            "relnatts": len(relation.key), "relreplident": "n",
        }  # fmt: skip


def _has_triggers(relation: CatalogRelation, snapshot: CatalogSnapshot) -> bool:
    """PostgreSQL keeps a foreign key by triggers on both sides; psql asks for keys only where there are some."""
    others = (key.references for other in snapshot.relations for key in other.foreign_keys)
    return bool(relation.foreign_keys) or relation.name in others


def _attributes(relation: CatalogRelation, oids: Identifiers) -> Iterator[Row]:
    columns = [column for column in relation.columns if not column.is_hidden]
    for position, column in enumerate(columns, start=1):
        yield _attribute(column.name, column.type) | {
            "attrelid": oids("relation", relation.name),
            "attnum": position,
            "attnotnull": column.is_required or column.name in relation.key,
            "atthasdef": column.name in relation.defaults,
        }
    types = {column.name: column.type for column in columns}
    for position, name in enumerate(relation.key, start=1):
        if name in types:
            yield _attribute(name, types[name]) | {"attrelid": oids("index", relation.name), "attnum": position}


def _attribute(name: str, kind: DataType) -> dict[str, Any]:
    length = kind.length
    is_collated = kind.scalar.name in _COLLATED
    return {
        "attname": name, "atttypid": kind.oid, "atttypmod": kind.type_modifier, "attstattarget": -1, "attlen": length,
        "attndims": kind.dimensions, "attcacheoff": -1, "attbyval": 0 < length <= _BY_VALUE_BYTES_MAX,
        "attalign": {1: "c", 2: "s", 8: "d"}.get(length, "i"), "attstorage": _storage(kind),
        "attcompression": "", "attidentity": "", "attgenerated": "", "attislocal": True,
        "attcollation": _DEFAULT_COLLATION if is_collated else 0,
    }  # fmt: skip


def _storage(kind: DataType) -> str:
    if kind.length >= 0:
        return "p"
    return "m" if kind.scalar.name == "numeric" and not kind.dimensions else "x"


def _defaults(relation: CatalogRelation, oids: Identifiers) -> Iterator[Row]:
    for column, position in _positions(relation).items():
        if column in relation.defaults:
            yield {
                "oid": oids("default", f"{relation.name}/{column}"),
                "adrelid": oids("relation", relation.name),
                "adnum": position,
                "adbin": relation.defaults[column],
            }


def _positions(relation: CatalogRelation) -> dict[str, int]:
    visible = [column.name for column in relation.columns if not column.is_hidden]
    return {name: position for position, name in enumerate(visible, start=1)}


def _constraints(relation: CatalogRelation, oids: Identifiers, snapshot: CatalogSnapshot) -> Iterator[Row]:
    positions = _positions(relation)
    shared = {
        "connamespace": oids("schema", relation.name.schema), "conrelid": oids("relation", relation.name),
        "convalidated": True, "conislocal": True, "confupdtype": " ", "confdeltype": " ", "confmatchtype": " ",
        "connoinherit": True,
    }  # fmt: skip
    if relation.key:
        name = f"{relation.name.name}_pkey"
        yield shared | {
            "oid": oids("constraint", f"{relation.name}/{name}"), "conname": name, "contype": "p",
            "conindid": oids("index", relation.name), "conkey": [positions.get(column, 0) for column in relation.key],
        }  # fmt: skip
    for check, text in relation.checks.items():
        yield shared | {
            "oid": oids("constraint", f"{relation.name}/{check}"),
            "conname": check,
            "contype": "c",
            "conbin": text,
        }
    others = {other.name: other for other in snapshot.relations}
    for key in relation.foreign_keys:
        target = others.get(key.references)
        if target is None:
            continue
        there = _positions(target)
        yield shared | {
            "oid": oids("constraint", f"{relation.name}/{key.name}"), "conname": key.name, "contype": "f",
            "conindid": oids("index", target.name) if target.key else 0, "confrelid": oids("relation", target.name),
            "confupdtype": "a", "confdeltype": "a", "confmatchtype": "s",
            "conkey": [positions.get(column, 0) for column in key.columns],
            "confkey": [there.get(column, 0) for column in key.referenced_columns],
        }  # fmt: skip


def _operator_classes() -> Mapping[int, int]:
    """The default btree operator class of each type."""
    return {
        row["opcintype"]: row["oid"]
        for row in static_table("pg_opclass").to_pylist()
        if row["opcmethod"] == _BTREE and row["opcdefault"]
    }


def _indexes(relation: CatalogRelation, oids: Identifiers) -> Iterator[Row]:
    positions = _positions(relation)
    types = {column.name: column.type for column in relation.columns}
    key = [column for column in relation.key if column in positions]
    classes = _operator_classes()
    text_class = classes[25]
    yield {
        "indexrelid": oids("index", relation.name), "indrelid": oids("relation", relation.name), "indnatts": len(key),
        "indnkeyatts": len(key), "indisunique": True, "indisprimary": True, "indimmediate": True, "indisvalid": True,
        "indisready": True, "indislive": True, "indkey": [positions[column] for column in key],
        "indcollation": [_DEFAULT_COLLATION if types[column].scalar.name in _COLLATED else 0 for column in key],
        "indclass": [classes.get(types[column].oid, text_class) for column in key], "indoption": [0] * len(key),
    }  # fmt: skip


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
        positions = _positions(relation)
        for column in relation.columns:
            if column.comment is not None and column.name in positions:
                yield _comment(oid, of_relations, column.comment) | {"objsubid": positions[column.name]}


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
