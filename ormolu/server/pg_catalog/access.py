"""Who may do what: access control lists as PostgreSQL writes them, and the privileges that its functions judge by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ormolu.definitions import TableName
from ormolu.server.pg_catalog.identifiers import Identifiers
from ormolu.server.pg_catalog.snapshot import CatalogRelation, CatalogSnapshot
from ormolu.server.pg_catalog.static_rows import static_table

_LETTERS = {
    "INSERT": "a", "SELECT": "r", "UPDATE": "w", "DELETE": "d", "TRUNCATE": "D", "REFERENCES": "x", "TRIGGER": "t",
    "EXECUTE": "X", "USAGE": "U", "CREATE": "C", "TEMPORARY": "T", "CONNECT": "c",
}  # fmt: skip
_WORDS = {letter: word for word, letter in _LETTERS.items()}
_TABLE_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_OWNED = {
    "table": _TABLE_PRIVILEGES,
    "schema": ("USAGE", "CREATE"),
    "database": ("CONNECT", "CREATE", "TEMPORARY", "TEMP"),
}
# What an owner holds, by the letter that acldefault() takes for a kind of object.
_DEFAULTS = {"r": "arwdDxt", "n": "UC", "d": "CTc", "s": "rwU", "f": "X", "l": "U", "T": "U"}
_EVERYBODY = {"f": "X", "l": "U", "T": "U", "d": "Tc"}
_KIND_LETTERS = {"table": "r", "schema": "n", "database": "d"}
_ITEM = re.compile(r"^(?P<grantee>.*)=(?P<given>(?:[A-Za-z]\*?)*)/(?P<grantor>.*)$")


def access(
    snapshot: CatalogSnapshot, kind: str, name: str, owner: str, *, schema: str | None = None
) -> list[str] | None:
    """The grants on an object as aclitems, the owner's own first; None where nothing was granted, and of a
    database nothing was revoked.

    What is granted on a table's `schema` holds for the table. Privileges that PostgreSQL does not know are left out.
    """
    letters: dict[tuple[str, str], set[str]] = {}
    grantable: set[tuple[str, str, str]] = set()
    for grant in snapshot.grants:
        letter = _LETTERS.get(grant.privilege.upper())
        if (grant.object_kind, grant.object) not in ((kind, name), ("schema", schema)) or letter is None:
            continue
        if letter not in _DEFAULTS[_KIND_LETTERS[kind]]:
            continue
        key = ("" if grant.grantee == "public" else grant.grantee, grant.grantor or owner)
        letters.setdefault(key, set()).add(letter)
        if grant.is_grantable:
            grantable.add((*key, letter))
    if letters == ({("", owner): {_LETTERS["CONNECT"]}} if kind == "database" else {}):
        return None
    items = [f"{owner}={_DEFAULTS[_KIND_LETTERS[kind]]}/{owner}"]
    for (grantee, grantor), given in letters.items():
        if grantee != owner:
            ordered = sorted(given, key=list(_WORDS).index)
            shown = "".join(letter + ("*" if (grantee, grantor, letter) in grantable else "") for letter in ordered)
            items.append(f"{grantee}={shown}/{grantor}")
    return items


def acl_items(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[tuple[Any, ...]]:
    """Every aclitem that the catalogs show, and every owner's defaults, a row for each privilege."""
    superuser = oids.superuser
    items: dict[str, tuple[str | None, int | None]] = {}
    for table, column in (("pg_namespace", "nspacl"), ("pg_class", "relacl"), ("pg_language", "lanacl")):
        for value in static_table(table).column(column).to_pylist():
            items |= {item.replace("postgres", superuser): (None, None) for item in value or ()}
    for relation in snapshot.relations:
        items |= dict.fromkeys(relation_access(snapshot, relation, oids) or (), (None, None))
    for kind, name, owner in _containers(snapshot):
        items |= dict.fromkeys(access(snapshot, kind, name, owner or superuser) or (), (None, None))
    for role in snapshot.roles:
        for kind, given in _DEFAULTS.items():
            items[f"{role.name}={given}/{role.name}"] = (kind, oids("role", role.name))
    everybody = [(f"={given}/{superuser}", kind) for kind, given in _EVERYBODY.items()]
    for item, (default, role_oid) in items.items():
        yield from _item_rows(item, default, role_oid, oids)
    for item, default in everybody:
        yield from _item_rows(item, default, oids.owner(superuser), oids)


def _item_rows(item: str, kind: str | None, owner: int | None, oids: Identifiers) -> Iterator[tuple[Any, ...]]:
    match = _ITEM.match(item)
    if match is None:
        return
    grantor, grantee = oids.find("role", match["grantor"]), oids.find("role", match["grantee"])
    for position, letter in enumerate(re.findall(r"[A-Za-z]\*?", match["given"])):
        word = _WORDS.get(letter[0])
        if word is not None:
            yield (item, grantor, grantee or 0, word, letter.endswith("*"), position, kind, owner)


def _objects(snapshot: CatalogSnapshot) -> Iterator[tuple[str, str, str]]:
    yield from (("table", str(relation.name), relation.owner) for relation in snapshot.relations)
    yield from _containers(snapshot)


def _containers(snapshot: CatalogSnapshot) -> Iterator[tuple[str, str, str]]:
    yield from (("schema", schema.name, schema.owner) for schema in snapshot.schemas)
    yield from (("database", each.name, each.owner) for each in snapshot.databases)


def privileges(snapshot: CatalogSnapshot, oids: Identifiers) -> Iterator[tuple[Any, ...]]:
    """(role, kind, OID, name, privilege): what is granted, and what an owner has by owning.

    A grant on a schema holds for its tables; one on a table, for what is shown of it under other names.
    """
    keys = {("table", str(relation.name)): oids("relation", relation.name) for relation in snapshot.relations}
    keys |= {("schema", schema.name): oids("schema", schema.name) for schema in snapshot.schemas}
    keys |= {("database", each.name): oids("database", each.name) for each in snapshot.databases}
    for kind, name, owner in _objects(snapshot):
        for privilege in _OWNED[kind]:
            yield (owner or oids.superuser, kind, keys[kind, name], name, privilege)
    by_schema: dict[str, list[TableName]] = {}
    by_base: dict[str, list[TableName]] = {}
    for relation in snapshot.relations:
        by_schema.setdefault(relation.name.schema, []).append(relation.name)
        if relation.base is not None:
            by_base.setdefault(str(relation.base), []).append(relation.name)
    for grant in snapshot.grants:
        privilege = grant.privilege.upper()
        key = keys.get((grant.object_kind, grant.object))
        if key is not None:
            yield (grant.grantee, grant.object_kind, key, grant.object, privilege)
        if grant.object_kind == "schema" and privilege in _TABLE_PRIVILEGES:
            for table in by_schema.get(grant.object, ()):
                yield (grant.grantee, "table", keys["table", str(table)], str(table), privilege)
        if grant.object_kind == "table":
            for table in by_base.get(grant.object, ()):
                yield (grant.grantee, "table", keys["table", str(table)], str(table), privilege)


def relation_access(snapshot: CatalogSnapshot, relation: CatalogRelation, oids: Identifiers) -> list[str] | None:
    name = relation.name
    return access(snapshot, "table", str(name), relation.owner or oids.superuser, schema=name.schema)
