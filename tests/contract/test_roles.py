"""Roles, grants and views on both kinds of catalog."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from ormolu.catalog.roles import Roles
from ormolu.catalog.verifiers import make_verifier
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

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SALES = TableName("gold", "sales")


@pytest.fixture
def roles(engine: Engine) -> Roles:
    roles = Roles(engine)
    assert roles.ensure_admin("admin", "first")
    assert not roles.ensure_admin("admin", "second")
    return roles


def has(roles: Roles, role: str, privilege: str, table: TableName, database: str = "shop") -> bool:
    return roles.has_privilege(role, privilege, table, database=database)


def test_a_role_is_made_changed_and_dropped(roles: Roles) -> None:
    assert roles.create("anna", {"login": True, "password": "pw", "valid_until": "2027-01-01", "createdb": False})
    with pytest.raises(DuplicateObject):
        roles.create("anna", {})
    assert not roles.create("anna", {}, if_not_exists=True)
    roles.alter("anna", {"connection_limit": 3}, attributes={"region": "north", "team": "a"}, contact={"email": "a@b"})
    roles.alter("anna", {}, attributes={"team": None})
    anna = roles.find("anna")
    assert anna is not None and anna.can_login and not anna.is_superuser and anna.has_password
    assert (anna.connection_limit, anna.attributes, anna.contact) == (3, {"region": "north"}, {"email": "a@b"})
    assert [role.name for role in roles.all()] == ["admin", "anna"]
    assert roles.drop("anna") and roles.find("anna") is None
    assert not roles.drop("anna", if_exists=True)
    with pytest.raises(UndefinedObject):
        roles.drop("anna")
    with pytest.raises(UndefinedObject):
        roles.alter("anna", {"login": True})


def test_only_a_role_that_may_log_in_has_a_verifier(roles: Roles) -> None:
    roles.create("anna", {"login": True, "password": "pw", "valid_until": "2026-12-01 00:00+00"})
    roles.create("group", {"password": "pw"})
    assert (roles.find_verifier("anna", at=NOW) or "").startswith("SCRAM-SHA-256$4096:")
    assert roles.find_verifier("anna", at=NOW + timedelta(days=30)) is None
    assert roles.find_verifier("group", at=NOW) is None
    assert roles.find_verifier("nobody", at=NOW) is None
    roles.alter("anna", {"password": None})
    assert roles.find_verifier("anna", at=NOW) is None


@pytest.mark.parametrize("name", ["public", "pg_reader", "", "x" * 64])
def test_reserved_and_overlong_names_are_refused(roles: Roles, name: str) -> None:
    with pytest.raises((InvalidParameterValue, FeatureNotSupported)):
        roles.create(name, {})


def test_options_that_are_not_held_are_refused(roles: Roles) -> None:
    with pytest.raises(FeatureNotSupported):
        roles.create("anna", {"replication": True})
    with pytest.raises(InvalidDatetimeFormat):
        roles.create("anna", {"valid_until": "soon"})


def test_the_last_superuser_stays(roles: Roles) -> None:
    for change in ({"superuser": False}, {"login": False}):
        with pytest.raises(ObjectInUse):
            roles.alter("admin", change)
    with pytest.raises(ObjectInUse):
        roles.drop("admin")
    roles.create("second", {"login": True, "superuser": True})
    roles.alter("admin", {"superuser": False})


def test_a_grant_on_a_table_is_for_that_table(roles: Roles) -> None:
    roles.create("anna", {})
    assert not has(roles, "anna", "SELECT", SALES)
    for _ in range(2):
        roles.grant("SELECT", "table", "gold.sales", ["anna"], grantor="admin", database="shop")
    assert has(roles, "anna", "SELECT", SALES)
    assert not has(roles, "anna", "OPERATE", SALES)
    assert not has(roles, "anna", "SELECT", TableName("gold", "other"))
    assert not has(roles, "anna", "SELECT", SALES, database="other")
    assert has(roles, "admin", "OPERATE", SALES, database="other")
    assert not has(roles, "nobody", "SELECT", SALES)
    roles.revoke("ALL", "table", "gold.sales", ["anna"], database="shop")
    roles.revoke("SELECT", "table", "gold.sales", ["anna"], database="shop")
    assert not has(roles, "anna", "SELECT", SALES)


def test_a_grant_on_a_schema_covers_its_tables_and_reaches_members(roles: Roles) -> None:
    for name in ("staff", "sales", "anna"):
        roles.create(name, {})
    roles.add_member("staff", "sales")
    roles.add_member("sales", "anna")
    roles.grant("SELECT", "schema", "gold", ["staff"], grantor="admin", database="shop")
    assert has(roles, "anna", "SELECT", TableName("gold", "made_later"))
    assert not has(roles, "anna", "SELECT", TableName("silver", "orders"))
    access = roles.access("anna", database="shop")
    assert access.roles == {"anna", "sales", "staff"} and access.has_any(SALES) and not access.is_superuser
    roles.remove_member("staff", "sales")
    assert not has(roles, "anna", "SELECT", SALES)


def test_public_is_everyone(roles: Roles) -> None:
    roles.create("anna", {})
    roles.grant("USAGE", "schema", "gold", ["public"], grantor="admin", database="shop")
    assert roles.access("anna", database="shop").has_on("USAGE", "schema", "gold")
    assert [grant.grantee for grant in roles.grants(database="shop")] == ["public"]


def test_membership_makes_no_circle(roles: Roles) -> None:
    roles.create("a", {})
    roles.create("b", {"in_role": ("a",)})
    roles.create("c", {"in_role": ("b",)})
    for role, member in (("c", "a"), ("a", "a")):
        with pytest.raises(InvalidObjectDefinition):
            roles.add_member(role, member)
    roles.add_member("a", "b")
    with pytest.raises(UndefinedObject):
        roles.add_member("a", "nobody")


def test_a_superusers_powers_are_not_its_groups(roles: Roles) -> None:
    roles.create("anna", {})
    roles.add_member("admin", "anna")
    assert not has(roles, "anna", "SELECT", SALES)


def test_a_role_with_grants_is_not_dropped(roles: Roles) -> None:
    roles.create("anna", {})
    roles.grant("ALL", "table", "gold.sales", ["anna"], grantor="admin", database="shop")
    with pytest.raises(DependentObjectsStillExist) as caught:
        roles.drop("anna")
    assert caught.value.detail == "privileges for gold.sales"


def test_an_unknown_privilege_or_grantee_is_named(roles: Roles) -> None:
    with pytest.raises(InvalidParameterValue):
        roles.grant("USAGE", "table", "gold.sales", ["admin"], grantor="admin", database="shop")
    with pytest.raises(UndefinedObject):
        roles.grant("SELECT", "table", "gold.sales", ["nobody"], grantor="admin", database="shop")


@pytest.mark.parametrize("password", ["plain", "pässwörd", "Ⅸ roman", "a\u00a0b", "\u0221unassigned"])
def test_a_verifier_is_what_postgresql_makes(postgres_peer: Any, password: str) -> None:
    """The server's own verifier for the password, with its salt, is ours too."""
    with psycopg.connect(postgres_peer.conninfo) as connection:
        quoted = "'" + password.replace("'", "''") + "'"
        connection.execute(f"CREATE ROLE verified LOGIN PASSWORD {quoted}".encode())
        row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'verified'").fetchone()
        connection.rollback()
    assert row is not None
    salt = base64.b64decode(row[0].split("$")[1].split(":")[1])
    assert make_verifier(password, salt=salt) == row[0]
    assert make_verifier(row[0]) == row[0]


def test_a_verifier_holds_the_keys_of_rfc_5803() -> None:
    verifier = make_verifier("pencil", salt=b"0123456789abcdef", iterations=4096)
    salted = hashlib.pbkdf2_hmac("sha256", b"pencil", b"0123456789abcdef", 4096)
    server_key = base64.b64encode(hmac.digest(salted, b"Server Key", "sha256")).decode()
    assert verifier.endswith(f":{server_key}") and make_verifier("pencil") != make_verifier("pencil")
    with pytest.raises(InvalidParameterValue):
        make_verifier("")
