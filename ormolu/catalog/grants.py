"""Who may do what: grants as they are kept, and what a role's grants and memberships add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from ormolu.catalog.schema import DROPPED, databases, grants, role_members, roles
from ormolu.definitions import TableName
from ormolu.errors import InvalidParameterValue

PUBLIC = "public"
DATABASE, CONNECT = "database", "CONNECT"
PRIVILEGES: dict[str, tuple[str, ...]] = {  # by kind of object
    "table": ("SELECT", "INSERT", "UPDATE", "DELETE", "OPERATE"),
    "schema": ("USAGE", "CREATE", "SELECT", "INSERT", "UPDATE", "DELETE", "OPERATE"),
    DATABASE: (CONNECT, "CREATE"),
    "connection": ("USAGE",),
}


@dataclass(frozen=True, slots=True)
class Grant:
    privilege: str
    kind: str  # table, schema, database, connection
    object: str  # "gold.fct_orders", "gold", "lakehouse", "shop"
    grantee: str
    grantor: str
    is_grantable: bool


@dataclass(frozen=True, slots=True)
class Access:
    """What a role may do in one database, as it stood when it was read. `held` has (privilege, kind, object)."""

    role: str
    roles: frozenset[str]
    is_superuser: bool
    held: frozenset[tuple[str, str, str]]

    def has(self, privilege: str, table: TableName) -> bool:
        """A grant on the schema covers its tables, later ones included."""
        return (
            self.is_superuser
            or (privilege, "table", str(table)) in self.held
            or (privilege, "schema", table.schema) in self.held
        )

    def has_on(self, privilege: str, kind: str, name: str) -> bool:
        return self.is_superuser or (privilege, kind, name) in self.held

    def has_any(self, table: TableName) -> bool:
        """Whether the role holds anything on the table, and so may know that it is there."""
        return self.is_superuser or any(
            (kind, name) in (("table", str(table)), ("schema", table.schema)) for _, kind, name in self.held
        )


def expanded(privilege: str, kind: str) -> tuple[str, ...]:
    """ALL as what it stands for; 22023 where the kind of object has no such privilege."""
    known = PRIVILEGES[kind]
    match privilege.upper():
        case "ALL" | "ALL PRIVILEGES":
            return known
        case single if single in known:
            return (single,)
        case other:
            raise InvalidParameterValue(
                f"invalid privilege type {other} for {kind}", hint="One of " + ", ".join(known) + "."
            )


def add_grant(connection: Connection, grant: Grant, *, database: str) -> None:
    """Twice is once; WITH GRANT OPTION may be added later."""
    is_this = _is(grant.privilege, grant.kind, grant.object, grant.grantee, database)
    held = connection.execute(select(grants.c.is_grantable).where(is_this)).first()
    if held is None:
        connection.execute(
            insert(grants).values(
                database=database,
                privilege=grant.privilege,
                object_kind=grant.kind,
                object=grant.object,
                grantee=grant.grantee,
                grantor=grant.grantor,
                is_grantable=grant.is_grantable,
            )
        )
    elif grant.is_grantable and not held.is_grantable:
        connection.execute(update(grants).where(is_this).values(is_grantable=True))


def remove_grant(connection: Connection, *, privilege: str, kind: str, name: str, grantee: str, database: str) -> None:
    """What was never granted is no error, as in PostgreSQL."""
    connection.execute(delete(grants).where(_is(privilege, kind, name, grantee, database)))


def _is(privilege: str, kind: str, name: str, grantee: str, database: str) -> ColumnElement[bool]:
    return and_(
        grants.c.database == database,
        grants.c.privilege == privilege,
        grants.c.object_kind == kind,
        grants.c.object == name,
        grants.c.grantee == grantee,
    )


def all_grants(connection: Connection, *, database: str) -> list[Grant]:
    """Those in a database, and those on every database."""
    is_shown = or_(grants.c.database == database, grants.c.object_kind == DATABASE)
    rows = connection.execute(select(grants).where(is_shown, grants.c.object_kind != DROPPED))
    return [
        Grant(row.privilege, row.object_kind, row.object, row.grantee, row.grantor, row.is_grantable) for row in rows
    ]


def read_access(connection: Connection, role: str, *, database: str) -> Access:
    """A superuser's powers are its own, not its groups', as in PostgreSQL."""
    reached = memberships(connection, role)
    is_superuser = connection.execute(select(roles.c.is_superuser).where(roles.c.name == role)).scalar()
    rows = connection.execute(
        select(grants).where(grants.c.database == database, grants.c.grantee.in_(sorted({*reached, PUBLIC})))
    )
    held = frozenset((row.privilege, row.object_kind, row.object) for row in rows)
    return Access(role, reached, bool(is_superuser), held)


def may_connect(connection: Connection, access: Access, *, database: str) -> bool:
    """Whoever owns the database may, whatever was revoked."""
    owner = select(databases.c.owner).where(databases.c.name == database, databases.c.dropped_at.is_(None))
    return access.has_on(CONNECT, DATABASE, database) or connection.execute(owner).scalar() in access.roles


def memberships(connection: Connection, role: str) -> frozenset[str]:
    """The role itself and all it is a member of, directly or through others."""
    groups = direct_memberships(connection)
    reached: set[str] = set()
    waiting: list[str] = [role]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(groups.get(name, ()))
    return frozenset(reached)


def direct_memberships(connection: Connection) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for row in connection.execute(select(role_members).order_by(role_members.c.role)):
        groups[row.member] = (*groups.get(row.member, ()), row.role)
    return groups


def objects_granted_to(connection: Connection, role: str) -> Sequence[str]:
    """Not those that are kept of dropped relations."""
    held = select(grants.c.object).where(grants.c.grantee == role, grants.c.object_kind != DROPPED)
    return connection.execute(held.distinct()).scalars().all()


def databases_of(connection: Connection, role: str) -> Sequence[str]:
    owned = select(databases.c.name).where(databases.c.owner == role, databases.c.dropped_at.is_(None))
    return connection.execute(owned.order_by(databases.c.name)).scalars().all()


def forget_kept_grants(connection: Connection, role: str) -> None:
    """Relations that come back do not know a role that is dropped meanwhile."""
    connection.execute(delete(grants).where(grants.c.grantee == role, grants.c.object_kind == DROPPED))
