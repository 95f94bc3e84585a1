"""lake.trace(): the bronze rows behind a row, with the lines of their files."""

from __future__ import annotations

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer


@pytest.fixture(scope="module")
def lake(server: OrmoluServer) -> OrmoluServer:
    folder = server.folder.parent / "traced"
    folder.mkdir()
    (folder / "a.csv").write_text("id,day,sku\n1,2026-01-01,x\n2,2026-01-01,y\n")
    (folder / "b.csv").write_text("id,day,sku\n3,2026-01-02,x\n1,2026-01-01,x\n")
    server.run("CREATE CONNECTION traced TYPE files WITH (url = 'traced')")
    server.run(
        "CREATE BRONZE SOURCE traced FROM CONNECTION traced FILES '*.csv' FORMAT csv (header = true) LOAD APPEND"
    )
    server.run("REFRESH bronze.traced")
    server.run("CREATE SILVER TABLE traced KEY (id) AS SELECT id, day AS sold_on, sku FROM bronze.traced")
    server.run(
        "CREATE GOLD TABLE traced AS SELECT sold_on, sku, count(*) AS n, upper(sku) AS big"
        " FROM silver.traced GROUP BY sold_on, sku"
    )
    return server


def test_the_lines_behind_a_row_of_gold(lake: OrmoluServer) -> None:
    rows = lake.run(
        "SELECT table_name, file, line, record->>'id' FROM"
        ' lake.trace(\'gold.traced\', \'{"sold_on": "2026-01-01", "sku": "x"}\') ORDER BY file'
    )
    assert [(row[0], row[1].rsplit("/", 1)[-1], row[2], row[3]) for row in rows] == [
        ("bronze.traced", "a.csv", 1, "1"),
        ("bronze.traced", "b.csv", 2, "1"),
    ]
    assert lake.run("SELECT count(*) FROM lake.trace('silver.traced', '{\"id\": 3}')") == [(1,)]
    lake.run(
        "CREATE GOLD METRIC sold FROM silver.traced GRAIN (sold_on AS day, upper(sku) AS big) MEASURES (count(*) AS n)"
    )
    assert lake.run("SELECT count(*) FROM lake.trace('gold.sold', '{\"day\": \"2026-01-01\"}')") == [(3,)]
    assert lake.run("SELECT count(*) FROM lake.trace('bronze.traced', '{\"id\": 99}')") == [(0,)]


@pytest.mark.parametrize(
    ("arguments", "state"),
    [
        ("'gold.traced', '{\"big\": \"X\"}'", "0A000"),
        ("'gold.sold', '{\"big\": \"X\"}'", "0A000"),
        ("'gold.traced', '{\"absent\": 1}'", "42703"),
        ("'gold.absent', '{\"id\": 1}'", "42P01"),
        ("'gold.traced', 'x'", "22P02"),
        ("'gold.traced'", "0A000"),
    ],
)
def test_what_cannot_be_traced_is_refused(lake: OrmoluServer, arguments: str, state: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        lake.run(f"SELECT * FROM lake.trace({arguments})")
    assert caught.value.sqlstate == state


def test_it_takes_the_right_to_read_all_of_it(lake: OrmoluServer) -> None:
    lake.run("CREATE ROLE curious LOGIN PASSWORD 'just looking'")
    lake.run("GRANT SELECT ON gold.traced TO curious")
    with (
        lake.connect(user="curious", password="just looking") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT * FROM lake.trace('gold.traced', '{\"sku\": \"x\"}')")
