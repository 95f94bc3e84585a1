"""A changed definition asks for no more than what it changes."""

from __future__ import annotations

import pytest

from ormolu.definitions import TableName
from ormolu.errors import FeatureNotSupported
from ormolu.medallion.change_impact import Impact, Made, change_of, check_rebuild, readers, removed_columns
from ormolu.scheduler.refresh_plans import definition_hash
from ormolu.sql_extensions.parser.script import parse_definition

SILVER = "CREATE SILVER TABLE t (id bigint NOT NULL) {} KEY ({}) {} AS SELECT {} FROM bronze.t {}"


def silver(
    *, head: str = "", key: str = "id", tail: str = "", selected: str = "id, a + b AS total", where: str = ""
) -> Made:
    made = parse_definition(SILVER.format(head, key, tail, selected, where))
    assert isinstance(made, Made)
    return made


@pytest.mark.parametrize(
    ("new", "impact", "parts"),
    [
        (silver(selected="id,  a+b  as total"), Impact.NOTHING, ()),
        (silver(head="COMMENT 'sums'"), Impact.METADATA, ("comment",)),
        (silver(tail="SCHEDULE EVERY '1 hour'"), Impact.METADATA, ("schedule",)),
        (silver(tail="SCHEDULE NEVER", head="COMMENT 'sums'"), Impact.METADATA, ("schedule", "comment")),
        (silver(tail="ORDER BY (id)"), Impact.STORAGE, ("order by",)),
        (silver(tail="WITH RULES (CHECK (total > 0))"), Impact.RULES, ("rules",)),
        (silver(selected="id, a - b AS total"), Impact.COLUMNS, ("total",)),
        (silver(selected="id, a + b AS total, a"), Impact.COLUMNS, ("a",)),
        (silver(selected="id"), Impact.COLUMNS, ("total",)),
        (silver(where="WHERE a > 1"), Impact.ROWS, ("query",)),
        (silver(selected="*"), Impact.ROWS, ("query",)),
        (silver(key="total"), Impact.KEY, ("key",)),
    ],
)
def test_a_change_is_told_by_the_least_that_holds_it(new: Made, impact: Impact, parts: tuple[str, ...]) -> None:
    changed = change_of(silver(), new)
    assert (changed.impact, changed.parts) == (impact, parts)
    if impact is not Impact.NOTHING:
        assert (definition_hash(silver()) != definition_hash(new)) == impact.makes_anew


def test_an_option_that_only_describes_makes_nothing_anew_and_one_that_shapes_does() -> None:
    options = "WITH (title = 'Sums')", "WITH (audit_columns = 'hidden')"
    described, shaped = (
        parse_definition(f"CREATE SILVER TABLE t KEY (id) {option} FROM bronze.t") for option in options
    )
    plain = parse_definition("CREATE SILVER TABLE t KEY (id) FROM bronze.t")
    assert isinstance(plain, Made) and isinstance(described, Made) and isinstance(shaped, Made)
    assert change_of(plain, described).impact is Impact.METADATA
    assert change_of(plain, shaped).impact.makes_anew


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (silver(), silver(key="total", tail="REBUILD NONE"), "another key"),
        (silver(), silver(tail="SURROGATE KEY number REBUILD NONE"), "another key"),
        (silver(), silver(tail="HISTORY REBUILD NONE"), "begin the history"),
        (silver(tail="HISTORY"), silver(tail="REBUILD NONE"), "end the history"),
    ],
)
def test_rows_that_cannot_stand_beside_the_new_ones_are_not_left(old: Made, new: Made, what: str) -> None:
    with pytest.raises(FeatureNotSupported, match=what):
        check_rebuild(old, new)


def test_rows_are_left_beside_others_and_versions_of_other_columns() -> None:
    check_rebuild(silver(tail="HISTORY"), silver(tail="HISTORY (total) REBUILD NONE"))
    check_rebuild(silver(), silver(selected="id", where="WHERE a > 1", tail="REBUILD NONE"))


def test_a_measure_that_changes_is_a_column_of_its_metric() -> None:
    texts = (
        f"CREATE GOLD METRIC m FROM silver.t MEASURES (sum({column}) AS total, count(*) AS n) GRAIN (day)"
        for column in ("a", "b")
    )
    one, other = map(parse_definition, texts)
    assert isinstance(one, Made) and isinstance(other, Made)
    assert change_of(one, other).parts == ("total",)


def test_a_column_that_goes_is_told_with_those_that_name_it() -> None:
    texts = (
        "CREATE GOLD TABLE by_total KEY (total) AS SELECT t.total, count(*) AS n FROM silver.t AS t GROUP BY t.total",
        "CREATE GOLD TABLE above KEY (id) AS SELECT id FROM silver.t WHERE total > 1",
        "CREATE GOLD TABLE elsewhere KEY (id) AS SELECT t.id, o.total FROM silver.t AS t JOIN silver.o AS o USING (id)",
        "CREATE GOLD METRIC m FROM silver.t MEASURES (count(*) AS n) GRAIN (id) FILTER ((total > 0))",
        "CREATE SILVER TABLE all_of_it KEY (id) FROM silver.t",
    )
    made = [silver(), *map(parse_definition, texts)]
    relations = {each.name: each for each in made if isinstance(each, Made)}
    gone = removed_columns(silver(), silver(selected="id"))
    assert gone == {"total"}
    assert readers(relations, TableName("silver", "t"), gone) == [
        "gold.above reads column total",
        "gold.by_total reads column total",
        "gold.m reads column total",
    ]
    assert removed_columns(silver(), silver(selected="*")) == frozenset()
    looked_up = silver(selected="id", tail="SURROGATE KEY n WITH RULES (LOOKUP silver.o ON o.id = id ADD (name))")
    assert removed_columns(silver(selected="*"), looked_up, {"id", "total", "name", "n"}) == {"total"}
    assert removed_columns(silver(), silver(selected="id, a + b AS total, a")) == frozenset()
