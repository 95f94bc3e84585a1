"""Rows that wait in quarantine, are repaired, given up, taken back with their load and let in again: on a real server,
in whatever order, silver has what a plain model says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.peers.ormolu import OrmoluServer

KEYS, VALUES, PARENTS = ("a", "b"), ("1", "2", "-1", "x"), ("p", "q")
Identity = tuple["Row", int]


@dataclass(frozen=True)
class Row:
    key: str | None
    value: str | None
    sequence: int | None
    operation: str | None
    parent: str | None

    def is_good(self, parents: set[str]) -> bool:
        if self.key is None:
            return False
        if self.operation == "D":
            return True
        return self.value not in ("-1", "x") and (self.parent is None or self.parent in parents)


@dataclass
class Model:
    """Every row that came, what was done about the bad ones, and what of it counts now."""

    parents: set[str] = field(default_factory=set)
    loads: list[list[Row]] = field(default_factory=list)
    excluded: set[int] = field(default_factory=set)
    entries: dict[Identity, tuple[Row, str]] = field(default_factory=dict)  # the row as it stands, and its status
    counting: dict[tuple[int, int], Row] = field(default_factory=dict)  # by load and place in it

    def load(self, rows: list[Row]) -> None:
        self.loads.append(rows)
        self._judge(len(self.loads) - 1)

    def rebuild(self) -> None:
        self.counting.clear()
        there = {identity for load in self._visible() for _, identity in self._identities(load)}
        bad = {one for one in there if not one[0].is_good(self.parents)}
        self.entries = {one: kept for one, kept in self.entries.items() if kept[1] != "open" or one in bad}
        for load in self._visible():
            self._judge(load)

    def repair(self, of: str | None, **values: Any) -> None:  # Any: fields of Row
        for identity, (row, status) in self.entries.items():
            if status in ("open", "repaired") and row.key == of:
                self.entries[identity] = replace(row, **values), "repaired"

    def discard(self, key: str | None) -> None:
        for identity, (row, status) in self.entries.items():
            if status in ("open", "repaired") and row.key == key:
                self.entries[identity] = row, "discarded"

    def reprocess(self) -> None:
        for identity, (row, status) in self.entries.items():
            if status not in ("open", "repaired") or not self._is_there(identity):
                continue
            is_good = row.is_good(self.parents)
            self.entries[identity] = row, "reprocessed" if is_good else "open"
            if is_good:
                for load in self._visible():
                    for place, one in self._identities(load):
                        if one == identity:
                            self.counting[load, place] = row

    def silver(self) -> list[tuple[str, int | None]]:
        newest: dict[str, tuple[tuple[int, int, int], Row]] = {}
        for (load, place), row in self.counting.items():
            assert row.key is not None
            order = (-1 if row.sequence is None else row.sequence, load, place)
            if row.key not in newest or newest[row.key][0] < order:
                newest[row.key] = order, row
        return sorted(
            (key, None if row.value is None else int(row.value))
            for key, (_, row) in newest.items()
            if row.operation != "D"
        )

    def waiting(self) -> list[tuple[str | None, str | None, str]]:
        found = [(row.key, row.value, status) for row, status in self.entries.values() if status != "discarded"]
        return sorted(found, key=repr)

    def _judge(self, load: int) -> None:
        for place, identity in self._identities(load):
            row, status = self.entries.get(identity, (identity[0], ""))
            if status == "discarded":
                continue
            if status == "reprocessed":
                self.counting[load, place] = row
            elif identity[0].is_good(self.parents):
                self.counting[load, place] = identity[0]
            elif not status:
                self.entries[identity] = identity[0], "open"

    def _visible(self) -> list[int]:
        return [load for load in range(len(self.loads)) if load not in self.excluded]

    def _is_there(self, identity: Identity) -> bool:
        return any(one == identity for load in self._visible() for _, one in self._identities(load))

    def _identities(self, load: int) -> Iterator[tuple[int, Identity]]:
        seen: Counter[Row] = Counter()
        for place, row in enumerate(self.loads[load]):
            seen[row] += 1
            yield place, (row, seen[row])


rows = st.builds(
    Row,
    st.sampled_from([*KEYS, *KEYS, None]),
    st.sampled_from([*VALUES, None]),
    st.one_of(st.none(), st.integers(0, 3)),
    st.sampled_from(["I", "I", "D", None]),
    st.sampled_from([*PARENTS, None]),
)
numbers = count(1)


class Repairs(RuleBasedStateMachine):
    server: OrmoluServer

    @initialize(mode=st.sampled_from(["SOFT", "HARD"]), first=st.lists(rows, min_size=1, max_size=4))
    def create(self, mode: str, first: list[Row]) -> None:
        self.connection = self.server.connect()
        self.model = Model()
        self.runs: list[int] = []
        self.name = f"t{next(numbers)}"
        self._run("CREATE BRONZE SOURCE {t}_p (p text) FROM UPLOAD FORMAT csv WITH (repeat = true)")
        self._run("CREATE SILVER TABLE {t}_p KEY (p) SCHEDULE NEVER FROM bronze.{t}_p")
        self._run(
            "CREATE BRONZE SOURCE {t} (k text, v text, seq integer, op text, p text) FROM UPLOAD FORMAT csv "
            "WITH (repeat = true)"
        )
        self._run(
            "CREATE SILVER TABLE {t} (v integer) KEY (k) SEQUENCE BY seq DELETE WHEN (op = 'D') "
            + mode
            + " SCHEDULE NEVER WITH RULES (CONSTRAINT positive CHECK (v >= 0), "
            "CONSTRAINT parent FOREIGN KEY (p) REFERENCES silver.{t}_p (p)) FROM bronze.{t}"
        )
        self.load(first)

    @rule(loaded=st.lists(rows, min_size=1, max_size=4))
    def load(self, loaded: list[Row]) -> None:
        lines = [[one.key, one.value, one.sequence, one.operation, one.parent] for one in loaded]
        self._copy("{t}", lines)
        ((run,),) = self._run("SELECT max(run_id) FROM lake.runs WHERE object = 'bronze.{t}'")
        self.runs.append(run)
        self._run("REFRESH silver.{t}")
        self.model.load(loaded)

    @precondition(lambda self: len(self.model.parents) < len(PARENTS))
    @rule()
    def parent_arrives(self) -> None:
        parent = PARENTS[len(self.model.parents)]
        self._copy("{t}_p", [[parent]])
        self._run("REFRESH silver.{t}_p")
        self.model.parents.add(parent)

    @precondition(lambda self: self.model.entries)
    @rule(key=st.sampled_from([*KEYS, None]), value=st.sampled_from(["3", "4", "-1"]))
    def repair(self, key: str | None, value: str) -> None:
        if key is None:
            self._run("UPDATE quarantine.{t} SET k = 'a', v = '" + value + "' WHERE k IS NULL")
            self.model.repair(None, key="a", value=value)
        else:
            self._run("UPDATE quarantine.{t} SET v = '" + value + "', p = NULL WHERE k = '" + key + "'")
            self.model.repair(key, value=value, parent=None)

    @precondition(lambda self: self.model.entries)
    @rule(key=st.sampled_from(KEYS))
    def discard(self, key: str) -> None:
        self._run("DELETE FROM quarantine.{t} WHERE k = '" + key + "'")
        self.model.discard(key)

    @precondition(lambda self: self.model.entries)
    @rule()
    def reprocess(self) -> None:
        self._run("REFRESH silver.{t} FROM QUARANTINE")
        self.model.reprocess()

    @rule(data=st.data())
    def take_back_or_in_again(self, data: st.DataObject) -> None:
        load = data.draw(st.integers(0, len(self.runs) - 1))
        word = "INCLUDE" if load in self.model.excluded else "EXCLUDE"
        self._run(f"ALTER BRONZE SOURCE {{t}} {word} RUN {self.runs[load]} CASCADE")
        self.model.excluded ^= {load}
        self.model.rebuild()

    @rule()
    def rebuild(self) -> None:
        self._run("REFRESH silver.{t} FULL")
        self.model.rebuild()

    @invariant()
    def silver_has_what_the_model_says(self) -> None:
        assert sorted(self._run("SELECT k, v FROM silver.{t}")) == self.model.silver()
        if self.model.entries:
            waiting = self._run("SELECT k, v, _status FROM quarantine.{t}")
            assert sorted(waiting, key=repr) == self.model.waiting()

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(sql.replace("{t}", self.name).encode())
        return cursor.fetchall() if cursor.description else []

    def _copy(self, table: str, lines: Sequence[Sequence[object]]) -> None:
        text = "".join(",".join("" if value is None else str(value) for value in line) + "\n" for line in lines)
        target = f"COPY bronze.{table.replace('{t}', self.name)} FROM STDIN (FORMAT csv)"
        with self.connection.cursor().copy(target.encode()) as copy:
            copy.write(text)


def walk(server: OrmoluServer, *, examples: int, steps: int) -> None:
    machine = type("Walk", (Repairs,), {"server": server})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),  # smaller cases take longer to find than to read
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_repairs_agree_with_the_model(server: OrmoluServer) -> None:
    walk(server, examples=2, steps=7)


@pytest.mark.slow
def test_many_repairs_agree_with_the_model(server: OrmoluServer) -> None:
    walk(server, examples=60, steps=25)
