"""Rows as the wire wants them: the vectorised encoders against the plainest loop."""

from __future__ import annotations

import struct
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ormolu.server.outcomes import ResultColumn
from ormolu.server.parameters import decode
from ormolu.server.types.encoders import BINARY, TEXT, RowEncoder
from ormolu.server.types.text import TextStyle
from ormolu.sql_extensions.types import data_type

STYLE = TextStyle("UTC")


def trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".")


def moment(value: datetime) -> str:
    return trimmed(f"{value.year:04d}-{value:%m-%d %H:%M:%S.%f}")


def zoned(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 30))
# PostgreSQL's type, Arrow's type, values, and the plain text of one value
CASES: list[tuple[str, Any, st.SearchStrategy[Any], Any]] = [
    ("bool", pa.bool_(), st.booleans(), lambda v: "t" if v else "f"),
    ("int2", pa.int16(), st.integers(-(2**15), 2**15 - 1), str),
    ("int4", pa.int32(), st.integers(-(2**31), 2**31 - 1), str),
    ("int8", pa.int64(), st.integers(-(2**63), 2**63 - 1), str),
    ("numeric(18,4)", pa.decimal128(18, 4), st.decimals(-(10**14) + 1, 10**14 - 1, places=4), "{:.4f}".format),
    ("numeric(38,10)", pa.decimal128(38, 10), st.decimals(-(10**20), 10**20, places=10), "{:.10f}".format),
    ("numeric(38,0)", pa.decimal128(38, 0), st.integers(-(10**37), 10**37).map(Decimal), "{:.0f}".format),
    ("text", pa.string(), st.text(st.characters(exclude_characters="\0", codec="utf-8")), str),
    ("bytea", pa.binary(), st.binary(max_size=40), lambda v: "\\x" + v.hex()),
    ("date", pa.date32(), st.dates(), date.isoformat),
    ("time", pa.time64("us"), st.times(), lambda v: trimmed(v.strftime("%H:%M:%S.%f"))),
    ("timestamp", pa.timestamp("us"), MOMENTS, moment),
    (
        "timestamptz",
        pa.timestamp("us", "UTC"),
        MOMENTS.map(lambda v: v.replace(tzinfo=UTC)),
        lambda v: moment(v) + "+00",
    ),
    ("uuid", pa.string(), st.uuids().map(str), str),
    ("json", pa.string(), st.just('{"a": 1}'), str),
]


def columns(*names: str) -> tuple[ResultColumn, ...]:
    return tuple(ResultColumn(name, data_type(name)) for name in names)


def fields(stream: bytes) -> list[list[bytes | None]]:
    """Read DataRow messages back, checking every length."""
    rows, at = [], 0
    while at < len(stream):
        code, length, count = struct.unpack_from("!cih", stream, at)
        assert code == b"D"
        row: list[bytes | None] = []
        start, end = at + 7, at + 1 + length
        for _ in range(count):
            (size,) = struct.unpack_from("!i", stream, start)
            start += 4
            row.append(None if size < 0 else stream[start : start + size])
            start += max(size, 0)
        assert start == end
        rows.append(row)
        at = end
    return rows


def encoded(kind: str, values: pa.Array, code: int) -> list[bytes | None]:
    encoder = RowEncoder(columns(kind), (code,), STYLE)
    batch = pa.RecordBatch.from_arrays([values], ["a"])
    return [row[0] for row in fields(bytes(encoder.encode(batch)))]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_column_of_text_equals_the_plain_form_row_by_row(case: Any, data: Any) -> None:
    kind, arrow, values, plain = case
    items = data.draw(st.lists(st.none() | values, max_size=20))
    array = pa.array([None, *items], arrow).slice(1)
    assert encoded(kind, array, TEXT) == [None if item is None else plain(item).encode() for item in items]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_column_of_binary_reads_back_as_what_it_was(case: Any, data: Any) -> None:
    kind, arrow, values, _ = case
    items = data.draw(st.lists(st.none() | values, max_size=20))
    array = pa.array([None, *items], arrow).slice(1)
    read = [None if item is None else decode(item, data_type(kind), BINARY) for item in encoded(kind, array, BINARY)]
    assert read == [None if item is None else as_read(kind, item) for item in items]


