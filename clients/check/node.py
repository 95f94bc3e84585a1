"""node-postgres, its cursors, streams and copies."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from clients.check.frame import Client, NotInstalled, Place, program, read_report, run_program

HERE = Path(__file__).resolve().parents[1] / "node"
MODULES = HERE / "node_modules"
CHECK = re.compile(r'^  "([^"]+)": ', re.MULTILINE)


def version() -> str:
    program("node", "nodejs")
    package = MODULES / "pg" / "package.json"
    if not package.exists():
        raise NotInstalled("npm install in clients/node")
    return str(json.loads(package.read_text())["version"])


CLIENT = Client("node-postgres", version, is_required=shutil.which("npm") is not None)


def _run(place: Place) -> dict[str, str]:
    return read_report(run_program(["node", HERE / "checks.js"], place, environment={"NODE_PATH": str(MODULES)}))


CLIENT.add_program(CHECK.findall((HERE / "checks.js").read_text()), _run)
