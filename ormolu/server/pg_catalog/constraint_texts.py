"""Constraints and indexes as PostgreSQL writes them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ormolu.definitions import TableName
from ormolu.server.pg_catalog.identifiers import Identifiers
from ormolu.server.pg_catalog.snapshot import CatalogForeignKey, CatalogRelation, CatalogSnapshot

# Of a text: with the schema of the table it names, and without, for where that is visible.
_Texts = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Index:
    """What stands behind a key or a UNIQUE rule."""

    oid: int
    name: TableName
    columns: tuple[str, ...]
    is_primary: bool


def indexes(relation: CatalogRelation, oids: Identifiers) -> Iterator[Index]:
    schema = relation.name.schema
    if relation.key:
        name = TableName(schema, f"{relation.name.name}_pkey")
        yield Index(oids("index", relation.name), name, relation.key, is_primary=True)
    for unique in relation.uniques:
        oid = oids("index", f"{relation.name}/{unique.name}")
        yield Index(oid, TableName(schema, unique.name), unique.columns, is_primary=False)


def quoted(name: str) -> str:
    """An identifier as PostgreSQL prints it: quoted where it must be."""
    is_plain = name.replace("_", "a").isalnum() and name.isascii() and name == name.lower() and not name[0].isdigit()
    return name if is_plain else '"' + name.replace('"', '""') + '"'


def listed(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def constraint_texts(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[tuple[Any, ...]]:
    """(OID, text, text for a visible table, schema of that table, schemas that have one of its name)."""
    places = _places(snapshot)
    for relation in snapshot.relations:
        name = relation.name
        if relation.key:
            text = f"PRIMARY KEY ({listed(relation.key)})"
            yield (oids("constraint", f"{name}/{name.name}_pkey"), text, text, name.schema, [name.schema])
        for unique in relation.uniques:
            text = f"UNIQUE ({listed(unique.columns)})"
            yield (oids("constraint", f"{name}/{unique.name}"), text, text, name.schema, [name.schema])
        for key in relation.foreign_keys:
            target = key.references
            full, bare = _foreign_key_texts(key)
            oid = oids("constraint", f"{name}/{key.name}")
            yield (oid, full, bare, target.schema, places.get(target.name, [target.schema]))
        for check in relation.checks:
            text = f"CHECK ({check.condition})" + ("" if check.is_enforced else " NOT VALID")
            yield (oids("constraint", f"{name}/{check.name}"), text, text, name.schema, [name.schema])


def _places(snapshot: CatalogSnapshot) -> dict[str, list[str]]:
    """The schemas that have a relation of a name."""
    found: dict[str, list[str]] = {}
    for relation in snapshot.relations:
        found.setdefault(relation.name.name, []).append(relation.name.schema)
    return found


def _foreign_key_texts(key: CatalogForeignKey) -> _Texts:
    schema, target = quoted(key.references.schema), quoted(key.references.name)
    start, end = f"FOREIGN KEY ({listed(key.columns)}) REFERENCES ", f"({listed(key.referenced_columns)})"
    end += "" if key.is_enforced else " NOT VALID"
    return (f"{start}{schema}.{target}{end}", f"{start}{target}{end}")


def index_texts(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[tuple[Any, ...]]:
    """(OID, text, text for a visible table, columns, schema of the table, schemas that have one of its name)."""
    places = _places(snapshot)
    for relation in snapshot.relations:
        for index in indexes(relation, oids):
            name = relation.name
            start = f"CREATE UNIQUE INDEX {quoted(index.name.name)} ON "
            table, end = quoted(name.name), f" USING btree ({listed(index.columns)})"
            full, bare = f"{start}{quoted(name.schema)}.{table}{end}", f"{start}{table}{end}"
            columns = [quoted(column) for column in index.columns]
            yield (index.oid, full, bare, columns, name.schema, places[name.name])
