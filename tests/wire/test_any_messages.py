"""Any sequence of messages, sensible or not: the session answers each by the rules and stays usable, or hangs up."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ormolu.errors import ProtocolViolation
from ormolu.server import messages as m
from ormolu.server.protocol import Codec, Phase
from ormolu.server.session import Session
from tests.wire.conftest import House

SQL = (
    *("SELECT 1", "", ";", "SELECT 1; SELECT 2", "SELECT 1; SELECT 1/0; SELECT 3", "SELECT $1::int + 1", "SELECT nope"),
    *("SELECT id, name, at FROM numbers WHERE id < 20", "SELECT * FROM types", "SELECT id FROM numbers WHERE id = $1"),
    *("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "ROLLBACK TO s", "RELEASE s", "BEGIN READ ONLY", "SELEC 1", "'"),
    *("SET lake_notices = off", "SHOW TimeZone", "RESET ALL", "DISCARD ALL", "SET ROLE bob", "UNLISTEN *", "LISTEN x"),
    *("DECLARE c CURSOR FOR SELECT id FROM numbers", "DECLARE c CURSOR WITH HOLD FOR SELECT 1", "FETCH 3 FROM c"),
    *("MOVE 2 IN c", "CLOSE c", "CLOSE ALL", "PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE ALL"),
    *("COPY bronze.sales FROM STDIN", "COPY (SELECT id FROM numbers WHERE id < 5) TO STDOUT", "SELECT 1; SELECT $1"),
    *("COPY t FROM STDIN; SELECT 1", "REFRESH SILVER TABLE orders", "DELETE FROM quarantine.t WHERE a = $1"),
)  # fmt: skip
NAMES = ("", "a", "b", "p", "c")
names = st.sampled_from(NAMES)
oids = st.lists(st.sampled_from((0, 23, 25, 99)), max_size=2).map(tuple)
formats = st.lists(st.sampled_from((0, 1, 2)), max_size=2).map(tuple)
values = st.lists(st.sampled_from((None, b"", b"1", b"x", b"\0\0\0\x05", b"\xff\xfe")), max_size=2).map(tuple)
conversation = st.lists(
    st.one_of(
        st.builds(m.Query, st.sampled_from(SQL)),
        st.builds(m.Query, st.text(max_size=12)),
        st.builds(m.Parse, names, st.sampled_from(SQL), oids),
        st.builds(m.Bind, names, names, formats, values, formats),
        st.builds(m.Describe, st.sampled_from("SP"), names),
        st.builds(m.Execute, names, st.sampled_from((0, 1, 7, 1000))),
        st.builds(m.Close, st.sampled_from("SP"), names),
        st.sampled_from((m.Sync(), m.Sync(), m.Flush(), m.CopyData(b"1\t2\n"), m.CopyData(b"bad\n"), m.CopyDone())),
        st.sampled_from((m.CopyFail("enough"), m.FunctionCall(), m.Terminate())),
    ),
    max_size=14,
)  # fmt: skip
once = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def answers(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The messages of an answer: each must be whole."""
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("!i", data, at + 1)
        assert length >= 4
        assert at + 1 + length <= len(data)
        yield chr(data[at]), data[at + 5 : at + 1 + length]
        at += 1 + length


def told(session: Session, message: m.Message) -> list[tuple[str, bytes]]:
    answer = session.fixed_answer([message])
    if answer is None:
        session.is_instant([message])
        answer = b"".join(session.run([message]))
    found = list(answers(answer))
    internal = [body for letter, body in found if letter == "E" and b"\0CXX000\0" in body]
    assert not internal, (message, internal)
    return found


def check_usable(session: Session) -> None:
    """Whatever came before, ROLLBACK and a query are answered."""
    if session.phase is Phase.COPY_IN:
        told(session, m.CopyFail("over"))
    told(session, m.Sync())
    told(session, m.Query("ROLLBACK"))
    found = told(session, m.Query("SELECT count(*) FROM numbers WHERE id < 3"))
    assert [letter for letter, _ in found] == ["T", "D", "C", "Z"]
    assert found[1][1].endswith(b"3")
    assert found[-1][1] == b"I"


@once
@given(conversation)
@example([m.Query("COPY t FROM STDIN; SELECT 1"), m.CopyData(b"bad\n"), m.CopyDone(), m.Query("SELECT 1")])
@example([m.Parse("", "COPY t FROM STDIN"), m.Bind("", ""), m.Execute(""), m.Sync(), m.CopyDone(), m.Sync()])
@example([m.FunctionCall()])
@example([m.Parse("", "SELECT 1"), m.Bind("", ""), m.Execute("", 1), m.Execute("", 1), m.Query("SELECT 1")])
def test_any_conversation_is_answered_by_the_rules(house: House, said: list[m.Message]) -> None:
    session = house.session()
    try:
        for message in said:
            phase = session.phase
            found = told(session, message)
            ready = [letter for letter, _ in found].count("Z")
            assert ready <= 1
            if ready:
                assert found[-1][0] == "Z", "ReadyForQuery is the last of an answer"
            if isinstance(message, m.Sync) and phase is Phase.READY:
                assert ready == 1
            if session.phase is Phase.CLOSED:
                assert told(session, m.Query("SELECT 1")) == []
                return
        check_usable(session)
    finally:
        session.close()


def packet(code: bytes, body: bytes) -> bytes:
    return code + struct.pack("!i", len(body) + 4) + body


packets = st.one_of(
    st.builds(packet, st.sampled_from([bytes((code,)) for code in sorted(m.MESSAGE_CODES)]), st.binary(max_size=24)),
    st.builds(lambda sql: packet(b"Q", sql.encode() + b"\0"), st.sampled_from(SQL)),
    st.builds(lambda name, sql: packet(b"P", f"{name}\0{sql}\0\0\0".encode()), names, st.sampled_from(SQL)),
    st.just(packet(b"S", b"")),
    st.binary(max_size=8),
)


@once
@given(st.lists(packets, max_size=8).map(b"".join))
def test_any_bytes_are_messages_or_a_protocol_violation(house: House, data: bytes) -> None:
    session, codec = house.session(), Codec()
    codec.phase = Phase.READY
    codec.feed(data)
    try:
        while session.phase is not Phase.CLOSED and (message := codec.next_message()) is not None:
            told(session, message)
        if session.phase is not Phase.CLOSED:
            check_usable(session)
    except ProtocolViolation:
        check_usable(session)
    finally:
        session.close()


@pytest.mark.parametrize("data", [b"\0" * 64, b"Q\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n\r\n", b"B\0\0\0\x05\0"])
def test_bytes_that_are_no_message_are_refused(data: bytes) -> None:
    codec = Codec()
    codec.phase = Phase.READY
    codec.feed(data)
    with pytest.raises(ProtocolViolation):
        codec.next_message()