def as_read(kind: str, item: Any) -> object:
    """Moments come as text that the engine reads, which has room for infinity and years before Christ."""
    match kind:
        case "date":
            return item.isoformat()
        case "time":
            return trimmed(item.strftime("%H:%M:%S.%f"))
        case "timestamp":
            return moment(item)
        case "timestamptz":
            return f"{moment(item)}+00"
        case _:
            return item


@given(st.lists(st.tuples(st.none() | st.integers(-9, 9), st.none() | st.text("ab'é", max_size=3), st.booleans())))
@settings(max_examples=60, deadline=None)
def test_rows_of_mixed_columns_keep_their_fields_apart(rows: list[tuple[Any, ...]]) -> None:
    kinds, arrow = ("int4", "text", "bool"), (pa.int32(), pa.string(), pa.bool_())
    arrays = [pa.array([row[at] for row in rows], arrow[at]) for at in range(3)]
    batch = pa.RecordBatch.from_arrays(arrays, ["a", "b", "c"])
    for formats in ((0, 0, 0), (1, 1, 1), (1, 0, 1), (0, 1, 1)):
        found = fields(bytes(RowEncoder(columns(*kinds), formats, STYLE).encode(batch)))
        read = [
            tuple(
                None if item is None else decode(item, data_type(kind), code)
                for item, kind, code in zip(row, kinds, formats, strict=True)
            )
            for row in found
        ]
        assert read == rows


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (-0.0, "-0"), (1.0, "1"), (0.1, "0.1"), (1e10, "10000000000"), (123456789.0, "123456789"),
        (12345678901.5, "12345678901.5"), (1e14, "100000000000000"), (1e15, "1e+15"), (1e20, "1e+20"), (1e-4, "0.0001"),
        (1e-5, "1e-05"), (1.5e-7, "1.5e-07"), (float("nan"), "NaN"), (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"), (1.7976931348623157e308, "1.7976931348623157e+308"), (None, None),
    ],
)  # fmt: skip
def test_a_float_has_its_shortest_form(number: float | None, text: str | None) -> None:
    assert encoded("float8", pa.array([number, None], pa.float64()), TEXT)[0] == (text and text.encode())


@given(st.lists(st.none() | st.floats()))
@settings(max_examples=60, deadline=None)
def test_the_text_of_a_float_reads_back_as_the_same_float(items: list[float | None]) -> None:
    for item, text in zip(items, encoded("float8", pa.array(items, pa.float64()), TEXT), strict=True):
        assert (item is None and text is None) or repr(float(text or b"")) == repr(item)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1.0, "1"),
        (123456.0, "123456"),
        (1234567.0, "1.234567e+06"),
        (1e6, "1e+06"),
        (0.1, "0.1"),
        (16777216.0, "1.6777216e+07"),
    ],
)  # fmt: skip
def test_a_single_precision_float_takes_its_exponent_earlier(number: float, text: str) -> None:
    assert encoded("float4", pa.array([number], pa.float32()), TEXT) == [text.encode()]


def test_infinite_and_very_old_dates_are_written_as_postgresql_does() -> None:
    days = pa.array([2**31 - 1, -(2**31 - 1), -719_163, 2_932_897, 0, None], pa.int32()).view(pa.date32())
    shown = [b"infinity", b"-infinity", b"0001-12-31 BC", b"10000-01-01", b"1970-01-01", None]
    assert encoded("date", days, TEXT) == shown
    moments = pa.array([2**63 - 1, -(2**63 - 1), 0, None], pa.int64()).view(pa.timestamp("us"))
    assert encoded("timestamp", moments, TEXT) == [b"infinity", b"-infinity", b"1970-01-01 00:00:00", None]
    assert encoded("timestamp", moments, BINARY)[:2] == [b"\x7f" + b"\xff" * 7, b"\x80" + b"\0" * 7]


