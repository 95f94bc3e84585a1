"""Bad input: a clear error with SQLSTATE and hint, recorded in lake.runs, nothing half done, no password anywhere."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path

import psycopg
import pytest

from tests.peers.mariadb import MariaDbPeer, mariadb_peer
from tests.peers.ormolu import OrmoluServer
from tests.peers.postgresql import PostgresPeer, postgres_peer

__all__ = ["mariadb_peer", "postgres_peer"]

WRONG = "the wrong password 0815"


def refused(server: OrmoluServer, statement: str, sqlstate: str, *words: str, has_hint: bool = True) -> None:
    """The statement fails so, with a hint where there is one to give, and with these words."""
    with pytest.raises(psycopg.Error) as raised:
        server.run(statement)
    diag = raised.value.diag
    told = " ".join(filter(None, (diag.message_primary, diag.message_detail, diag.message_hint)))
    assert raised.value.sqlstate == sqlstate, told
    assert diag.message_hint or not has_hint, told
    for word in words:
        assert word in told, told
    assert WRONG not in told


def recorded(server: OrmoluServer, table: str, sqlstate: str, *, is_declared: bool = False) -> None:
    """The last run of the table failed so, and nothing of it is there."""
    found = server.run(
        "SELECT status, sqlstate, error IS NOT NULL, error_hint IS NOT NULL FROM lake.runs WHERE object = %s "
        "ORDER BY run_id DESC LIMIT 1",
        (table,),
    )
    assert found == [("failed", sqlstate, True, True)]
    if is_declared:
        assert server.run(f"SELECT * FROM {table}") == []
    else:
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            server.run(f"SELECT * FROM {table}")


FILES = {
    "missing": (None, "58P01", "missing.csv"),
    "broken_off": ('id,v\n1,a\n2,"never ends', "22P04", "line"),
    "wrong_width": ("id,v\n1,a\n2,b,c,d\n", "22P04", "line"),
    "not_utf8": (b"id,v\n1,\xff\xfe\n", "22021", "utf-8"),
    "wrong_type": ("id,v\n1,a\nx7,b\n", "22P02", "x7"),
    "malformed.parquet": (b"PAR1 this is no parquet PAR1", "22P04", "malformed.parquet"),
    "ends_differ": ("id,v\r\n1,a\n2,b\r\n", "22P04", "end in different ways"),
    "zero_byte": (b"id,v\n1,a\x00b\n", "22021", "0x00"),
    "our_name": ("id,_load_id\n1,7\n", "42701", "FROM (_load_id)"),
    "no_day": ("id,v,day\n1,a,2026-02-30\n", "22007", "2026-02-30"),
    "cut_off.gz": (b"\x1f\x8b\x08\x00", "22P04", "gzip"),
    "too_short.parquet": (b"PAR1", "22P04", "whole Parquet file"),
    "numbers.json": ("[1, 2]", "22P04", "where an object is expected"),
    "zero_byte.json": ('{"id": 1, "v": "a\\u0000b"}', "22021", "0x00"),
    "nameless.json": ('{"id": 1, "": "a"}', "22P04", "without a name"),
    "malformed.json": ('{"id": 1, "v": "a"}\n{"id": 2, "v"', "22P04", ""),
}


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_fails_its_load_and_nothing_else(case: str, server: OrmoluServer, tmp_path: Path) -> None:
    content, sqlstate, word = FILES[case]
    name = case.partition(".")[0]
    file = tmp_path / (case if "." in case else f"{case}.csv")
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    kind = "csv" if file.suffix == ".gz" else file.suffix[1:]
    options = " (header = true)" if kind == "csv" else ""
    columns = {"wrong_type": " (id integer)", "no_day": " (day date)"}.get(case, "")
    server.run(f"CREATE CONNECTION c_{name}_{kind} TYPE files WITH (url = '{tmp_path}')")
    server.run(
        f"CREATE BRONZE SOURCE b_{name}_{kind}{columns} FROM CONNECTION c_{name}_{kind} FILES '{file.name}' "
        f"FORMAT {kind}{options} LOAD FULL"
    )
    refused(server, f"REFRESH bronze.b_{name}_{kind}", sqlstate, word)
    recorded(server, f"bronze.b_{name}_{kind}", sqlstate, is_declared=bool(columns))
    good = {"csv": b"id,v\n1,a\n", "json": b'{"id": 1, "v": "a"}\n'}.get(kind)
    if good is not None and case not in ("no_day", "cut_off.gz"):
        file.write_bytes(good)
        server.run(f"REFRESH bronze.b_{name}_{kind}")
        assert server.run(f"SELECT id, v FROM bronze.b_{name}_{kind}") == [(1, "a")]


def test_a_dead_database_fails_its_load_and_keeps_what_was_there(server: OrmoluServer, tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    server.run(f"CREATE SECRET dead_pw AS '{WRONG}'")
    for kind in ("postgres", "mysql"):
        server.run(
            f"CREATE CONNECTION dead_{kind} TYPE {kind} WITH (host = '127.0.0.1', port = {port}, dbname = 'd', "
            f"user = 'u', password = SECRET dead_pw)"
        )
        refused(server, f"TEST CONNECTION dead_{kind}", "08001")
        server.run(f"CREATE BRONZE SOURCE dead_{kind} FROM CONNECTION dead_{kind} TABLE 't' LOAD FULL")
        refused(server, f"REFRESH bronze.dead_{kind}", "08001")
        recorded(server, f"bronze.dead_{kind}", "08001")


def test_a_wrong_password_is_told_without_itself(
    server: OrmoluServer, postgres_peer: PostgresPeer, mariadb_peer: MariaDbPeer
) -> None:
    server.run(f"CREATE SECRET wrong_pw AS '{WRONG}'")
    for kind, peer in (("postgres", postgres_peer), ("mysql", mariadb_peer)):
        server.run(
            f"CREATE CONNECTION wrong_{kind} TYPE {kind} WITH (host = '{peer.host}', port = {peer.port}, "
            f"dbname = '{peer.dbname}', user = '{peer.user}', password = SECRET wrong_pw)"
        )
        refused(server, f"TEST CONNECTION wrong_{kind}", "28P01")
        server.run(f"CREATE BRONZE SOURCE wrong_{kind} FROM CONNECTION wrong_{kind} TABLE 't' LOAD FULL")
        refused(server, f"REFRESH bronze.wrong_{kind}", "28P01")
        recorded(server, f"bronze.wrong_{kind}", "28P01")


def test_tables_and_columns_that_are_not_there_are_named(server: OrmoluServer, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("CREATE TABLE orders (id INTEGER, v TEXT)")
    server.run(f"CREATE CONNECTION lite TYPE sqlite WITH (path = '{tmp_path / 'shop.db'}')")
    server.run("CREATE BRONZE SOURCE no_table FROM CONNECTION lite TABLE 'ordres' LOAD FULL")
    refused(server, "REFRESH bronze.no_table", "42P01", "ordres")
    recorded(server, "bronze.no_table", "42P01")
    server.run(
        "CREATE BRONZE SOURCE no_column FROM CONNECTION lite TABLE 'orders' KEY (id) LOAD INCREMENTAL ON nothing"
    )
    refused(server, "REFRESH bronze.no_column", "42703", "nothing")
    server.run("CREATE BRONZE SOURCE bad_query FROM CONNECTION lite QUERY 'SELECT FROM WHERE' LOAD FULL")
    refused(server, "REFRESH bronze.bad_query", "HV000", "syntax error", has_hint=False)
    server.run(f"CREATE CONNECTION lite_gone TYPE sqlite WITH (path = '{tmp_path / 'gone.db'}')")
    refused(server, "TEST CONNECTION lite_gone", "58P01", "gone.db")


def test_a_wrong_option_or_word_is_named_with_its_position(server: OrmoluServer) -> None:
    refused(server, "CREATE CONNECTION o TYPE postgres WITH (hosst = 'x')", "42601", "host")
    refused(server, "CREATE BRONZE SOURCE o FROM UPLOAD FORMAT csv (headr = true)", "42601", "header")
    refused(server, "CREATE BRONZE SOURCE o FROM UPLOAD WITH (compresion = 'zstd')", "42601", "compression")
    refused(server, "CREATE BRONZE SOURCE o FROM UPLOAD WITH (compression = 'rar')", "22023")
    refused(server, "CREATE BRONZE SOURCE o FROM CONNECTION nowhere TABLE 't'", "42704", "CREATE CONNECTION")
    with pytest.raises(psycopg.errors.SyntaxError) as raised:
        server.run("CREATE SILVER TABEL x FROM bronze.y")
    assert raised.value.diag.statement_position == "15"


def test_a_folder_that_is_not_allowed_is_refused(tmp_path: Path) -> None:
    allowed, other = tmp_path / "allowed", tmp_path / "other"
    for folder in (allowed, other):
        folder.mkdir()
        (folder / "a.csv").write_text("id\n1\n")
    (allowed / "link.csv").symlink_to(other / "a.csv")
    server = OrmoluServer(tmp_path / "lake", "--allow-dir", str(allowed)).start()
    try:
        server.run(f"CREATE CONNECTION inside TYPE files WITH (url = '{allowed}')")
        server.run("CREATE BRONZE SOURCE inside FROM CONNECTION inside FILES 'a.csv' LOAD FULL")
        server.run("REFRESH bronze.inside")
        server.run("CREATE BRONZE SOURCE linked FROM CONNECTION inside FILES 'link.csv' LOAD FULL")
        refused(server, "REFRESH bronze.linked", "42501", "link.csv", has_hint=False)
        for number, url in enumerate((other, f"{allowed}/../other", "/etc", "/")):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                server.run(f"CREATE CONNECTION outside{number} TYPE files WITH (url = '{url}')")
                server.run(f"TEST CONNECTION outside{number}")
    finally:
        server.stop()


def test_no_password_is_in_a_run_or_a_file_of_the_server(server: OrmoluServer) -> None:
    assert WRONG not in str(server.run("SELECT * FROM lake.runs"))
    assert WRONG not in server.log()
    for path in server.folder.rglob("*"):
        assert not path.is_file() or WRONG.encode() not in path.read_bytes(), path
