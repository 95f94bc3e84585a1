"""The same messages to both servers: PostgreSQL 15 says which answers follow which."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from tests.wire.conftest import House


def packet(code: bytes, body: bytes = b"") -> bytes:
    return code + struct.pack("!i", len(body) + 4) + body


def query(sql: str) -> bytes:
    return packet(b"Q", sql.encode() + b"\0")


def parse(name: str, sql: str) -> bytes:
    return packet(b"P", f"{name}\0{sql}\0\0\0".encode())


def bind(portal: str, statement: str, *values: bytes) -> bytes:
    body = b"".join(struct.pack("!i", len(value)) + value for value in values)
    return packet(b"B", f"{portal}\0{statement}\0".encode() + struct.pack("!HH", 0, len(values)) + body + b"\0\0")


def named(code: bytes, kind: str, name: str) -> bytes:
    return packet(code, f"{kind}{name}\0".encode())


def execute(portal: str, rows_max: int = 0) -> bytes:
    return packet(b"E", portal.encode() + b"\0" + struct.pack("!i", rows_max))


SYNC, FLUSH = packet(b"S"), packet(b"H")
END = "the end"
# Both servers know these, and nothing in them depends on which one it is.
SQL = (
    *("SELECT 1", "", "SELECT 1; SELECT 2", "SELECT id FROM numbers WHERE id < 5 ORDER BY id", "SELECT $1::int4 AS n"),
    *("SELECT * FROM nope", "SELEC 1", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "ROLLBACK TO SAVEPOINT s"),
    *("DECLARE c CURSOR FOR SELECT id FROM numbers ORDER BY id", "FETCH 2 FROM c", "CLOSE c", "CLOSE ALL"),
    *("PREPARE a AS SELECT 1", "EXECUTE a", "DEALLOCATE a", "DEALLOCATE ALL", "RESET ALL"),
    *("SET application_name = 'x'", "SHOW standard_conforming_strings", "DISCARD ALL", "UNLISTEN *"),
    *("COPY (SELECT 1 AS n) TO STDOUT", "SELECT 1; COMMIT; SELECT 2"),
    *("BEGIN; SELECT 1; COMMIT", "SELECT 1; SELECT * FROM nope; SELECT 2", "SELECT 1; BEGIN", "BEGIN READ ONLY"),
)  # fmt: skip
names = st.sampled_from(("", "a", "c"))
words = st.one_of(
    st.builds(query, st.sampled_from(SQL)),
    st.builds(parse, names, st.sampled_from(SQL)),
    st.builds(bind, names, names),
    st.builds(lambda portal, statement: bind(portal, statement, b"7"), names, names),
    st.builds(named, st.just(b"D"), st.sampled_from("SP"), names),
    st.builds(named, st.just(b"C"), st.sampled_from("SP"), names),
    st.builds(execute, names, st.sampled_from((0, 2))),
    st.sampled_from((SYNC, SYNC, FLUSH)),
)


@contextmanager
def raw_socket(conninfo: str) -> Iterator[socket.socket]:
    """The socket of a connection that libpq has logged in."""
    with (
        psycopg.connect(conninfo, autocommit=True, sslmode="disable") as connection,
        socket.socket(fileno=connection.pgconn.socket) as raw,
    ):
        raw.settimeout(10)
        yield raw
        raw.detach()


def converse(conninfo: str, said: list[bytes]) -> list[str]:
    """What a server answers, in short: each message's letter, with SQLSTATE, tag, status or value."""
    farewell = SYNC + query("ROLLBACK") + query(f"SELECT '{END}'")
    shown: list[str] = []
    with raw_socket(conninfo) as raw:
        raw.sendall(b"".join(said) + farewell)
        reader = raw.makefile("rb")
        while shown[-3:] != [f"D {END}", "C SELECT 1", "Z I"]:
            header = reader.read(5)
            letter, (length,) = chr(header[0]), struct.unpack_from("!i", header, 1)
            line = brief(letter, reader.read(length - 4))
            if line is not None:
                shown.append(line)
    return shown


def brief(letter: str, body: bytes) -> str | None:
    match letter:
        case "E":
            fields = {field[:1]: field[1:].decode() for field in body.split(b"\0") if field}
            return f"E {fields[b'C']}"
        case "N" | "S":
            return None  # how much a server says beside the answer is its own affair
        case "C":
            return f"C {body[:-1].decode()}"
        case "Z":
            return f"Z {body.decode()}"
        case "D":
            return f"D {body[6:].decode()}" if struct.unpack_from("!h", body)[0] == 1 else "D"
        case "T" | "t":
            return f"{letter} {struct.unpack_from('!h', body)[0]}"
        case _:
            return letter


# Statements that fail once they run, not before.
FAILING = (b"EXECUTE", b"FETCH", b"CLOSE", b"DEALLOCATE", b"PREPARE", b"DECLARE", b"SAVEPOINT")


