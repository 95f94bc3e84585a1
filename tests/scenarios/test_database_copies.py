"""A database that begins as another one: the same rows and past at once, a life of its own from then on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest

from ormolu.catalog.database import open_database
from ormolu.catalog.databases import Databases
from ormolu.catalog.lake import Lake
from ormolu.catalog.sweep import sweep
from tests.peers.ormolu import OrmoluServer

Session = psycopg.Connection[tuple[Any, ...]]
FIRST = "SELECT * FROM silver.sales FOR VERSION AS OF 2 ORDER BY id"
NOW = "SELECT id, amount FROM silver.sales ORDER BY id"


@dataclass(frozen=True)
class Lakes:
    server: OrmoluServer
    catalog: str

    def connect(self, database: str, **options: Any) -> Session:
        return self.server.connect(database=database, **options)

    @property
    def files(self) -> set[str]:
        return {str(path) for path in (self.server.folder / "warehouse").rglob("*.parquet")}

    def with_key(self, key: int) -> list[str]:
        """The files of sales, of any database, that have the key."""
        files = [path for path in self.files if "/sales-" in path]
        return [path for path in files if key in pq.read_table(path, columns=["id"]).column("id").to_pylist()]

    def age(self) -> None:
        for path in (self.server.folder / "warehouse").rglob("*"):
            os.utime(path, (0, 0))

    def sweep(self) -> None:
        """Take what the hourly sweep of a later day would take."""
        engine = open_database(self.catalog)
        warehouse, later = str(self.server.folder / "warehouse"), datetime.now(UTC) + timedelta(days=3)
        try:
            for place in Databases(engine).places():
                sweep(Lake(engine, database=place, warehouse=warehouse), at=later)
        finally:
            engine.dispose()


@pytest.fixture(scope="module")
def lakes(server: OrmoluServer) -> Lakes:
    return Lakes(server, f"sqlite:///{server.folder}/catalog.db")


def rows(session: Session, query: str) -> list[tuple[Any, ...]]:
    return session.execute(query.encode()).fetchall()


def refused(session: Session, statement: str) -> str | None:
    with pytest.raises(psycopg.Error) as raised:
        session.execute(statement.encode())
    return raised.value.sqlstate


def load(session: Session, *lines: str) -> None:
    with session.cursor().copy("COPY bronze.sales FROM STDIN WITH (FORMAT csv)") as copy:
        copy.write("".join(f"{line}\n" for line in lines))
    session.execute("REFRESH silver.sales CASCADE")


def make_shop(lakes: Lakes, folder: Path) -> None:
    (folder / "prices.csv").write_text("id,price\n1,10\n2,20\n")
    lakes.server.run("CREATE DATABASE shop")
    with lakes.connect("shop") as shop:
        for statement in (
            "CREATE SECRET word AS 'hush'",
            f"CREATE CONNECTION disk TYPE files WITH (url = '{folder}')",
            "CREATE BRONZE SOURCE prices (id integer, price integer) FROM CONNECTION disk FILES '*.csv' "
            "FORMAT csv (header = true) LOAD APPEND SCHEDULE DAILY AT '03:00'",
            "REFRESH bronze.prices",
            "CREATE BRONZE SOURCE sales (id integer, amount integer) FROM UPLOAD FORMAT csv",
            "CREATE SILVER TABLE sales (amount integer CHECK (amount >= 0)) KEY (id) FROM bronze.sales",
            "CREATE GOLD TABLE total AS SELECT sum(amount) AS amount FROM silver.sales",
            "CREATE ROLE IF NOT EXISTS anna LOGIN PASSWORD 'correct horse'",
            "GRANT SELECT ON gold.total TO anna",
        ):
            shop.execute(statement.encode())
        load(shop, "1,10", "2,20", "3,-1")
        load(shop, "2,25")


def test_a_copy_has_the_rows_the_past_and_the_grants(lakes: Lakes, tmp_path_factory: pytest.TempPathFactory) -> None:
    make_shop(lakes, tmp_path_factory.mktemp("disk"))
    with lakes.connect("lakehouse") as home:
        files, told = lakes.files, []
        home.add_notice_handler(lambda notice: told.append(notice.message_primary))
        plan = {row[1]: row[2:6] for row in rows(home, "EXPLAIN CREATE DATABASE dev TEMPLATE shop")}
        assert plan["silver.sales"] == ("copy", "shares its files", 2, 0)
        assert plan["bronze.prices"][0] == "pause" and lakes.files == files
        home.execute("CREATE DATABASE dev TEMPLATE shop")
        (made,) = lakes.files - files
        assert "/dev/lake/definitions-" in made, "of data nothing was copied"
        assert told == ["paused in dev: bronze.prices"]
        assert refused(home, "CREATE DATABASE dev TEMPLATE shop") == "42P04"
        assert refused(home, "CREATE DATABASE nothing TEMPLATE none") == "3D000"
        home.execute("CREATE DATABASE nothing TEMPLATE lakehouse")
        home.execute("DROP DATABASE nothing")
    with lakes.connect("dev") as dev, lakes.connect("shop") as shop:
        for query in (
            *(FIRST, NOW, "SELECT id, _rules FROM quarantine.sales", "SELECT * FROM gold.total"),
            "SELECT table_name, version FROM lake.versions WHERE table_name <> 'lake.definitions' ORDER BY 1, 2",
            "SELECT path, rows FROM lake.files",
            "SELECT count(*) FROM lake.checkpoints",
        ):
            assert rows(dev, query) == rows(shop, query) != [], query
        assert "paused = true" in rows(dev, "SHOW CREATE BRONZE SOURCE prices")[0][-1]
        assert "paused" not in rows(shop, "SHOW CREATE BRONZE SOURCE prices")[0][-1]
        assert rows(dev, "SELECT count(*) FROM lake.runs") == [(0,)]
        assert rows(dev, "EXPLAIN REFRESH silver.sales")[0][2] == "nothing", "it is not made again"
        dev.execute("REFRESH bronze.prices")
        assert rows(dev, "SELECT count(*) FROM bronze.prices") == [(2,)], "its files are known"
    with lakes.connect("dev", user="anna", password="correct horse") as anna:
        assert rows(anna, "SELECT amount FROM gold.total") == [(35,)]
        assert refused(anna, "SELECT * FROM silver.sales") == "42501"


def test_each_goes_its_own_way(lakes: Lakes) -> None:
    with lakes.connect("dev") as dev, lakes.connect("shop") as shop:
        load(dev, "7,70")
        load(shop, "8,800")
        assert rows(dev, NOW) == [(1, 10), (2, 25), (7, 70)]
        assert rows(shop, NOW) == [(1, 10), (2, 25), (8, 800)]
        assert [rows(each, "SELECT amount FROM gold.total") for each in (dev, shop)] == [[(105,)], [(835,)]]
        dev.execute("ALTER SILVER TABLE sales RESTORE TO VERSION 2")
        assert rows(dev, NOW) == rows(dev, "SELECT id, amount FROM silver.sales FOR VERSION AS OF 2 ORDER BY id")
        dev.execute("ALTER SILVER TABLE sales RESUME")
        load(dev, "9,90")
        assert rows(dev, NOW) == [(1, 10), (2, 25), (7, 70), (9, 90)]
        assert rows(shop, NOW) == [(1, 10), (2, 25), (8, 800)]
    assert not [path for path in lakes.files if "/dev/" not in path and "/shop/" not in path]


def test_what_one_side_takes_away_the_other_still_reads(lakes: Lakes) -> None:
    lakes.server.run("CREATE DATABASE twin TEMPLATE shop")
    with lakes.connect("twin") as other, lakes.connect("shop") as shop:
        before, now = rows(other, FIRST), rows(other, NOW)
        shop.execute("CALL lake.erase('bronze.sales', '{\"id\": \"1\"}')")
        for each in ("bronze.sales", "silver.sales", "gold.total"):
            lakes.age()
            shop.execute(f"VACUUM {each} WITH (expire = '0 seconds', grace = '0 seconds')".encode())
        assert rows(shop, NOW) == [(2, 25), (8, 800)]
        assert (rows(other, FIRST), rows(other, NOW)) == (before, now)
        shop.execute("DROP SILVER TABLE sales CASCADE")
    lakes.age()
    lakes.server.run("DROP DATABASE shop")
    lakes.sweep()
    with lakes.connect("twin") as other:
        assert (rows(other, FIRST), rows(other, NOW)) == (before, now)
        load(other, "5,50")
        assert rows(other, NOW) == [(1, 10), (2, 25), (5, 50), (8, 800)]


def test_what_is_erased_in_the_copy_too_is_gone_at_once(lakes: Lakes) -> None:
    lakes.server.run("DROP DATABASE dev")
    lakes.age()
    lakes.sweep()
    with lakes.connect("twin") as other:
        assert lakes.with_key(1)
        other.execute("CALL lake.erase('bronze.sales', '{\"id\": \"1\"}')")
        assert not lakes.with_key(1)
        assert rows(other, NOW) == [(2, 25), (5, 50), (8, 800)]


def test_what_the_copy_takes_away_the_template_still_reads(lakes: Lakes) -> None:
    lakes.server.run("CREATE DATABASE child TEMPLATE twin")
    with lakes.connect("twin") as other, lakes.connect("child") as child:
        now = rows(other, NOW)
        for each in ("bronze.sales", "silver.sales", "gold.total"):
            lakes.age()
            child.execute(f"VACUUM {each} WITH (expire = '0 seconds', grace = '0 seconds')".encode())
        child.execute("CALL lake.erase('bronze.sales', '{\"id\": \"2\"}')")
        child.execute("DROP SILVER TABLE sales CASCADE")
        assert rows(other, NOW) == now
    lakes.age()
    lakes.server.run("DROP DATABASE child")
    lakes.sweep()
    with lakes.connect("twin") as other:
        assert rows(other, NOW) == now
        load(other, "6,60")
        assert rows(other, NOW) == [*now[:2], (6, 60), *now[2:]]
    lakes.age()
    lakes.server.run("DROP DATABASE twin")
    lakes.sweep()
    assert not lakes.files
