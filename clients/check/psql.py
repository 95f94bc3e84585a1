"""psql and the programs that come with it."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from pathlib import Path

from clients.check.frame import Client, Place, program, run_program

HERE = Path(__file__).resolve().parents[1] / "psql"
SLOW = "SELECT count(*) FROM silver.numbers a, silver.numbers b, silver.numbers c WHERE a.half + b.half = c.half + 0.1"

DESCRIBING = """d d+ da dA dAc dAf dAo dAp db dc dC dconfig dd dD ddp des det deu dew df df+ dF dFd dFp dFt dg dg+ di
    di+ dl dL dm dn dn+ do dO dp drds dRp dRs ds dt dt+ dT dT+ du du+ dv dv+ dx dX dy dP z l l+ conninfo encoding"""


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


@CLIENT.check
def variables_and_gset_carry_values(place: Place) -> None:
    script = """\\set who O'Neil
SELECT max(order_id) AS last, 'x' AS letter FROM silver.orders \\gset it_
SELECT :it_last, :'it_letter', :'who', :"it_letter" FROM (SELECT 1 AS x) AS t;
"""
    assert psql(place, script.replace("O'Neil", "'O''Neil'")) == "3|x|O'Neil|1"


@CLIENT.check
def gdesc_describes_without_executing(place: Place) -> None:
    printed = psql(place, "SELECT order_id, total, 1.5::numeric(8, 2) AS n, now() FROM silver.orders \\gdesc\n")
    assert printed.splitlines() == [
        "order_id|bigint",
        "total|double precision",
        "n|numeric(8,2)",
        "now|timestamp with time zone",
    ]


@CLIENT.check
def crosstabview_turns_rows_to_columns(place: Place) -> None:
    script = "SELECT order_date, customer_id, total FROM silver.orders ORDER BY 1, 2 LIMIT 2 \\crosstabview\n"
    assert psql(place, script).splitlines() == ["2025-01-03|99.5|", "2025-01-04||12.25"]


@CLIENT.check
def gexec_runs_what_a_query_wrote(place: Place) -> None:
    script = (
        "SELECT 'SELECT count(*) FROM silver.' || name FROM (VALUES ('orders'), ('customers')) AS t (name) \\gexec\n"
    )
    assert psql(place, script).split() == ["3", "3"]


@CLIENT.check
def a_single_transaction_holds_a_file(place: Place) -> None:
    file = place.folder / "single.sql"
    file.write_text("SELECT count(*) FROM silver.orders;\nSET LOCAL TimeZone = 'Asia/Tokyo';\nSHOW TimeZone;\n")
    assert psql(place, "", "-1", "-f", str(file)).split() == ["3", "Asia/Tokyo"]
    file.write_text("SELECT 1;\nSELECT 1 / 0;\nSELECT 2;\n")
    assert "division by zero" in psql(place, "", "-1", "-f", str(file), is_failure=True)


@CLIENT.check
def several_statements_in_one_command(place: Place) -> None:
    assert psql(place, "", "-c", "SELECT 1; SELECT 2; SELECT 3").split() == ["1", "2", "3"]
    assert psql(place, "", "-c", "SELECT 1", "-c", "\\echo two", "-c", "SELECT 3").split() == ["1", "two", "3"]


@CLIENT.check
def copy_out_writes_a_file_and_copy_in_reads_it(place: Place) -> None:
    out, back = place.folder / "orders.csv", place.folder / "inbox.csv"
    psql(place, f"\\copy (SELECT order_id, total FROM silver.orders ORDER BY 1) TO '{out}' WITH (FORMAT csv, HEADER)\n")
    assert out.read_text() == "order_id,total\n1,99.5\n2,12.25\n3,7.75\n"
    psql(place, f"\\copy silver.orders TO '{out}'\n")
    assert sorted(out.read_text().splitlines())[0] == "1\t1\t2025-01-03\t99.5"
    psql(place, f"\\copy silver.numbers TO '{out}' WITH (FORMAT binary)\n")
    assert out.read_bytes().startswith(b"PGCOPY\n\xff\r\n\x00")
    back.write_text("id,label\n1,from psql\n2,\n")
    psql(place, f"\\copy bronze.inbox FROM '{back}' WITH (FORMAT csv, HEADER)\n")
    assert (
        psql(place, "SELECT id, label IS NULL FROM bronze.inbox WHERE label = 'from psql' OR label IS NULL ORDER BY 1")
        == "1|f\n2|t"
    )


@CLIENT.check
def data_in_the_script_is_copied(place: Place) -> None:
    copied = 'COPY bronze.inbox FROM STDIN WITH (FORMAT csv);\n31,inline\n32,"a,b"\n\\.\n'
    script = f"{copied}SELECT label FROM bronze.inbox WHERE id > 30 AND id < 40 ORDER BY 1;\n"
    assert psql(place, script).splitlines() == ["a,b", "inline"]


@CLIENT.check
def fetch_count_reads_in_pieces(place: Place) -> None:
    printed = psql(place, "\\set FETCH_COUNT 1000\nSELECT id FROM silver.numbers ORDER BY id;\n").split()
    assert (len(printed), printed[-1]) == (30_000, "29999")


@CLIENT.check
def an_error_says_state_line_and_hint(place: Place) -> None:
    script = "\\set VERBOSITY verbose\nSELECT\n  nothing\nFROM silver.orders;\n"
    printed = psql(place, script, is_failure=True)
    assert "42703" in printed
    assert "LINE 2:   nothing" in printed
    printed = psql(place, "SELECT 1;\n\\errverbose\n", "-v", "ON_ERROR_STOP=0")
    assert "There is no previous error." in printed


@CLIENT.check
def on_error_rollback_keeps_a_transaction(place: Place) -> None:
    script = "\\set ON_ERROR_ROLLBACK on\nBEGIN;\nSELECT 1;\nSELECT nothing;\nSELECT 2;\nCOMMIT;\n"
    printed = psql(place, script, "-v", "ON_ERROR_STOP=0")
    assert printed.startswith("1\n2\n")


@CLIENT.check
def conditions_and_prompts_work(place: Place) -> None:
    script = """SELECT count(*) > 2 AS is_filled FROM silver.orders \\gset
