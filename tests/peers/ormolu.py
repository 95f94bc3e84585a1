"""A real server of ours as a process: started on a free port in a folder of its own, killed, started again."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import psycopg

from tests.peers.preloaded import Preloaded, start, start_fresh

PASSWORD = "correct horse battery staple"
START_SECONDS = 120.0
READY = re.compile(r"^ready: .*:(\d+)/")


class OrmoluServer:
    """`ormolu serve` in a session of its own, so that a kill takes the server and leaves its workers to notice."""

    def __init__(
        self,
        folder: Path,
        *flags: str,
        variables: Mapping[str, str] | None = None,
        loads_modules: bool = False,
    ) -> None:
        """With `loads_modules` it begins as a user's does, and not split off from a Python that has them."""
        self.folder = folder
        self._flags = flags
        self._variables = dict(variables or {})
        self._loads_modules = loads_modules
        self._process: Preloaded | subprocess.Popen[bytes] | None = None
        self._output: TextIO | None = None
        self.port = 0
        self.web_address = ""

    def start(self) -> OrmoluServer:
        argv = ["-m", "ormolu", "serve", "--data", str(self.folder), "--port", str(self.port)]
        argv += ["--http-port", "0", "--workers", "1", *self._flags]
        environment = os.environ | {"ORMOLU_ADMIN_PASSWORD": PASSWORD} | self._variables
        begin = start_fresh if self._loads_modules else start
        reading, writing = os.pipe()
        self._output = os.fdopen(reading)
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self._process = begin(argv, stdout=writing, stderr=log, environment=environment, is_session=True)
        os.close(writing)
        self.port = self._wait_until_ready()
        return self

    def _wait_until_ready(self) -> int:
        assert self._process is not None and self._output is not None
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            ready, _, _ = select.select([self._output], [], [], 1.0)
            line = self._output.readline() if ready else ""
            if match := READY.match(line):
                self.web_address = self._output.readline().removeprefix("web:").strip()
                return int(match[1])
            if self._process.poll() is not None:
                break
        raise AssertionError(f"the server did not start: {self.log()[-3000:]}")

    def log(self) -> str:
        return (self.folder.parent / f"{self.folder.name}.log").read_text()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """kill -9 of the server alone: its workers end by themselves."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._close()

    def has_died(self, *, within: float) -> bool:
        """Whether the process has ended by itself, or does so soon; then it can be started again."""
        if self._process is None:
            return True
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        self._close()
        return True

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.terminate()
        try:
            status = self._process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            raise
        self._close()
        return status

    def _close(self) -> None:
        assert self._process is not None and self._output is not None
        self._output.close()
        self._process = None

    @property
    def is_down(self) -> bool:
        return self._process is None

    def workers(self) -> list[int]:
        """The process ids of the server's workers."""
        found = subprocess.run(["pgrep", "-P", str(self.pid)], capture_output=True, text=True, check=False)
        return [int(line) for line in found.stdout.split()]

    @property
    def url(self) -> str:
        return f"postgresql://admin@127.0.0.1:{self.port}/lakehouse"

    @property
    def environment(self) -> dict[str, str]:
        """What a client process needs to log in."""
        return os.environ | {"PGPASSWORD": PASSWORD, "ORMOLU_URL": self.url}

    def connect(
        self, *, user: str = "admin", password: str = PASSWORD, database: str = "lakehouse", **options: Any
    ) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            dbname=database,
            user=user,
            password=password,
            autocommit=True,
            **options,
        )

    def run(self, sql: str, parameters: Sequence[object] | None = None) -> list[tuple[Any, ...]]:
        """Run one statement in a connection of its own; its rows."""
        with self.connect() as connection:
            cursor = connection.execute(sql.encode(), parameters)
            return cursor.fetchall() if cursor.description else []
