"""The command line as a process of its own."""

from __future__ import annotations

import subprocess
import sys

from tests.peers.ormolu import OrmoluServer

SECONDS_MAX = 120


def ormolu(*arguments: str, server: OrmoluServer | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run `ormolu ARGUMENTS`; with a server it finds that one, and its password, in the environment."""
    return subprocess.run(
        [sys.executable, "-m", "ormolu", *arguments],
        capture_output=True,
        text=True,
        input=stdin,
        check=False,
        timeout=SECONDS_MAX,
        env=server.environment if server else None,
    )
