"""`python -m clients.check [NAME ...]`: try the clients of this machine against a server, and print what worked."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb

from rich.console import Console
from rich.table import Table
from rich.text import Text

from clients.check.frame import Client, NotInstalled, Place
from clients.check.lake import fill
from clients.check.matrix import CLIENTS
from tests.peers.ormolu import PASSWORD, OrmoluServer

REASON_LENGTH_MAX = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    client: str
    version: str
    tried: str
    verdict: str
    reason: str = ""


def outcomes(client: Client, place: Place) -> Iterator[Outcome]:
    """Run the checks of a client."""
    try:
        version = client.version()
    except NotInstalled as missing:
        yield Outcome(client.name, "-", f"{len(client.checks)} checks", "not installed", str(missing))
        return
    for check in client.checks:
        try:
            check.run(place)
        except Exception as error:  # noqa: BLE001 - a driver may raise whatever it likes: it is told in the table
            yield Outcome(client.name, version, check.name, "failed", _reason(error))
        else:
            yield Outcome(client.name, version, check.name, "ok")


def _reason(error: Exception) -> str:
    """What the error says, or the assertion that did not hold."""
    words = f"{type(error).__name__}: {error}" if str(error) else str(extract_tb(error.__traceback__)[-1].line)
    return " ".join(words.split())[:REASON_LENGTH_MAX]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m clients.check", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(client.name for client in CLIENTS))
    options = parser.parse_args()
    if unknown := set(options.names) - {client.name for client in CLIENTS}:
        parser.error(f"no such client: {', '.join(sorted(unknown))}")
    table = Table("client", "version", "tried", "", "why", box=None, pad_edge=False)
    counts = {"ok": 0, "failed": 0, "not installed": 0}
    with tempfile.TemporaryDirectory(prefix="ormolu-clients-") as folder:
        server = OrmoluServer(Path(folder) / "lake").start()
        try:
            place = Place(server.port, PASSWORD, Path(folder))
            fill(place)
            for client in CLIENTS:
                if not options.names or client.name in options.names:
                    _add(table, client, place, counts)
        finally:
            server.stop()
    width = None if sys.stdout.isatty() else 160
    Console(width=width).print(table)
    print("\n" + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
    sys.exit(1 if counts["failed"] else 0)


def _add(table: Table, client: Client, place: Place, counts: dict[str, int]) -> None:
    """One line a check; the client and its version stand in its first."""
    started = time.monotonic()
    last = ""
    for each in outcomes(client, place):
        counts[each.verdict] += 1
        head = (each.client, each.version) if each.client != last else ("", "")
        table.add_row(*map(Text, (*head, each.tried, each.verdict, each.reason)))
        last = each.client
    print(f"{client.name}: {time.monotonic() - started:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
