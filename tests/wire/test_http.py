"""Over HTTP: a page, health, metrics, and the tables that a role may read, as an Iceberg REST catalog."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import duckdb
import psycopg
import pytest
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import NoSuchTableError

from tests.peers.extensions import load_extension
from tests.peers.ormolu import PASSWORD, OrmoluServer
from tests.peers.sail import sail_rows

ANALYST = "analyst password"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrmoluServer]:
    server = OrmoluServer(tmp_path_factory.mktemp("http") / "lake").start()
    try:
        with psycopg.connect(server.url, password=PASSWORD, autocommit=True) as connection:
            connection.execute("CREATE BRONZE SOURCE lines (id int, product text, amount numeric(10,2)) FROM UPLOAD")
            with connection.cursor().copy("COPY bronze.lines FROM STDIN (FORMAT csv)") as copy:
                copy.write("1,vase,10.00\n2,clock,20.50\n3,vase,\n")
            connection.execute("CREATE SILVER TABLE lines KEY (id) PARTITION BY (product) FROM bronze.lines")
            connection.execute(
                "CREATE GOLD TABLE sums AS SELECT product, sum(amount) AS amount FROM silver.lines GROUP BY 1"
            )
            connection.execute(f"CREATE ROLE analyst LOGIN PASSWORD '{ANALYST}'")
            connection.execute("GRANT SELECT ON gold.sums TO analyst")
            connection.execute("CREATE ROLE nobody LOGIN PASSWORD 'x'")
        yield server
    finally:
        server.stop()


def fetch(
    server: OrmoluServer,
    path: str,
    *,
    token: str | None = None,
    method: str = "GET",
    form: Mapping[str, str] | None = None,
) -> tuple[int, Any]:
    request = Request(server.web_address + path, method=method, data=None if form is None else urlencode(form).encode())
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urlopen(request, timeout=20) as answer:
            status, body = answer.status, answer.read().decode()
    except HTTPError as error:
        status, body = error.code, error.read().decode()
    return status, json.loads(body) if body.startswith("{") else body


def token(server: OrmoluServer, role: str = "admin", password: str = PASSWORD) -> str:
    form = {"grant_type": "client_credentials", "client_id": role, "client_secret": password}
    status, body = fetch(server, "iceberg/v1/oauth/tokens", method="POST", form=form)
    assert status == 200, body
    return str(body["access_token"])


def catalog(server: OrmoluServer, role: str = "admin", password: str = PASSWORD) -> Any:
    return load_catalog(
        "lake",
        **{
            "type": "rest",
            "uri": f"{server.web_address}iceberg",
            "oauth2-server-uri": f"{server.web_address}iceberg/v1/oauth/tokens",
            "credential": f"{role}:{password}",
            "warehouse": "lakehouse",
        },
    )


def test_the_page_tells_how_to_connect(server: OrmoluServer) -> None:
    status, page = fetch(server, "")
    assert status == 200
    assert f":{server.port}/lakehouse" in page
    assert "/iceberg" in page


def test_health_and_metrics_need_no_token(server: OrmoluServer) -> None:
    assert fetch(server, "health")[1]["status"] == "ok"
    _, text = fetch(server, "metrics")
    assert 'ormolu_runs{status="succeeded"}' in text
    assert "ormolu_sessions" in text
    assert "ormolu_result_cache_hits_total" in text


def test_pyiceberg_reads_every_table(server: OrmoluServer) -> None:
    found = catalog(server)
    names = {(schema, table) for (schema,) in found.list_namespaces() for _, table in found.list_tables(schema)}
    assert {("bronze", "lines"), ("silver", "lines"), ("gold", "sums"), ("lake", "definitions")} <= names
    for schema, table in names:
        read = found.load_table((schema, table)).scan().to_arrow()
        with psycopg.connect(server.url, password=PASSWORD) as connection:
            (count,) = connection.execute(f'SELECT count(*) FROM {schema}."{table}"').fetchone() or (None,)
        assert read.num_rows == count, (schema, table)
    amounts = found.load_table("silver.lines").scan(row_filter="product = 'vase'").to_arrow().sort_by("id")
    assert amounts["amount"].to_pylist()[1] is None
    assert str(amounts["amount"][0]) == "10.00"


def test_duckdb_attaches_the_catalog(server: OrmoluServer) -> None:
    connection = duckdb.connect()
    for name in ("httpfs", "avro", "iceberg"):
        load_extension(connection, name)
    connection.execute(
        "CREATE SECRET (TYPE iceberg, CLIENT_ID 'admin', CLIENT_SECRET '"
        + PASSWORD
        + f"', OAUTH2_SERVER_URI '{server.web_address}iceberg/v1/oauth/tokens')"
    )
    connection.execute(f"ATTACH 'lakehouse' AS lake (TYPE iceberg, ENDPOINT '{server.web_address}iceberg')")
    rows = connection.execute("SELECT product, amount FROM lake.gold.sums ORDER BY product").fetchall()
    assert [(product, str(amount)) for product, amount in rows] == [("clock", "20.50"), ("vase", "10.00")]
    assert connection.execute("SELECT count(*) FROM lake.bronze.lines WHERE id > 1").fetchone() == (2,)


def test_spark_sql_reads_every_table(server: OrmoluServer) -> None:
    names = ["bronze.lines", "silver.lines", "gold.sums", "lake.definitions"]
    counts = [f"SELECT count(*) FROM lake.{name}" for name in names]
    *counted, sums = sail_rows(
        f"{server.web_address}iceberg",
        token(server),
        [*counts, "SELECT product, amount FROM lake.gold.sums ORDER BY product"],
    )
    with psycopg.connect(server.url, password=PASSWORD) as connection:
        expected = [connection.execute(f"SELECT count(*)::text FROM {name}".encode()).fetchall() for name in names]
    assert [[tuple(row) for row in rows] for rows in counted] == expected
    assert sums == [["clock", "20.50"], ["vase", "10.00"]]


def test_a_role_finds_only_what_it_may_select(server: OrmoluServer) -> None:
    found = catalog(server, "analyst", ANALYST)
    assert found.list_namespaces() == [("gold",)]
    assert found.list_tables("gold") == [("gold", "sums")]
    assert found.load_table("gold.sums").scan().to_arrow().num_rows == 2
    with pytest.raises(NoSuchTableError):
        found.load_table("silver.lines")
    assert catalog(server, "nobody", "x").list_namespaces() == []


def test_who_may_not_connect_to_a_database_reads_nothing_of_it(server: OrmoluServer) -> None:
    path = "iceberg/v1/lakehouse/namespaces"
    its = token(server, "analyst", ANALYST)
    assert fetch(server, path, token=its)[0] == 200
    server.run("REVOKE CONNECT ON DATABASE lakehouse FROM public")
    try:
        assert fetch(server, path, token=its)[0] == 403
        assert fetch(server, path, token=token(server))[0] == 200
    finally:
        server.run("GRANT CONNECT ON DATABASE lakehouse TO public")


def test_nothing_is_told_without_a_token_that_is_good(server: OrmoluServer) -> None:
    good = token(server)
    for path in (
        "iceberg/v1/config",
        "iceberg/v1/lakehouse/namespaces",
        "iceberg/v1/lakehouse/namespaces/gold/tables/sums",
    ):
        for bad in (None, "", "rubbish", good[:-2] + "AA", good + "A"):
            status, body = fetch(server, path, token=bad)
            assert (status, body["error"]["type"]) == (401, "NotAuthorizedException"), (path, bad)


def test_a_wrong_password_and_a_role_that_is_not_there_look_alike(server: OrmoluServer) -> None:
    answers = set()
    for role, password in (("admin", "wrong"), ("ghost", "wrong"), ("admin", ""), ("admin", "x" * 5000)):
        form = {"grant_type": "client_credentials", "client_id": role, "client_secret": password}
        status, body = fetch(server, "iceberg/v1/oauth/tokens", method="POST", form=form)
        answers.add((status, body["error"]["message"].replace(role, "R")))
    assert answers == {(401, 'password authentication failed for user "R"')}


def test_a_token_ends_with_its_role(server: OrmoluServer) -> None:
    with psycopg.connect(server.url, password=PASSWORD, autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        given = token(server, "guest", "guest")
        assert fetch(server, "iceberg/v1/config", token=given)[0] == 200
        connection.execute("DROP ROLE guest")
    assert fetch(server, "iceberg/v1/config", token=given)[0] == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "namespaces"),
        ("DELETE", "namespaces/gold"),
        ("POST", "namespaces/gold/tables"),
        ("DELETE", "namespaces/gold/tables/sums"),
        ("POST", "namespaces/gold/tables/sums"),
        ("POST", "transactions/commit"),
        ("POST", "namespaces/gold/register"),
    ],
)
def test_nobody_writes_through_it(server: OrmoluServer, method: str, path: str) -> None:
    status, body = fetch(server, f"iceberg/v1/lakehouse/{path}", token=token(server), method=method, form={})
    assert status in (403, 405), body


def test_pyiceberg_is_told_that_it_cannot_write(server: OrmoluServer) -> None:
    table = catalog(server).load_table("gold.sums")
    with pytest.raises(NotImplementedError, match="does not support"):
        table.append(table.scan().to_arrow())


@pytest.mark.parametrize(
    "path", ["namespaces/../../secret", "namespaces/%2e%2e/tables/x", "namespaces/gold/tables/a%00b"]
)
def test_strange_names_are_not_found(server: OrmoluServer, path: str) -> None:
    assert fetch(server, f"iceberg/v1/lakehouse/{path}", token=token(server))[0] in (400, 404)


def test_long_lists_come_in_pages(server: OrmoluServer) -> None:
    given = token(server)
    first = fetch(server, "iceberg/v1/lakehouse/namespaces?pageSize=2", token=given)[1]
    assert first["namespaces"] == [["bronze"], ["gold"]]
    rest = fetch(server, f"iceberg/v1/lakehouse/namespaces?pageToken={first['next-page-token']}", token=given)[1]
    assert ["silver"] in rest["namespaces"]
    assert fetch(server, "iceberg/v1/lakehouse/namespaces?pageSize=x", token=given)[0] == 400


def test_a_port_that_is_taken_is_told_at_once(server: OrmoluServer, tmp_path: Path) -> None:
    port = server.web_address.rsplit(":", 1)[1].strip("/")
    second = OrmoluServer(tmp_path / "second", "--http-port", port)
    with pytest.raises(AssertionError, match="cannot listen on"):
        second.start()
