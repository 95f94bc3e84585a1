"""Values of every type, sent and fetched as text and as bytes: PostgreSQL and this server give the same.

What differs on purpose stands in DIFFERENCES with its reason, and is an error here, never another value.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import generators, pq

from tests.wire.conftest import House
from tests.wire.type_values import DIFFERENCES, LITERALS, OIDS, STYLES, ZONED, ZONES

TEXT, BINARY = 0, 1
Parameter = tuple[int, bytes | None, int]
# What a server said: the columns' OIDs and modifiers with the rows, or an SQLSTATE.
Answer = tuple[Any, ...]


class Side:
    """One connection, below psycopg's conversions."""

    def __init__(self, conninfo: str) -> None:
        self.connection = psycopg.connect(conninfo, autocommit=True)
        self.connection.execute("SET TimeZone = 'UTC'")

    def answer(self, sql: str, parameters: tuple[Parameter, ...] = (), code: int = TEXT) -> Answer:
        oids = [oid for oid, _, __ in parameters]
        values = [value for _, value, __ in parameters]
        formats = [each for _, __, each in parameters]
        self.connection.pgconn.send_query_params(sql.encode(), values, oids, formats, code)
        result = self.connection.wait(generators.execute(self.connection.pgconn))[-1]
        if result.status != pq.ExecStatus.TUPLES_OK:
            return ("error", (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode())
        columns = range(result.nfields)
        types = [(result.ftype(at), result.fmod(at)) for at in columns]
        return (types, [[result.get_value(row, at) for at in columns] for row in range(result.ntuples)])

    def set(self, name: str, value: str) -> None:
        self.connection.execute(f"SET {name} = '{value}'".encode())


@pytest.fixture(scope="module")
def sides(house: House, peer_conninfo: str) -> Iterator[tuple[Side, Side]]:
    ours, theirs = Side(house.conninfo), Side(peer_conninfo)
    yield ours, theirs
    ours.connection.close()
    theirs.connection.close()


def compare(
    sides: tuple[Side, Side], sql: str, parameters: tuple[Parameter, ...] = (), codes: Any = (TEXT, BINARY)
) -> None:
    for code in codes:
        ours, theirs = (side.answer(sql, parameters, code) for side in sides)
        if ours != theirs and not are_equal_numbers(ours, theirs):
            assert ours[0] == "error", (sql, parameters, ours, theirs)
            reason = next((why for pattern, why in DIFFERENCES if re.search(pattern, f"{sql} {parameters}")), None)
            assert reason is not None, (sql, parameters, ours, theirs)


def are_equal_numbers(ours: Answer, theirs: Answer) -> bool:
    """A column of numerics has one scale here: 2 stands as 2.00 beside 1.50, or as 2.0000000000 if read from a text."""
    if ours[0] == "error" or ours[0] != theirs[0] or ours[0][0][0] not in (1700, 1231, 701):
        return False
    if ours[0][0][0] == 701:
        # The shortest digits that read back, of which PostgreSQL leaves out those on the border to the next float.
        return len(ours[0]) == 1 and float(ours[1][0][0]) == float(theirs[1][0][0])
    (mine,), (their,) = ours[1][0], theirs[1][0]
    if not re.fullmatch(rb"[0-9.,{}-]+", mine):
        return bool(ours[0][0][0] == 1231 and mine[:24] == their[:24])
    found, wanted = ([Decimal(number) for number in re.findall(r"-?[0-9.]+", text.decode())] for text in (mine, their))
    return list(found) == list(wanted)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize("name", LITERALS)
def test_a_literal_is_read_alike(name: str, sides: tuple[Side, Side]) -> None:
    for text in LITERALS[name]:
        compare(sides, f"SELECT {quoted(text)}::{name}")


@pytest.mark.parametrize(
    "name", [name for name in LITERALS if not name.endswith("]") and name not in ("tid", "pg_lsn", "xid8")]
)
def test_a_text_column_is_cast_alike(name: str, sides: tuple[Side, Side]) -> None:
    for text in LITERALS[name]:
        compare(sides, f"SELECT x::{name} FROM (SELECT {quoted(text)}::text AS x) AS q", codes=(TEXT,))


@pytest.mark.parametrize("name", OIDS)
def test_a_parameter_is_taken_alike_in_text_and_in_bytes(name: str, sides: tuple[Side, Side]) -> None:
    oid = OIDS[name]
    for text in (*LITERALS[name], "\udc80"):
        raw = text.encode(errors="surrogateescape")
        compare(sides, "SELECT $1", ((oid, raw, TEXT),))
        compare(sides, f"SELECT $1::{name}", ((0, raw, TEXT),), codes=(TEXT,))
        theirs = sides[1].answer(f"SELECT {quoted(text)}::{name}", (), BINARY) if text != "\udc80" else ("error",)
        if theirs[0] == "error":
            continue
        data = theirs[1][0][0]
        for bad in (data, data[:-1], data + b"\0", b"\xff" * len(data)):
            compare(sides, "SELECT $1", ((oid, bad, BINARY),), codes=(TEXT,))
    compare(sides, "SELECT $1", ((oid, None, TEXT),))


def test_a_zero_byte_is_no_text(sides: tuple[Side, Side]) -> None:
    for oid in (25, 1043, 1042, 19, 0):
        # libpq ends a parameter in text format at its zero byte.
        assert sides[0].answer("SELECT $1::text", ((oid, b"a\0b", BINARY),)) == ("error", "22021")


@pytest.mark.parametrize("zone", ZONES)
def test_moments_are_shown_and_read_in_the_sessions_zone(zone: str, sides: tuple[Side, Side]) -> None:
    for side in sides:
        side.set("TimeZone", zone)
    try:
        for text in ZONED:
            for expression in (
                "{}::timestamptz",
                "{}::timestamptz::text",
                "{}::timestamptz::timestamp",
                "{}::timestamp::timestamptz",
            ):
                compare(sides, f"SELECT {expression.format(quoted(text))}", codes=(TEXT,))
    finally:
        for side in sides:
            side.set("TimeZone", "UTC")


@pytest.mark.parametrize(("name", "value", "default", "queries"), STYLES, ids=[f"{row[0]}={row[1]}" for row in STYLES])
def test_values_are_written_and_read_in_the_sessions_style(
    name: str, value: str, default: str, queries: list[str], sides: tuple[Side, Side]
) -> None:
    for side in sides:
        side.set(name, value)
    try:
        for query in queries:
            compare(sides, query, codes=(TEXT,))
    finally:
        for side in sides:
            side.set(name, default)


INT4 = st.integers(-(2**31), 2**31 - 1)
PACKED: dict[int, st.SearchStrategy[bytes]] = {
    16: st.booleans().map(lambda v: struct.pack("!?", v)),
    21: st.integers(-(2**15), 2**15 - 1).map(lambda v: struct.pack("!h", v)),
    23: st.integers(-(2**31), 2**31 - 1).map(lambda v: struct.pack("!i", v)),
    20: st.integers(-(2**63), 2**63 - 1).map(lambda v: struct.pack("!q", v)),
    700: st.floats(width=32).map(lambda v: struct.pack("!f", math.nan if math.isnan(v) else v)),
    701: st.floats().map(lambda v: struct.pack("!d", math.nan if math.isnan(v) else v)),
    25: st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20).map(str.encode),
    17: st.binary(max_size=20),
    1082: st.integers(-(2_451_545), 2**31 - 2_451_546).map(lambda v: struct.pack("!i", v)),
    1083: st.integers(0, 86_400_000_000).map(lambda v: struct.pack("!q", v)),
    # Offsets of whole minutes: one with seconds is among the differences that type_values lists.
    1266: st.tuples(st.integers(0, 86_400_000_000), st.integers(-959, 959)).map(
        lambda v: struct.pack("!qi", v[0], v[1] * 60)
    ),
    1114: st.integers(-211_813_488_000_000_000, 9_222_000_000_000_000_000).map(lambda v: struct.pack("!q", v)),
    1184: st.integers(-211_813_488_000_000_000, 9_222_000_000_000_000_000).map(lambda v: struct.pack("!q", v)),
    1186: st.tuples(
        st.integers(-(2**52), 2**52), st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1)
    ).map(lambda v: struct.pack("!qii", *v)),
    2950: st.binary(min_size=16, max_size=16),
}


@pytest.mark.parametrize("oid", PACKED)
def test_any_value_sent_as_bytes_comes_back_alike(oid: int, sides: tuple[Side, Side]) -> None:
    @given(PACKED[oid])
    @settings(max_examples=25, deadline=None, database=None)
    def check(data: bytes) -> None:
        compare(sides, "SELECT $1", ((oid, data, BINARY),))

    check()


@pytest.mark.slow
@pytest.mark.parametrize("oid", PACKED)
def test_many_values_sent_as_bytes_come_back_alike(oid: int, sides: tuple[Side, Side]) -> None:
    @given(PACKED[oid], st.sampled_from(ZONES))
    @settings(max_examples=1500, deadline=None, database=None)
    def check(data: bytes, zone: str) -> None:
        compare(sides, "SELECT $1", ((oid, data, BINARY),))

    check()