\\if :is_filled
  SELECT 'filled';
\\else
  SELECT 'empty';
\\endif
\\echo :ROW_COUNT :SERVER_VERSION_NUM :LAST_ERROR_SQLSTATE :SQLSTATE
"""
    lines = psql(place, script).splitlines()
    assert lines[0] == "filled"
    assert re.fullmatch(r"1 \d{6} 00000 00000", lines[1])


@CLIENT.check
def formats_print_alike(place: Place) -> None:
    query = "SELECT 1 AS a, NULL AS b, 'x,\"y' AS c;\n"
    arguments = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    assert run_program([*arguments, "--csv"], place, given=query) == 'a,b,c\n1,,"x,""y"\n'
    assert "<td" in run_program([*arguments, "-H"], place, given=query)
    assert "-[ RECORD 1 ]" in run_program([*arguments, "-x"], place, given=query)


@CLIENT.check
def the_describing_commands_all_answer(place: Place) -> None:
    """Those that psql 15 has for objects a lake may hold, and those that find none."""
    script = "".join(f"\\echo of {command}\n\\{command}\n" for command in DESCRIBING.split())
    printed = psql(place, script, "-v", "ON_ERROR_STOP=0")
    assert "ERROR" not in printed, printed[printed.index("ERROR") :][:300]
    assert "silver|orders|table|admin" in psql(place, "\\dt silver.*\n")


@CLIENT.check
def d_shows_columns_keys_and_comments(place: Place) -> None:
    printed = run_program(["psql", "-X", "-c", "\\d+ silver.orders"], place)
    assert "order_id" in printed and "PRIMARY KEY" in printed
    assert "FOREIGN KEY (customer_id) REFERENCES customers(customer_id)" in printed
    assert "clean customers" in psql(place, "\\dt+ silver.customers\n")
    assert "contact" in psql(place, "\\d+ silver.customers\n")


@CLIENT.check
def a_service_file_connects(place: Place) -> None:
    given = (HERE / "pg_service.conf").read_text().replace("port=7432", f"port={place.port}")
    file = place.folder / "pg_service.conf"
    file.write_text(given)
    environment = {"PGSERVICEFILE": str(file), "PGHOST": "", "PGPORT": "", "PGUSER": "", "PGDATABASE": ""}
    printed = run_program(
        ["psql", "-X", "-At", "service=lakehouse", "-c", "SELECT current_user"], place, environment=environment
    )
    assert printed == "admin\n"


@CLIENT.check
def a_password_file_logs_in(place: Place) -> None:
    file = place.folder / "pgpass"
    file.write_text(f"{place.host}:{place.port}:{place.database}:{place.user}:{place.password}\n")
    file.chmod(0o600)
    printed = run_program(
        ["psql", "-X", "-At", "-w", "-c", "SELECT 1"], place, environment={"PGPASSWORD": "", "PGPASSFILE": str(file)}
    )
    assert printed == "1\n"


@CLIENT.check
def a_wrong_password_is_told(place: Place) -> None:
    printed = run_program(
        ["psql", "-X", "-w", "-c", "SELECT 1"], place, environment={"PGPASSWORD": "wrong"}, is_failure=True
    )
    assert "password authentication failed" in printed


@CLIENT.check
def options_of_the_connection_are_set(place: Place) -> None:
    environment = {
        "PGOPTIONS": "-c statement_timeout=250ms -c search_path=silver",
        "PGTZ": "Asia/Tokyo",
        "PGAPPNAME": "matrix",
    }
    given = (
        "SHOW statement_timeout; SHOW search_path; SHOW TimeZone; SHOW application_name; SELECT count(*) FROM orders;"
    )
    printed = run_program(["psql", "-X", "-At"], place, given=given, environment=environment)
    assert printed.split() == ["250ms", "silver", "Asia/Tokyo", "matrix", "3"]


@CLIENT.check
def notifications_arrive(place: Place) -> None:
    printed = psql(place, "LISTEN news;\nNOTIFY news, 'hello';\nSELECT 1;\n")
    assert 'Asynchronous notification "news" with payload "hello"' in printed


@CLIENT.check
def cursors_are_declared_and_fetched(place: Place) -> None:
    script = """BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id FROM silver.numbers ORDER BY id;
