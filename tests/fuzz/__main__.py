"""A campaign against a real server: no crash, no hang, no growth, and only errors that have a name.

`python -m tests.fuzz [--seconds 120] [--seed N]`; the same seed sends the same bytes.
"""

from __future__ import annotations

import argparse
import random
import socket
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.fuzz.conversations import COPIED, SYNC, conversation, mutated, packet, query
from tests.peers.ormolu import OrmoluServer

SECONDS = 120
QUIET_SECONDS = 0.3  # an answer is over when nothing has come for so long: the server waits for bytes that never come
HANG_SECONDS = 20.0
WARM_UP_SHARE = 0.25
GROWTH_BYTES_MAX = 96 * 1024 * 1024
SESSIONS_LEFT_MAX = 1
END = "the end"


@dataclass
class Report:
    """What was sent and what came back."""

    conversations: int = 0
    openings: int = 0
    sent_bytes: int = 0
    reached_the_end: int = 0
    hung_up: int = 0
    went_quiet: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    internal: list[str] = field(default_factory=list)


@contextmanager
def logged_in(server: OrmoluServer) -> Iterator[socket.socket]:
    connection = server.connect(sslmode="disable")
    with closing(connection), socket.socket(fileno=connection.pgconn.socket) as raw:
        raw.settimeout(QUIET_SECONDS)
        try:
            yield raw
        finally:
            raw.detach()


def converse(server: OrmoluServer, choice: random.Random, report: Report) -> None:
    said = mutated(conversation(choice), choice)
    data = b"".join(said) + packet(b"f", b"over\0") + SYNC + query("ROLLBACK") + query(f"SELECT '{END}'")
    report.conversations += 1
    report.sent_bytes += len(data)
    with logged_in(server) as raw:
        pieces = [data] if choice.random() < 0.7 else [data[at : at + 7] for at in range(0, len(data), 7)]
        try:
            for piece in pieces:
                raw.sendall(piece)
        except OSError:
            pass  # the server has hung up in the middle: what it said is still read
        read_answer(raw, report, repr(b"".join(said)))


def read_answer(raw: socket.socket, report: Report, said: str) -> None:
    """Read whole messages up to the end, to the server's good-bye, or until it has nothing more to say."""
    answer = bytearray()
    while True:
        at = 0
        while len(answer) - at >= 5:
            (length,) = struct.unpack_from("!i", answer, at + 1)
            assert length >= 4, f"a message of {length} bytes in answer to {said}"
            if len(answer) - at < 1 + length:
                break
            if note(answer[at : at + 1 + length], report, said):
                report.reached_the_end += 1
                return
            at += 1 + length
        del answer[:at]
        try:
            data = raw.recv(65_536)
        except TimeoutError:
            report.went_quiet += 1
            return
        except OSError:
            data = b""
        if not data:
            report.hung_up += 1
            return
        answer += data


def note(message: bytearray, report: Report, said: str) -> bool:
    """Count an error; True for the row that comes last."""
    if message[:1] == b"E":
        fields = {part[:1]: bytes(part[1:]) for part in bytes(message[5:]).split(b"\0") if part}
        state = fields.get(b"C", b"?").decode()
        report.errors[state] += 1
        if state.startswith("XX") or state == "?":
            report.internal.append(f"{fields.get(b'M', b'').decode()} <- {said}")
    return message[:1] == b"D" and message.endswith(END.encode())


def open_wrongly(server: OrmoluServer, choice: random.Random, report: Report) -> None:
    """Bytes before anybody has logged in."""
    report.openings += 1
    body = struct.pack("!i", choice.choice((3 << 16, 3 << 16 | 2, 80877103, 80877104, 80877102, 0, 2 << 16)))
    body += choice.choice((b"user\0admin\0database\0lakehouse\0\0", b"user\0", b"", choice.randbytes(20)))
    length = len(body) + 4 if choice.random() < 0.7 else choice.choice((0, 3, 8, 9999, 10**6, -5))
    with socket.create_connection(("127.0.0.1", server.port), timeout=QUIET_SECONDS) as raw:
        try:
            raw.sendall(struct.pack("!i", length) + body + b"".join(mutated(conversation(choice), choice)))
            while raw.recv(65_536):
                pass
        except OSError:
            pass  # quiet, or hung up: both are answers


def resident_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def alive(control: psycopg.Connection[tuple[object, ...]]) -> None:
    started = time.monotonic()
    assert control.execute("SELECT 1").fetchone() == (1,)
    taken = time.monotonic() - started
    assert taken < HANG_SECONDS, f"SELECT 1 took {taken:.1f} s"


def sessions_left(control: psycopg.Connection[tuple[object, ...]]) -> int:
    end = time.monotonic() + HANG_SECONDS
    while True:
        row = control.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'").fetchone()
        assert row is not None
        count = int(str(row[0]))
        if count <= SESSIONS_LEFT_MAX or time.monotonic() > end:
            return count
        time.sleep(0.2)


def campaign(server: OrmoluServer, *, seconds: float, seed: int) -> list[str]:
    """Run it and print what it did; gives what went wrong."""
    choice, report = random.Random(seed), Report()
    with server.connect() as control:
        control.execute(f"CREATE BRONZE SOURCE {COPIED} (a int, b text) FROM UPLOAD".encode())
        start = time.monotonic()
        warm: int | None = None
        while (passed := time.monotonic() - start) < seconds:
            if warm is None and passed > WARM_UP_SHARE * seconds:
                warm = resident_bytes(server.pid)
            if report.conversations % 50 == 49:
                alive(control)
            if choice.random() < 0.1:
                open_wrongly(server, choice, report)
            else:
                converse(server, choice, report)
        alive(control)
        left = sessions_left(control)
        grown = resident_bytes(server.pid) - (warm or 0)
    print(
        f"{report.conversations} conversations and {report.openings} openings of seed {seed} in {seconds:.0f} s, "
        f"{report.sent_bytes} bytes: {report.reached_the_end} reached their end, {report.hung_up} were ended by the "
        f"server, {report.went_quiet} left it waiting for more"
    )
    print("errors: " + ", ".join(f"{state} x {count}" for state, count in report.errors.most_common()))
    mebibytes = grown / 1024**2
    print(f"memory grew by {mebibytes:.1f} MiB after the first quarter; {left - SESSIONS_LEFT_MAX} sessions are left")
    wrong = [f"internal error: {each}" for each in report.internal[:10]]
    if grown > GROWTH_BYTES_MAX:
        wrong.append(f"memory grew by {grown} bytes")
    if left > SESSIONS_LEFT_MAX:
        wrong.append(f"{left - SESSIONS_LEFT_MAX} sessions are left")
    failed = [line for line in server.log().splitlines() if "Traceback" in line or "connection failed" in line]
    return wrong + [f"the log has {len(failed)} failures" for _ in failed[:1]]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=SECONDS)
    options.add_argument("--seed", type=int, default=random.randrange(2**32))
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="ormolu-fuzz-") as folder:
        server = OrmoluServer(Path(folder) / "lake", "--workers", "1").start()
        try:
            wrong = campaign(server, seconds=chosen.seconds, seed=chosen.seed)
        finally:
            status = server.stop()
    if status:
        wrong.append(f"the server ended with status {status}")
    print("\n".join(wrong) if wrong else "nothing went wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
