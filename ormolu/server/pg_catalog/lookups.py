"""Tables of our own that the system functions read: names, texts and privileges by OID.

Their columns start with an underscore, so that a query's own column names never mean theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from ormolu.definitions import TableName
from ormolu.server.pg_catalog.identifiers import Identifiers
from ormolu.server.pg_catalog.snapshot import CatalogForeignKey, CatalogRelation, CatalogSnapshot
from ormolu.server.pg_catalog.static_rows import static_table
from ormolu.sql_extensions.relations import RelationColumn
from ormolu.sql_extensions.types import data_type

_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "_class_names": {"_key": "int8", "_schema": "text", "_name": "text", "_schemas": "text[]"},
    "_role_names": {"_key": "int8", "_value": "text", "_is_superuser": "bool", "_groups": "text[]"},
    "_schema_names": {"_key": "int8", "_value": "text"},
    "_database_names": {"_key": "int8", "_value": "text"},
    "_constraint_texts": {
        "_key": "int8", "_value": "text", "_bare": "text", "_schema": "text", "_schemas": "text[]",
    },
    "_index_texts": {
        "_key": "int8", "_value": "text", "_bare": "text", "_columns": "text[]", "_schema": "text",
        "_schemas": "text[]",
    },
    "_view_texts": {"_key": "int8", "_value": "text"},
    "_privileges": {"_role": "text", "_kind": "text", "_key": "int8", "_name": "text", "_privilege": "text"},
    "_descriptions": {"_object": "oid", "_class": "oid", "_position": "int4", "_value": "text"},
    "_shared_descriptions": {"_object": "oid", "_class": "oid", "_value": "text"},
    "_function_texts": {
        "_key": "int8", "_name": "text", "_signature": "text", "_arguments": "text", "_identity_arguments": "text",
        "_result": "text",
    },
    "_operator_names": {"_key": "int8", "_name": "text", "_signature": "text"},
    "_type_names": {"_key": "int8", "_schema": "text", "_name": "text", "_value": "text"},
    "_keywords": {"word": "text", "catcode": '"char"', "barelabel": "bool", "catdesc": "text", "baredesc": "text"},
    "_collation_names": {"_key": "int8", "_value": "text"},
    "_settings": {"_key": "text", "_value": "text"},
    "_constraint_columns": {
        "_key": "int8", "_name": "text", "_kind": "text", "_table": "int8", "_referenced": "int8", "_index": "int8",
        "_column": "int2", "_other": "int2", "_position": "int4",
    },
    "_information_schema_parts": {
        "feature_id": "text", "feature_name": "text", "is_supported": "text", "comments": "text",
    },
}  # fmt: skip


def lookup_columns(name: str) -> tuple[RelationColumn, ...] | None:
    """The columns of a lookup table; None where there is none of that name."""
    columns = _COLUMNS.get(name)
    if columns is None:
        return None
    return tuple(RelationColumn(column, data_type(spelling)) for column, spelling in columns.items())


_ARROW = {"int8": pa.int64(), "text": pa.string(), "bool": pa.bool_(), "text[]": pa.list_(pa.string())}


def lookup_tables(snapshot: CatalogSnapshot, oids: Identifiers) -> Mapping[str, pa.Table]:
    """The live rows; the static ones of the same tables are part of them."""
    rows: dict[str, Sequence[tuple[Any, ...]]] = {
        "_class_names": list(_class_names(snapshot, oids)),
        "_role_names": [
            (oids("role", role.name), role.name, role.is_superuser, _groups(snapshot, role.name))
            for role in snapshot.roles
        ],
        "_schema_names": [
            *((oids("schema", schema.name), schema.name) for schema in snapshot.schemas),
            *((row["oid"], row["nspname"]) for row in static_table("pg_namespace").to_pylist()),
        ],
        "_database_names": [(oids("database", each.name), each.name) for each in snapshot.databases],
        "_constraint_texts": list(_constraint_texts(snapshot, oids)),
        "_index_texts": list(_index_texts(snapshot, oids)),
        "_view_texts": [
            (oids("relation", relation.name), relation.definition)
            for relation in snapshot.relations
            if relation.definition is not None
        ],
        "_privileges": list(_privileges(snapshot, oids)),
        "_collation_names": [
            (row["oid"], f'"{row["collname"]}"' if row["collname"] != "ucs_basic" else row["collname"])
            for row in static_table("pg_collation").to_pylist()
        ],
    }
    return {name: _table(_COLUMNS[name], found) for name, found in rows.items()}


def _table(columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    transposed = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrays = [pa.array(list(values), _ARROW[kind]) for values, kind in zip(transposed, columns.values(), strict=True)]
    return pa.table(arrays, names=list(columns))


def quoted(name: str) -> str:
    """An identifier as PostgreSQL prints it: quoted where it must be."""
    is_plain = name.replace("_", "a").isalnum() and name.isascii() and name == name.lower() and not name[0].isdigit()
    return name if is_plain else '"' + name.replace('"', '""') + '"'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def _class_names(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[tuple[Any, ...]]:
    """Every relation and index with the schemas that have one of its name: what is visible depends on them."""
    found: list[tuple[int, TableName]] = []
    schemas = {row["oid"]: row["nspname"] for row in static_table("pg_namespace").to_pylist()}
    for row in static_table("pg_class").select(["oid", "relname", "relnamespace"]).to_pylist():
        found.append((row["oid"], TableName(schemas[row["relnamespace"]], row["relname"])))
    for relation in snapshot.relations:
        found.append((oids("relation", relation.name), relation.name))
        if relation.key:
            found.append((oids("index", relation.name), _index_name(relation)))
    places: dict[str, list[str]] = {}
    for _, name in found:
        places.setdefault(name.name, []).append(name.schema)
    for oid, name in found:
        yield (oid, name.schema, name.name, places[name.name])


def _index_name(relation: CatalogRelation) -> TableName:
    return TableName(relation.name.schema, f"{relation.name.name}_pkey")


# Of a constraint's or an index's text: with the schema of the table it names, and without, for where that is visible.
_Texts = tuple[str, str]


def _constraint_texts(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[tuple[Any, ...]]:
    places = _places(snapshot)
    for relation in snapshot.relations:
        name = relation.name
        if relation.key:
            text = f"PRIMARY KEY ({_listed(relation.key)})"
            yield (oids("constraint", f"{name}/{name.name}_pkey"), text, text, name.schema, [name.schema])
        for key in relation.foreign_keys:
            target = key.references
            full, bare = _foreign_key_texts(key)
            oid = oids("constraint", f"{name}/{key.name}")
            yield (oid, full, bare, target.schema, places.get(target.name, [target.schema]))
        for check, condition in relation.checks.items():
            text = f"CHECK ({condition})"
            yield (oids("constraint", f"{name}/{check}"), text, text, name.schema, [name.schema])


def _places(snapshot: CatalogSnapshot) -> dict[str, list[str]]:
    """The schemas that have a relation of a name."""
    found: dict[str, list[str]] = {}
    for relation in snapshot.relations:
        found.setdefault(relation.name.name, []).append(relation.name.schema)
    return found


def _foreign_key_texts(key: CatalogForeignKey) -> _Texts:
    schema, target = quoted(key.references.schema), quoted(key.references.name)
    start, end = f"FOREIGN KEY ({_listed(key.columns)}) REFERENCES ", f"({_listed(key.referenced_columns)})"
    return (f"{start}{schema}.{target}{end}", f"{start}{target}{end}")


def _index_texts(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[tuple[Any, ...]]:
    places = _places(snapshot)
    for relation in snapshot.relations:
        if relation.key:
            name = relation.name
            start = f"CREATE UNIQUE INDEX {quoted(_index_name(relation).name)} ON "
            table, end = quoted(name.name), f" USING btree ({_listed(relation.key)})"
            full, bare = f"{start}{quoted(name.schema)}.{table}{end}", f"{start}{table}{end}"
            columns = [quoted(column) for column in relation.key]
            yield (oids("index", name), full, bare, columns, name.schema, places[name.name])


def _groups(snapshot: CatalogSnapshot, name: str) -> list[str]:
    """The role itself, and every role it is a member of, through others too."""
    parents = {role.name: role.member_of for role in snapshot.roles}
    found = [name]
    for each in found:
        found += [group for group in parents.get(each, ()) if group not in found]
    return found


_TABLE_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_OWNED = {
    "table": _TABLE_PRIVILEGES,
    "schema": ("USAGE", "CREATE"),
    "database": ("CONNECT", "CREATE", "TEMPORARY", "TEMP"),
}


def _privileges(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[tuple[Any, ...]]:
    """What is granted, and what an owner has by owning, with the object's OID and name."""
    keys = {("table", str(relation.name)): oids("relation", relation.name) for relation in snapshot.relations}
    keys |= {("schema", schema.name): oids("schema", schema.name) for schema in snapshot.schemas}
    keys |= {("database", each.name): oids("database", each.name) for each in snapshot.databases}
    owners = [("table", str(relation.name), relation.owner) for relation in snapshot.relations]
    owners += [("schema", schema.name, schema.owner) for schema in snapshot.schemas]
    owners += [("database", each.name, each.owner) for each in snapshot.databases]
    for kind, name, owner in owners:
        for privilege in _OWNED[kind]:
            yield (owner, kind, keys[kind, name], name, privilege)
    for grant in snapshot.grants:
        key = keys.get((grant.object_kind, grant.object))
        if key is not None:
            yield (grant.grantee, grant.object_kind, key, grant.object, grant.privilege.upper())
