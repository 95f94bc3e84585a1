"""The composite types that every relation has in PostgreSQL, one for its rows and one for arrays of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ormolu.definitions import TableName
from ormolu.server.pg_catalog.identifiers import Identifiers
from ormolu.server.pg_catalog.snapshot import CatalogRelation, CatalogSnapshot
from ormolu.server.pg_catalog.static_rows import static_table
from ormolu.sql_extensions.writer.words import relation as qualified

Row = Mapping[str, Any]
# The row type of a system relation: those of ours differ in what names them.
_MODEL = "pg_class"
# Where the type of a bare name is looked for first.
_PATH = ("gold", "silver", "bronze")


def type_rows(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[Row]:
    """The rows of pg_type."""
    models = {row["typname"]: row for row in static_table("pg_type").to_pylist()}
    of_rows, of_arrays = models[_MODEL], models[f"_{_MODEL}"]
    taken = {relation.name for relation in snapshot.relations}
    for relation in snapshot.relations:
        row_oid, array_oid = oids("type", relation.name), oids("array", relation.name)
        shared = {"typnamespace": oids("schema", relation.name.schema), "typowner": oids.owner(relation.owner)}
        yield of_rows | shared | {
            "oid": row_oid, "typname": relation.name.name, "typrelid": oids("relation", relation.name),
            "typarray": array_oid,
        }  # fmt: skip
        yield of_arrays | shared | {"oid": array_oid, "typname": _array_name(relation, taken), "typelem": row_oid}


def type_names(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[tuple[Any, ...]]:
    """The rows of _type_names; a bare name means the first on the path, an unlisted one only the qualified type."""
    taken = {relation.name for relation in snapshot.relations}
    seen: set[str] = set()
    for relation in sorted(snapshot.relations, key=_place):
        schema, name = relation.name.schema, relation.name.name
        is_first = schema in _PATH and name not in seen
        seen.add(name)
        yield (oids("type", relation.name), schema, name if is_first else f"{schema}.{name}", qualified(relation.name))
        array = f"{schema}.{_array_name(relation, taken)}"
        yield (oids("array", relation.name), schema, array, f"{qualified(relation.name)}[]")


def _place(relation: CatalogRelation) -> int:
    return _PATH.index(relation.name.schema) if relation.name.schema in _PATH else len(_PATH)


def _array_name(relation: CatalogRelation, taken: set[TableName]) -> str:
    """An underscore before the name, or as many as make it unlike every relation of the schema."""
    name = f"_{relation.name.name}"
    while TableName(relation.name.schema, name) in taken:
        name = f"_{name}"
    return name
