"""pgbench with scripts of its own: -M simple, extended and prepared."""

from __future__ import annotations

import re
from pathlib import Path

from clients.check.frame import Client, Place, program, run_program

SCRIPT = """\\set id random(0, 29999)
SELECT id, amount FROM silver.numbers WHERE id = :id;
SELECT max(order_id) AS last FROM silver.orders \\gset
SELECT total FROM silver.orders WHERE order_id = :last;
"""


def version() -> str:
    found = re.search(r"[\d.]+", run_program([_program(), "--version"]))
    return found[0] if found else "unknown"


def _program() -> str:
    beside = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return str(beside[-1]) if beside else program("pgbench", "postgresql-15")


CLIENT = Client("pgbench", version)


def _bench(place: Place, mode: str) -> None:
    script = place.folder / "bench.sql"
    script.write_text(SCRIPT)
    printed = run_program([_program(), "-n", "-M", mode, "-c", "2", "-j", "1", "-t", "10", "-f", script], place)
    assert "number of transactions actually processed: 20/20" in printed, printed


@CLIENT.check
def a_script_runs_in_simple_mode(place: Place) -> None:
    _bench(place, "simple")


@CLIENT.check
def a_script_runs_in_extended_mode(place: Place) -> None:
    _bench(place, "extended")


@CLIENT.check
def a_script_runs_in_prepared_mode(place: Place) -> None:
    _bench(place, "prepared")


@CLIENT.check
def a_pipeline_runs(place: Place) -> None:
    script = place.folder / "pipeline.sql"
    script.write_text("\\startpipeline\nSELECT 1;\nSELECT count(*) FROM silver.orders;\n\\endpipeline\n")
    printed = run_program([_program(), "-n", "-M", "extended", "-t", "5", "-f", script], place)
    assert "processed: 5/5" in printed, printed
