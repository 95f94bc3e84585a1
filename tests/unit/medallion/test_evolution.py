"""What a table's schema becomes when the source changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ormolu.definitions import BronzeSource, Column, Option, Options, TableName, Upload
from ormolu.errors import FeatureNotSupported, InvalidParameterValue, UndefinedColumn
from ormolu.medallion.columns import StoredColumn
from ormolu.medallion.evolution import Evolution, ObservedColumn, common_type, evolve, system_columns
from ormolu.sql_extensions.types import data_type


def source(*columns: Column, **options: str) -> BronzeSource:
    given = Options(tuple(Option(name, value) for name, value in sorted(options.items())))
    return BronzeSource(TableName("bronze", "t"), Upload(), columns=columns, options=given)


def observed(**columns: str) -> list[ObservedColumn]:
    return [ObservedColumn(name, data_type(kind)) for name, kind in columns.items()]


def pinned(**columns: str) -> list[StoredColumn]:
    return [StoredColumn(name, data_type(kind)) for name, kind in columns.items()]


def shape(evolution: Evolution) -> dict[str, tuple[str, str | None]]:
    return {each.column.name: (str(each.column.type), each.origin) for each in evolution.columns}


@pytest.mark.parametrize(
    ("before", "now", "after"),
    [
        ("bigint", "bigint", "bigint"),
        ("integer", "bigint", "bigint"),
        ("bigint", "integer", "bigint"),
        ("bigint", "date", "text"),
        ("text", "bigint", "text"),
        ("numeric(18,2)", "bigint", "numeric(21,2)"),
        ("numeric(38,2)", "bigint", "numeric(38,2)"),
        ("numeric(38,30)", "integer", "text"),
        ("numeric(18,2)", "numeric(18,4)", "numeric(20,4)"),
        ("numeric(18,4)", "numeric(18,2)", "numeric(20,4)"),
        ("numeric(38,2)", "numeric(38,10)", "text"),
        ("date", "timestamp", "text"),
        ("real", "double precision", "double precision"),
        ("text[]", "text", "text"),
    ],
)
def test_a_common_type_loses_nothing(before: str, now: str, after: str) -> None:
    assert str(common_type(data_type(before), data_type(now))) == after


def test_a_first_load_takes_what_it_finds() -> None:
    assert shape(evolve(source(), None, observed(a="bigint", b="text"))) == {"a": ("bigint", "a"), "b": ("text", "b")}


def test_columns_match_whatever_their_case() -> None:
    assert shape(evolve(source(), pinned(Amount="bigint"), observed(AMOUNT="bigint"))) == {
        "Amount": ("bigint", "AMOUNT")
    }


def test_a_column_without_values_keeps_its_type() -> None:
    empty = [ObservedColumn("a", data_type("text"), is_empty=True)]
    assert shape(evolve(source(), pinned(a="date"), empty)) == {"a": ("date", "a")}


def test_policies_decide_what_is_new_gone_or_retyped() -> None:
    before, now = pinned(a="bigint", gone="text"), observed(a="text", new="date")
    widened = evolve(source(), before, now)
    assert shape(widened) == {"a": ("text", "a"), "gone": ("text", None), "new": ("date", "new")}
    assert widened.retyped == ("a",)
    assert widened.refusal is None
    assert len(widened.warnings) == 3
    strict = evolve(source(schema="strict"), before, now).refusal
    assert strict is not None
    assert [word in strict.message for word in ("a", "gone", "new")] == [True, True, True]
    assert (
        evolve(source(schema="strict", on_new_column="ignore"), pinned(a="text"), observed(a="text", b="text")).refusal
        is None
    )
    with pytest.raises(InvalidParameterValue):
        evolve(source(on_new_column="burn"), before, now)
    with pytest.raises(FeatureNotSupported):
        evolve(source(on_type_change="quarantine"), before, now)


def test_declared_columns_rule_and_others_pass_through() -> None:
    declared = (Column("region", "text", sources=("Region", "Area")), Column("n", "integer", formerly="number"))
    assert shape(evolve(source(*declared), None, observed(Area="bigint", number="text", x="date"))) == {
        "region": ("text", "Area"),
        "n": ("integer", "number"),
        "x": ("date", "x"),
    }
    listed = evolve(source(*declared, columns="listed"), None, observed(Area="bigint", number="text", x="date"))
    assert list(shape(listed)) == ["region", "n"]
    with pytest.raises(UndefinedColumn, match="region"):
        evolve(source(*declared), None, observed(x="date"))


def test_a_source_with_a_load_date_of_its_own_keeps_it() -> None:
    assert "load_date" not in [column.name for column in system_columns(pinned(load_date="date"))]
    assert "source_id" in [column.name for column in system_columns(pinned(load_date="date"))]


def test_a_hint_quotes_a_name_that_needs_it() -> None:
    odd = replace(source(schema="strict"), name=TableName("bronze", "Odd Name"))
    refusal = evolve(odd, pinned(a="bigint"), observed(a="bigint", b="text")).refusal
    assert refusal is not None and refusal.hint is not None
    assert 'ALTER BRONZE SOURCE "Odd Name" ACCEPT SCHEMA' in refusal.hint


def test_what_the_load_says_it_leaves_out_is_null_without_a_warning() -> None:
    found = evolve(source(), pinned(a="bigint", b="text"), observed(a="bigint"), left_out=("b",))
    assert shape(found) == {"a": ("bigint", "a"), "b": ("text", None)}
    assert found.warnings == ()


def test_a_removed_column_is_told_only_where_it_is_used() -> None:
    found = evolve(
        source(on_removed_column="warn_if_used"),
        pinned(id="bigint", a="bigint", b="text"),
        observed(id="bigint"),
        reader_of={"a": "gold.t reads column a"}.get,
    )
    assert found.warnings == ('column "a" is no longer in the source and is NULL from now on: gold.t reads column a',)


def test_a_listed_source_that_is_strict_takes_no_other_column_from_the_first_load_on() -> None:
    strict = source(Column("id", "integer"), schema="strict")
    assert evolve(strict, pinned(id="integer"), observed(id="bigint", e="text"), is_first=True).refusal is not None
    assert evolve(source(schema="strict"), None, observed(id="bigint", e="text")).refusal is None
