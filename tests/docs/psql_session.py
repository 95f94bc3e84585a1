"""A page's examples run by psql itself, in one session, against a server of ours."""

from __future__ import annotations

import shlex
import shutil
import sqlite3
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import Block, Example, Page, statements
from tests.peers.ormolu import OrmoluServer

PAGE_SECONDS_MAX = 120.0
QUIET_SECONDS_MAX = 60.0
MARK = "--- end of statement ---"
STAGE = ".staged"
SCHEMAS = ("bronze", "silver", "gold")
KINDS_LAST = ("CONNECTION", "SECRET")


@dataclass(frozen=True, slots=True)
class Printed:
    """What psql printed for one statement."""

    statement: str
    output: str
    messages: str

    @property
    def has_failed(self) -> bool:
        return "ERROR:" in self.messages

    @property
    def text(self) -> str:
        return "\n".join(part for part in (self.messages.strip("\n"), self.output.strip("\n")) if part)


def run_page(page: Page, server: OrmoluServer) -> list[tuple[Example, list[Printed]]]:
    """Run the examples of a page in order; for each what its statements printed (nothing for files)."""
    examples = page.examples
    stage = server.folder.parent / STAGE
    script, counts = [], []
    for number, example in enumerate(examples):
        if example.block.is_file:
            script.append(_file_command(example.block, stage, number))
            counts.append(0)
            continue
        texts = statements(example.block.text)
        script += [f"{text}\n\\echo {shlex.quote(MARK)}\n\\warn {shlex.quote(MARK)}" for text in texts]
        counts.append(len(texts))
    done = _psql("\n".join(script) + "\n", server)
    outputs, messages = (stream.split(f"{MARK}\n") for stream in (done.stdout, done.stderr))
    if len(outputs) != sum(counts) + 1 or len(messages) != sum(counts) + 1:
        raise AssertionError(f"psql ended early:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}\n{server.log()[-2000:]}")
    answered = iter(zip(outputs, messages, strict=True))
    return [
        (
            example,
            [Printed(text, *next(answered)) for text in statements(example.block.text)] if count else [],
        )
        for example, count in zip(examples, counts, strict=True)
    ]


def _psql(script: str, server: OrmoluServer) -> subprocess.CompletedProcess[str]:
    options = ["-X", "-v", "VERBOSITY=verbose", "-P", "pager=off", "-P", "null="]
    return subprocess.run(
        ["psql", *options, server.url],
        input=script,
        capture_output=True,
        text=True,
        check=False,
        timeout=PAGE_SECONDS_MAX,
        env=server.environment | {"PGTZ": "UTC", "PGCLIENTENCODING": "UTF8"},
        cwd=server.folder.parent,
    )


def _file_command(block: Block, stage: Path, number: int) -> str:
    """Stage the file now; psql puts it in its place when its turn comes."""
    stage.mkdir(exist_ok=True)
    staged = stage / str(number)
    staged.unlink(missing_ok=True)
    if block.words[0] == "sqlite":
        database = sqlite3.connect(staged)
        database.executescript(block.text)
        database.close()
    else:
        staged.write_text(block.text + "\n")
    target = Path(block.words[1])
    assert not target.is_absolute(), target
    assert ".." not in target.parts, target
    return f"\\! mkdir -p {shlex.quote(str(target.parent))} && cp {STAGE}/{number} {shlex.quote(str(target))}"


def clear(server: OrmoluServer) -> None:
    """Drop whatever a page has left behind: objects, roles, files. Runs end first."""
    with server.connect() as connection:
        end = time.monotonic() + QUIET_SECONDS_MAX
        while (
            connection.execute("SELECT 1 FROM lake.runs WHERE status IN ('queued', 'running') LIMIT 1").fetchone()
            and time.monotonic() < end
        ):
            time.sleep(0.05)
        objects = connection.execute("SELECT kind, name FROM lake.objects").fetchall()
        connection.execute("BEGIN")
        for kind, name in sorted(
            objects, key=lambda found: KINDS_LAST.index(found[0]) if found[0] in KINDS_LAST else -1
        ):
            connection.execute(f"DROP {kind} IF EXISTS {name} CASCADE".encode())
        connection.execute("COMMIT")
        roles = connection.execute("SELECT rolname FROM pg_catalog.pg_roles WHERE rolname !~ '^(admin|pg_)'").fetchall()
        for (role,) in roles:
            for schema in SCHEMAS:
                connection.execute(f'REVOKE ALL ON SCHEMA {schema} FROM "{role}"'.encode())
            connection.execute(f'DROP ROLE "{role}"'.encode())
    for path in server.folder.parent.iterdir():
        if path != server.folder and path.is_dir():
            shutil.rmtree(path)
