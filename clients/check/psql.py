"""psql and the programs that come with it."""

from __future__ import annotations

import re

from clients.check.frame import Client, Place, program, run_program


def version() -> str:
    printed = run_program([program("psql", "postgresql-client"), "--version"])
    found = re.search(r"\d+(\.\d+)*", printed)
    return found[0] if found else printed


CLIENT = Client("psql", version)


def psql(place: Place, script: str, *options: str, is_failure: bool = False) -> str:
    arguments = ["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", *options]
    return run_program(arguments, place, given=script, is_failure=is_failure).strip()


@CLIENT.check
def a_script_runs_from_standard_input(place: Place) -> None:
    assert psql(place, "SELECT 1;\nSELECT name FROM silver.customers ORDER BY 1;") == "1\nAda\nBob\nO'Neil, Zoë"
