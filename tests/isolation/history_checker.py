"""Finds what isolation forbids in a history of appends to registers and reads of them, as Elle does for lists.

A register is a list that is only appended to, and a read gives all of it: the order of the appends is thus known, and
with it who came before whom. Values are unique in their register.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

Register = str


class End(Enum):
    COMMITTED = "committed"
    ABORTED = "aborted"
    UNKNOWN = "unknown"  # the connection was lost: it may have committed


@dataclass(frozen=True, slots=True)
class Read:
    """What one statement saw of one or more registers."""

    seen: Mapping[Register, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Transaction:
    """`appends` are in their order. `reads` belong to it only where it reads one set of snapshots throughout."""

    number: int
    session: int
    began: float
    ended: float
    end: End = End.COMMITTED
    appends: Mapping[Register, tuple[int, ...]] = field(default_factory=dict)
    reads: tuple[Read, ...] = ()


@dataclass(frozen=True, slots=True)
class Anomaly:
    kind: str
    what: str


def anomalies(history: Sequence[Transaction]) -> list[Anomaly]:
    """Everything that is wrong with the history; the last read of each register should come after all appends."""
    found = [*_within_reads(history), *_orders(history)]
    if found:  # cycles are told from the one order of each register
        return [*found, *_in_time(history)]
    return [*_in_time(history), *_cycles(history)]


def _writers(history: Iterable[Transaction]) -> dict[tuple[Register, int], Transaction]:
    return {(register, value): one for one in history for register, values in one.appends.items() for value in values}


def _reads(history: Iterable[Transaction]) -> Iterator[tuple[Transaction, Read]]:
    for one in history:
        if one.end is End.COMMITTED:
            yield from ((one, read) for read in one.reads)


# --- what one read may not show -------------------------------------------------------------------------------------


def _within_reads(history: Sequence[Transaction]) -> Iterator[Anomaly]:
    writers = _writers(history)
    for reader, read in _reads(history):
        for register, values in read.seen.items():
            if len(set(values)) != len(values):
                yield Anomaly("duplicate", f"{reader.number} saw a value of {register} twice: {values}")
            for value in values:
                writer = writers.get((register, value))
                if writer is None:
                    yield Anomaly("invented", f"{reader.number} saw {value} in {register}, which nobody appended")
                elif writer.end is End.ABORTED:
                    yield Anomaly("G1a", f"{reader.number} saw {value} in {register} of {writer.number}, which failed")
        yield from _partial(reader, read, writers)
    for one in history:
        yield from _changed_within(one)


def _partial(reader: Transaction, read: Read, writers: Mapping[tuple[Register, int], Transaction]) -> Iterator[Anomaly]:
    """Of each transaction a read sees all or nothing: in one register (G1b), and in all those it reads (torn)."""
    sets = {register: set(values) for register, values in read.seen.items()}
    seen = {one.number: one for r, values in sets.items() for v in values if (one := writers.get((r, v))) is not None}
    for writer in seen.values():
        shown = {r: [value in sets[r] for value in values] for r, values in writer.appends.items() if r in sets}
        if writer.number == reader.number:
            continue
        if any(any(values) and not all(values) for values in shown.values()):
            yield Anomaly("G1b", f"{reader.number} saw a part of what {writer.number} appended to one register")
        elif len({any(values) for values in shown.values()}) > 1:
            yield Anomaly("torn read", f"{reader.number} saw {writer.number} in one register and not in another")


def _changed_within(one: Transaction) -> Iterator[Anomaly]:
    """The reads of one transaction see the same, but for what it appended itself."""
    last: dict[Register, tuple[int, ...]] = {}
    for read in one.reads:
        for register, values in read.seen.items():
            own = set(one.appends.get(register, ()))
            others = tuple(value for value in values if value not in own)
            if last.setdefault(register, others) != others:
                yield Anomaly("non-repeatable read", f"{register} changed within {one.number}")


# --- the order of a register ----------------------------------------------------------------------------------------


def _longest(history: Sequence[Transaction]) -> dict[Register, tuple[int, ...]]:
    longest: dict[Register, tuple[int, ...]] = {}
    for _, read in _reads(history):
        for register, values in read.seen.items():
            if len(values) > len(longest.setdefault(register, ())):
                longest[register] = values
    return longest


def _orders(history: Sequence[Transaction]) -> Iterator[Anomaly]:
    """Reads of one register are prefixes of each other: else an append was undone, lost or moved."""
    longest = _longest(history)
    for reader, read in _reads(history):
        for register, values in read.seen.items():
            own = set(reader.appends.get(register, ()))
            others = tuple(value for value in values if value not in own)
            if longest[register][: len(others)] != others:
                yield Anomaly("incompatible order", f"{reader.number} saw {register} as no other reader did")


# --- what time forbids ----------------------------------------------------------------------------------------------


def _in_time(history: Sequence[Transaction]) -> Iterator[Anomaly]:
    yield from _lost(history)
    yield from _backwards(history)


def _lost(history: Sequence[Transaction]) -> Iterator[Anomaly]:
    """What was acknowledged before a read began is in it."""
    writes: dict[Register, list[tuple[float, int, int]]] = defaultdict(list)
    for one in history:
        if one.end is End.COMMITTED:
            for register, values in one.appends.items():
                writes[register] += [(one.ended, value, one.number) for value in values]
    for reader, read in _reads(history):
        for register, values in read.seen.items():
            there = set(values)
            for ended, value, number in writes[register]:
                if ended < reader.began and value not in there:
                    yield Anomaly("lost append", f"{reader.number} does not see {value} of {number} in {register}")


def _backwards(history: Sequence[Transaction]) -> Iterator[Anomaly]:
    """A session never sees less than it saw before."""
    seen: dict[tuple[int, Register], int] = {}
    for reader, read in sorted(_reads(history), key=lambda pair: (pair[0].began, pair[0].number)):
        for register, values in read.seen.items():
            key = (reader.session, register)
            if len(values) < seen.get(key, 0):
                yield Anomaly("non-monotonic read", f"session {reader.session} saw {register} shrink")
            seen[key] = max(seen.get(key, 0), len(values))


# --- cycles ---------------------------------------------------------------------------------------------------------

Edges = dict[int, set[int]]


def _cycles(history: Sequence[Transaction]) -> Iterator[Anomaly]:
    """G0: writes in a circle; G1c: with reads of writes; G-single: with one read of what was overwritten meanwhile."""
    ww, wr, rw = _dependencies(history)
    if circle := _circle(ww):
        yield Anomaly("G0", f"writes in a circle: {circle}")
    both = _joined(ww, wr)
    if (circle := _circle(both)) and not _circle(ww):
        yield Anomaly("G1c", f"writes and reads in a circle: {circle}")
    if _circle(both):
        return
    together = _components(_joined(both, rw))
    for reader, later in rw.items():
        for writer in later:
            if together[reader] == together[writer] and _leads(both, writer, reader):
                yield from _named(history, reader, writer)


def _named(history: Sequence[Transaction], reader: int, writer: int) -> Iterator[Anomaly]:
    by_number = {one.number: one for one in history}
    mine, theirs = by_number[reader], by_number[writer]
    shared = {r for read in mine.reads for r in read.seen} & set(mine.appends) & set(theirs.appends)
    kind = "lost update" if shared else "G-single"
    yield Anomaly(kind, f"{reader} read what {writer} had overwritten before it")


def _dependencies(history: Sequence[Transaction]) -> tuple[Edges, Edges, Edges]:
    writers = _writers(history)
    longest = _longest(history)
    ww, wr, rw = defaultdict(set), defaultdict(set), defaultdict(set)
    position = {(r, value): at for r, values in longest.items() for at, value in enumerate(values)}
    for register, values in longest.items():
        for before, after in itertools.pairwise(values):
            ww[writers[register, before].number].add(writers[register, after].number)
    for reader, read in _reads(history):
        for register, values in read.seen.items():
            own = set(reader.appends.get(register, ()))
            others = [value for value in values if value not in own]
            if others:
                wr[writers[register, others[-1]].number].add(reader.number)
            following = position[register, others[-1]] + 1 if others else 0
            if following < len(longest[register]):
                rw[reader.number].add(writers[register, longest[register][following]].number)
    return tuple({one: later - {one} for one, later in edges.items()} for edges in (ww, wr, rw))  # type: ignore[return-value]  # three of them


def _joined(*all_edges: Edges) -> Edges:
    joined: Edges = defaultdict(set)
    for edges in all_edges:
        for one, later in edges.items():
            joined[one] |= later
    return joined


def _circle(edges: Edges) -> list[int]:
    """Some transactions that all lead to each other; none where there is no circle."""
    members: dict[int, list[int]] = defaultdict(list)
    for one, component in _components(edges).items():
        members[component].append(one)
    return next((sorted(each) for each in members.values() if len(each) > 1), [])


def _components(edges: Edges) -> dict[int, int]:
    """The strongly connected component of each transaction: Kosaraju's two walks, without recursion."""
    nodes = set(edges) | {later for each in edges.values() for later in each}
    order: list[int] = []
    done: set[int] = set()
    for start in nodes:
        stack = [(start, False)]
        while stack:
            node, is_left = stack.pop()
            if is_left:
                order.append(node)
            elif node not in done:
                done.add(node)
                stack.append((node, True))
                stack += [(later, False) for later in edges.get(node, ()) if later not in done]
    backwards: Edges = defaultdict(set)
    for one, each in edges.items():
        for later in each:
            backwards[later].add(one)
    component: dict[int, int] = {}
    for start in reversed(order):
        stack_ = [start]
        while stack_:
            node = stack_.pop()
            if node not in component:
                component[node] = start
                stack_ += [before for before in backwards[node] if before not in component]
    return component


def _leads(edges: Edges, start: int, goal: int) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        node = waiting.pop()
        if node == goal:
            return True
        fresh = edges.get(node, set()) - seen
        seen |= fresh
        waiting += fresh
    return False
