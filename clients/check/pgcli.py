"""pgcli, at a terminal of its own."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from clients.check.frame import Client, Place
from clients.check.python_psycopg2 import installed

CLIENT = Client("pgcli", lambda: installed("pgcli"))
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\r")
# Any: pgcli and pexpect have no types.


def _typed(place: Place, *lines: str) -> str:
    """What pgcli shows for lines that are typed."""
    import pexpect

    installed("pexpect")
    home = place.folder / "pgcli"
    home.mkdir(exist_ok=True)
    (home / "config").write_text("[main]\npager = cat\nenable_pager = False\nless_chatty = True\nkeyring = False\n")
    program = pexpect.spawn(
        str(Path(sys.executable).with_name("pgcli")),
        ["--pgclirc", str(home / "config"), "--less-chatty"],
        env={**place.environment, "HOME": str(home), "TERM": "dumb", "PROMPT_TOOLKIT_NO_CPR": "1"},
        encoding="utf-8",
        timeout=20,
        dimensions=(50, 200),
    )
    shown = ""
    try:
        program.expect("lakehouse> ")
        for line in lines:
            program.sendline(line)
            program.expect("Time: [0-9.]+s")
            shown += program.before
        program.sendline("\\q")
        program.expect(pexpect.EOF)
    finally:
        program.close(force=True)
    return ESCAPES.sub("", shown)


@CLIENT.check
def queries_typed_at_its_prompt_are_answered(place: Place) -> None:
    shown = _typed(place, "SELECT name FROM silver.customers ORDER BY 1;", "SELECT 6 * 7 AS answer;")
    assert "O'Neil, Zoë" in shown and "42" in shown


@CLIENT.check
def describing_commands_show_tables(place: Place) -> None:
    shown = _typed(place, "\\dt silver.*", "\\d silver.orders", "\\dn", "\\du")
    assert "customers" in shown and "orders_customer_id_fkey" in shown and "quarantine" in shown


def _executor(place: Place) -> Any:
    from pgcli.pgexecute import PGExecute

    return PGExecute(
        database=place.database, user=place.user, password=place.password, host=place.host, port=place.port
    )


@CLIENT.check
def completion_knows_schemas_tables_and_columns(place: Place) -> None:
    executor = _executor(place)
    assert {"silver", "gold"} <= set(executor.schemata())
    assert ("silver", "orders") in set(map(tuple, executor.tables()))
    assert ("lake", "runs") in set(map(tuple, executor.views()))
    columns = [tuple(each)[:3] for each in executor.table_columns()]
    assert ("silver", "orders", "total") in columns
    assert executor.databases() == [place.database]


@CLIENT.check
def completion_knows_keys_types_and_functions(place: Place) -> None:
    executor = _executor(place)
    assert [each.childcolumn for each in executor.foreignkeys() if each.childtable == "orders"] == ["customer_id"]
    list(executor.datatypes())
    assert "count" in {each.func_name for each in executor.functions()}
