"""Roles, their passwords and memberships: the same for all databases, as in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from ormolu.catalog import grants
from ormolu.catalog.database import in_transaction, reading
from ormolu.catalog.grants import PUBLIC, Access, Grant
from ormolu.catalog.schema import role_members, roles
from ormolu.catalog.verifiers import fits, make_verifier
from ormolu.definitions import TableName
from ormolu.errors import (
    DependentObjectsStillExist,
    DuplicateObject,
    FeatureNotSupported,
    InvalidDatetimeFormat,
    InvalidObjectDefinition,
    InvalidParameterValue,
    ObjectInUse,
    UndefinedObject,
)

NAME_BYTES_MAX = 63


def _time(text: str | None) -> datetime | None:
    """VALID UNTIL; without a zone the time is UTC."""
    if text is None or text.lower() == "infinity":
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidDatetimeFormat(f'invalid input syntax for type timestamp with time zone: "{text}"') from error
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


# Options of CREATE ROLE as the parser names them, and the columns that hold them.
_COLUMNS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "login": ("can_login", bool),
    "superuser": ("is_superuser", bool),
    "password": ("verifier", lambda password: None if password is None else make_verifier(password)),
    "connection_limit": ("connection_limit", int),
    "valid_until": ("valid_until", _time),
}
_MEMBERSHIPS = ("in_role", "role", "admin")
_DEFAULTS = {"inherit": True, "createrole": False, "createdb": False, "replication": False, "bypassrls": False}


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    can_login: bool
    is_superuser: bool
    has_password: bool
    valid_until: datetime | None
    connection_limit: int
    attributes: Mapping[str, Any]  # Any: JSON values
    contact: Mapping[str, Any]


NOBODY = make_verifier(token_urlsafe())


class Roles:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, name: str) -> Role | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(roles).where(roles.c.name == name)).first()
        return None if row is None else _role(row)

    def all(self) -> list[Role]:
        with reading(self._engine) as connection:
            return [_role(row) for row in connection.execute(select(roles).order_by(roles.c.name))]

    def find_verifier(self, name: str, *, at: datetime) -> str | None:
        """What authentication checks a password against; None where the role may not log in with one."""
        with reading(self._engine) as connection:
            row = connection.execute(select(roles).where(roles.c.name == name)).first()
        if row is None or not row.can_login or (row.valid_until is not None and row.valid_until <= at):
            return None
        return None if row.verifier is None else str(row.verifier)

    def has_password(self, name: str, password: str, *, at: datetime) -> bool:
        """Whether the role may log in with it; a role that is not there takes as long to say no."""
        verifier = self.find_verifier(name, at=at)
        is_right = fits(verifier or NOBODY, password)
        return is_right and verifier is not None

    def may_log_in(self, name: str, *, at: datetime) -> bool:
        return self.find_verifier(name, at=at) is not None

    def create(self, name: str, options: Mapping[str, object], *, if_not_exists: bool = False) -> bool:
        """`options` as the parser names them; False where the role is there and may be."""
        _check_name(name)
        values = {"name": name, "can_login": False, "is_superuser": False, "connection_limit": -1}
        values |= {"attributes": {}, "contact": {}, **_values(options)}

        def create(connection: Connection) -> bool:
            if _exists(connection, name):
                if if_not_exists:
                    return False
                raise DuplicateObject(f'role "{name}" already exists')
            connection.execute(insert(roles).values(values))
            for group in _names(options, "in_role"):
                _add_member(connection, group, name)
            for member in (*_names(options, "role"), *_names(options, "admin")):
                _add_member(connection, name, member)
            return True

        return in_transaction(self._engine, create)

    def alter(
        self,
        name: str,
        options: Mapping[str, object],
        *,
        attributes: Mapping[str, object] | None = None,
        contact: Mapping[str, object] | None = None,
    ) -> None:
        """Attributes (of `user_attribute()`) and contact are merged; a None takes a value away."""
        values = _values(options)

        def alter(connection: Connection) -> None:
            _require(connection, name)
            if values:
                connection.execute(update(roles).where(roles.c.name == name).values(values))
            for column, given in (("attributes", attributes), ("contact", contact)):
                if given:
                    _merge(connection, name, column, given)
            _keep_a_superuser(connection)

        in_transaction(self._engine, alter)

    def drop(self, name: str, *, if_exists: bool = False) -> bool:
        """2BP01 while the role holds grants; its memberships end with it. False where there is none and may be none."""

        def drop(connection: Connection) -> bool:
            if if_exists and not _exists(connection, name):
                return False
            _require(connection, name)
            if owned := grants.databases_of(connection, name):
                raise DependentObjectsStillExist(
                    f'role "{name}" cannot be dropped because some objects depend on it',
                    detail="owner of database " + ", ".join(owned),
                )
            if held := grants.objects_granted_to(connection, name):
                raise DependentObjectsStillExist(
                    f'role "{name}" cannot be dropped because some objects depend on it',
                    detail="privileges for " + ", ".join(sorted(held)),
                    hint=f"REVOKE ALL ON ... FROM {name} comes first.",
                )
            grants.forget_kept_grants(connection, name)
            is_its_own = or_(role_members.c.role == name, role_members.c.member == name)
            connection.execute(delete(role_members).where(is_its_own))
            connection.execute(delete(roles).where(roles.c.name == name))
            _keep_a_superuser(connection)
            return True

        return in_transaction(self._engine, drop)

    # --- membership ---------------------------------------------------------------------------------------------

    def add_member(self, role: str, member: str) -> None:
        """`GRANT role TO member`: the member has what the role has."""

        in_transaction(self._engine, lambda connection: _add_member(connection, role, member))

    def remove_member(self, role: str, member: str) -> None:
        is_this = (role_members.c.role == role) & (role_members.c.member == member)

        def remove(connection: Connection) -> None:
            _require(connection, role)
            _require(connection, member)
            connection.execute(delete(role_members).where(is_this))

        in_transaction(self._engine, remove)

    def memberships(self, name: str) -> frozenset[str]:
        """The role itself and all it is a member of, directly or through others."""
        with reading(self._engine) as connection:
            return grants.memberships(connection, name)

    def direct_memberships(self) -> dict[str, tuple[str, ...]]:
        """The roles that each role was made a member of, in one read."""
        with reading(self._engine) as connection:
            return grants.direct_memberships(connection)

    # --- privileges ---------------------------------------------------------------------------------------------

    def grant(
        self,
        privilege: str,
        kind: str,
        name: str,
        grantees: Sequence[str],
        *,
        grantor: str,
        database: str,
        is_grantable: bool = False,
    ) -> None:
        """`privilege` may be ALL; `kind` is table, schema, database or connection. That the object exists is the
        caller's to check."""
        wanted = grants.expanded(privilege, kind)

        def grant(connection: Connection) -> None:
            for grantee in grantees:
                _require_grantee(connection, grantee)
                for single in wanted:
                    given = Grant(single, kind, name, grantee, grantor, is_grantable)
                    grants.add_grant(connection, given, database=database)

        in_transaction(self._engine, grant)

    def revoke(self, privilege: str, kind: str, name: str, grantees: Sequence[str], *, database: str) -> None:
        wanted = grants.expanded(privilege, kind)

        def revoke(connection: Connection) -> None:
            for grantee in grantees:
                _require_grantee(connection, grantee)
                for single in wanted:
                    grants.remove_grant(
                        connection, privilege=single, kind=kind, name=name, grantee=grantee, database=database
                    )

        in_transaction(self._engine, revoke)

    def grants(self, *, database: str) -> list[Grant]:
        with reading(self._engine) as connection:
            return grants.all_grants(connection, database=database)

    def access(self, role: str, *, database: str) -> Access:
        """All that a statement needs to judge its tables, in one read."""
        with reading(self._engine) as connection:
            return grants.read_access(connection, role, database=database)

    def may_connect(self, role: str, *, database: str) -> bool:
        with reading(self._engine) as connection:
            access = grants.read_access(connection, role, database=database)
            return grants.may_connect(connection, access, database=database)

    def has_privilege(self, role: str, privilege: str, table: TableName, *, database: str) -> bool:
        return self.access(role, database=database).has(privilege, table)

    def is_superuser(self, role: str) -> bool:
        with reading(self._engine) as connection:
            return bool(connection.execute(select(roles.c.is_superuser).where(roles.c.name == role)).scalar())

    def ensure_admin(self, name: str, password: str) -> bool:
        """Make the first superuser; False where there is a role of that name already."""

        def ensure(connection: Connection) -> bool:
            if _exists(connection, name):
                return False
            connection.execute(
                insert(roles).values(
                    name=name,
                    can_login=True,
                    is_superuser=True,
                    verifier=make_verifier(password),
                    connection_limit=-1,
                    attributes={},
                    contact={},
                )
            )
            return True

        return in_transaction(self._engine, ensure)


