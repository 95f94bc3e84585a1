"""Calls within calls: what is computed by two has a name, so that no macro writes it out twice."""

from __future__ import annotations

import pytest

from ormolu.engine.functions import _definitions
from ormolu.sql_extensions.named_arguments import PREFIXES
from ormolu.sql_extensions.queries import bind_expression
from ormolu.sql_extensions.types import data_type

COLUMNS = {"name": data_type("text"), "at": data_type("interval")}


def bound(text: str) -> str:
    return bind_expression(text, COLUMNS).sql("duckdb")


def test_two_calls_within_each_other_are_written_out_and_a_third_names_them() -> None:
    assert bound("upper(upper(name))") == 'PG_UPPER(PG_UPPER("name"))'
    assert bound("left(upper(upper(upper(name))), 2)").count("LIST_TRANSFORM") == 1
    assert bound("upper(upper(upper(name)))") == (
        """LIST_EXTRACT(LIST_TRANSFORM([{'a1': PG_UPPER(PG_UPPER("name"))}],"""
        """ LAMBDA e : PG_UPPER(STRUCT_EXTRACT(e, 'a1'))), 1)"""
    )


def test_constants_are_written_where_they_are_used() -> None:
    assert """LAMBDA e : PG_SPLIT_PART(STRUCT_EXTRACT(e, 'a1'), ',', 1)""" in bound(
        "split_part(upper(upper(name)), ',', 1)"
    )
    assert "LAMBDA e : CLEAN_DATE(STRUCT_EXTRACT(e, 'a1'), ['%Y-%m-%d'" in bound("clean_date(upper(upper(name)))")


@pytest.mark.parametrize("text", ["upper({})", "split_part({}, ',', 1)", "lpad({}, 3)", "repeat({}, 1)"])
def test_the_text_grows_with_the_calls_and_is_not_multiplied(text: str) -> None:
    def nested(calls: int) -> str:
        found = "name"
        for _ in range(calls):
            found = text.format(found)
        return bound(found)

    lengths = [len(nested(calls)) for calls in (10, 20, 30)]
    assert lengths[2] - lengths[1] == lengths[1] - lengths[0]


def test_every_function_of_ours_is_known_by_its_name() -> None:
    unknown = [name for name in _definitions() if not name.startswith(PREFIXES)]
    assert unknown == [name for name in unknown if name.startswith("iceberg_hash")]  # no query calls those
