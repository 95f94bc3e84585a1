"""What is kept of the catalog is never older than the last commit, whoever made it."""

from __future__ import annotations

from sqlalchemy import Engine

from ormolu.catalog.database import in_transaction, open_database
from ormolu.catalog.lake import Lake
from ormolu.catalog.roles import Roles
from ormolu.catalog.unchanged import Unchanged


def test_what_anyone_commits_is_seen_by_the_next_read(engine: Engine, catalog_url: str, lake: Lake) -> None:
    other = open_database(catalog_url)
    try:
        roles = Roles(other)
        for number in range(3):
            known = lake.kept("roles", lambda: {role.name for role in Roles(engine).all()})
            assert f"role_{number}" not in known
            roles.create(f"role_{number}", {})
            known = lake.kept("roles", lambda: {role.name for role in Roles(engine).all()})
            assert f"role_{number}" in known
    finally:
        other.dispose()


def test_what_is_committed_amid_a_read_is_not_missed(engine: Engine) -> None:
    unchanged = Unchanged(engine)

    def read_amid_a_commit() -> str:
        Roles(engine).create("late", {})
        return "before"

    assert unchanged.get("key", read_amid_a_commit) == "before"
    assert unchanged.get("key", lambda: "after") == "after"
    unchanged.close()
    assert unchanged.get("key", lambda: "anew") == "anew"


def test_sqlite_is_read_once_while_nobody_commits(engine: Engine) -> None:
    unchanged, reads = Unchanged(engine), iter(range(10))
    found = [unchanged.get("key", lambda: next(reads)) for _ in range(3)]
    assert found == ([0, 0, 0] if engine.dialect.name == "sqlite" else [0, 1, 2])
    in_transaction(engine, lambda connection: None)
    unchanged.close()
