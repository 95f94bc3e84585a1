"""BEGIN ... COMMIT around definitions and refreshes: all of it is published in one instant, or nothing is."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
import pytest
from psycopg import Connection, errors

from tests.peers.ormolu import OrmoluServer

SECONDS_MAX = 20.0
Rows = list[tuple[object, ...]]


def rows(connection: Connection, sql: str) -> Rows:
    return connection.execute(sql.encode()).fetchall()


def copy(connection: Connection, table: str, text: str) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN WITH (FORMAT csv, HEADER true)".encode()) as sink:
        sink.write(text)


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS_MAX
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def objects(server: OrmoluServer) -> list[str]:
    return [str(name) for (name,) in server.run("SELECT name FROM lake.objects ORDER BY name")]


def create_pipeline(connection: Connection, name: str) -> None:
    """A source with two rows, a silver table and a gold table made from it."""
    connection.execute(
        f"CREATE BRONZE SOURCE {name} (id integer, amount integer) FROM UPLOAD FORMAT csv (header = true)".encode()
    )
    copy(connection, f"bronze.{name}", "id,amount\n1,10\n2,20\n")
    connection.execute(f"CREATE SILVER TABLE {name} KEY (id) FROM bronze.{name}".encode())
    connection.execute(
        f"CREATE GOLD TABLE {name} KEY (n) AS SELECT count(*) AS n, sum(amount) AS total FROM silver.{name}".encode()
    )


def test_what_is_made_between_begin_and_commit_is_seen_by_its_session_alone_and_then_by_all(
    server: OrmoluServer,
) -> None:
    with server.connect() as mine:
        mine.execute("BEGIN")
        create_pipeline(mine, "together")
        assert rows(mine, "SELECT n, total FROM gold.together") == [(2, 30)]
        assert rows(mine, "SELECT name FROM lake.objects WHERE name LIKE '%together' ORDER BY name") == [
            ("bronze.together",),
            ("gold.together",),
            ("silver.together",),
        ]
        assert objects(server) == []
        with pytest.raises(errors.UndefinedTable):
            server.run("SELECT * FROM gold.together")
        mine.execute("COMMIT")
    assert server.run("SELECT n, total FROM gold.together") == [(2, 30)]
    assert server.run("SELECT id, amount FROM silver.together ORDER BY id") == [(1, 10), (2, 20)]
    assert server.run(
        "SELECT DISTINCT published_at FROM lake.versions WHERE table_name LIKE '%together'"
    ) == server.run("SELECT max(published_at) FROM lake.versions WHERE table_name LIKE '%together'")


def test_a_rollback_leaves_no_trace(server: OrmoluServer) -> None:
    before = objects(server)
    with server.connect() as mine:
        mine.execute("BEGIN")
        create_pipeline(mine, "gone")
        mine.execute("CREATE ROLE gone_reader")
        mine.execute("GRANT SELECT ON gold.gone TO gone_reader")
        mine.execute("ROLLBACK")
        with pytest.raises(errors.UndefinedTable):
            mine.execute("SELECT * FROM gold.gone")
    assert objects(server) == before
    assert server.run("SELECT 1 FROM pg_roles WHERE rolname = 'gone_reader'") == []
    assert server.run("SELECT 1 FROM lake.versions WHERE table_name LIKE '%gone'") == []
    assert {status for (status,) in server.run("SELECT status FROM lake.runs WHERE object LIKE '%gone'")} == {
        "rolled_back"
    }
    assert not list((server.folder / "warehouse").rglob("*gone*/metadata/*.json"))


def test_a_table_that_moved_meanwhile_is_a_conflict_and_nothing_is_published(server: OrmoluServer) -> None:
    with server.connect() as mine:
        create_pipeline(mine, "moved")
        mine.execute("BEGIN")
        copy(mine, "bronze.moved", "id,amount\n3,30\n")
        mine.execute("REFRESH silver.moved")
        mine.execute("CREATE GOLD TABLE moved_too KEY (n) AS SELECT count(*) AS n FROM silver.moved")
        assert rows(mine, "SELECT n FROM gold.moved_too") == [(3,)]
        with server.connect() as other:
            copy(other, "bronze.moved", "id,amount\n4,40\n")
        with pytest.raises(errors.SerializationFailure):
            mine.execute("COMMIT")
    server.run("REFRESH silver.moved")
    assert server.run("SELECT id FROM silver.moved ORDER BY id") == [(1,), (2,), (4,)]
    assert "gold.moved_too" not in objects(server)


def test_an_input_that_moved_meanwhile_is_no_conflict(server: OrmoluServer) -> None:
    with server.connect() as mine:
        create_pipeline(mine, "fed")
        mine.execute("ALTER SILVER TABLE fed PAUSE")
        mine.execute("BEGIN")
        mine.execute("REFRESH silver.fed FULL")
        with server.connect() as other:
            copy(other, "bronze.fed", "id,amount\n3,30\n")
        mine.execute("COMMIT")
        assert rows(mine, "SELECT id FROM silver.fed ORDER BY id") == [(1,), (2,)]
        mine.execute("REFRESH silver.fed")
        assert rows(mine, "SELECT id FROM silver.fed ORDER BY id") == [(1,), (2,), (3,)]


def test_a_definition_of_another_object_is_no_conflict_and_one_of_the_same_is(server: OrmoluServer) -> None:
    with server.connect() as mine, server.connect() as other:
        mine.execute("BEGIN")
        mine.execute("CREATE BRONZE SOURCE mine_only (a integer) FROM UPLOAD FORMAT csv (header = true)")
        other.execute("CREATE BRONZE SOURCE others_only (a integer) FROM UPLOAD FORMAT csv (header = true)")
        assert rows(mine, "SELECT * FROM bronze.others_only") == []
        mine.execute("COMMIT")
        mine.execute("BEGIN")
        mine.execute("CREATE BRONZE SOURCE both_of_us (a integer) FROM UPLOAD FORMAT csv (header = true)")
        other.execute("CREATE BRONZE SOURCE both_of_us (b integer) FROM UPLOAD FORMAT csv (header = true)")
        with pytest.raises(errors.SerializationFailure):
            mine.execute("COMMIT")
    assert server.run("SELECT b FROM bronze.both_of_us") == []
    assert {"bronze.mine_only", "bronze.others_only", "bronze.both_of_us"} <= set(objects(server))


def test_repeatable_read_sees_one_set_of_tables_and_its_own_changes(server: OrmoluServer) -> None:
    with server.connect() as mine, server.connect() as other:
        create_pipeline(mine, "still")
        mine.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        assert rows(mine, "SELECT count(*) FROM bronze.still") == [(2,)]
        copy(other, "bronze.still", "id,amount\n3,30\n")
        assert rows(mine, "SELECT count(*) FROM bronze.still") == [(2,)]
        mine.execute("CREATE GOLD TABLE still_read KEY (n) AS SELECT count(*) AS n FROM bronze.still")
        assert rows(mine, "SELECT n FROM gold.still_read") == [(2,)]
        assert rows(mine, "SELECT count(*) FROM bronze.still") == [(2,)]
        mine.execute("COMMIT")
        assert rows(mine, "SELECT n FROM gold.still_read") == [(2,)]


def test_rollback_to_a_savepoint_undoes_what_came_after_it(server: OrmoluServer) -> None:
    with server.connect() as mine:
        mine.execute("BEGIN")
        create_pipeline(mine, "kept")
        mine.execute("SAVEPOINT here")
        copy(mine, "bronze.kept", "id,amount\n3,30\n")
        mine.execute("REFRESH silver.kept CASCADE")
        mine.execute("CREATE GOLD TABLE not_kept KEY (n) AS SELECT count(*) AS n FROM silver.kept")
        assert rows(mine, "SELECT n, total FROM gold.kept") == [(3, 60)]
        with pytest.raises(errors.DuplicateTable):
            mine.execute("CREATE BRONZE SOURCE kept (id integer) FROM UPLOAD FORMAT csv")
        with pytest.raises(errors.InFailedSqlTransaction):
            mine.execute("SELECT 1")
        mine.execute("ROLLBACK TO SAVEPOINT here")
        assert rows(mine, "SELECT n, total FROM gold.kept") == [(2, 30)]
        copy(mine, "bronze.kept", "id,amount\n5,50\n")
        mine.execute("REFRESH silver.kept CASCADE")
        mine.execute("COMMIT")
    assert server.run("SELECT n, total FROM gold.kept") == [(3, 80)]
    assert "gold.not_kept" not in objects(server)


def test_a_failed_statement_leaves_only_rollback(server: OrmoluServer) -> None:
    before = objects(server)
    with server.connect() as mine:
        mine.execute("BEGIN")
        create_pipeline(mine, "failing")
        with pytest.raises(errors.UndefinedTable):
            mine.execute("CREATE SILVER TABLE failing_too KEY (id) FROM bronze.nowhere")
        with pytest.raises(errors.InFailedSqlTransaction):
            mine.execute("REFRESH silver.failing")
        assert mine.execute("COMMIT").statusmessage == "ROLLBACK"
    assert objects(server) == before


def test_a_run_that_fails_keeps_its_record_and_fails_the_transaction(server: OrmoluServer) -> None:
    with server.connect() as mine:
        create_pipeline(mine, "judged")
        mine.execute("BEGIN")
        with pytest.raises(errors.CheckViolation):
            mine.execute("ALTER SILVER TABLE judged ADD RULE CONSTRAINT small CHECK (amount < 5) ON VIOLATION FAIL")
        mine.execute("ROLLBACK")
    assert server.run("SELECT rows_violating FROM lake.rule_results WHERE rule = 'small'") == [(2,)]
    assert server.run("SELECT id FROM silver.judged ORDER BY id") == [(1,), (2,)]


def test_drop_and_create_again_replaces_the_table_at_commit(server: OrmoluServer) -> None:
    with server.connect() as mine:
        create_pipeline(mine, "again")
        mine.execute("BEGIN")
        mine.execute("DROP BRONZE SOURCE again CASCADE")
        with pytest.raises(errors.UndefinedTable), mine.transaction():
            mine.execute("SELECT * FROM gold.again")
        create_pipeline(mine, "again")
        mine.execute("DROP GOLD TABLE again")
        assert server.run("SELECT n, total FROM gold.again") == [(2, 30)]
        mine.execute("COMMIT")
    with pytest.raises(errors.UndefinedTable):
        server.run("SELECT * FROM gold.again")
    assert server.run("SELECT id FROM silver.again ORDER BY id") == [(1,), (2,)]


def test_several_refreshes_of_a_table_publish_one_version(server: OrmoluServer) -> None:
    with server.connect() as mine:
        create_pipeline(mine, "often")
        before = rows(mine, "SELECT count(*) FROM lake.versions WHERE table_name = 'silver.often'")
        mine.execute("BEGIN")
        for number in (3, 4, 5):
            copy(mine, "bronze.often", f"id,amount\n{number},{number}0\n")
            mine.execute("REFRESH silver.often")
        mine.execute("COMMIT")
        after = rows(mine, "SELECT count(*) FROM lake.versions WHERE table_name = 'silver.often'")
        assert after == [(before[0][0] + 1,)]  # type: ignore[operator]  # a count
        assert rows(mine, "SELECT count(*) FROM silver.often") == [(5,)]


def test_roles_grants_and_comments_hold_from_commit_on(server: OrmoluServer) -> None:
    with server.connect() as mine:
        mine.execute("BEGIN")
        create_pipeline(mine, "granted")
        mine.execute("CREATE ROLE granted_reader LOGIN PASSWORD 'just reading'")
        mine.execute("GRANT SELECT ON gold.granted TO granted_reader")
        mine.execute("COMMENT ON TABLE gold.granted IS 'how many'")
        with pytest.raises(psycopg.OperationalError):
            server.connect(user="granted_reader", password="just reading")
        mine.execute("COMMIT")
    with server.connect(user="granted_reader", password="just reading") as reader:
        assert rows(reader, "SELECT total FROM gold.granted") == [(30,)]
        with pytest.raises(errors.InsufficientPrivilege):
            reader.execute("SELECT * FROM silver.granted")
    assert "COMMENT 'how many'" in str(server.run("SHOW CREATE gold.granted"))


def test_a_connection_and_its_secret_are_used_by_the_transaction_that_made_them(server: OrmoluServer) -> None:
    folder = server.folder.parent / "inbox"
    folder.mkdir()
    (folder / "a.csv").write_text("id,amount\n1,10\n")
    with server.connect() as mine:
        mine.execute("BEGIN")
        mine.execute("CREATE SECRET hush AS 'no word of it'")
        mine.execute("CREATE CONNECTION inbox TYPE files WITH (url = 'inbox')")
        mine.execute(
            "CREATE BRONZE SOURCE inbox FROM CONNECTION inbox FILES '*.csv' FORMAT csv (header = true) LOAD APPEND"
        )
        mine.execute("REFRESH bronze.inbox")
        (folder / "b.csv").write_text("id,amount\n2,20\n")
        mine.execute("REFRESH bronze.inbox")
        assert rows(mine, "SELECT id FROM bronze.inbox ORDER BY id") == [(1,), (2,)]
        mine.execute("COMMIT")
    assert server.run("SELECT path FROM lake.files WHERE source_name = 'bronze.inbox' ORDER BY path") == [
        ("a.csv",),
        ("b.csv",),
    ]
    server.run("REFRESH bronze.inbox")
    assert server.run("SELECT count(*) FROM bronze.inbox") == [(2,)]


def test_what_reaches_beyond_a_transaction_is_refused_inside_one(server: OrmoluServer) -> None:
    with server.connect() as mine:
        for statement in ("CANCEL RUN 1", "VACUUM silver.orders"):
            mine.execute("BEGIN")
            with pytest.raises(errors.ActiveSqlTransaction):
                mine.execute(statement.encode())
            mine.execute("ROLLBACK")
        mine.execute("BEGIN READ ONLY")
        with pytest.raises(errors.ReadOnlySqlTransaction):
            mine.execute("CREATE BRONZE SOURCE never (a integer) FROM UPLOAD FORMAT csv")
        mine.execute("ROLLBACK")


def test_commit_queues_what_follows_the_published_tables(server: OrmoluServer) -> None:
    with server.connect() as mine:
        create_pipeline(mine, "followed")
        mine.execute("BEGIN")
        copy(mine, "bronze.followed", "id,amount\n3,30\n")
        mine.execute("COMMIT")
    eventually(lambda: server.run("SELECT total FROM gold.followed") == [(60,)])


def test_a_session_that_goes_away_has_rolled_back(server: OrmoluServer) -> None:
    mine = server.connect()
    mine.execute("BEGIN")
    create_pipeline(mine, "left")
    mine.close()
    eventually(
        lambda: server.run("SELECT DISTINCT status FROM lake.runs WHERE object LIKE '%left'") == [("rolled_back",)]
    )
    assert "gold.left" not in objects(server)


def test_show_plan_tells_what_commit_would_publish_and_set_off(server: OrmoluServer) -> None:
    with server.connect() as mine:
        create_pipeline(mine, "planned")
        assert rows(mine, "SHOW PLAN") == []
        mine.execute("BEGIN")
        assert rows(mine, "SHOW PLAN") == []
        copy(mine, "bronze.planned", "id,amount\n3,30\n")
        mine.execute("CREATE OR REPLACE SILVER TABLE planned KEY (id) COMMENT 'sums' FROM bronze.planned")
        mine.execute("REFRESH silver.planned")
        mine.execute("CREATE ROLE planner")
        plan = rows(mine, "SHOW PLAN")
        assert [row[:3] for row in plan] == [
            (1, "silver.planned", "replace definition"),
            (2, "bronze.planned", "publish"),
            (3, "silver.planned", "publish"),
            (4, "roles", "change"),
            (5, "gold.planned", "refresh"),
        ]
        assert [row[4] for row in plan] == [None, 3, 3, None, None]
        assert plan[4][6] is not None  # seconds, from the run that filled it
        mine.execute("ROLLBACK")
        assert rows(mine, "SHOW PLAN") == []


def test_a_comment_or_a_schedule_makes_no_row_anew(server: OrmoluServer) -> None:
    versions = "SELECT count(*) FROM lake.versions WHERE table_name = 'silver.noted'"
    with server.connect() as mine:
        create_pipeline(mine, "noted")
        before = rows(mine, versions)
        replaced = "CREATE OR REPLACE SILVER TABLE noted KEY (id) SCHEDULE NEVER COMMENT 'noted' FROM bronze.noted"
        assert [row[2:4] for row in rows(mine, f"EXPLAIN {replaced}")] == [
            ("replace definition", "metadata only: schedule, comment")
        ]
        mine.execute(replaced.encode())
        mine.execute("REFRESH silver.noted")
        assert rows(mine, versions) == before
        assert "noted" in str(rows(mine, "SHOW CREATE silver.noted"))
        changed = "CREATE OR REPLACE SILVER TABLE noted KEY (id) AS SELECT id, amount * 2 AS amount FROM bronze.noted"
        assert ("silver.noted", "fill") in [row[1:3] for row in rows(mine, f"EXPLAIN {changed}")]
        mine.execute(changed.encode())
        assert rows(mine, "SELECT amount FROM silver.noted ORDER BY id") == [(20,), (40,)]


def test_every_statement_of_ours_is_explained(server: OrmoluServer) -> None:
    with server.connect() as mine:
        create_pipeline(mine, "told")
        for statement, expected in (
            ("ALTER SILVER TABLE told PAUSE", ("silver.told", "replace definition")),
            ("ALTER SILVER TABLE told ADD RULE CHECK (amount > 0)", ("silver.told", "fill")),
            ("COPY bronze.told FROM STDIN", ("bronze.told", "load")),
            ("GRANT SELECT ON gold.told TO admin", ("admin", "grant")),
            ("CREATE ROLE nobody", ("nobody", "create role")),
            ("REFRESH silver.told FULL", ("silver.told", "refresh")),
        ):
            plan = rows(mine, f"EXPLAIN {statement}")
            assert expected in [row[1:3] for row in plan], statement
        assert rows(mine, "EXPLAIN DROP GOLD TABLE IF EXISTS absent")[0][2] == "nothing"
        for absent, state in (("GOLD TABLE absent", "42P01"), ("GOLD METRIC told", "42809"), ("MONITOR m", "42704")):
            with pytest.raises(psycopg.Error) as caught:
                mine.execute(f"EXPLAIN DROP {absent}".encode())
            assert caught.value.sqlstate == state, absent
        refresh = rows(mine, "EXPLAIN REFRESH silver.told FULL")
        assert all(row[6] is not None for row in refresh if row[2] == "refresh")
    assert server.run("SELECT rolname FROM pg_roles WHERE rolname = 'nobody'") == []


def test_a_column_that_others_read_goes_only_after_them(server: OrmoluServer) -> None:
    with server.connect() as mine:
        create_pipeline(mine, "read")
        named = "CREATE OR REPLACE SILVER TABLE read KEY (id) AS SELECT id, amount FROM bronze.read"
        narrow = "CREATE OR REPLACE SILVER TABLE read KEY (id) AS SELECT id FROM bronze.read"
        mine.execute(named.encode())
        with pytest.raises(errors.DependentObjectsStillExist) as refused:
            mine.execute(narrow.encode())
        assert refused.value.diag.message_detail == "gold.read reads column amount"
        mine.execute("BEGIN")
        mine.execute("CREATE OR REPLACE GOLD TABLE read KEY (n) AS SELECT count(*) AS n FROM silver.read")
        mine.execute(narrow.encode())
        mine.execute("COMMIT")
    assert server.run("SELECT n FROM gold.read") == [(2,)]
    with pytest.raises(errors.UndefinedColumn):
        server.run("SELECT amount FROM silver.read")
