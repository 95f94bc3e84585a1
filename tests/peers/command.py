"""The command line, and Python, as processes of their own that run to their end."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.peers.ormolu import OrmoluServer
from tests.peers.preloaded import Preloaded, start, start_fresh

SECONDS_MAX = 240


@dataclass(frozen=True)
class Begun:
    """A process that runs."""

    arguments: Sequence[str]
    process: Preloaded | subprocess.Popen[bytes]
    output: IO[bytes]
    errors: IO[bytes]

    def end(self) -> subprocess.CompletedProcess[str]:
        """Wait for it."""
        with self.output, self.errors:
            try:
                status = self.process.wait(SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
            for stream in (self.output, self.errors):
                stream.seek(0)
            return subprocess.CompletedProcess(
                list(self.arguments), status, self.output.read().decode(), self.errors.read().decode()
            )


def ormolu(
    *arguments: str,
    server: OrmoluServer | None = None,
    stdin: str = "",
    variables: Mapping[str, str] | None = None,
    folder: Path | None = None,
    loads_modules: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run `ormolu ARGUMENTS`; with a server it finds that one, and its password, in the environment."""
    environment = dict(os.environ) if server is None else server.environment
    begun = begin_python(
        "-m",
        "ormolu",
        *arguments,
        stdin=stdin,
        environment=environment | dict(variables or {}),
        folder=folder,
        loads_modules=loads_modules,
    )
    return begun.end()


def begin_python(
    *arguments: str,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    loads_modules: bool = False,
) -> Begun:
    """Begin `python ARGUMENTS`."""
    begin = start_fresh if loads_modules else start
    output, errors = (tempfile.TemporaryFile() for _ in range(2))  # noqa: SIM115 - `end` closes them
    with tempfile.TemporaryFile() as typed:
        typed.write(stdin.encode())
        typed.seek(0)
        process = begin(arguments, stdin=typed, stdout=output, stderr=errors, environment=environment, folder=folder)
    return Begun(arguments, process, output, errors)