def test_a_timestamp_with_time_zone_shows_the_sessions_offset() -> None:
    values = pa.array([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, 12, 0, 0, 500_000, tzinfo=UTC)])
    batch = pa.RecordBatch.from_arrays([values.cast(pa.timestamp("us", "UTC"))], ["a"])
    for zone, shown in {
        "Europe/Paris": [b"2026-01-01 01:00:00+01", b"2026-07-01 14:00:00.5+02"],
        "Asia/Kolkata": [b"2026-01-01 05:30:00+05:30", b"2026-07-01 17:30:00.5+05:30"],
        "America/New_York": [b"2025-12-31 19:00:00-05", b"2026-07-01 08:00:00.5-04"],
    }.items():
        encoder = RowEncoder(columns("timestamptz"), (TEXT,), TextStyle(zone))
        assert [row[0] for row in fields(bytes(encoder.encode(batch)))] == shown


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ((0, 0, 0), "00:00:00"), ((14, 3, 0), "1 year 2 mons 3 days"), ((0, 1, 7200 * 10**9), "1 day 02:00:00"),
        ((-1, 0, 0), "-1 mons"), ((-1, 2, 0), "-1 mons +2 days"), ((0, 0, -1_500_000_000), "-00:00:01.5"),
        ((0, -1, 10**9), "-1 days +00:00:01"), ((0, 0, 100 * 3600 * 10**9), "100:00:00"),
    ],
)  # fmt: skip
def test_an_interval_is_written_in_postgresqls_words(parts: tuple[int, int, int], text: str) -> None:
    values = pa.array([pa.MonthDayNano(parts), None], pa.month_day_nano_interval())
    assert encoded("interval", values, TEXT) == [text.encode(), None]
    months, days, nanoseconds = parts
    assert encoded("interval", values, BINARY)[0] == struct.pack("!qii", nanoseconds // 1000, days, months)


@pytest.mark.parametrize(
    ("kind", "rows", "shown"),
    [
        ("int4[]", [[1, None, 3], [], None], [b"{1,NULL,3}", b"{}", None]),
        (
            "text[]",
            [["a", "", "null", 'q"\\', "b c", "d,e", "{", None]],
            [b'{a,"","null","q\\"\\\\","b c","d,e","{",NULL}'],
        ),
        ("int4[][]", [[[1, 2], [3, 4]], None], [b"{{1,2},{3,4}}", None]),
        ("bool[]", [[True, False]], [b"{t,f}"]),
        ("date[]", [[date(2026, 1, 2)]], [b"{2026-01-02}"]),
        ("timestamp[]", [[datetime(2026, 1, 2, 3, 4)]], [b'{"2026-01-02 03:04:00"}']),
    ],
)
def test_an_array_is_written_and_read_back(kind: str, rows: list[Any], shown: list[bytes | None]) -> None:
    values = pa.array([["unseen"], *rows] if kind == "text[]" else [None, *rows]).slice(1)
    assert encoded(kind, values, TEXT) == shown
    read = [None if item is None else decode(item, data_type(kind), BINARY) for item in encoded(kind, values, BINARY)]
    element = kind.partition("[")[0]
    assert read == [row and [item if item is None else as_read(element, item) for item in row] for row in rows]


def test_an_empty_batch_and_a_row_without_columns_are_written() -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([], pa.int32())], ["a"])
    assert bytes(RowEncoder(columns("int4"), (TEXT,), STYLE).encode(batch)) == b""


def test_structs_maps_and_enums_are_shown() -> None:
    struct_values = pa.array([{"a": 1, "b": "x"}, None])
    assert encoded("json", struct_values, TEXT) == [b'{"a":1,"b":"x"}', None]
    map_values = pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int32()))
    assert encoded("json", map_values, TEXT) == [b'{"k":1}', None]
    deep = pa.array([{"n": Decimal("1.50"), "m": [("k", [date(2026, 1, 2), None])], "f": float("nan")}],
                    pa.struct([("n", pa.decimal128(4, 2)), ("m", pa.map_(pa.string(), pa.list_(pa.date32()))),
                               ("f", pa.float64())]))  # fmt: skip
    assert encoded("json", deep, TEXT) == [b'{"n":1.50,"m":{"k":["2026-01-02",null]},"f":"NaN"}']
    assert encoded("text", pa.array(["a", None, "b"]).dictionary_encode(), TEXT) == [b"a", None, b"b"]
    assert encoded("jsonb", pa.array(["{}", None]), BINARY) == [b"\x01{}", None]


def test_a_time_of_day_in_another_unit_and_a_duration_do_not_matter() -> None:
    assert encoded("time", pa.array([time(1, 2, 3)], pa.time64("us")), TEXT) == [b"01:02:03"]
    whole = (datetime(2026, 1, 1) + timedelta(seconds=1)).replace(tzinfo=UTC)
    assert encoded("timestamptz", pa.array([whole], pa.timestamp("us", "Europe/Paris")), TEXT) == [
        b"2026-01-01 00:00:01+00"
    ]
