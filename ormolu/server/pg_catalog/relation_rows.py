"""The rows that describe a relation: pg_class, pg_attribute, pg_attrdef, pg_constraint and pg_index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from ormolu.server.pg_catalog.access import relation_access
from ormolu.server.pg_catalog.constraint_texts import indexes
from ormolu.server.pg_catalog.identifiers import Identifiers
from ormolu.server.pg_catalog.snapshot import CatalogRelation, CatalogSnapshot
from ormolu.server.pg_catalog.static_rows import static_table
from ormolu.sql_extensions.types import DataType

Row = Mapping[str, Any]

_HEAP, _BTREE = 2, 403  # pg_am
_EQUAL_STRATEGY = 3  # of a btree operator family
_DEFAULT_COLLATION = 100
_COLLATED = frozenset({"text", "varchar", "bpchar"})
_TEXT_OID = 25
# (name, type, number) of the columns that every table has besides its own.
_SYSTEM_ATTRIBUTES = (
    ("ctid", 27, -1), ("xmin", 28, -2), ("cmin", 29, -3), ("xmax", 28, -4), ("cmax", 29, -5), ("tableoid", 26, -6),
)  # fmt: skip


def class_rows(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[Row]:
    referenced = {key.references for relation in snapshot.relations for key in relation.foreign_keys}
    for relation in snapshot.relations:
        # PostgreSQL keeps a foreign key by triggers on both sides; psql asks for keys only where there are some.
        has_triggers = bool(relation.foreign_keys) or relation.name in referenced
        yield from _classes(relation, oids, snapshot, has_triggers=has_triggers)


def _classes(
    relation: CatalogRelation, oids: Identifiers, snapshot: CatalogSnapshot, *, has_triggers: bool
) -> Iterator[Row]:
    name = relation.name
    is_table = relation.kind == "r"
    shared = {
        "relnamespace": oids("schema", name.schema), "relowner": oids.owner(relation.owner), "relpersistence": "p",
        "relispopulated": True,
    }  # fmt: skip
    yield shared | {
        "oid": oids("relation", name), "relname": name.name, "reltype": oids("type", name),
        "relam": _HEAP if is_table else 0,
        "relfilenode": oids("relation", name) if is_table else 0, "reltuples": float(relation.rows),
        "relhasindex": bool(relation.key or relation.uniques), "relkind": relation.kind,
        "relnatts": len(visible_columns(relation)), "relchecks": len(relation.checks), "relhasrules": not is_table,
        "relhastriggers": has_triggers, "relreplident": "d" if is_table else "n",
        "relacl": relation_access(snapshot, relation, oids),
    }  # fmt: skip
    for index in indexes(relation, oids):
        yield shared | {
            "oid": index.oid, "relname": index.name.name, "relam": _BTREE, "relfilenode": index.oid,
            "reltuples": float(relation.rows), "relkind": "i", "relnatts": len(index.columns), "relreplident": "n",
        }  # fmt: skip


def visible_columns(relation: CatalogRelation) -> Sequence[Any]:
    return [column for column in relation.columns if not column.is_hidden]


def positions(relation: CatalogRelation) -> dict[str, int]:
    return {column.name: position for position, column in enumerate(visible_columns(relation), start=1)}


# --- columns ----------------------------------------------------------------------------------------------------


def attribute_rows(relation: CatalogRelation, oids: Identifiers) -> Iterator[Row]:
    table = oids("relation", relation.name)
    if relation.kind == "r":
        for name, type_oid, number in _SYSTEM_ATTRIBUTES:
            yield _attribute(name, type_oid) | {"attrelid": table, "attnum": number, "attnotnull": True}
    columns = visible_columns(relation)
    for position, column in enumerate(columns, start=1):
        yield _typed(column.name, column.type) | {
            "attrelid": table,
            "attnum": position,
            "attnotnull": column.is_required,
            "atthasdef": column.name in relation.defaults,
        }
    types = {column.name: column.type for column in columns}
    for index in indexes(relation, oids):
        for position, name in enumerate(index.columns, start=1):
            if name in types:
                yield _typed(name, types[name]) | {"attrelid": index.oid, "attnum": position}


def _typed(name: str, kind: DataType) -> dict[str, Any]:
    return _attribute(name, kind.oid) | {
        "atttypmod": kind.type_modifier,
        "attndims": kind.dimensions,
        "attcollation": _DEFAULT_COLLATION if kind.scalar.name in _COLLATED else 0,
    }


def _attribute(name: str, type_oid: int) -> dict[str, Any]:
    kind = _types()[type_oid]
    return {
        "attname": name, "atttypid": type_oid, "atttypmod": -1, "attstattarget": 0, "attlen": kind["typlen"],
        "attndims": 0, "attcacheoff": -1, "attbyval": kind["typbyval"], "attalign": kind["typalign"],
        "attstorage": kind["typstorage"], "attcompression": "", "attidentity": "", "attgenerated": "",
        "attislocal": True, "attcollation": 0,
    } | ({} if name in _SYSTEM_NAMES else {"attstattarget": -1})  # fmt: skip


_SYSTEM_NAMES = frozenset(name for name, _, _ in _SYSTEM_ATTRIBUTES)


@cache
def _types() -> Mapping[int, Row]:
    columns = ["oid", "typlen", "typbyval", "typalign", "typstorage"]
    return {row["oid"]: row for row in static_table("pg_type").select(columns).to_pylist()}


def default_rows(relation: CatalogRelation, oids: Identifiers) -> Iterator[Row]:
    for column, position in positions(relation).items():
        if column in relation.defaults:
            yield {
                "oid": oids("default", f"{relation.name}/{column}"),
                "adrelid": oids("relation", relation.name),
                "adnum": position,
                "adbin": relation.defaults[column],
            }


# --- constraints ------------------------------------------------------------------------------------------------


def constraint_rows(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[Row]:
    others = {other.name: other for other in snapshot.relations}
    for relation in snapshot.relations:
        shared = {
            "connamespace": oids("schema", relation.name.schema), "conrelid": oids("relation", relation.name),
            "convalidated": True, "conislocal": True, "confupdtype": " ", "confdeltype": " ", "confmatchtype": " ",
            "connoinherit": True,
        }  # fmt: skip
        found = (*_keys(relation, oids), *_checks(relation, oids), *_foreign_keys(relation, others, oids))
        yield from (shared | row for row in found)


def _constraint(relation: CatalogRelation, name: str, kind: str, oids: Identifiers) -> dict[str, Any]:
    return {"oid": oids("constraint", f"{relation.name}/{name}"), "conname": name, "contype": kind}


def _keys(relation: CatalogRelation, oids: Identifiers) -> Iterator[dict[str, Any]]:
    there = positions(relation)
    for index in indexes(relation, oids):
        row = _constraint(relation, index.name.name, "p" if index.is_primary else "u", oids)
        yield row | {"conindid": index.oid, "conkey": [there.get(column, 0) for column in index.columns]}


def _checks(relation: CatalogRelation, oids: Identifiers) -> Iterator[dict[str, Any]]:
    there = positions(relation)
    for check in relation.checks:
        yield _constraint(relation, check.name, "c", oids) | {
            "conbin": check.condition, "convalidated": check.is_enforced, "connoinherit": False,
            "conkey": [there[column] for column in check.columns if column in there] or None,
        }  # fmt: skip


def _foreign_keys(
    relation: CatalogRelation, others: Mapping[Any, CatalogRelation], oids: Identifiers
) -> Iterator[dict[str, Any]]:
    here = positions(relation)
    types = {column.name: column.type.oid for column in relation.columns}
    for key in relation.foreign_keys:
        target = others.get(key.references)
        if target is None:
            continue
        there = positions(target)
        behind = next(
            (index.oid for index in indexes(target, oids) if set(index.columns) == {*key.referenced_columns}), 0
        )
        equal = [_equal_operators().get(types.get(column, _TEXT_OID), 0) for column in key.columns]
        yield _constraint(relation, key.name, "f", oids) | {
            "conindid": behind, "confrelid": oids("relation", target.name), "convalidated": key.is_enforced,
            "confupdtype": "a", "confdeltype": "a", "confmatchtype": "s",
            "conkey": [here.get(column, 0) for column in key.columns],
            "confkey": [there.get(column, 0) for column in key.referenced_columns],
            "conpfeqop": equal, "conppeqop": equal, "conffeqop": equal,
        }  # fmt: skip


@cache
def _operator_classes() -> Mapping[int, Row]:
    """The default btree operator class of each type."""
    return {
        row["opcintype"]: row
        for row in static_table("pg_opclass").to_pylist()
        if row["opcmethod"] == _BTREE and row["opcdefault"]
    }


@cache
def _equal_operators() -> Mapping[int, int]:
    """The operator that a key of each type is compared by."""
    found = {
        (row["amopfamily"], row["amoplefttype"]): row["amopopr"]
        for row in static_table("pg_amop").to_pylist()
        if row["amopstrategy"] == _EQUAL_STRATEGY and row["amoplefttype"] == row["amoprighttype"]
    }
    classes = _operator_classes()
    varchar = {1043: found.get((classes[_TEXT_OID]["opcfamily"], _TEXT_OID), 0)}
    return {kind: found.get((row["opcfamily"], kind), 0) for kind, row in classes.items()} | varchar


def index_rows(relation: CatalogRelation, oids: Identifiers) -> Iterator[Row]:
    there = positions(relation)
    types = {column.name: column.type for column in relation.columns}
    classes = _operator_classes()
    for index in indexes(relation, oids):
        key = [column for column in index.columns if column in there]
        yield {
            "indexrelid": index.oid, "indrelid": oids("relation", relation.name), "indnatts": len(key),
            "indnkeyatts": len(key), "indisunique": True, "indisprimary": index.is_primary, "indimmediate": True,
            "indisvalid": True, "indisready": True, "indislive": True, "indkey": [there[column] for column in key],
            "indcollation": [_DEFAULT_COLLATION if types[column].scalar.name in _COLLATED else 0 for column in key],
            "indclass": [classes.get(types[column].oid, classes[_TEXT_OID])["oid"] for column in key],
            "indoption": [0] * len(key),
        }  # fmt: skip
