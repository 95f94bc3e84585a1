"""SQL scripts with the answers they expect, read as psql reads them.

A statement ends at a line that ends with `;`. What follows it says what it answers:

    --= a | b          one row of the answer in its text form, a line break as \\n; `--= (0 rows)` where there are none
    --! 42P01 words    the error: its SQLSTATE and words of its message or hint
    --~ words          words of a NOTICE or WARNING that comes with it
    --? words          a fault that is known, in words: the step may fail, and fails once it does not

Before a statement, `--as anna` runs what follows as that role, `--wait` repeats the statement until its rows are the
expected ones, `--write name` puts the lines up to `\\.` into a file of the script's own folder, `--delete name` removes
it, `--sleep 1.5` waits so many seconds. Data of COPY ... FROM STDIN follows the statement up to `\\.`.
`{files}` in a statement is the script's own folder, `{run:bronze.t}` the newest load of a source.
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.peers.ormolu import OrmoluServer

WAIT_SECONDS = 30.0
NO_ROWS = "(0 rows)"


@dataclass
class Step:
    """One statement and what it should answer; `kind` is also the word of a directive that acts on files."""

    line: int
    text: str
    kind: str = "sql"
    role: str = "admin"
    data: str = ""
    waits: bool = False
    rows: list[str] | None = None
    error: tuple[str, str] | None = None
    notices: list[str] = field(default_factory=list)
    known: str = ""


@dataclass(frozen=True)
class Answer:
    """What a statement answered: rows as text, or the error."""

    rows: list[str]
    notices: list[str]
    error: tuple[str, str] | None = None


def read_steps(text: str) -> list[Step]:
    steps: list[Step] = []
    lines = iter(enumerate(text.splitlines(), start=1))
    role, waits, pending, start = "admin", False, "", 0
    for number, line in lines:
        word, _, rest = line.partition(" ")
        if not pending and word == "--as":
            role = rest.strip()
        elif not pending and word == "--wait":
            waits = True
        elif not pending and word in ("--write", "--delete", "--sleep"):
            data = _block(lines) if word == "--write" else ""
            steps.append(Step(number, rest.strip(), kind=word[2:], data=data))
        elif not pending and word in ("--=", "--!", "--~", "--?"):
            _expect(steps[-1], word, rest)
        elif not pending and (not line.strip() or line.startswith("--")):
            continue
        else:
            start = start if pending else number
            pending += line + "\n"
            if not line.rstrip().endswith(";") or pending.count("$$") % 2:
                continue
            copies = re.match(r"COPY .* FROM STDIN", pending, re.IGNORECASE) is not None
            steps.append(Step(start, pending.strip(), role=role, waits=waits, data=_block(lines) if copies else ""))
            pending, waits = "", False
    assert not pending, f"line {start}: the statement does not end"
    return steps


def _block(lines: Iterator[tuple[int, str]]) -> str:
    taken = []
    for _, line in lines:
        if line == "\\.":
            break
        taken.append(line + "\n")
    return "".join(taken)


def _expect(step: Step, word: str, rest: str) -> None:
    match word:
        case "--=":
            step.rows = [*(step.rows or []), *([] if rest.strip() == NO_ROWS else [rest.strip()])]
        case "--!":
            sqlstate, _, words = rest.strip().partition(" ")
            step.error = (sqlstate, words.strip())
        case "--~":
            step.notices.append(rest.strip())
        case _:
            step.known = rest.strip()


class Script:
    """Runs the steps of one file, with one connection a role as psql would have."""

    def __init__(self, server: OrmoluServer, files: Path, passwords: dict[str, str]) -> None:
        self._server = server
        self._files = files
        self._passwords = passwords
        self._connections: dict[str, psycopg.Connection] = {}
        self._notices: list[str] = []

    def run(self, text: str) -> list[str]:
        """What was not as expected, one text a statement; the rest of the script runs all the same."""
        faults = []
        for step in read_steps(text):
            fault = self._run(step)
            if step.known:
                warnings.warn(f"known: {step.known}", stacklevel=2)
                fault = None if fault else f"  no longer so: {step.known}"
            if fault:
                faults.append(f"line {step.line}: {step.text[:200]}\n{fault}")
        return faults

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()

    def _run(self, step: Step) -> str | None:
        path = self._files / step.text if step.kind != "sql" else self._files
        if step.kind == "sleep":
            time.sleep(float(step.text))
            return None
        if step.kind == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.data)
            return None
        if step.kind == "delete":
            path.unlink()
            return None
        end = time.monotonic() + (WAIT_SECONDS if step.waits else 0)
        while True:
            fault = difference(step, self.answer(step))
            if fault is None or time.monotonic() > end:
                return fault
            time.sleep(0.2)

    def answer(self, step: Step) -> Answer:
        connection = self._connection(step.role)
        self._notices.clear()
        sql = self._filled(step.text.rstrip(";")).encode()
        try:
            with connection.cursor() as cursor:
                if step.data:
                    with cursor.copy(sql) as copy:
                        copy.write(step.data)
                    return Answer([], list(self._notices))
                cursor.execute(sql)
                return Answer(_texts(cursor), list(self._notices))
        except psycopg.Error as error:
            diag = error.diag
            words = " / ".join(filter(None, (diag.message_primary, diag.message_detail, diag.message_hint)))
            return Answer([], list(self._notices), (error.sqlstate or "", words or str(error)))

    def _filled(self, text: str) -> str:
        """The text with the folder of the files and the numbers of runs in their places."""
        text = text.replace("{files}", str(self._files))
        for mark, name in re.findall(r"(\{run:([\w.]+)\})", text):
            newest = (
                "SELECT max(run_id) FROM lake.runs WHERE object = %s AND action IN ('load', 'upload') AND rows_out > 0"
            )
            ((run_id,),) = self._server.run(newest, (name,))
            text = text.replace(mark, str(run_id))
        return text

    def _connection(self, role: str) -> psycopg.Connection:
        if role not in self._connections:
            options = {"user": role, "password": self._passwords[role]} if role in self._passwords else {}
            connection = self._server.connect(**options)
            connection.add_notice_handler(
                lambda diag: self._notices.append(f"{diag.severity}: {diag.message_primary} / {diag.message_hint}")
            )
            self._connections[role] = connection
        return self._connections[role]


def _texts(cursor: psycopg.Cursor) -> list[str]:
    result = cursor.pgresult
    if result is None or cursor.description is None:
        return []
    return [
        " | ".join(
            "NULL" if (value := result.get_value(row, column)) is None else value.decode().replace("\n", "\\n")
            for column in range(result.nfields)
        )
        for row in range(result.ntuples)
    ]


def difference(step: Step, answer: Answer) -> str | None:
    """What is not as the step says, in words; None where all is."""
    if answer.error is not None:
        expected = step.error or ("no error", "")
        if answer.error[0] == expected[0] and expected[1].lower() in answer.error[1].lower():
            return None
        return f"  expected {' '.join(expected)}\n  got      {' '.join(answer.error)}"
    if step.error is not None:
        return f"  expected the error {' '.join(step.error)}\n  got      {answer.rows[:5] or 'success'}"
    if step.rows is not None and step.rows != answer.rows:
        return f"  expected {step.rows}\n  got      {answer.rows}"
    missing = [words for words in step.notices if not any(words.lower() in notice.lower() for notice in answer.notices)]
    return f"  expected the notice {missing}\n  got      {answer.notices}" if missing else None
