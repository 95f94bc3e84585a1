"""OIDs: the same object has the same one in every process and after every restart, without a counter to keep."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ormolu.definitions import TableName
from ormolu.server.pg_catalog.snapshot import CatalogSnapshot

FIRST_OID = 16_384  # PostgreSQL's FirstNormalObjectId
OID_END = 2**31  # some clients read an OID into a signed integer
BOOTSTRAP_ROLE_OID = 10
SYSTEM_SCHEMAS = ("pg_catalog", "information_schema")


def assigned(keys: Iterable[str]) -> dict[str, int]:
    """One OID a key, from the key's hash; where two collide the later in order takes the next free one."""
    taken: dict[int, str] = {}
    for key in sorted(set(keys)):
        number = _hashed(key)
        while number + FIRST_OID in taken:
            number = (number + 1) % (OID_END - FIRST_OID)
        taken[number + FIRST_OID] = key
    return {key: oid for oid, key in taken.items()}


def relation_oid(name: TableName) -> int:
    """The OID of a relation whose key collides with no other's, without a look at the others."""
    return _hashed(f"relation/{name}") + FIRST_OID


def _hashed(key: str) -> int:
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % (OID_END - FIRST_OID)


class Identifiers:
    """The OIDs of a snapshot's objects by kind and name."""

    def __init__(self, snapshot: CatalogSnapshot) -> None:
        superuser = next((role.name for role in snapshot.roles if role.is_superuser), "")
        self.superuser = superuser
        self._owner = superuser
        self._oids = assigned(_keys(snapshot)) | {f"role/{superuser}": BOOTSTRAP_ROLE_OID}

    def __call__(self, kind: str, name: object) -> int:
        return self._oids[f"{kind}/{name}"]

    def find(self, kind: str, name: object) -> int | None:
        return self._oids.get(f"{kind}/{name}")

    def owner(self, name: str) -> int:
        """The OID of an owner; of a role that is no more, the bootstrap role's."""
        return self._oids.get(f"role/{name or self._owner}", BOOTSTRAP_ROLE_OID)


def _keys(snapshot: CatalogSnapshot) -> Iterable[str]:
    yield from (f"database/{database.name}" for database in snapshot.databases)
    yield from (f"schema/{schema.name}" for schema in snapshot.schemas)
    yield from (f"role/{role.name}" for role in snapshot.roles)
    for relation in snapshot.relations:
        name = relation.name
        yield f"relation/{name}"
        yield f"index/{name}"
        yield f"type/{name}"
        yield f"array/{name}"
        yield from (f"constraint/{name}/{key.name}" for key in relation.foreign_keys)
        yield from (f"constraint/{name}/{check.name}" for check in relation.checks)
        yield from (f"constraint/{name}/{unique.name}" for unique in relation.uniques)
        yield from (f"index/{name}/{unique.name}" for unique in relation.uniques)
        yield f"constraint/{name}/{name.name}_pkey"
        yield from (f"default/{name}/{column}" for column in relation.defaults)