def _role(row: Any) -> Role:  # Any: a SQLAlchemy row
    return Role(
        name=row.name,
        can_login=row.can_login,
        is_superuser=row.is_superuser,
        has_password=row.verifier is not None,
        valid_until=row.valid_until,
        connection_limit=row.connection_limit,
        attributes=row.attributes or {},
        contact=row.contact or {},
    )


def _check_name(name: str) -> None:
    if name.lower() in (PUBLIC, "none", "") or name.startswith("pg_"):
        raise InvalidParameterValue(f'role name "{name}" is reserved')
    if len(name.encode()) > NAME_BYTES_MAX:
        raise FeatureNotSupported(f"a role's name has at most {NAME_BYTES_MAX} bytes")


def _exists(connection: Connection, name: str) -> bool:
    return connection.execute(select(roles.c.role_id).where(roles.c.name == name)).first() is not None


def _require(connection: Connection, name: str) -> None:
    if not _exists(connection, name):
        raise UndefinedObject(f'role "{name}" does not exist')


def _keep_a_superuser(connection: Connection) -> None:
    remaining = select(roles.c.role_id).where(roles.c.is_superuser & roles.c.can_login)
    if connection.execute(remaining).first() is None:
        raise ObjectInUse("the last superuser that can log in must stay")


def _require_grantee(connection: Connection, name: str) -> None:
    if name != PUBLIC:
        _require(connection, name)


