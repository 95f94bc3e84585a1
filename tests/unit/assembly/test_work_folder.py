"""A killed process leaves its temporary files, and the next one removes them; a living one keeps its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from ormolu.assembly.work_folder import WorkFolder

LIVE = """
import sys
from pathlib import Path
from ormolu.assembly.work_folder import WorkFolder
folder = WorkFolder(Path(sys.argv[1])).path
(folder / "sort-1").mkdir()
(folder / "sort-1" / "spilled").write_bytes(b"rows")
print(folder, flush=True)
sys.stdin.read()
"""


def live_in(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", LIVE, str(parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_the_folder_of_a_killed_process_goes_and_that_of_a_living_one_stays(tmp_path: Path) -> None:
    (killed, left), (living, kept) = live_in(tmp_path), live_in(tmp_path)
    try:
        assert left != kept
        (tmp_path / "job-123").mkdir()  # of a release that did not lock it
        (tmp_path / "job-file").touch()
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert (left / "sort-1" / "spilled").exists()
        own = WorkFolder(tmp_path)
        assert (kept / "sort-1" / "spilled").read_bytes() == b"rows"
        assert {path.name for path in tmp_path.iterdir()} == {kept.name, own.path.name, "job-file"}
        assert own.path.is_dir()
        again = WorkFolder(tmp_path)
        assert {kept, own.path, again.path} <= set(tmp_path.iterdir())
    finally:
        for process in (killed, living):
            process.kill()
            process.communicate()
