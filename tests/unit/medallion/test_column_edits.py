"""ALTER of a column leaves a definition that says what is, and nothing else of it changed."""

from __future__ import annotations

import pytest

from ormolu.definitions import Column, Expression, SilverTable, TableName
from ormolu.errors import DependentObjectsStillExist, FeatureNotSupported, ObjectNotInPrerequisiteState
from ormolu.medallion.column_edits import (
    with_column,
    with_deprecated_column,
    with_renamed_column,
    without_column,
)
from ormolu.medallion.column_readers import column_readers
from ormolu.sql_extensions.edits import with_name, without_output
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.sql_extensions.writer.text import write

TYPES = {"id": "integer", "cust": "text", "kg": "numeric(9,2)"}
TODAY = "2026-11-23"


def silver(text: str) -> SilverTable:
    made = parse_definition(text)
    assert isinstance(made, SilverTable)
    return made


BASE = silver(
    "CREATE SILVER TABLE t KEY (id) HISTORY (cust) ORDER BY (cust DESC) WITH RULES (SET cust = trim(cust) "
    "WHERE cust <> 'cust', CHECK (lower(cust) <> 'x')) FROM bronze.t"
)


def test_a_renamed_column_is_renamed_wherever_the_definition_names_it() -> None:
    made = with_renamed_column(BASE, "cust", "Client", TYPES, until="2027-01-01", today=TODAY)
    assert isinstance(made, SilverTable)
    assert made.columns == (Column("Client", "text", formerly="cust", formerly_until="2027-01-01"),)
    text = write(made)
    assert 'SET "Client" = trim("Client") WHERE "Client" <> \'cust\'' in text
    assert 'ORDER BY ("Client" DESC)' in text and 'HISTORY ("Client")' in text
    assert parse_definition(text) == made


def test_a_column_has_one_old_name_at_a_time() -> None:
    made = with_renamed_column(BASE, "kg", "weight", TYPES, until="2027-01-01", today=TODAY)
    types = {"id": "integer", "cust": "text", "weight": "numeric(9,2)"}
    with pytest.raises(ObjectNotInPrerequisiteState):
        with_renamed_column(made, "weight", "mass", types, until=TODAY, today=TODAY)
    later = with_renamed_column(made, "weight", "mass", types, until=TODAY, today="2027-01-01")
    assert later.columns[0].sources == ("kg",)
    assert later.columns[0].formerly == "weight"


def test_a_dropped_column_leaves_the_list_the_star_and_with_cascade_its_rules() -> None:
    inputs = ["id", "cust", "kg", "note"]
    made = without_column(BASE, "kg", TYPES, inputs, is_cascade=False)
    assert isinstance(made, SilverTable) and made.query is not None
    assert made.query.text == "SELECT id, cust, note FROM bronze.t"
    with pytest.raises(DependentObjectsStillExist) as refused:
        without_column(BASE, "cust", TYPES, inputs, is_cascade=True)
    assert refused.value.detail is not None and "HISTORY names column cust" in refused.value.detail
    ruled = silver("CREATE SILVER TABLE t KEY (id) WITH RULES (CHECK (kg > 0)) AS SELECT id, kg, cust FROM bronze.t")
    with pytest.raises(DependentObjectsStillExist):
        without_column(ruled, "kg", TYPES, inputs, is_cascade=False)
    cut = without_column(ruled, "kg", TYPES, inputs, is_cascade=True)
    assert isinstance(cut, SilverTable) and cut.query is not None
    assert (cut.query.text, cut.rules) == ("SELECT id, cust FROM bronze.t", ())


def test_a_deprecated_column_is_listed_and_an_added_one_comes_last() -> None:
    made = with_deprecated_column(BASE, "kg", "2027-06-30", TYPES)
    assert "kg numeric(9,2) DEPRECATED UNTIL '2027-06-30'" in write(made)
    assert parse_definition(write(made)) == made
    more = with_column(made, Column("x", "integer", default=Expression("0")), TYPES)
    assert [column.name for column in more.columns] == ["kg", "x"]


@pytest.mark.parametrize(
    ("query", "name", "left"),
    [
        ("SELECT a, b, c FROM t", "a", "SELECT b, c FROM t"),
        ("SELECT a, f(b, 1) AS b, c FROM t", "b", "SELECT a, c FROM t"),
        ("WITH w AS (SELECT a, b FROM t) SELECT a, a IS DISTINCT FROM b AS d FROM w", "d",
         "WITH w AS (SELECT a, b FROM t) SELECT a FROM w"),
        ("SELECT a, extract(year FROM b) AS y /* , */ FROM t", "y", "SELECT a /* , */ FROM t"),
        ("SELECT a, ',' AS b", "b", "SELECT a"),
    ],
)  # fmt: skip
def test_an_item_leaves_a_select_list_and_the_rest_of_the_text_stays(query: str, name: str, left: str) -> None:
    assert without_output(Expression(query), name).text == left


@pytest.mark.parametrize(
    ("query", "name"), [("SELECT DISTINCT a, b FROM t", "b"), ("SELECT a, count(*) AS n FROM t GROUP BY 1", "a")]
)
def test_what_counts_columns_by_position_is_left_to_the_writer(query: str, name: str) -> None:
    with pytest.raises(FeatureNotSupported):
        without_output(Expression(query), name)


def test_only_the_column_is_renamed_in_an_expression() -> None:
    renamed = with_name(Expression("day + extract(day FROM t.day) - day(day) || 'day'"), "day", "on")
    assert renamed.text == '"on" + extract(day FROM t.day) - day("on") || \'day\''


def test_readers_are_found_through_stars_rules_and_lists() -> None:
    texts = (
        "CREATE SILVER TABLE t KEY (id) FROM bronze.t",
        "CREATE SILVER TABLE passed KEY (id) FROM silver.t",
        "CREATE GOLD TABLE behind KEY (cust) AS SELECT cust FROM silver.passed",
        "CREATE SILVER TABLE listed (client text FROM (cust)) KEY (id) FROM silver.t",
        "CREATE SILVER TABLE looks KEY (id) WITH RULES (LOOKUP silver.t ON t.id = id ADD (cust)) FROM bronze.o",
        "CREATE GOLD TABLE joined KEY (id) AS SELECT a.id FROM silver.t a JOIN silver.listed b USING (id, cust)",
        "CREATE GOLD TABLE other KEY (id) AS SELECT id FROM silver.t",
    )
    relations = {made.name: made for made in map(parse_definition, texts) if isinstance(made.name, TableName)}
    found = column_readers(relations, (), TableName("silver", "t"), {"cust"})
    assert [(each.object, each.how, each.is_by_name) for each in found] == [
        ("gold.behind", "reads", True),
        ("gold.joined", "reads", True),
        ("silver.listed", "reads", False),
        ("silver.looks", "has a rule over", False),
    ]


def test_a_column_that_was_renamed_is_read_by_the_name_that_its_source_still_has() -> None:
    """Else the source's column could be renamed too, and the next refresh would find neither."""
    table = TableName("bronze", "t")
    bronze = parse_definition("CREATE BRONZE SOURCE t (id integer, cust text) FROM UPLOAD")
    renamed = with_renamed_column(BASE, "cust", "client", TYPES, until="2027-01-01", today=TODAY)
    relations = {table: bronze, BASE.name: renamed}
    assert [str(each) for each in column_readers(relations, (), table, {"cust"})] == ["silver.t reads column cust"]
