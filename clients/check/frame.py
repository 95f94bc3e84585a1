"""What a check of a client is: a sentence, and a function that uses the client and asserts."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

PROGRAM_SECONDS_MAX = 120.0


@dataclass(frozen=True, slots=True)
class Place:
    """The server that is tried, with the objects of lake.py in it, and a folder for a client's files."""

    port: int
    password: str
    folder: Path
    host: str = "127.0.0.1"
    user: str = "admin"
    database: str = "lakehouse"

    @property
    def environment(self) -> dict[str, str]:
        """What libpq and everything above it reads."""
        return os.environ | {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
            "PGDATABASE": self.database,
        }

    @property
    def url(self) -> str:
        """Without the password."""
        return f"postgresql://{self.user}@{self.host}:{self.port}/{self.database}"

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """The referee's connection, for a check that looks at what its client did."""
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=self.database,
            autocommit=True,
        )

    def run(self, sql: str) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []


class NotInstalled(Exception):
    """The client is not on this machine; the words name the package that has it."""


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    run: Callable[[Place], None]


@dataclass(frozen=True, slots=True)
class Client:
    """`version` raises NotInstalled. `is_required`: tests/install_peers or the dev extras install it, so that CI
    fails without it."""

    name: str
    version: Callable[[], str]
    is_required: bool = True
    checks: list[Check] = field(default_factory=list)

    def check(self, function: Callable[[Place], None]) -> Callable[[Place], None]:
        """Add a check; its name is the function's, read as a sentence."""
        self.checks.append(Check(function.__name__.replace("_", " "), function))
        return function

    def add_program(self, names: Sequence[str], run: Callable[[Place], Mapping[str, str]]) -> None:
        """Add checks that one program runs together: `run` answers the reason for each that failed, "" for ok."""
        reports: dict[Place, Mapping[str, str]] = {}

        def check_of(name: str) -> Callable[[Place], None]:
            def check(place: Place) -> None:
                if place not in reports:
                    reports[place] = {}  # where it fails, it is not run again
                    reports[place] = run(place)
                reason = reports[place].get(name, "the program ended before it")
                assert not reason, reason

            return check

        self.checks.extend(Check(name, check_of(name)) for name in names)


def program(name: str, package: str) -> str:
    """The path of a program of this machine."""
    found = shutil.which(name)
    if found is None:
        raise NotInstalled(package)
    return found


def run_program(
    arguments: Sequence[str | Path],
    place: Place | None = None,
    *,
    given: str = "",
    environment: Mapping[str, str] = {},
    is_failure: bool = False,
) -> str:
    """Run a client; what it printed, standard error behind it. Its exit status must be as expected."""
    done = subprocess.run(
        [str(each) for each in arguments],
        input=given,
        capture_output=True,
        text=True,
        timeout=PROGRAM_SECONDS_MAX,
        env=(os.environ if place is None else place.environment) | dict(environment),
        cwd=None if place is None else place.folder,
        check=False,
    )
    printed = done.stdout + done.stderr
    assert (done.returncode != 0) == is_failure, f"exit status {done.returncode}: {printed[-1500:]}"
    return printed


def read_report(printed: str) -> dict[str, str]:
    """The lines `ok NAME` and `failed NAME: REASON` that a check program prints."""
    found: dict[str, str] = {}
    for line in printed.splitlines():
        verdict, _, rest = line.partition(" ")
        if verdict == "ok":
            found[rest] = ""
        elif verdict == "failed":
            name, _, reason = rest.partition(": ")
            found[name] = reason or "no reason given"
    return found
