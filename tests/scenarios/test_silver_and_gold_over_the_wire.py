"""Silver, quarantine and metrics as a client sees them: statements in, rows and errors out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer

SOURCE = "CREATE BRONZE SOURCE sales (id integer, area text, buyer text, amount text) FROM UPLOAD LOAD APPEND"
SILVER = """
    CREATE OR REPLACE SILVER TABLE sales (amount numeric(9,2) CHECK (amount >= 0)) KEY (id)
    WITH RULES (SET area = substr(upper(area), 1, 1)) FROM bronze.sales
"""
METRIC = """
    CREATE OR REPLACE GOLD METRIC revenue FROM silver.sales GRAIN (area, buyer)
    MEASURES (sum(amount) AS total, count(DISTINCT buyer) AS buyers, avg(amount) AS average)
    FILTER (sold AS (amount > 0))
"""
ROWS = "1,north,ann,10\n2,north,bob,20\n3,south,ann,5\n4,south,cid,-3\n5,south,dan,many\n6,south,eve,0\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrmoluServer]:
    server = OrmoluServer(tmp_path_factory.mktemp("server")).start()
    try:
        for statement in (SOURCE, SILVER, METRIC):
            server.run(statement)
        copy(server, ROWS)
        server.run("REFRESH silver.sales CASCADE")
        yield server
    finally:
        server.stop()


def copy(server: OrmoluServer, rows: str) -> None:
    with server.connect() as connection, connection.cursor().copy("COPY bronze.sales FROM STDIN (FORMAT csv)") as into:
        into.write(rows)


def plan(server: OrmoluServer, statement: str) -> list[tuple[Any, ...]]:
    return [row[1:5] for row in server.run(f"EXPLAIN {statement}")]


def test_a_rule_may_call_what_postgresql_offers(server: OrmoluServer) -> None:
    assert server.run("SELECT id, area, amount FROM silver.sales ORDER BY id") == [
        (1, "N", Decimal("10.00")),
        (2, "N", Decimal("20.00")),
        (3, "S", Decimal("5.00")),
        (6, "S", Decimal("0.00")),
    ]
    assert server.run("SELECT id, _message FROM quarantine.sales ORDER BY id") == [
        (4, "amount_check: amount >= 0 does not hold for amount = -3.00"),
        (5, "cast_amount: amount = 'many' cannot be numeric(9,2)"),
    ]


def test_doing_it_all_again_changes_nothing(server: OrmoluServer) -> None:
    everything = "SELECT table_name, count(*) FROM lake.versions GROUP BY table_name ORDER BY table_name"
    before = server.run(everything)
    for statement in (SILVER, METRIC, "REFRESH silver.sales", "REFRESH gold.revenue", "REFRESH silver.sales CASCADE"):
        server.run(statement)
    assert server.run(everything) == before
    assert plan(server, "REFRESH gold.revenue") == [("gold.revenue", "nothing", "nothing it reads has changed", 0)]


def test_explain_says_how_many_quarantined_rows_would_pass(server: OrmoluServer) -> None:
    asked = "EXPLAIN REFRESH silver.sales FROM QUARANTINE"
    assert server.run(asked)[0][3] == "0 of 2 quarantined rows would pass"
    server.run("UPDATE quarantine.sales SET amount = '7' WHERE id = 5")
    assert server.run(asked)[0][3] == "1 of 2 quarantined rows would pass"
    assert server.run(f"{asked} WHERE (id = 4)")[0][3] == "0 of 1 quarantined rows would pass"
    assert server.run("SELECT count(*) FROM silver.sales") == [(4,)], "EXPLAIN does nothing"


def test_measure_answers_at_a_coarser_grain(server: OrmoluServer) -> None:
    by_area = (
        "SELECT area, measure(total), measure(buyers), measure(average) FROM gold.revenue GROUP BY area ORDER BY 1"
    )
    assert server.run(by_area) == [("N", Decimal(30), 2, Decimal(15)), ("S", Decimal(5), 1, Decimal(5))]
    assert server.run("SELECT measure(total), measure(buyers) FROM gold.revenue") == [(Decimal(35), 2)]
    assert server.run("SELECT measure(average) FROM gold.revenue WHERE buyer = 'ann'") == [(Decimal("7.5"),)]
    assert server.run("SELECT measure(total) AS t FROM gold.revenue WHERE area = 'N' AND buyer <> 'ann'") == [
        (Decimal(20),)
    ]


def test_sums_of_what_does_not_add_up_are_refused_with_a_way_out(server: OrmoluServer) -> None:
    with pytest.raises(psycopg.errors.GroupingError) as refused:
        server.run("SELECT sum(buyers) FROM gold.revenue")
    assert "measure(buyers)" in (refused.value.diag.message_hint or "")
    with server.connect() as connection:
        connection.execute("SET metric_sum = 'warn'")
        assert connection.execute("SELECT sum(buyers) FROM gold.revenue").fetchone() == (Decimal(3),)


def test_measure_over_a_join_is_refused(server: OrmoluServer) -> None:
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="join"):
        server.run("SELECT measure(total) FROM gold.revenue r JOIN silver.sales s ON s.area = r.area")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        server.run("SELECT measure(nothing) FROM gold.revenue")


def test_a_table_over_a_source_of_unknown_columns_waits_for_its_first_rows(server: OrmoluServer) -> None:
    server.run("CREATE BRONZE SOURCE later FROM UPLOAD LOAD APPEND")
    server.run("CREATE SILVER TABLE later KEY (id) FROM bronze.later")
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        server.run("REFRESH silver.later")
    with (
        server.connect() as connection,
        connection.cursor().copy("COPY bronze.later FROM STDIN (FORMAT csv, HEADER)") as into,
    ):
        into.write("id,name\n1,x\n2,y\n")
    server.run("REFRESH silver.later")
    assert server.run("SELECT id, name FROM silver.later ORDER BY id") == [(1, "x"), (2, "y")]
