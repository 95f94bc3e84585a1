"""Where the rows of a key may be, by lineage alone."""

from __future__ import annotations

from ormolu.definitions import Definition, TableName
from ormolu.medallion.erasing import Reach, reach
from ormolu.sql_extensions.parser.script import parse_definition

BRONZE, SILVER = TableName("bronze", "p"), TableName("silver", "p")
SOURCE = "CREATE BRONZE SOURCE p (id text, email text) FROM UPLOAD FORMAT csv"
COLUMNS = {BRONZE: {"id", "email"}, SILVER: {"id", "email", "person"}}


def reached(*texts: str, name: TableName = SILVER, key: str = "id") -> Reach:
    relations: dict[TableName, Definition] = {}
    for text in (SOURCE, *texts):
        definition = parse_definition(text)
        assert isinstance(definition.name, TableName)
        relations[definition.name] = definition
    return reach(relations, name, [key], lambda table, column: column in COLUMNS.get(table, {column}))


def test_a_column_taken_over_or_cast_is_followed() -> None:
    for query in ("FROM bronze.p", "AS SELECT * FROM bronze.p", "AS SELECT id::integer AS id FROM bronze.p"):
        assert reached(f"CREATE SILVER TABLE p {query}").sources == (BRONZE,), query


def test_a_column_under_another_name_is_followed() -> None:
    found = reached("CREATE SILVER TABLE p (person integer FROM (id)) FROM bronze.p", key="person")
    assert found.held[BRONZE] == {"person": "id"}
    found = reached("CREATE SILVER TABLE p AS SELECT id AS person FROM bronze.p", key="person")
    assert found.held[BRONZE] == {"person": "id"}


def test_a_computed_column_is_not() -> None:
    for query in (
        "AS SELECT lower(id) AS id FROM bronze.p",
        "AS SELECT email || id AS id FROM bronze.p",
        "AS SELECT id FROM (SELECT lower(id) AS id FROM bronze.p) AS inner_rows",
        "WITH RULES (SET id = trim(id)) FROM bronze.p",
    ):
        found = reached(f"CREATE SILVER TABLE p {query}")
        assert (found.sources, found.unknown) == ((), (BRONZE,)), query


def test_from_a_source_down_only_those_that_carry_the_key_have_it() -> None:
    found = reached(
        "CREATE SILVER TABLE p FROM bronze.p",
        "CREATE SILVER TABLE halves AS SELECT id::integer / 2 AS id FROM silver.p",
        "CREATE GOLD TABLE n AS SELECT count(*) AS n FROM silver.halves",
        name=BRONZE,
    )
    assert SILVER in found.held
    assert TableName("silver", "halves") not in found.held
    assert [str(each) for each in found.derived] == ["silver.p", "silver.halves", "gold.n"]
