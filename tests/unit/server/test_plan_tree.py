"""A plan in PostgreSQL's forms."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import duckdb

from ormolu.server.plan_tree import Plan, PlanForm, json_text, read_plan, text_lines, xml_text
from ormolu.server.scanned_files import ScannedFiles

# As postgres_fdw and pgAdmin read the first line.
COSTS = re.compile(r"\(cost=[\d.]+\.\.[\d.]+ rows=\d+ width=\d+\)$")


def plan_of(query: str, words: str = "FORMAT json") -> Plan:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t AS SELECT range AS a, 'x' AS b FROM range(1000)")
    row = connection.execute(f"EXPLAIN ({words}) {query}").fetchone()
    assert row is not None
    return Plan(read_plan(row[1]))


def test_the_first_line_carries_costs_as_postgresql_writes_them() -> None:
    lines = text_lines(plan_of("SELECT b, count(*) FROM t WHERE a < 10 GROUP BY b ORDER BY b"), PlanForm())
    assert COSTS.search(lines[0])
    assert any(line.strip().startswith("->  ") for line in lines)
    assert any("Filter: a<10" in line for line in lines)


def test_costs_are_left_out_where_they_are_not_wanted() -> None:
    assert not any("cost=" in line for line in text_lines(plan_of("SELECT 1"), PlanForm(has_costs=False)))


def test_analyze_tells_rows_and_time() -> None:
    plan = plan_of("SELECT * FROM t WHERE a < 10", "ANALYZE, FORMAT json")
    lines = text_lines(plan, PlanForm(is_analyze=True))
    assert "rows=10 loops=1" in lines[0]
    assert lines[-1].startswith("Execution Time: ")


def test_the_json_form_nests_plans() -> None:
    found = json.loads(json_text(plan_of("SELECT sum(a) FROM t"), PlanForm(is_verbose=True)))
    plan = found[0]["Plan"]
    assert {"Node Type", "Total Cost", "Plan Rows", "Plan Width", "Plans"} <= set(plan)


def test_the_xml_form_nests_plans() -> None:
    found = ElementTree.fromstring(xml_text(plan_of("SELECT sum(a) FROM t WHERE b < '<'"), PlanForm()))
    space = "{http://www.postgresql.org/2009/explain}"
    assert found.find(f"{space}Query/{space}Plan/{space}Plans/{space}Plan/{space}Node-Type") is not None


def test_every_form_tells_the_files_that_are_read() -> None:
    plan = replace(plan_of("SELECT a FROM t"), files=(ScannedFiles("silver.t", 2, 9),))
    assert "Files Read: 2 of 9 of silver.t" in text_lines(plan, PlanForm())
    told = {"Relation Name": "silver.t", "Files Read": 2, "Files": 9}
    assert json.loads(json_text(plan, PlanForm()))[0]["Files"] == [told]
    assert "<Files-Read>2</Files-Read>" in xml_text(plan, PlanForm())


def test_names_of_files_stay_inside() -> None:
    node = {
        "name": "READ_PARQUET",
        "children": [],
        "extra_info": {"Filename(s)": "/secret", "Estimated Cardinality": "3"},
    }
    assert text_lines(Plan(read_plan(json.dumps([node]))), PlanForm()) == [
        "Read Parquet  (cost=0.00..3.00 rows=3 width=0)"
    ]
