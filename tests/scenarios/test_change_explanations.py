"""EXPLAIN CHANGE: each cause is told by its name, and the amounts add up to the difference."""

from __future__ import annotations

import random
from decimal import Decimal
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


def change(server: OrmoluServer, table: str, measures: str, first: int, second: int) -> list[Any]:
    return server.run(f"EXPLAIN CHANGE IN {table} MEASURES ({measures}) BETWEEN VERSION {first} AND VERSION {second}")


def amounts(rows: list[Any]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for cause, _, _, amount, *_ in rows:
        found[cause] = found.get(cause, Decimal(0)) + amount
    return found


@pytest.fixture(scope="module")
def sales(server: OrmoluServer) -> OrmoluServer:
    server.run(
        "CREATE BRONZE SOURCE sales (id integer, at integer, amount numeric(10,2), op text) FROM UPLOAD FORMAT csv"
    )
    copy(server, "sales", "1,10,1.00,I\n2,20,2.00,I\n3,30,3.00,I\n4,31,-4.00,I\n")
    server.run(
        "CREATE SILVER TABLE sales KEY (id) SEQUENCE BY (at) DELETE WHEN (op = 'D') SOFT"
        " WITH RULES (CHECK (amount > 0)) FROM bronze.sales"
    )
    server.run("CREATE GOLD TABLE sales AS SELECT count(*) AS n, sum(amount) AS total FROM silver.sales")
    return server


def test_rows_that_came_late_changed_went_and_were_repaired(sales: OrmoluServer) -> None:
    first, gold = version(sales, "silver.sales"), version(sales, "gold.sales")
    copy(sales, "sales", "5,25,100.00,I\n6,40,1000.00,I\n1,41,1.50,I\n2,42,0,D\n")
    sales.run("REFRESH silver.sales")
    sales.run("UPDATE quarantine.sales SET amount = 4 WHERE id = 4")
    sales.run("REFRESH silver.sales FROM QUARANTINE")
    sales.run("REFRESH gold.sales")
    second = version(sales, "silver.sales")
    rows = change(sales, "silver.sales", "sum(amount)", first, second)
    run_id = sales.run("SELECT max(run_id) FROM lake.runs WHERE object = 'bronze.sales' AND action = 'upload'")[0][0]
    assert {(row[0], row[1], row[2], row[3], row[5]) for row in rows} == {
        ("late", "bronze.sales", run_id, Decimal(100), 1),
        ("new", "bronze.sales", run_id, Decimal(1000), 1),
        ("corrected", "bronze.sales", run_id, Decimal("0.5"), 1),
        ("deleted", "bronze.sales", run_id, Decimal(-2), 1),
        ("repaired", "quarantine.sales", next(row[2] for row in rows if row[0] == "repaired"), Decimal(4), 1),
    }
    assert sum(row[4] for row in rows) == pytest.approx(1, abs=0.001)
    some = sales.run(
        "EXPLAIN CHANGE IN silver.sales MEASURES (count(*)) WHERE (id > 4)"
        f" BETWEEN VERSION {first} AND VERSION {second}"
    )
    assert amounts(some) == {"late": 1, "new": 1}
    of_gold = change(sales, "gold.sales", "sum(total)", gold, version(sales, "gold.sales"))
    assert amounts(of_gold) == amounts(rows)


def test_a_new_definition_is_a_cause_and_what_cannot_be_attributed_is_told(sales: OrmoluServer) -> None:
    first = version(sales, "gold.sales")
    sales.run("CREATE OR REPLACE GOLD TABLE sales AS SELECT count(*) AS n, 2 * sum(amount) AS total FROM silver.sales")
    second = version(sales, "gold.sales")
    (row,) = change(sales, "gold.sales", "sum(total)", first, second)
    assert row[:2] == ("definition change", "gold.sales")
    before = sales.run(f"SELECT total FROM gold.sales FOR VERSION AS OF {first}")[0][0]
    assert row[3] == before
    sales.run(f"ALTER GOLD TABLE sales RESTORE TO VERSION {first}")
    (row,) = change(sales, "gold.sales", "sum(total)", second, version(sales, "gold.sales"))
    assert (row[0], row[3]) == ("definition change", -before)
    assert change(sales, "gold.sales", "sum(total)", first, version(sales, "gold.sales")) == []
    sales.run("ALTER GOLD TABLE sales RESUME")
    sales.run("CREATE GOLD TABLE chance AS SELECT random() AS x FROM silver.sales")
    sales.run("REFRESH gold.chance FULL")
    rows = change(sales, "gold.chance", "sum(x)", 1, version(sales, "gold.chance"))
    assert {row[0] for row in rows} <= {"not attributed"}


def test_measures_of_a_metric_are_those_that_measure_gives(sales: OrmoluServer) -> None:
    sales.run(
        "CREATE GOLD METRIC figures FROM silver.sales GRAIN (op)"
        " MEASURES (sum(amount) AS total, count(*) AS n, total / n AS each, count(DISTINCT amount) AS amounts)"
    )
    first = version(sales, "gold.figures")
    measures = ("measure(total)", "measure(each)", "measure(amounts)", "sum(n)")
    asked = f"SELECT {', '.join(measures[:-1])}, measure(n) FROM gold.figures"
    before = sales.run(asked)[0]
    copy(sales, "sales", "71,70,7.25,I\n1,71,8.00,I\n")
    sales.run("REFRESH silver.sales CASCADE")
    sales.run(
        "CREATE OR REPLACE GOLD METRIC figures FROM silver.sales GRAIN (op)"
        " MEASURES (sum(amount) AS total, count(*) AS n, 2 * total / n AS each, count(DISTINCT amount) AS amounts)"
    )
    after, second = sales.run(asked)[0], version(sales, "gold.figures")
    assert sales.run(f"{asked} FOR VERSION AS OF {first}")[0] == before, "as it was made then"
    assert after != before
    rows = change(sales, "gold.figures", ", ".join(measures), first, second)
    assert {"new", "corrected", "definition change"} <= {row[0] for row in rows}
    for measure, old, new in zip(measures, before, after, strict=True):
        assert sum(row[3] for row in rows if row[6] == measure) == new - old, measure


def test_what_cannot_be_explained_is_refused(sales: OrmoluServer) -> None:
    for statement, state in (
        ("EXPLAIN CHANGE IN silver.sales MEASURES (sum(amount)) BETWEEN VERSION 1 AND VERSION 99", "22023"),
        ("EXPLAIN CHANGE IN silver.sales MEASURES (sum(amount)) BETWEEN VERSION 2 AND VERSION 1", "22023"),
        ("EXPLAIN CHANGE IN silver.nothing MEASURES (sum(amount)) BETWEEN VERSION 1 AND VERSION 2", "42P01"),
        ("EXPLAIN CHANGE IN bronze.sales MEASURES (sum(amount)) BETWEEN VERSION 1 AND VERSION 2", "42809"),
        ("EXPLAIN CHANGE IN silver.sales MEASURES (max(op)) BETWEEN VERSION 1 AND VERSION 2", "42804"),
        ("EXPLAIN CHANGE IN silver.sales MEASURES (sum(absent)) BETWEEN VERSION 1 AND VERSION 2", "42703"),
        ("EXPLAIN CHANGE IN silver.sales MEASURES (amount) BETWEEN VERSION 1 AND VERSION 2", "42803"),
    ):
        with pytest.raises(psycopg.Error) as caught:
            sales.run(statement)
        assert caught.value.sqlstate == state, statement


MEASURES = (
    "sum(amount)",
    "count(*)",
    "avg(amount)",
    "max(amount)",
    "sum(amount) FILTER (WHERE kind = 'a')",
    "count(note)",
)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_amounts_add_up_whatever_happened(server: OrmoluServer, seed: int) -> None:
    chance, name = random.Random(seed), f"many{seed}"
    server.run(
        f"CREATE BRONZE SOURCE {name} (id integer, at integer, kind text, amount double precision, note text, op text)"
        " FROM UPLOAD FORMAT csv"
    )

    def load(at: int) -> None:
        lines = [
            f"{chance.randrange(12)},{at + chance.randrange(-15, 10)},{chance.choice('abc')},"
            f"{chance.choice(['', '0.1', '-3', '7.25', '1e6', str(chance.random())])},{chance.choice(['', 'x'])},"
            f"{chance.choice('IIID')}\n"
            for _ in range(9)
        ]
        copy(server, name, "".join(lines))
        server.run(f"REFRESH silver.{name}")

    load_first = "\n".join(f"{n},{n},a,{n}.5,x,I" for n in range(6)) + "\n"
    copy(server, name, load_first)
    keyed = "KEY (id) SEQUENCE BY (at) DELETE WHEN (op = 'D') SOFT" if seed < 3 else ""
    rules = "WITH RULES (CHECK (amount <> -3))"
    server.run(f"CREATE SILVER TABLE {name} {keyed} {rules} FROM bronze.{name}")
    server.run(
        f"CREATE GOLD TABLE {name} AS SELECT kind, sum(amount) AS s, count(*) AS n FROM silver.{name} GROUP BY kind"
    )
    load(20)
    server.run(f"REFRESH gold.{name}")
    server.run(f"CREATE OR REPLACE SILVER TABLE {name} {keyed} {rules} AS SELECT *, 1 AS one FROM bronze.{name}")
    load(40)
    server.run(f"REFRESH gold.{name}")
    for table, measures in ((f"silver.{name}", MEASURES), (f"gold.{name}", ("sum(s)", "sum(n)", "count(*)"))):
        last = version(server, table)
        for first, second in ((1, last), (2, last)):
            rows = change(server, table, ", ".join(measures), first, second)
            for measure in measures:
                before, after = (
                    server.run(f"SELECT coalesce({measure}, 0) FROM {table} FOR VERSION AS OF {number}")[0][0]
                    for number in (first, second)
                )
                told = sum(row[3] for row in rows if row[6] == measure)
                difference = round(Decimal(str(after)), 9) - round(Decimal(str(before)), 9)
                assert told == difference, (table, measure, first, second, rows)
                assert measure != "count(*)" or after, (table, second)


def test_a_measure_whose_past_has_expired_says_so(server: OrmoluServer) -> None:
    server.run("CREATE BRONZE SOURCE aged (id integer, amount integer) FROM UPLOAD FORMAT csv")
    copy(server, "aged", "1,10\n")
    server.run("CREATE SILVER TABLE aged KEY (id) FROM bronze.aged")
    server.run("CREATE GOLD METRIC ages FROM silver.aged GRAIN (id) MEASURES (avg(amount) AS mean)")
    copy(server, "aged", "2,20\n")
    server.run("REFRESH silver.aged CASCADE")
    server.run("VACUUM silver.aged WITH (expire = '1 microsecond')")
    with pytest.raises(psycopg.errors.UndefinedTable) as caught:
        server.run("EXPLAIN CHANGE IN gold.ages MEASURES (measure(mean)) BETWEEN VERSION 1 AND VERSION 2")
    assert "retention" in (caught.value.diag.message_hint or "")
