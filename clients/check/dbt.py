"""dbt with dbt-postgres: the project in clients/dbt, unchanged."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from clients.check.frame import Client, NotInstalled, Place, run_program

PROJECT = Path(__file__).resolve().parents[1] / "dbt"
OWN = PROJECT / ".venv" / "bin" / "dbt"  # beside its project: its packages do not fit into ours


def _program() -> str:
    found = str(OWN) if OWN.exists() else shutil.which("dbt")
    if found is None:
        raise NotInstalled("clients/dbt/requirements.txt")
    return found


def version() -> str:
    found = re.search(r"installed:\s*([\d.]+)", run_program([_program(), "--version"]))
    return "?" if found is None else found[1]


CLIENT = Client("dbt-postgres", version)


def _dbt(place: Place, *arguments: str) -> str:
    project = place.folder / "dbt"
    if not project.exists():
        shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns(".venv", "target", "logs"))
    given = ["--project-dir", str(project), "--profiles-dir", str(project)]
    environment = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "NO_COLOR": "1"}
    return run_program([_program(), "--no-use-colors", *arguments, *given], place, environment=environment)


@CLIENT.check
def debug_connects(place: Place) -> None:
    assert "All checks passed!" in _dbt(place, "debug")


@CLIENT.check
def run_makes_its_models_and_makes_them_again(place: Place) -> None:
    for _ in range(2):
        assert "PASS=2 WARN=0 ERROR=0" in _dbt(place, "run")
        assert place.run("SELECT name, total FROM gold.big_customers ORDER BY name") == [("Ada", 99.5), ("Bob", 20.0)]
        assert place.run("SELECT customer_id, orders FROM gold.customer_orders ORDER BY 1") == [(1, 1), (2, 2)]
    assert place.run("SELECT name FROM lake.objects WHERE name LIKE '%dbt%'") == []


@CLIENT.check
def test_finds_its_rules_kept(place: Place) -> None:
    assert "PASS=5 WARN=0 ERROR=0" in _dbt(place, "test")


@CLIENT.check
def docs_describe_tables_and_columns(place: Place) -> None:
    assert "Catalog written" in _dbt(place, "docs", "generate")
    catalog = json.loads((place.folder / "dbt" / "target" / "catalog.json").read_text())
    columns = catalog["nodes"]["model.shop.customer_orders"]["columns"]
    assert {name: column["type"] for name, column in columns.items()} == {
        "customer_id": "bigint",
        "orders": "bigint",
        "total": "double precision",
    }
    assert "source.shop.silver.orders" in catalog["sources"]


@CLIENT.check
def show_previews_a_query(place: Place) -> None:
    assert "Ada" in _dbt(place, "show", "--inline", "select name from {{ source('silver', 'customers') }}")
