from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from ormolu.catalog.database import in_transaction, open_database, reading
from ormolu.catalog.schema import metadata, role_members, roles
from ormolu.errors import InvalidParameterValue


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql+pymysql://localhost/x"])
def test_a_catalog_is_a_file_or_a_postgresql_database(url: str) -> None:
    with pytest.raises(InvalidParameterValue):
        open_database(url)


def test_a_sqlite_catalog_is_safe_for_several_processes(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/new/folder/catalog.db")
    with reading(engine) as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    assert open_database(f"sqlite:///{tmp_path}/new/folder/catalog.db").url == engine.url


def test_foreign_keys_hold(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/catalog.db")
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(insert(role_members).values(role="a", member="b"))


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/catalog.db")
    with pytest.raises(RuntimeError), engine.begin() as connection:
        connection.execute(insert(roles).values(name="a", attributes={}, contact={}))
        raise RuntimeError
    with reading(engine) as connection:
        assert connection.execute(select(roles)).all() == []


def test_writers_that_read_first_wait_for_each_other(tmp_path: Path) -> None:
    """A deferred transaction that reads and then writes would fail at once."""
    engine = open_database(f"sqlite:///{tmp_path}/catalog.db")

    def add(number: int) -> None:
        def work(connection) -> None:  # type: ignore[no-untyped-def]  # a Connection
            count = len(connection.execute(select(roles)).all())
            connection.execute(insert(roles).values(name=f"r{number}-{count}", attributes={}, contact={}))

        in_transaction(engine, work)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as connection:
        names = connection.execute(select(roles.c.name)).scalars().all()
    assert sorted(name.split("-")[1] for name in names) == [str(number) for number in range(8)]


def test_a_reader_waits_for_no_writer(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/catalog.db")
    with engine.begin() as writer:
        writer.execute(insert(roles).values(name="a", attributes={}, contact={}))
        with reading(engine) as reader:
            assert reader.execute(select(roles)).all() == []


def test_every_table_is_made(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/catalog.db")
    with reading(engine) as connection:
        for table in metadata.sorted_tables:
            assert connection.execute(select(table)).all() == []