def _add_member(connection: Connection, role: str, member: str) -> None:
    _require(connection, role)
    _require(connection, member)
    if member in grants.memberships(connection, role):
        raise InvalidObjectDefinition(f'role "{role}" is a member of role "{member}"')
    is_this = (role_members.c.role == role) & (role_members.c.member == member)
    if connection.execute(select(role_members.c.role).where(is_this)).first() is None:
        connection.execute(insert(role_members).values(role=role, member=member))


def _merge(connection: Connection, name: str, column: str, given: Mapping[str, object]) -> None:
    before = connection.execute(select(roles.c[column]).where(roles.c.name == name)).scalar() or {}
    merged = {key: value for key, value in {**before, **given}.items() if value is not None}
    connection.execute(update(roles).where(roles.c.name == name).values({column: merged}))


def _values(options: Mapping[str, object]) -> dict[str, Any]:
    for option, value in options.items():
        if option not in _COLUMNS and option not in _MEMBERSHIPS and _DEFAULTS.get(option) != value:
            raise FeatureNotSupported(f"the role option {option.upper()} is not supported")
    return {column: read(options[option]) for option, (column, read) in _COLUMNS.items() if option in options}


def _names(options: Mapping[str, object], option: str) -> tuple[str, ...]:
    names = options.get(option, ())
    assert isinstance(names, tuple), f"{option} is a tuple of names"
    return names
