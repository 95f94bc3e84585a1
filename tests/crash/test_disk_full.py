"""A disk without room: every statement that writes ends in 53100, nothing is half visible, and room mends it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ormolu.disk import FULL_SQLSTATE
from tests.crash.marks import Marks
from tests.peers.faults import Faults
from tests.peers.missing import missing
from tests.peers.ormolu import OrmoluServer

DISK = "24m"
LEFT = (0, 300_000)  # bytes: for nothing at all, and for some of the files


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        missing("a file system of the test's own (root on Linux)")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], check=False)
    if mounted.returncode != 0:
        missing("a file system of the test's own (mount is not permitted)")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def marks(small_disk: Path) -> Iterator[Marks]:
    home = small_disk  # the server's log is beside it, where there is room
    server = OrmoluServer(home, "--workers", "1").start()
    made = Marks(server, Faults(home.parent / "faults"), f"sqlite:///{home}/catalog.db", home / "warehouse")
    made.define()
    yield made
    server.stop()


def fill(folder: Path, left: int) -> Path:
    """A file that takes all room but `left` bytes."""
    ballast = folder / "ballast"
    room = os.statvfs(folder)
    size = room.f_bavail * room.f_frsize - left
    with ballast.open("wb") as file:
        try:
            while size > 0:
                size -= file.write(bytes(min(size, 65_536)))
        except OSError:
            return ballast  # quite full
    return ballast


def told(work: Callable[[], object]) -> str | None:
    """The hint of 53100; None where there was room enough."""
    try:
        work()
    except psycopg.Error as error:
        assert error.sqlstate == FULL_SQLSTATE, (error.sqlstate, error)
        hint: str | None = error.diag.message_hint
        return hint or "none"
    return None


def test_a_full_disk_is_told_and_changes_nothing(marks: Marks, small_disk: Path) -> None:
    marks.load_and_refresh()
    marks.newest += 1
    for left in LEFT:
        ballast = fill(small_disk, left)
        try:
            hints = {told(marks.load_and_refresh), told(marks.define_one_more), told(marks.in_a_transaction)}
            marks.check_whole()
        finally:
            ballast.unlink()
        if left == 0:
            assert len(hints) == 1, hints
        assert all(hint is None or "Free some room" in hint for hint in hints), hints
        marks.load_and_refresh()  # there is room again; what went through before is not loaded twice
        marks.newest += 1
        marks.check_exact()
    marks.check_settled()
    marks.check_swept()