FETCH 2 FROM c; MOVE 10 IN c; FETCH NEXT FROM c; FETCH BACKWARD 1 FROM c; CLOSE c;
COMMIT;
"""
    assert psql(place, script).split() == ["0", "1", "12", "11"]


@CLIENT.check
def prepared_statements_run(place: Place) -> None:
    script = "PREPARE p (int, text) AS SELECT $1 + 1, upper($2);\nEXECUTE p (1, 'x');\nDEALLOCATE p;\n"
    assert psql(place, script) == "2|X"


@CLIENT.check
def ctrl_c_cancels(place: Place) -> None:
    process = subprocess.Popen(
        ["psql", "-X", "-c", SLOW], env=place.environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    _, printed = process.communicate(timeout=20)
    assert "canceling statement due to user request" in printed


@CLIENT.check
def pg_isready_says_yes(place: Place) -> None:
    assert "accepting connections" in run_program([program("pg_isready", "postgresql-client")], place)


@CLIENT.check
def createdb_and_createuser_need_not_be_told_where_to_connect(place: Place) -> None:
    """They ask for the database `postgres`, which stands for the server's first one."""
    where = {"PGDATABASE": ""}
    run_program([program("createdb", "postgresql-client"), "aside"], place, environment=where)
    run_program([program("createuser", "postgresql-client"), "helper"], place, environment=where)
    names = "SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles ORDER BY 1"
    assert {"aside", "helper"} <= set(psql(place, names, "-d", "postgres").splitlines())
    assert psql(place, "SELECT current_database()", "-d", "postgres") == place.database
    run_program([program("dropuser", "postgresql-client"), "helper"], place, environment=where)
    run_program([program("dropdb", "postgresql-client"), "aside"], place, environment=where)
    assert not {"aside", "helper"} & set(psql(place, names).splitlines())


@CLIENT.check
def analyze_knows_its_tables(place: Place) -> None:
    assert psql(place, "ANALYZE; ANALYZE VERBOSE silver.orders (total), gold.revenue;") == ""
    assert '"silver.nope" does not exist' in psql(place, "ANALYZE silver.nope", is_failure=True)
    assert '"nope" does not exist' in psql(place, "ANALYZE silver.orders (total, nope)", is_failure=True)
