"""RESTORE: a table goes back in one commit, rests until RESUME, and nothing is lost or doubled afterwards."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer


def copy(server: OrmoluServer, source: str, text: str) -> None:
    with (
        server.connect() as connection,
        connection.cursor().copy(f"COPY bronze.{source} FROM STDIN (FORMAT csv)".encode()) as target,
    ):
        target.write(text)


def version(server: OrmoluServer, table: str) -> Any:
    return server.run("SELECT max(version) FROM lake.versions WHERE table_name = %s", [table])[0][0]


def ids(server: OrmoluServer, table: str) -> list[Any]:
    return [row[0] for row in server.run(f"SELECT id FROM {table} ORDER BY id")]


@pytest.fixture
def pipeline(server: OrmoluServer, request: pytest.FixtureRequest) -> str:
    """Bronze, silver with its companions, and gold; one load is in."""
    name = f"r{abs(hash(request.node.name)) % 10**8}"
    server.run(f"CREATE BRONZE SOURCE {name} (id integer, amount integer, op text) FROM UPLOAD FORMAT csv")
    copy(server, name, "1,10,I\n2,20,I\n")
    server.run(
        f"CREATE SILVER TABLE {name} KEY (id) DELETE WHEN (op = 'D') SOFT"
        f" WITH RULES (CHECK (amount > 0)) FROM bronze.{name}"
    )
    server.run(f"CREATE GOLD TABLE {name} AS SELECT count(*) AS n, sum(amount) AS total FROM silver.{name}")
    return name


def test_silver_goes_back_with_its_deleted_and_quarantined_rows_and_rests(server: OrmoluServer, pipeline: str) -> None:
    name = pipeline
    before = version(server, f"silver.{name}")
    copy(server, name, "1,0,D\n3,30,I\n4,-1,I\n")
    server.run(f"REFRESH silver.{name} CASCADE")
    assert ids(server, f"silver.{name}") == [2, 3]
    assert ids(server, f"silver.{name}_deleted") == [1]
    told = server.run(f"EXPLAIN ALTER SILVER TABLE {name} RESTORE TO VERSION {before} CASCADE")
    assert {(row[1], row[2]) for row in told} >= {
        (f"silver.{name}", "restore"),
        (f"silver.{name}", "pause"),
        (f"gold.{name}", "refresh"),
    }
    server.run(f"ALTER SILVER TABLE {name} RESTORE TO VERSION {before} CASCADE")
    assert ids(server, f"silver.{name}") == [1, 2]
    assert ids(server, f"silver.{name}_all") == [1, 2]
    assert server.run(f"SELECT n, total FROM gold.{name}") == [(2, 30)]
    assert server.run("SELECT count(*) FROM lake.quarantine WHERE table_name = %s", [f"silver.{name}"]) == [(0,)]
    assert "paused" in server.run(f"SHOW CREATE SILVER TABLE {name}")[0][-1]
    copy(server, name, "5,50,I\n")
    server.run(f"REFRESH gold.{name}")
    assert ids(server, f"silver.{name}") == [1, 2], "it rests"
    server.run(f"ALTER SILVER TABLE {name} RESUME")
    server.run(f"REFRESH silver.{name} CASCADE")
    assert ids(server, f"silver.{name}") == [2, 3, 5]
    assert ids(server, f"silver.{name}_deleted") == [1]
    assert server.run(f"SELECT n FROM gold.{name}") == [(3,)]


def test_bronze_goes_back_and_silver_follows_although_loads_are_numbered_on(
    server: OrmoluServer, pipeline: str
) -> None:
    name = pipeline
    before = version(server, f"bronze.{name}")
    copy(server, name, "3,30,I\n")
    server.run(f"REFRESH silver.{name} CASCADE")
    last = server.run(f"SELECT max(_load_id), max(_row_id) FROM bronze.{name}")
    server.run(f"ALTER BRONZE SOURCE {name} RESTORE TO VERSION {before} CASCADE")
    assert ids(server, f"bronze.{name}") == [1, 2]
    assert ids(server, f"silver.{name}") == [1, 2]
    copy(server, name, "3,30,I\n")  # the same bytes: what was taken back may come again
    server.run(f"REFRESH silver.{name} CASCADE")
    assert ids(server, f"silver.{name}") == [1, 2, 3]
    again = server.run(f"SELECT min(_load_id), min(_row_id) FROM bronze.{name} WHERE id = 3")
    assert again[0] > last[0], "numbers are never given twice"

    assert server.run(f"SELECT n FROM gold.{name}") == [(3,)]


def test_without_cascade_what_is_downstream_waits_for_its_refresh(server: OrmoluServer, pipeline: str) -> None:
    name = pipeline
    before = version(server, f"bronze.{name}")
    copy(server, name, "3,30,I\n")
    server.run(f"REFRESH silver.{name} CASCADE")
    server.run(f"ALTER BRONZE SOURCE {name} RESTORE TO VERSION {before}")
    assert ids(server, f"silver.{name}") == [1, 2, 3]
    server.run(f"REFRESH silver.{name}")
    assert ids(server, f"silver.{name}") == [1, 2]


def test_a_restore_can_be_taken_back_by_another(server: OrmoluServer, pipeline: str) -> None:
    name = pipeline
    first = version(server, f"bronze.{name}")
    copy(server, name, "3,30,I\n")
    second = version(server, f"bronze.{name}")
    server.run(f"ALTER BRONZE SOURCE {name} RESTORE TO VERSION {first} CASCADE")
    server.run(f"ALTER BRONZE SOURCE {name} RESTORE TO VERSION {second} CASCADE")
    assert ids(server, f"silver.{name}") == [1, 2, 3]
    copy(server, name, "3,30,I\n")  # the same bytes as before: they are there
    assert ids(server, f"bronze.{name}") == [1, 2, 3]


def test_files_that_were_taken_back_are_loaded_again_after_resume(server: OrmoluServer) -> None:
    folder = server.folder.parent / "restored"
    folder.mkdir()
    (folder / "a.csv").write_text("id\n1\n")
    server.run("CREATE CONNECTION restored TYPE files WITH (url = 'restored')")
    server.run(
        "CREATE BRONZE SOURCE refiled FROM CONNECTION restored FILES '*.csv' FORMAT csv (header = true) LOAD APPEND"
    )
    server.run("REFRESH bronze.refiled")
    before = version(server, "bronze.refiled")
    (folder / "b.csv").write_text("id\n2\n")
    server.run("REFRESH bronze.refiled")
    assert ids(server, "bronze.refiled") == [1, 2]
    server.run(f"ALTER BRONZE SOURCE refiled RESTORE TO VERSION {before}")
    assert ids(server, "bronze.refiled") == [1]
    server.run("ALTER BRONZE SOURCE refiled RESUME")
    server.run("REFRESH bronze.refiled")
    assert ids(server, "bronze.refiled") == [1, 2]
    run_id = server.run("SELECT min(run_id) FROM lake.files WHERE source_name = 'bronze.refiled'")[0][0]
    server.run(f"ALTER BRONZE SOURCE refiled EXCLUDE RUN {run_id}")
    excluded = version(server, "bronze.refiled")
    server.run("REFRESH bronze.refiled")
    assert ids(server, "bronze.refiled") == [1, 2]
    server.run(f"ALTER BRONZE SOURCE refiled RESTORE TO VERSION {excluded - 1}")
    assert ids(server, "bronze.refiled") == [1, 2], "from before it was excluded and loaded again"
    server.run("REFRESH bronze.refiled")
    assert ids(server, "bronze.refiled") == [1, 2]


def test_inside_a_transaction_it_is_published_with_the_rest(server: OrmoluServer, pipeline: str) -> None:
    name = pipeline
    before = version(server, f"silver.{name}")
    copy(server, name, "3,30,I\n")
    server.run(f"REFRESH silver.{name} CASCADE")
    with server.connect() as connection:
        connection.execute("BEGIN")
        connection.execute(f"ALTER SILVER TABLE {name} RESTORE TO VERSION {before} CASCADE".encode())
        assert connection.execute(f"SELECT n FROM gold.{name}".encode()).fetchall() == [(2,)]
        assert ids(server, f"silver.{name}") == [1, 2, 3]
        connection.execute("ROLLBACK")
        assert ids(server, f"silver.{name}") == [1, 2, 3]
        connection.execute("BEGIN")
        connection.execute(f"ALTER SILVER TABLE {name} RESTORE TO VERSION {before} CASCADE".encode())
        connection.execute("COMMIT")
    assert ids(server, f"silver.{name}") == [1, 2]
    assert server.run(f"SELECT n FROM gold.{name}") == [(2,)]


@pytest.mark.parametrize(
    ("statement", "state"),
    [
        ("ALTER SILVER TABLE {0} RESTORE TO VERSION 99", "22023"),
        ("ALTER SILVER TABLE {0} RESTORE TO VERSION 0", "22023"),
        ("ALTER SILVER TABLE {0} RESTORE TO TIMESTAMP '2001-01-01'", "22023"),
        ("ALTER SILVER TABLE {0} RESTORE TO TIMESTAMP 'then'", "22023"),
        ("ALTER GOLD TABLE nothing RESTORE TO VERSION 1", "42P01"),
        ("ALTER GOLD METRIC {0} RESTORE TO VERSION 1", "42809"),
        ("EXPLAIN ALTER SILVER TABLE {0} RESTORE TO VERSION 99", "22023"),
    ],
)
def test_what_cannot_be_restored_is_refused(server: OrmoluServer, pipeline: str, statement: str, state: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        server.run(statement.format(pipeline))
    assert caught.value.sqlstate == state


def test_a_time_means_the_version_that_was_valid_then(server: OrmoluServer, pipeline: str) -> None:
    name = pipeline
    at = server.run("SELECT max(published_at) FROM lake.versions WHERE table_name = %s", [f"silver.{name}"])[0][0]
    copy(server, name, "3,30,I\n")
    server.run(f"REFRESH silver.{name} CASCADE")
    server.run(f"ALTER SILVER TABLE {name} RESTORE TO TIMESTAMP '{at.isoformat()}'")
    assert ids(server, f"silver.{name}") == [1, 2]


def test_columns_keep_the_names_that_they_have_today(server: OrmoluServer, pipeline: str) -> None:
    name = pipeline
    before = {layer: version(server, f"{layer}.{name}") for layer in ("bronze", "silver")}
    server.run(f"DROP GOLD TABLE {name}")
    server.run(f"ALTER SILVER TABLE {name} RENAME COLUMN amount TO euros")
    server.run(f"CREATE GOLD TABLE {name} AS SELECT count(*) AS n, sum(euros) AS total FROM silver.{name}")
    copy(server, name, "3,30,I\n")
    server.run(f"REFRESH silver.{name} CASCADE")
    server.run(f"ALTER SILVER TABLE {name} RESTORE TO VERSION {before['silver']} CASCADE")
    assert server.run(f"SELECT id, euros FROM silver.{name}_all ORDER BY id") == [(1, 10), (2, 20)]
    assert server.run(f"SELECT n, total FROM gold.{name}") == [(2, 30)]
    server.run(f"ALTER SILVER TABLE {name} RESUME")
    server.run(f"REFRESH silver.{name} CASCADE")
    assert server.run(f"SELECT n, total FROM gold.{name}") == [(3, 60)]
    server.run(f"DROP SILVER TABLE {name} CASCADE")
    server.run(f"ALTER BRONZE SOURCE {name} RENAME COLUMN amount TO euros")
    server.run(f"CREATE SILVER TABLE {name} KEY (id) AS SELECT id, euros FROM bronze.{name}")
    server.run(f"ALTER BRONZE SOURCE {name} RESTORE TO VERSION {before['bronze']} CASCADE")
    copy(server, name, "4,40,I\n")
    expected = [(1, 10), (2, 20), (4, 40)]
    assert server.run(f"SELECT id, euros FROM bronze.{name} ORDER BY id") == expected
    server.run(f"REFRESH silver.{name}")
    assert server.run(f"SELECT id, euros FROM silver.{name} ORDER BY id") == expected


def test_a_column_made_after_a_restore_is_not_one_of_the_versions_taken_back(server: OrmoluServer) -> None:
    server.run("CREATE BRONZE SOURCE forked FROM UPLOAD FORMAT csv (header = true)")

    def load(text: str) -> None:
        with server.connect() as connection, connection.cursor().copy(
            b"COPY bronze.forked FROM STDIN (FORMAT csv, HEADER true)"
        ) as target:  # fmt: skip
            target.write(text)

    load("id\n1\n")
    first = version(server, "bronze.forked")
    load("id,b\n2,x\n")
    second = version(server, "bronze.forked")
    server.run(f"ALTER BRONZE SOURCE forked RESTORE TO VERSION {first}")
    load("id,c\n3,y\n")
    server.run(f"ALTER BRONZE SOURCE forked RESTORE TO VERSION {second}")
    load("id,b,c\n4,z,w\n")
    rows = server.run("SELECT id, b, c FROM bronze.forked ORDER BY id")
    assert rows == [(1, None, None), (2, "x", None), (4, "z", "w")]


def test_with_cascade_all_of_it_is_one_publish_or_nothing_is_changed(server: OrmoluServer, pipeline: str) -> None:
    name = pipeline
    before = version(server, f"bronze.{name}")
    copy(server, name, "3,30,I\n")
    server.run(f"REFRESH silver.{name} CASCADE")
    gated = f"WITH RULES (EXPECT (min(n) > 2)) AS SELECT count(*) AS n, sum(amount) AS total FROM silver.{name}"
    server.run(f"CREATE OR REPLACE GOLD TABLE {name} {gated}")
    run = server.run("SELECT max(run_id) FROM lake.runs WHERE object = %s AND action = 'upload'", [f"bronze.{name}"])
    for act in (f"RESTORE TO VERSION {before}", f"EXCLUDE RUN {run[0][0]}"):
        with pytest.raises(psycopg.Error) as caught:
            server.run(f"ALTER BRONZE SOURCE {name} {act} CASCADE")
        assert caught.value.sqlstate == "23514"
        assert ids(server, f"bronze.{name}") == ids(server, f"silver.{name}") == [1, 2, 3]
        assert server.run(f"SELECT n, total FROM gold.{name}") == [(3, 60)]
        assert "paused" not in server.run(f"SHOW CREATE BRONZE SOURCE {name}")[0][-1]
    server.run(f"CREATE OR REPLACE GOLD TABLE {name} {gated.replace('> 2', '> 1')}")
    for act, left in ((f"EXCLUDE RUN {run[0][0]}", [1, 2]), (f"INCLUDE RUN {run[0][0]}", [1, 2, 3])):
        server.run(f"ALTER BRONZE SOURCE {name} {act} CASCADE")
        for again in ("EXPLAIN ", ""):
            with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState, match="already"):
                server.run(f"{again}ALTER BRONZE SOURCE {name} {act}")
        tables = [f"{layer}.{name}" for layer in ("bronze", "silver", "gold")]
        published = {
            server.run("SELECT max(published_at) FROM lake.versions WHERE table_name = %s", [table])[0][0]
            for table in tables
        }
        assert len(published) == 1, "one publish"
        assert ids(server, f"silver.{name}") == left


def test_numbers_beyond_every_version_are_told(server: OrmoluServer, pipeline: str) -> None:
    for statement in (
        f"ALTER SILVER TABLE {pipeline} RESTORE TO VERSION 99999999999999999999",
        f"ALTER BRONZE SOURCE {pipeline} EXCLUDE RUN 99999999999999999999",
        f"EXPLAIN CHANGE IN silver.{pipeline} MEASURES (count(*)) BETWEEN VERSION 1 AND VERSION 99999999999999999999",
    ):
        with pytest.raises(psycopg.Error) as caught:
            server.run(statement)
        assert caught.value.sqlstate == "22003", statement
    newest = f"SELECT count(*) FROM silver.{pipeline} FOR VERSION AS OF 99999999999999999999"
    assert server.run(newest) == [(2,)]
