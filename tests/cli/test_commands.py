"""The command line, as a user runs it: real processes, real output, exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from ormolu.cli import Commands
from tests.peers.command import ormolu
from tests.peers.ormolu import OrmoluServer

PIPELINE = """
-- a source, its cleansing, its sum
CREATE OR REPLACE BRONZE SOURCE tills (day date, amount numeric(10,2)) FROM UPLOAD FORMAT csv (header = true);
CREATE OR REPLACE SILVER TABLE tills (amount numeric(10,2) CHECK (amount >= 0)) FROM bronze.tills;
CREATE OR REPLACE GOLD TABLE days KEY (day) AS SELECT day, sum(amount) AS total FROM silver.tills GROUP BY day;
"""


@pytest.fixture(scope="module")
def loaded(server: OrmoluServer, tmp_path_factory: pytest.TempPathFactory) -> OrmoluServer:
    script = tmp_path_factory.mktemp("sql") / "pipeline.sql"
    script.write_text(PIPELINE)
    applied = ormolu("apply", str(script), server=server)
    assert applied.returncode == 0, applied.stderr
    with (
        server.connect() as connection,
        connection.cursor().copy("COPY bronze.tills FROM STDIN (FORMAT csv, HEADER)") as copy,
    ):
        copy.write("day,amount\n2026-01-01,1.50\n2026-01-01,2.25\n2026-01-02,-3\n")
    server.run("REFRESH silver.tills CASCADE")
    return server


@pytest.mark.parametrize("name", Commands.modules)
def test_every_command_explains_itself_with_an_example(name: str) -> None:
    shown = ormolu(name, "--help", loads_modules=True)
    assert shown.returncode == 0
    assert f"ormolu {name}" in shown.stdout.split("Options:")[0].replace("Usage: python -m ormolu", "", 1)


def test_version_names_the_libraries_that_matter() -> None:
    shown = ormolu("version", loads_modules=True)
    assert shown.stdout.startswith("ormolu 0.")
    assert "duckdb 1.5.5" in shown.stdout


def test_sql_prints_a_table_csv_and_json(loaded: OrmoluServer) -> None:
    query = "SELECT day, total FROM gold.days ORDER BY day"
    assert "2026-01-01 | 3.75" in ormolu("sql", "-c", query, server=loaded).stdout
    rows = list(csv.reader(io.StringIO(ormolu("sql", "-c", query, "--format", "csv", server=loaded).stdout)))
    assert rows == [["day", "total"], ["2026-01-01", "3.75"]]
    assert json.loads(ormolu("sql", "--format", "json", server=loaded, stdin=query).stdout) == [
        {"day": "2026-01-01", "total": "3.75"}
    ]


def test_sql_runs_a_file_of_statements_with_semicolons_in_their_texts(loaded: OrmoluServer, tmp_path: Path) -> None:
    script = tmp_path / "two.sql"
    script.write_text("SELECT 'a;b' AS x; -- one; two\nSELECT $$c;d$$ AS y;")
    shown = ormolu("sql", "-f", str(script), "--format", "csv", server=loaded)
    assert shown.stdout.split() == ["x", "a;b", "y", "c;d"]


def test_a_failing_statement_exits_with_1_and_says_how_to_mend_it(loaded: OrmoluServer) -> None:
    failed = ormolu("sql", "-c", "SELECT * FROM gold.dayz", server=loaded)
    assert failed.returncode == 1
    assert "42P01" in failed.stderr and "HINT" in failed.stderr and "gold.days" in failed.stderr


def test_wrong_usage_exits_with_2() -> None:
    assert ormolu("sql", "-c", "SELECT 1", "-f", __file__).returncode == 2
    assert ormolu("serve", "--nonsense").returncode == 2


def test_a_server_that_is_not_there_is_told_in_words() -> None:
    failed = ormolu("sql", "-c", "SELECT 1", "--url", "postgresql://admin:x@127.0.0.1:1/lakehouse")
    assert failed.returncode == 1
    assert "ormolu serve" in failed.stderr and "Traceback" not in failed.stderr


def test_apply_a_second_time_changes_nothing_and_its_plan_says_so(loaded: OrmoluServer, tmp_path: Path) -> None:
    script = tmp_path / "pipeline.sql"
    script.write_text(PIPELINE)
    before = loaded.run("SELECT table_name, max(version) FROM lake.versions GROUP BY 1 ORDER BY 1")
    planned = ormolu("apply", str(script), "--plan", server=loaded)
    assert planned.returncode == 0, planned.stderr
    assert planned.stdout.count("the definition is the same") == 3
    assert ormolu("apply", str(script), server=loaded).returncode == 0
    assert loaded.run("SELECT table_name, max(version) FROM lake.versions GROUP BY 1 ORDER BY 1") == before


def test_a_dump_makes_the_same_definitions_on_an_empty_server(
    loaded: OrmoluServer, own_server: OrmoluServer, tmp_path: Path
) -> None:
    dumped = ormolu("dump", server=loaded)
    assert dumped.returncode == 0, dumped.stderr
    script = tmp_path / "lake.sql"
    script.write_text(dumped.stdout)
    applied = ormolu("apply", str(script), server=own_server.start())
    assert applied.returncode == 0, applied.stderr
    assert ormolu("dump", server=own_server).stdout == dumped.stdout


def test_status_lists_every_object(loaded: OrmoluServer) -> None:
    shown = json.loads(ormolu("status", "--format", "json", server=loaded).stdout)
    assert {row["table_name"] for row in shown} == {"bronze.tills", "silver.tills", "gold.days"}
    assert ormolu("status", "--health", server=loaded).returncode == 0


def test_doctor_finds_this_machine_well(tmp_path: Path) -> None:
    checked = ormolu("doctor", "--data", str(tmp_path), "--format", "json")
    assert checked.returncode == 0, checked.stdout
    assert {row["check"] for row in json.loads(checked.stdout)} >= {"duckdb", "sqlite_scanner", "free space"}


def test_serve_refuses_to_listen_beyond_loopback_without_tls(tmp_path: Path) -> None:
    refused = ormolu("serve", "--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path / "lake"))
    assert refused.returncode == 1
    assert "without TLS" in refused.stderr and "--tls" in refused.stderr


def test_the_first_start_writes_a_password_that_only_its_owner_reads(tmp_path: Path) -> None:
    from ormolu.assembly.serving import embedded_server

    with embedded_server(tmp_path / "lake") as url:
        file = tmp_path / "lake" / "admin.password"
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.read_text().strip() in url
        assert ormolu("sql", "-c", "SELECT 1 AS one", "--url", url).stdout.startswith("one")
