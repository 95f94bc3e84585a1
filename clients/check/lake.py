"""What lies in the server that clients are tried with: a lake in small, with every kind of object."""

from __future__ import annotations

from clients.check.frame import Place

NUMBERS_ROWS = 30_000
REPORTS_PASSWORD = "reports' own"

BRONZE = """
CREATE BRONZE SOURCE customers_raw (customer_id bigint, name text, email text, amount numeric(18,2),
    created_at timestamptz, active boolean, tags text, doc jsonb, uid uuid, d date)
    FROM UPLOAD FORMAT csv (header = true);
CREATE BRONZE SOURCE orders_raw (order_id bigint, customer_id bigint, order_date date, total double precision)
    FROM UPLOAD FORMAT csv (header = true);
CREATE BRONZE SOURCE numbers_raw (id integer, big bigint, half double precision, amount numeric(18,2), name text,
    day date, at timestamp, is_even boolean)
    FROM UPLOAD FORMAT csv (header = true);
CREATE BRONZE SOURCE inbox (id integer, label text) FROM UPLOAD FORMAT csv (header = true);
"""
TABLES = """
CREATE SILVER TABLE customers (
    customer_id bigint NOT NULL, name text NOT NULL, email varchar(200) COMMENT 'contact', amount numeric(18,2),
    created_at timestamptz, active boolean, tags text[], doc jsonb, uid uuid, d date)
    KEY (customer_id) COMMENT 'clean customers' WITH (audit_columns = 'hidden')
    AS SELECT customer_id, name, email, amount, created_at, active, string_to_array(tags, '|') AS tags, doc, uid, d
    FROM bronze.customers_raw;
CREATE SILVER TABLE orders (
    order_id bigint NOT NULL, customer_id bigint, order_date date, total double precision)
    KEY (order_id)
    WITH RULES (CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id)
        REFERENCES silver.customers (customer_id) ON VIOLATION QUARANTINE)
    WITH (audit_columns = 'hidden') FROM bronze.orders_raw;
CREATE SILVER TABLE numbers (
    id integer NOT NULL, big bigint, half double precision, amount numeric(18,2), name text, day date, at timestamp,
    is_even boolean)
    KEY (id) WITH (audit_columns = 'hidden') FROM bronze.numbers_raw;
CREATE GOLD TABLE revenue KEY (order_date) COMMENT 'revenue a day' AS
    SELECT order_date, sum(total) AS total, count(*) AS orders FROM silver.orders GROUP BY order_date;
"""

CUSTOMERS = """customer_id,name,email,amount,created_at,active,tags,doc,uid,d
1,Ada,ada@example.com,10.50,2025-01-01 00:00:00+00,true,a|b,"{""k"": 1}",00000000-0000-0000-0000-000000000005,2025-01-01
2,Bob,bob@example.com,-3.25,2025-01-02 12:00:00+00,false,,,,2025-01-02
3,"O'Neil, Zoë",,,,,,,,
"""
ORDERS = """order_id,customer_id,order_date,total
1,1,2025-01-03,99.5
2,2,2025-01-04,12.25
3,2,2025-01-04,7.75
4,77,2025-01-05,1
"""


def fill(place: Place) -> None:
    """Make the objects, with data: customers 1 to 3, orders 1 to 3 (4 is in quarantine), numbers 0 to 29,999."""
    with place.connect() as connection:

        def run(script: str) -> None:
            for statement in script.split(";\n"):
                if statement.strip():
                    connection.execute(statement.encode())

        def copy(table: str, text: str) -> None:
            given = f"COPY bronze.{table} FROM STDIN WITH (FORMAT csv, HEADER true)".encode()
            with connection.cursor().copy(given) as into:
                into.write(text)

        run(BRONZE)
        copy("customers_raw", CUSTOMERS)
        copy("orders_raw", ORDERS)
        copy("numbers_raw", _numbers())
        run(TABLES)
        connection.execute(
            b"CREATE ROLE reports LOGIN PASSWORD '" + REPORTS_PASSWORD.replace("'", "''").encode() + b"'"
        )
        connection.execute(b"GRANT SELECT ON SCHEMA gold TO reports")


def _numbers() -> str:
    """Row i: big is i billions, half i/2, amount i*1.25; the name of each tenth is NULL."""
    lines = ["id,big,half,amount,name,day,at,is_even"]
    for i in range(NUMBERS_ROWS):
        name = "" if i % 10 == 0 else f"row {i}"
        at = f"2026-01-01 {i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}"
        lines.append(f"{i},{i * 10**9},{i * 0.5},{i * 1.25:.2f},{name},2026-01-{i % 28 + 1:02},{at},{i % 2 == 0}")
    return "\n".join(lines) + "\n"
