"""Every worked example of the dialect is sent to a server: it works, or it is refused by its own name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.peers.ormolu import OrmoluServer

FOLDER = Path(__file__).parent
DIALECT = Path(__file__).parents[1] / "unit" / "sql_extensions" / "dialect.sql"
ORDERS = 600
NOT_SUPPORTED, NO_TABLE, NO_OBJECT, NO_FUNCTION = "0A000", "42P01", "42704", "42883"

# By the statement's beginning, the longest that fits: what it is refused with. What is not here works.
REFUSED = {
    "CREATE CONNECTION crm TYPE hubspot": NOT_SUPPORTED,
    "CREATE CONNECTION billing TYPE rest": NOT_SUPPORTED,
    "TEST CONNECTION shop": "08001",
    "SHOW TABLES FROM CONNECTION shop": "08001",
    "CREATE BRONZE SOURCE orders FROM CONNECTION shop": NOT_SUPPORTED,  # RECONCILE
    "CREATE BRONZE SOURCE orders_cdc": NOT_SUPPORTED,
    "CREATE BRONZE SOURCE invoices": NO_OBJECT,  # its connection
    "CREATE BRONZE SOURCE tickets": NO_OBJECT,
    "CREATE CONNECTION landing": NOT_SUPPORTED,  # s3
    "CREATE BRONZE SOURCE pos_files": NO_OBJECT,
    "CREATE BRONZE SOURCE targets": NOT_SUPPORTED,  # excel
    "ALTER BRONZE SOURCE pos_files": NO_TABLE,
    "EXPLAIN ALTER BRONZE SOURCE pos_files": NO_TABLE,
    "ALTER BRONZE SOURCE orders SCHEDULE": "42809",  # an upload stands in for it
    "CREATE OR REPLACE SILVER TABLE orders": "2BP01",  # others read what it drops
    "SELECT * FROM preview(": NO_OBJECT,
    "CREATE BRONZE SOURCE contacts": NO_OBJECT,
    "CREATE BRONZE SOURCE clicks": NO_OBJECT,
    "CREATE BRONZE SOURCE returns": NO_OBJECT,
    "CREATE BRONZE SOURCE budget": NO_OBJECT,
    "IMPORT SCHEMA": NOT_SUPPORTED,
    "ALTER SILVER TABLE orders SET TAG": NOT_SUPPORTED,
    "ALTER SILVER TABLE orders RENAME COLUMN": "42701",  # the stand-in has both names
    "ALTER SILVER TABLE orders RESTORE TO": "22023",  # it has fewer versions
    "CALL lake.publish": NOT_SUPPORTED,
    "CALL lake.certify": NOT_SUPPORTED,
    "CREATE GOLD DIMENSION": NOT_SUPPORTED,
    "CREATE GOLD FACT": NOT_SUPPORTED,
    "CREATE GOLD METRIC monthly_revenue": NOT_SUPPORTED,  # the column of a dimension
    "CREATE GOLD HUB": NOT_SUPPORTED,
    "CREATE GOLD LINK": NOT_SUPPORTED,
    "CREATE GOLD SATELLITE": NOT_SUPPORTED,
    "CREATE GOLD MODEL": NOT_SUPPORTED,
    "SHOW TEMPLATES": NOT_SUPPORTED,
    "CREATE MART": NOT_SUPPORTED,
    "CREATE POLICY": NOT_SUPPORTED,
    "CREATE MASK": NOT_SUPPORTED,
    "CREATE CONTRACT": NOT_SUPPORTED,
    "SHOW CONTRACT": NOT_SUPPORTED,
    "CREATE CONSUMER": NOT_SUPPORTED,
    "ALTER GOLD FACT fct_orders": "42809",  # a table stands in for it
    "REFRESH bronze.orders": "42809",  # an upload stands in for it
    "CANCEL RUN": NO_OBJECT,
    "UNDROP TABLE": "42P07",  # it is still there
    "SELECT * FROM silver.orders FOR SYSTEM_TIME": "22023",  # before its first version
    "ALTER DATABASE shop SET": NOT_SUPPORTED,
    "ALTER DATABASE shop PROMOTE FROM shop_dev ONLY": NO_OBJECT,  # the copy was made of an empty database
    "DROP SILVER TABLE IF EXISTS orders RESTRICT": "2BP01",
    "CREATE CHANNEL": NOT_SUPPORTED,
    "CREATE ALERT": NOT_SUPPORTED,
    "CREATE BUDGET": NOT_SUPPORTED,
    "SUGGEST SAVINGS": NOT_SUPPORTED,
    "EXPLAIN ANOMALY": NO_OBJECT,
    "CREATE FORECAST": NOT_SUPPORTED,
    "CREATE MATCHER": NOT_SUPPORTED,
    "ALTER BRONZE SOURCE orders ACCEPT SCHEMA": NO_OBJECT,
    "EXPLAIN CHANGE": "22023",  # it has fewer versions
    "SUGGEST JOINS": NOT_SUPPORTED,
    "CREATE GOLD METRIC quarterly_revenue": NOT_SUPPORTED,  # running()
    "SELECT * FROM lake.trace": NOT_SUPPORTED,  # its key is computed
    "SELECT predict(": NO_FUNCTION,
    "SHOW ACCESS": NOT_SUPPORTED,
    "CREATE REPORT": NOT_SUPPORTED,
}


def statements(text: str) -> Iterator[str]:
    """The statements, and the comments that stand between them."""
    taken: list[str] = []
    for line in text.splitlines():
        if line.startswith("--"):
            yield line
        elif line.strip():
            taken.append(line)
            if line.endswith(";"):
                yield "\n".join(taken).rstrip(";")
                taken = []


EXAMPLES = [each for each in statements(DIALECT.read_text()) if not each.startswith("--")]


def prerequisites() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    before = ""
    for each in statements((FOLDER / "dialect_prerequisites.sql").read_text()):
        if each.startswith("--before "):
            before = each.removeprefix("--before ")
        elif not each.startswith("--"):
            found.setdefault(before, []).append(each)
    return found


def data(statement: str) -> str:
    """What a COPY of these scripts sends; the orders are of this hour, as their rule demands, and one is bad."""
    now = datetime.now(UTC).isoformat()
    if "bronze.orders " in statement:
        names = (
            "order_id,order_dt,sku,quantity,amount,gift,phone,price,email,age,customer_id,cust,legacy_id,country_code"
        )
        return f"{names},op,updated_at\n" + "".join(
            f"o{n},2026-01-{n % 28 + 1:02},s{n % 3},{n % 7},{n / 4},yes,555 0100,1.5,a{n}{'@b.de' if n else ''},30,"
            f"c{n % 9},c,,DE,I,{now}\n"
            for n in range(ORDERS)
        )
    if "bronze.sku_list" in statement:
        return "sku,product_id,name,category_id\n" + "".join(f"S{n},p{n},Product {n},c1\n" for n in range(3))
    if "bronze.order_lines" in statement:
        return "order_id,line_number,product_id,unit_price\n" + "".join(f"o{n},1,p{n % 3},2.5\n" for n in range(ORDERS))
    return "day,product_id,revenue\n2026-01-01,p1,10.50\n2026-01-02,p1,\n"


def send(connection: psycopg.Connection, statement: str) -> psycopg.Error | None:
    try:
        with connection.cursor() as cursor:
            if re.match("COPY .* FROM STDIN", statement):
                with cursor.copy(statement.encode()) as copy:
                    copy.write(data(statement))
            else:
                cursor.execute(statement.encode())
    except psycopg.Error as error:
        return error
    return None


def expected(statement: str) -> str | None:
    text = " ".join(statement.split())
    found = [beginning for beginning in REFUSED if text.startswith(beginning)]
    return REFUSED[max(found, key=len)] if found else None


def fault(statement: str, error: psycopg.Error | None) -> str | None:
    """What is wrong with the answer, in words."""
    awaited = expected(statement)
    if error is None:
        return None if awaited is None else f"works, and {awaited} was expected"
    said = f"{error.sqlstate} {error.diag.message_primary}"
    if error.sqlstate != awaited:
        return f"{said}; expected {awaited or 'no error'}"
    named = re.findall(r"\b[A-Z]{3,}\b|\w+(?=[.(:])", error.diag.message_primary or "")
    if awaited == NOT_SUPPORTED and not any(word.lower() in statement.lower() for word in named):
        return f"{said}: does not name the statement"
    return None


@pytest.fixture(scope="module")
def answers(server: OrmoluServer) -> dict[str, str | None]:
    """What is wrong with the answer to each example, all of them sent in their order."""
    before = prerequisites()
    faults: dict[str, str | None] = {}
    with server.connect() as connection:
        for statement in EXAMPLES:
            for beginning in [each for each in before if statement.startswith(each)]:
                for needed in before.pop(beginning):
                    error = send(connection, needed)
                    assert error is None, f"{needed}: {error}"
            faults[statement] = fault(statement, send(connection, statement))
    assert not before, "prerequisites of no statement"
    return faults


@pytest.mark.parametrize("statement", EXAMPLES, ids=lambda statement: " ".join(statement.split()[:6])[:60])
def test_an_example_works_or_is_refused_by_its_name(statement: str, answers: dict[str, str | None]) -> None:
    assert answers[statement] is None


def test_no_example_is_an_error_of_ours(server: OrmoluServer, answers: dict[str, str | None]) -> None:
    assert "Traceback" not in server.log()


def test_show_create_of_everything_changes_nothing(server: OrmoluServer, answers: dict[str, str | None]) -> None:
    objects = server.run("SELECT kind, name FROM lake.objects WHERE kind NOT IN ('ROLE', 'SECRET') ORDER BY kind, name")
    state = "SELECT d.*, (SELECT count(*) FROM lake.versions) FROM lake.definitions AS d ORDER BY 1, 2, 3"
    assert len(objects) > 15
    before = server.run(state)
    for kind, name in objects:
        show = f"SHOW CREATE {name}" if "." in name else f"SHOW CREATE {kind} {name}"
        ((_, text),) = server.run(show)
        server.run(text.rstrip(";").replace("CREATE", "CREATE OR REPLACE", 1))
        assert server.run(show) == [(name, text)]
    assert server.run(state) == before
