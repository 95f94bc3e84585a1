"""The codec: whole messages out of any pieces, and only its own error out of garbage."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ormolu.errors import FeatureNotSupported, OrmoluError, ProtocolViolation
from ormolu.server import messages as m
from ormolu.server.protocol import FOLLOWS, STARTUP_BYTES_MAX, Codec, Phase, check_order


def packet(code: bytes, body: bytes) -> bytes:
    return code + struct.pack("!i", len(body) + 4) + body


def startup(body: bytes, version: int = 3 << 16) -> bytes:
    return struct.pack("!ii", len(body) + 8, version) + body


STREAM = (
    packet(b"Q", b"select 1\0"),
    packet(b"P", b"s\0select $1\0" + struct.pack("!Hi", 1, 23)),
    packet(b"B", b"p\0s\0" + struct.pack("!HHHi", 1, 1, 1, 4) + b"\0\0\0\x05" + struct.pack("!HH", 1, 1)),
    packet(b"B", b"\0s\0" + struct.pack("!HHi", 0, 1, -1) + struct.pack("!H", 0)),
    packet(b"D", b"Ss\0"),
    packet(b"E", b"p\0" + struct.pack("!i", 10)),
    packet(b"C", b"Pp\0"),
    packet(b"H", b""),
    packet(b"S", b""),
    packet(b"d", b"1,2\n"),
    packet(b"c", b""),
    packet(b"f", b"enough\0"),
    packet(b"X", b""),
)
EXPECTED = [
    m.Query("select 1"),
    m.Parse("s", "select $1", (23,)),
    m.Bind("p", "s", (1,), (b"\0\0\0\x05",), (1,)),
    m.Bind("", "s", (), (None,), ()),
    m.Describe("S", "s"),
    m.Execute("p", 10),
    m.Close("P", "p"),
    m.Flush(),
    m.Sync(),
    m.CopyData(b"1,2\n"),
    m.CopyDone(),
    m.CopyFail("enough"),
    m.Terminate(),
]


def drained(codec: Codec) -> list[m.Message]:
    found = []
    while (message := codec.next_message()) is not None:
        found.append(message)
    return found


def ready() -> Codec:
    codec = Codec()
    codec.phase = Phase.READY
    return codec


@given(st.lists(st.integers(0, sum(map(len, STREAM)))))
@settings(max_examples=100, deadline=None)
def test_the_pieces_in_which_bytes_arrive_do_not_matter(cuts: list[int]) -> None:
    data = b"".join(STREAM)
    codec, found, last = ready(), [], 0
    for cut in [*sorted(cuts), len(data)]:
        codec.feed(data[last:cut])
        found += drained(codec)
        last = cut
    assert found == EXPECTED
    assert codec.buffered_bytes == 0


@given(st.integers(0, len(STREAM)), st.integers(0, len(STREAM)), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_a_piece_of_whole_messages_is_read_as_if_it_were_fed(first: int, last: int, missing: int) -> None:
    piece = b"".join(STREAM[first:last])
    messages = ready().whole_messages(piece[: len(piece) - missing])
    if missing and piece:
        assert messages is None or len(messages) < last - first
    else:
        assert messages == tuple(EXPECTED[first:last])


def test_a_piece_that_is_no_whole_message_or_comes_too_early_is_fed() -> None:
    codec = ready()
    assert codec.whole_messages(b"S\0\0\0\x04" + b"Z") is None
    assert codec.whole_messages(b"Q" + struct.pack("!i", 3)) is None
    assert codec.whole_messages(packet(b"Q", b"x" * 600 + b"\0")) is None
    codec.feed(b"S\0")
    assert codec.whole_messages(b"S\0\0\0\x04") is None
    assert Codec().whole_messages(b"S\0\0\0\x04") is None


@given(st.binary(max_size=200), st.sampled_from([Phase.STARTUP, Phase.AUTHENTICATION, Phase.READY]))
@settings(max_examples=200, deadline=None)
def test_garbage_raises_only_errors_of_the_protocol(data: bytes, phase: Phase) -> None:
    codec = Codec()
    codec.phase = phase
    codec.feed(data)
    with suppress(ProtocolViolation, FeatureNotSupported):
        drained(codec)


@given(st.sampled_from(b"QPBDECHSXdcfp"), st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_a_garbled_body_raises_only_errors_of_the_protocol(code: int, body: bytes) -> None:
    codec = ready()
    codec.feed(packet(bytes([code]), body))
    try:
        drained(codec)
    except OrmoluError as problem:
        assert isinstance(problem, ProtocolViolation)


def test_the_startup_message_gives_its_parameters_and_the_options_nobody_knows() -> None:
    codec = Codec()
    codec.feed(startup(b"user\0ann\0_pq_.compress\0on\0database\0shop\0\0", (3 << 16) | 2))
    assert drained(codec) == [m.StartupMessage({"user": "ann", "database": "shop"}, 2, ("_pq_.compress",))]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (struct.pack("!ii", 8, 80877103), m.SSLRequest()),
        (struct.pack("!ii", 8, 80877104), m.GSSENCRequest()),
        (struct.pack("!iiii", 16, 80877102, 7, 42), m.CancelRequest(7, b"\0\0\0*")),
    ],
)
def test_the_requests_before_a_startup_are_known(data: bytes, expected: m.Message) -> None:
    codec = Codec()
    codec.feed(data)
    assert drained(codec) == [expected]


def test_an_old_protocol_is_refused() -> None:
    codec = Codec()
    codec.feed(startup(b"\0", 2 << 16))
    with pytest.raises(FeatureNotSupported):
        codec.next_message()


def test_a_startup_packet_that_announces_too_much_is_refused_before_it_arrives() -> None:
    codec = Codec()
    codec.feed(struct.pack("!i", STARTUP_BYTES_MAX + 1))
    with pytest.raises(ProtocolViolation):
        codec.next_message()


def test_a_short_message_that_announces_too_much_is_refused_before_it_arrives() -> None:
    codec = ready()
    codec.feed(b"D" + struct.pack("!i", 1_000_000))
    with pytest.raises(ProtocolViolation):
        codec.next_message()


def test_a_query_before_the_log_in_is_refused() -> None:
    codec = Codec()
    codec.phase = Phase.AUTHENTICATION
    codec.feed(packet(b"Q", b"select 1\0"))
    with pytest.raises(ProtocolViolation):
        codec.next_message()


def test_a_query_amid_a_copy_is_out_of_order() -> None:
    with pytest.raises(ProtocolViolation):
        check_order(Phase.COPY_IN, m.Query("select 1"))
    check_order(Phase.COPY_IN, m.Sync())


def test_every_phase_says_what_may_follow() -> None:
    assert set(FOLLOWS) == set(Phase)


def test_a_short_message_that_came_before_is_read_the_same_and_a_broken_one_is_refused_each_time() -> None:
    bind = b"\0one\0" + struct.pack("!HHi2sHH", 0, 1, 2, b"42", 1, 1)
    assert m.read_message(ord("B"), bind) == m.read_message(ord("B"), bind) == m.Bind("", "one", (), (b"42",), (1,))
    for _ in range(2):
        with pytest.raises(ProtocolViolation):
            m.read_message(ord("B"), bind[:-1])
        with pytest.raises(ProtocolViolation):
            m.read_message(ord("B"), bind + b"\0")
