"""Fault points of a server as a test arms them: see `ormolu.faults`."""

from __future__ import annotations

import time
from pathlib import Path

from ormolu.faults import POINTS, VARIABLE

REACHED_SECONDS = 120.0


class Faults:
    """The folder that a server started with `variables` looks into at each point."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.variables = {VARIABLE: str(folder)}

    def arm(self, point: str, action: str) -> None:
        """`kill`, `kill parent`, `hold`, `sleep:SECONDS` or `raise:ERRNO`, for the first process that comes by."""
        assert point in POINTS, point
        self.let_go(point)
        draft = self.folder / f"{point}.new"
        draft.write_text(action)
        draft.rename(self.folder / point)

    def let_go(self, point: str) -> None:
        """Have the process that is held at the point go on."""
        for held in self.folder.glob(f"{point}.reached-by-*"):
            held.unlink()

    def disarm(self) -> None:
        for point in POINTS:
            (self.folder / point).unlink(missing_ok=True)

    def has_reached(self, point: str) -> bool:
        return any(self.folder.glob(f"{point}.reached-by-*"))

    def reached_by(self, point: str) -> int:
        """The process that came to the point."""
        (reached,) = self.folder.glob(f"{point}.reached-by-*")
        return int(reached.name.rpartition("-")[2])

    def wait_until_reached(self, point: str) -> None:
        end = time.monotonic() + REACHED_SECONDS
        while not self.has_reached(point):
            assert time.monotonic() < end, f"nobody came to {point}"
            time.sleep(0.02)
