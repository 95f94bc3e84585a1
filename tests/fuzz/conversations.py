"""Conversations that make sense, and what becomes of them when bytes, lengths and order go wrong."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
LENGTHS = (-(2**31), -1, 0, 3, 4, 5, 255, 65_536, 2**24, 2**28, 2**31 - 1)
LETTERS = b"QPBDECHSXcdfpF"
Packets = list[bytes]


def packet(letter: bytes, body: bytes = b"") -> bytes:
    return letter + struct.pack("!i", len(body) + 4) + body


def query(sql: str) -> bytes:
    return packet(b"Q", sql.encode() + b"\0")


def parse(name: str, sql: str, *oids: int) -> bytes:
    return packet(b"P", f"{name}\0{sql}\0".encode() + struct.pack(f"!H{len(oids)}I", len(oids), *oids))


def bind(
    portal: str, statement: str, values: list[bytes | None], formats: tuple[int, ...], results: tuple[int, ...]
) -> bytes:
    body = f"{portal}\0{statement}\0".encode() + struct.pack(f"!H{len(formats)}H", len(formats), *formats)
    body += struct.pack("!H", len(values))
    for value in values:
        body += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return packet(b"B", body + struct.pack(f"!H{len(results)}H", len(results), *results))


def describe(kind: str, name: str) -> bytes:
    return packet(b"D", f"{kind}{name}\0".encode())


def execute(portal: str, rows_max: int = 0) -> bytes:
    return packet(b"E", portal.encode() + b"\0" + struct.pack("!i", rows_max))


SYNC, FLUSH, COPY_DONE = packet(b"S"), packet(b"H"), packet(b"c")
TYPES = (16, 17, 20, 21, 23, 25, 114, 700, 701, 1043, 1082, 1083, 1114, 1184, 1186, 1700, 2950, 3802, 1007, 1009, 0, 99)


def simple(choice: random.Random) -> Packets:
    return [query(choice.choice(STATEMENTS)) for _ in range(choice.randint(1, 4))]


def extended(choice: random.Random) -> Packets:
    name, portal = choice.choice(("", "a", "b")), choice.choice(("", "p"))
    statement = choice.choice(STATEMENTS)
    said = [parse(name, statement), describe("S", name), bind(portal, name, [], (), (choice.randint(0, 1),))]
    return [*said, describe("P", portal), execute(portal, choice.choice((0, 1, 7))), execute(portal), SYNC]


def values(choice: random.Random) -> Packets:
    """Random values, text and binary, for every type."""
    oid = choice.choice(TYPES)
    value = choice.choice(
        (None, b"", b"1", choice.randbytes(choice.randint(1, 24)), struct.pack("!q", choice.getrandbits(62)))
    )
    said = [parse("", "SELECT $1", oid), bind("", "", [value], (choice.randint(0, 1),), (choice.randint(0, 1),))]
    return [*said, describe("P", ""), execute(""), SYNC]


def pipeline(choice: random.Random) -> Packets:
    said: Packets = []
    for _ in range(choice.randint(2, 5)):
        said += extended(choice)[:-1]
        if choice.random() < 0.5:
            said.append(choice.choice((SYNC, FLUSH)))
    return [*said, SYNC]


def copy_in(choice: random.Random) -> Packets:
    """A copy whose data is right, or nearly; most end in CopyFail, for a load takes its time."""
    is_binary = choice.random() < 0.7
    said = [query(f"COPY {COPIED} FROM STDIN" + (" (FORMAT binary)" if is_binary else " (FORMAT csv, FORCE_NULL (b))"))]
    rows = b"\0\2\0\0\0\4" + struct.pack("!i", choice.getrandbits(31)) + b"\0\0\0\3abc" if is_binary else b'1,"x"\n2,\n'
    data = (SIGNATURE if is_binary else b"") + rows * choice.randint(0, 5) + (b"\xff\xff" if is_binary else b"")
    while data:
        size = choice.randint(1, 40)
        said.append(packet(b"d", data[:size]))
        data = data[size:]
    said.append(packet(b"f", b"enough\0") if choice.random() < 0.95 else COPY_DONE)
    return said


COPIED = "bronze.fuzzed"
STATEMENTS = (
    "SELECT 1", "", ";", "SELECT 1; SELECT 2", "SELECT 1; SELECT 1/0; SELECT 3", "SELECT * FROM generate_series(1, 50)",
    "SELECT nope", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s", "ROLLBACK TO s", "RELEASE s", "SELEC", "'",
    "\u00e9\U0001f600",
    "SET work_mem = '1MB'", "SHOW ALL", "RESET ALL", "DISCARD ALL", "LISTEN x", "NOTIFY x, 'y'", "UNLISTEN *",
    "DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT * FROM generate_series(1, 9)", "FETCH 3 FROM c",
    "FETCH BACKWARD 2 FROM c",
    "MOVE LAST IN c", "CLOSE ALL", "PREPARE p AS SELECT 1", "EXECUTE p", "DEALLOCATE ALL", "SELECT pg_notify('x', 'y')",
    "COPY (SELECT 1, 'a') TO STDOUT", "COPY (SELECT 1, NULL) TO STDOUT (FORMAT binary)", "SELECT * FROM pg_cursors",
    "SELECT relname FROM pg_class LIMIT 3", "SELECT set_config('application_name', 'f', true)", "SELECT pg_sleep(0)",
    "SELECT ARRAY[1, 2], '{\"a\": 1}'::json, 1.5::numeric, now()", "BEGIN READ ONLY", "SET TRANSACTION SNAPSHOT 'x'",
)  # fmt: skip
KINDS: tuple[Callable[[random.Random], Packets], ...] = (simple, extended, values, pipeline, copy_in)


def conversation(choice: random.Random) -> Packets:
    return [each for _ in range(choice.randint(1, 3)) for each in choice.choice(KINDS)(choice)]


# --- what goes wrong ---


def flip(choice: random.Random, data: bytearray) -> None:
    data[choice.randrange(len(data))] ^= 1 << choice.randrange(8)


def cut(choice: random.Random, data: bytearray) -> None:
    at = choice.randrange(len(data))
    del data[at : at + choice.randint(1, 9)]


def insert(choice: random.Random, data: bytearray) -> None:
    at = choice.randrange(len(data))
    data[at:at] = choice.randbytes(choice.randint(1, 9))


def lie_about_length(choice: random.Random, data: bytearray) -> None:
    if len(data) >= 5:
        struct.pack_into("!i", data, 1, choice.choice(LENGTHS))


def overwrite(choice: random.Random, data: bytearray) -> None:
    if len(data) >= 9:
        struct.pack_into("!i", data, choice.randrange(5, len(data) - 3), choice.choice(LENGTHS))


def change_letter(choice: random.Random, data: bytearray) -> None:
    data[0] = choice.choice(LETTERS) if choice.random() < 0.9 else choice.randrange(256)


WRONGS = (flip, cut, insert, lie_about_length, overwrite, change_letter)


def mutated(said: Packets, choice: random.Random) -> Packets:
    """A few things go wrong: within messages, or in their order."""
    packets = list(said)
    for _ in range(choice.randint(0, 4)):
        if not packets:
            return packets
        at, other = choice.randrange(len(packets)), choice.randrange(len(packets))
        match choice.randrange(6):
            case 0:
                del packets[at]
            case 1:
                packets.insert(other, packets[at])
            case 2:
                packets[at], packets[other] = packets[other], packets[at]
            case _:
                data = bytearray(packets[at])
                if data:
                    choice.choice(WRONGS)(choice, data)
                packets[at] = bytes(data)
    return packets
