"""Plans of loads: which files, which slices, and what takes whose place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlglot import parse_one

from ormolu.definitions import BronzeSource, ConnectionSource, Load, LoadMode, Option, Options, SourceForm, TableName
from ormolu.errors import (
    FeatureNotSupported,
    InvalidDatetimeFormat,
    InvalidParameterValue,
    ObjectNotInPrerequisiteState,
)
from ormolu.medallion.bronze import (
    BronzeState,
    LedgerEntry,
    ListedFile,
    Slice,
    TableState,
    earlier,
    load_mode,
    partition_fields,
    plan_bronze,
    suspicious_extract,
)
from ormolu.medallion.columns import PartitionField
from ormolu.sql_extensions.types import data_type

AT = datetime(2026, 1, 1, tzinfo=UTC)


def listed(path: str, etag: str, at: datetime = AT) -> ListedFile:
    return ListedFile("c", path, f"/landing/{path}", 10, at, etag)


def source(form: SourceForm = SourceForm.FILES, load: Load | None = None, **options: str) -> BronzeSource:
    given = Options(tuple(Option(name, value) for name, value in sorted(options.items())))
    return BronzeSource(TableName("bronze", "t"), ConnectionSource(("c",), form, "x"), load=load, options=given)


def files_of(
    definition: BronzeSource, *ledger: LedgerEntry, files: tuple[ListedFile, ...]
) -> tuple[list[str], list[int]]:
    state = BronzeState(TableState(next_load_id=5), listed=files, ledger=ledger)
    plan = plan_bronze(definition, state, {})
    return [f"{load.file.path}:{load.load_id}" for load in plan.files], [entry.load_id for entry in plan.replaced]


A1, A2, B1 = listed("a", "1"), listed("a", "2"), listed("b", "1")
OLD_A = LedgerEntry("a", "1", 10, 3)
OLD_Z = LedgerEntry("z", "1", 10, 4)


@pytest.mark.parametrize(
    ("definition", "ledger", "files", "loaded", "replaced"),
    [
        (source(), (), (A1, B1), ["a:5", "b:6"], []),
        (source(), (OLD_A,), (A1, B1), ["b:5"], []),
        (source(), (OLD_A,), (A2,), ["a:5"], [3]),
        (source(on_changed_file="append"), (OLD_A,), (A2,), ["a:5"], []),
        (source(on_changed_file="warn"), (OLD_A,), (A2,), [], []),
        (source(), (OLD_Z,), (A1,), ["a:5"], []),
        (source(on_removed_file="exclude"), (OLD_Z,), (A1,), ["a:5"], [4]),
        (source(load=Load(LoadMode.FULL)), (OLD_A,), (A1, B1), ["a:5", "b:5"], []),
        (source(), (OLD_A,), (), [], []),
    ],
)
def test_files_are_planned_by_ledger_and_options(
    definition: BronzeSource,
    ledger: tuple[LedgerEntry, ...],
    files: tuple[ListedFile, ...],
    loaded: list[str],
    replaced: list[int],
) -> None:
    assert files_of(definition, *ledger, files=files) == (loaded, replaced)


def test_a_changed_file_can_fail_the_load_and_a_warning_is_told() -> None:
    with pytest.raises(ObjectNotInPrerequisiteState):
        files_of(source(on_changed_file="fail"), OLD_A, files=(A2,))
    state = BronzeState(listed=(A2,), ledger=(OLD_A,))
    assert "changed" in plan_bronze(source(on_changed_file="warn"), state, {}).warnings[0]
    with pytest.raises(InvalidParameterValue, match="burn") as caught:
        files_of(source(on_changed_file="burn"), files=(A1,))
    assert "replace, append" in str(caught.value.hint)


def test_a_slice_goes_from_the_watermark_less_the_lookback_to_the_clock() -> None:
    definition = source(SourceForm.TABLE, Load(LoadMode.INCREMENTAL, "u", Options((Option("start", "2020-01-01"),))))
    clocks = {"c": "2026-01-01 12:00:00+00"}
    first = BronzeState(clocks=clocks, watermark_type=data_type("timestamptz"))
    assert plan_bronze(definition, first, {}).slices == (
        Slice("c", "u", "2020-01-01", "2026-01-01 12:00:00+00", has_start=True, loads_null=True),
    )
    later = BronzeState(
        clocks=clocks, watermarks={"c": "2026-01-01 10:00:00+00"}, watermark_type=data_type("timestamptz")
    )
    assert plan_bronze(definition, later, {}).slices[0].after == "2026-01-01 09:45:00+00:00"
    assert plan_bronze(definition, later, {"full": True}).slices[0].after == "2020-01-01"
    ranged = plan_bronze(definition, later, {"since": "2025-01-01", "until": "2025-02-01"}).slices[0]
    assert (ranged.after, ranged.until, ranged.has_start) == ("2025-01-01", "2025-02-01", True)


@pytest.mark.parametrize(
    ("watermark", "kind", "expected"),
    [
        ("2026-01-01 00:10:00", "timestamp", "2025-12-31 23:55:00"),
        ("2026-01-01", "date", "2025-12-31"),
        ("41", "bigint", "41"),
        ("not a time", "text", "not a time"),
        ("2026-01-01T00:10:00", "text", "2025-12-31T23:55:00"),
    ],
)
def test_lookback_moves_times_and_nothing_else(watermark: str, kind: str, expected: str) -> None:
    assert earlier(watermark, 900, data_type(kind)) == expected


def test_the_mode_follows_the_source_where_load_is_left_out() -> None:
    assert load_mode(source()) is LoadMode.APPEND
    assert load_mode(source(SourceForm.TABLE)) is LoadMode.FULL
    with pytest.raises(FeatureNotSupported, match="CDC"):
        load_mode(source(load=Load(LoadMode.CDC)))


def test_partition_terms_become_transforms() -> None:
    terms = ["load_date", "month(x)", "year(x)", "day(x)", "hour(x)", "date_trunc('month', x)"]
    terms += ['bucket(16, "X")', "truncate(10, x)"]
    assert partition_fields([parse_one(term, read="postgres") for term in terms]) == (
        PartitionField("load_date"),
        PartitionField("x", "month"),
        PartitionField("x", "year"),
        PartitionField("x", "day"),
        PartitionField("x", "hour"),
        PartitionField("x", "month"),
        PartitionField("X", "bucket[16]"),
        PartitionField("x", "truncate[10]"),
    )
    for term in ("x + 1", "bucket(x)", "bucket(16, x + 1)", "truncate(x)"):
        with pytest.raises(FeatureNotSupported):
            partition_fields([parse_one(term, read="postgres")])
    for term in ("bucket(0, x)", "bucket(-1, x)", "truncate(1.5, x)", "bucket('16', x)", "bucket(2147483648, x)"):
        with pytest.raises(InvalidParameterValue, match="above 0"):
            partition_fields([parse_one(term, read="postgres")])


def test_an_empty_extract_after_a_full_one_is_suspicious() -> None:
    assert suspicious_extract(0, 5) is not None
    assert suspicious_extract(0, None) is None
    assert suspicious_extract(0, 0) is None
    assert suspicious_extract(1, 5) is None


@pytest.mark.parametrize("form", [SourceForm.TOPIC, SourceForm.QUEUE])
def test_messages_are_appended(form: SourceForm) -> None:
    assert load_mode(source(form, load=Load(LoadMode.APPEND))) is LoadMode.APPEND


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        (SourceForm.TABLE, LoadMode.APPEND),
        (SourceForm.QUERY, LoadMode.APPEND),
        (SourceForm.FILES, LoadMode.INCREMENTAL),
    ],
)
def test_a_load_that_a_form_does_not_have_is_refused(form: SourceForm, mode: LoadMode) -> None:
    with pytest.raises(FeatureNotSupported):
        load_mode(source(form, load=Load(mode, "c")))


def test_from_and_to_choose_files_by_when_they_changed() -> None:
    early, late = listed("a", "1", datetime(2026, 1, 1, tzinfo=UTC)), listed("b", "1", datetime(2026, 1, 3, tzinfo=UTC))
    state = BronzeState(TableState(next_load_id=5), listed=(early, late), ledger=(OLD_A, OLD_Z))

    def plan(**request: str) -> tuple[list[str], list[int]]:
        found = plan_bronze(source(on_removed_file="exclude"), state, request)
        return [load.file.path for load in found.files], [entry.load_id for entry in found.replaced]

    assert plan(since="2026-01-02") == (["b"], [])
    assert plan(since="2026-01-01") == (["a", "b"], [3])
    assert plan(since="2026-01-01", until="2026-01-03") == (["a"], [3])
    with pytest.raises(InvalidDatetimeFormat):
        plan(since="soon")
    with pytest.raises(FeatureNotSupported, match="loaded whole"):
        plan_bronze(source(load=Load(LoadMode.FULL)), state, {"since": "2026-01-01"})
