"""Processes of ours that begin with all modules loaded: split off from one Python that has loaded them.

A server or a command is a real process all the same, with its own folder, environment, output and exit status. Loading
modules is nine tenths of its start; `OrmoluServer(..., loads_modules=True)` and `ormolu(..., loads_modules=True)`
begin as a user's do.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import IO, NoReturn

ROOT = Path(__file__).parents[2]
MODULES = (
    "ormolu.assembly.serving",
    "ormolu.assembly.backups",
    "ormolu.cli.backup",
    "ormolu.cli.demo",
    "ormolu.cli.dump",
    "ormolu.cli.export",
    "ormolu.cli.serve",
    "ormolu.cli.sql",
    "ormolu.cli.status",
    "ormolu.cli.client",
    "psycopg",
)
REQUEST_BYTES_MAX = 1024 * 1024
STATUS_BYTES = 16


@dataclass(frozen=True)
class Request:
    """`arguments` are Python's own: `-m module ...` or `-c text ...`."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    folder: str
    is_session: bool


class Preloaded:
    """A running process; what a test needs of `subprocess.Popen`."""

    def __init__(self, handle: socket.socket, arguments: Sequence[str]) -> None:
        self.args = tuple(arguments)
        self.returncode: int | None = None
        self._handle = handle
        self.pid = self._receive()

    def _receive(self) -> int:
        received = self._handle.recv(STATUS_BYTES)
        assert received, f"the Python that {self.args} was split off from has ended"
        return int(received)

    def poll(self) -> int | None:
        return self._wait(0)

    def wait(self, timeout: float | None = None) -> int:
        status = self._wait(timeout)
        if status is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired(self.args, timeout)
        return status

    def _wait(self, seconds: float | None) -> int | None:
        if self.returncode is None and select.select([self._handle], [], [], seconds)[0]:
            self.returncode = self._receive()
            self._handle.close()
        return self.returncode

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def start(
    arguments: Sequence[str],
    *,
    stdout: IO[bytes] | int,
    stderr: IO[bytes] | int,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    is_session: bool = False,
) -> Preloaded:
    """`python ARGUMENTS`, split off."""
    request = Request(
        arguments, dict(os.environ if environment is None else environment), str(folder or Path.cwd()), is_session
    )
    mine, theirs = socket.socketpair()
    with theirs, Path(os.devnull).open("rb") as nothing:
        given = nothing if stdin == subprocess.DEVNULL else stdin
        streams = [each if isinstance(each, int) else each.fileno() for each in (given, stdout, stderr)]
        socket.send_fds(_parent(), [json.dumps(asdict(request)).encode()], [*streams, theirs.fileno()])
    return Preloaded(mine, arguments)


def start_fresh(
    arguments: Sequence[str],
    *,
    stdout: IO[bytes] | int,
    stderr: IO[bytes] | int,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    is_session: bool = False,
) -> subprocess.Popen[bytes]:
    """`python ARGUMENTS` as a user starts it."""
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        env=environment,
        cwd=folder,
        start_new_session=is_session,
    )


@cache
def _parent() -> socket.socket:
    """The way to the Python that has loaded everything; one for each process of the tests."""
    mine, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    mine.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, REQUEST_BYTES_MAX)
    process = subprocess.Popen([sys.executable, "-m", __name__], stdin=theirs.fileno(), cwd=ROOT)
    theirs.close()

    def end() -> None:
        mine.close()
        process.wait()

    atexit.register(end)
    return mine


# --- in that Python ---------------------------------------------------------------------------------------------------


def _load_modules() -> None:
    import duckdb

    from ormolu.cli.serve import leave_pandas_out
    from ormolu.garbage import begin_loading, end_loading

    begin_loading()
    leave_pandas_out()
    for name in MODULES:
        importlib.import_module(name)
    duckdb.default_connection().close()  # it has a thread
    end_loading()


def _serve(control: socket.socket) -> Request | None:
    """Split off a process for each request, and give it there; None when the tests have ended."""
    waking, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    handles: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([control, waking], [], [])
        if waking in ready:
            waking.recv(STATUS_BYTES)
            _report_ended(handles)
        if control not in ready:
            continue
        text, descriptors, _, _ = socket.recv_fds(control, REQUEST_BYTES_MAX, 4)
        if not text:
            return None
        request = Request(**json.loads(text))
        *streams, handle = descriptors
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for each in (control, waking, wake, *handles.values()):
                each.close()
            os.close(handle)
            _take_over(request, streams)
            return request
        for stream in streams:
            os.close(stream)
        handles[pid] = socket.socket(fileno=handle)
        _tell(handles[pid], pid)


def _report_ended(handles: dict[int, socket.socket]) -> None:
    while handles:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        with handles.pop(pid) as handle:
            _tell(handle, os.waitstatus_to_exitcode(status))


def _tell(handle: socket.socket, number: int) -> None:
    try:
        handle.send(str(number).encode())
    except BrokenPipeError:  # who asked for the process does not wait for it
        return


def _take_over(request: Request, streams: Sequence[int]) -> None:
    if request.is_session:
        os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False, buffering=1)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False, buffering=1)
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    os.chdir(request.folder)


def _run(request: Request) -> int:
    """Its exit status."""
    option, what, *rest = request.arguments
    try:
        match option:
            case "-m":
                sys.argv = [what, *rest]
                runpy.run_module(what, run_name="__main__", alter_sys=True)
            case "-c":
                sys.argv = ["-c", *rest]
                exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
            case _:
                raise ValueError(f"python {option} is not offered")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as Python does
        traceback.print_exc()
        return 1
    return 0


def _end(status: int) -> NoReturn:
    """As Python ends, but for taking apart what was loaded: that takes as long as a server's whole start."""
    threading._shutdown()  # type: ignore[attr-defined]  # it joins threads, and those of executors
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    _load_modules()
    with socket.socket(fileno=os.dup(0)) as control:
        asked = _serve(control)
    if asked is not None:
        _end(_run(asked))