def asks_for_what_failed(said: list[bytes]) -> bool:
    """Whether the unnamed portal is asked for after a simple query that may have failed as it ran: inside a transaction
    PostgreSQL 15 leaves its portal there, and executing that ends PostgreSQL."""
    may_have_failed = False
    for packets in said:
        if packets.startswith(b"Q"):
            may_have_failed |= any(word in packets for word in FAILING)
        elif may_have_failed and packets in (named(b"D", "P", ""), execute(""), execute("", 2)):
            return True
    return False


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(words, max_size=10))
@example(
    [parse("", "SELECT id FROM numbers WHERE id < 5"), bind("", ""), execute("", 2), execute("", 2), SYNC, execute("")]
)
@example([parse("a", "SELECT $1::int4 AS n"), named(b"D", "S", "a"), bind("c", "a", b"7"), execute("c"), execute("c")])
@example([query("BEGIN"), parse("", "SELECT * FROM nope"), SYNC, query("SELECT 1"), query("COMMIT")])
@example([query("SELECT $1::int4 AS n"), query("SELECT 1")])
@example([parse("a", "SELECT 1"), parse("a", "SELECT * FROM nope"), SYNC, parse("a", "SELECT 2"), SYNC])
@example([parse("a", "SELECT 1"), query("BEGIN"), query("SELECT * FROM nope"), parse("a", "SELECT 1"), SYNC])
def test_both_servers_answer_the_same_messages_in_the_same_order(
    house: House, peer_conninfo: str, said: list[bytes]
) -> None:
    assume(not asks_for_what_failed(said))
    assert converse(house.conninfo, said) == converse(peer_conninfo, said)


INT4, TEXT, UNTOLD = 23, 25, 0


def parse_typed(sql: str, *oids: int) -> bytes:
    return packet(b"P", f"\0{sql}\0".encode() + struct.pack(f"!H{len(oids)}I", len(oids), *oids))


@pytest.mark.parametrize(
    ("sql", "oids"),
    [
        ("SELECT 1", (INT4,)),
        ("SELECT $1", (INT4, TEXT)),
        ("SELECT $2::int4", (TEXT, INT4)),
        ("SELECT $2::int4", ()),
        ("SELECT $2::int4", (UNTOLD, INT4)),
        ("SELECT 1", (UNTOLD,)),
        ("SELECT id FROM numbers WHERE id = 3", (TEXT, INT4)),
        ("SHOW standard_conforming_strings", (INT4,)),
        ("COMMIT", (INT4,)),
    ],
)
def test_declared_types_that_the_text_does_not_read_take_their_values(
    house: House, peer_conninfo: str, sql: str, oids: tuple[int, ...]
) -> None:
    for values in ((b"7",) * len(oids), (b"7",) * (len(oids) - 1) if oids else (b"7", b"8")):
        said = [parse_typed(sql, *oids), named(b"D", "S", ""), bind("", "", *values), execute(""), SYNC]
        assert converse(house.conninfo, said) == converse(peer_conninfo, said)


ASKED = bind("", "a") + named(b"D", "P", "") + execute("") + SYNC
# Each is sent when the one before was answered: what has been asked before is answered by a shorter way.
IN_TURN = (
    *(query("SELECT 1"), query("SELECT 1"), query("SELECT 1 ; "), parse("a", "SELECT 1") + SYNC, ASKED, ASKED),
    *(bind("", "a") + execute("") + SYNC, bind("", "a", b"7") + execute("") + SYNC, execute("") + SYNC, ASKED),
    *(bind("", "a") + execute("", 1) + SYNC, bind("c", "a") + execute("c") + SYNC, execute("c") + SYNC),
    *(query("BEGIN"), query("SELECT 1"), ASKED, execute("") + SYNC, query("SELECT * FROM nope"), query("SELECT 1")),
    *(ASKED, query("ROLLBACK"), parse("", "SELECT 1") + SYNC, bind("", "") + execute("") + SYNC, query("SELECT 1")),
    *(bind("", "") + execute("") + SYNC, bind("", "b") + execute("") + SYNC, bind("", "a") + FLUSH, ASKED),
    *(query("BEGIN"), query("SELECT 1"), query("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"), query("ROLLBACK")),
)


def test_both_servers_answer_a_constant_alike_however_often_and_wherever_it_is_asked(
    house: House, peer_conninfo: str
) -> None:
    assert in_turn(house.conninfo) == in_turn(peer_conninfo)


def in_turn(conninfo: str) -> list[str]:
    shown: list[str] = []
    with raw_socket(conninfo) as raw:
        reader = raw.makefile("rb")
        for piece in IN_TURN:
            raw.sendall(piece)
            letter = "" if not piece.endswith(FLUSH) else "Z"
            while letter != "Z":
                header = reader.read(5)
                letter, (length,) = chr(header[0]), struct.unpack_from("!i", header, 1)
                body = reader.read(length - 4)
                shown += [line for line in (brief(letter, body),) if line is not None]
                shown += [body.hex()] if letter in "TD" else []
    return shown
