"""Tables of our own that the system functions read: names, texts and privileges by OID.

Their columns start with an underscore, so that a query's own column names never mean theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from ormolu.definitions import TableName
from ormolu.server.pg_catalog.access import acl_items, privileges
from ormolu.server.pg_catalog.constraint_texts import constraint_texts, index_texts, indexes
from ormolu.server.pg_catalog.identifiers import Identifiers
from ormolu.server.pg_catalog.relation_types import type_names
from ormolu.server.pg_catalog.snapshot import CatalogSnapshot
from ormolu.server.pg_catalog.static_rows import static_table
from ormolu.sql_extensions.relations import RelationColumn
from ormolu.sql_extensions.types import data_type

_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "_class_names": {
        "_key": "int8", "_schema": "text", "_name": "text", "_schemas": "text[]", "_rows": "int8", "_bytes": "int8",
    },
    "_acl_items": {
        "_item": "text", "_grantor": "int8", "_grantee": "int8", "_privilege": "text", "_is_grantable": "bool",
        "_position": "int8", "_default": "text", "_owner": "int8",
    },
    "_token_types": {"tokid": "int4", "alias": "text", "description": "text"},
    "_words": {"_object": "int8", "_value": "text"},
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
        "_result": "text", "_definition": "text",
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
        "feature_id": "text", "feature_name": "text", "sub_feature_id": "text", "sub_feature_name": "text",
        "is_supported": "text", "is_verified_by": "text", "comments": "text",
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
        "_acl_items": list(acl_items(snapshot, oids)),
        "_words": [
            (oids("relation", relation.name), relation.words)
            for relation in snapshot.relations
            if relation.words is not None and relation.comment is None
        ],
        "_constraint_texts": list(constraint_texts(snapshot, oids)),
        "_index_texts": list(index_texts(snapshot, oids)),
        "_type_names": list(type_names(snapshot, oids)),
        "_view_texts": [
            (oids("relation", relation.name), relation.definition)
            for relation in snapshot.relations
            if relation.definition is not None
        ],
        "_privileges": list(privileges(snapshot, oids)),
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


def _class_names(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[tuple[Any, ...]]:
    """Every relation and index with the schemas that have one of its name: what is visible depends on them."""
    found: list[tuple[int, TableName, int, int]] = []
    schemas = {row["oid"]: row["nspname"] for row in static_table("pg_namespace").to_pylist()}
    for row in static_table("pg_class").select(["oid", "relname", "relnamespace"]).to_pylist():
        found.append((row["oid"], TableName(schemas[row["relnamespace"]], row["relname"]), 0, 0))
    for relation in snapshot.relations:
        found.append((oids("relation", relation.name), relation.name, max(relation.rows, 0), relation.bytes))
        found += [(index.oid, index.name, 0, 0) for index in indexes(relation, oids)]
    places: dict[str, list[str]] = {}
    for _, name, _, _ in found:
        places.setdefault(name.name, []).append(name.schema)
    for oid, name, rows, size in found:
        yield (oid, name.schema, name.name, places[name.name], rows, size)


def _groups(snapshot: CatalogSnapshot, name: str) -> list[str]:
    """The role itself, and every role it is a member of, through others too."""
    parents = {role.name: role.member_of for role in snapshot.roles}
    found = [name]
    for each in found:
        found += [group for group in parents.get(each, ()) if group not in found]
    return found
