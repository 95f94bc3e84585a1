"""A type is taken only where every value prints back as it came."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ormolu.engine.jobs import JobEngine
from ormolu.errors import OrmoluError
from ormolu.medallion.inference import TEXT, UNPRINTABLE, evidence, evidence_query, prints_back, proved
from ormolu.sql_extensions.types import data_type


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JobEngine]:
    folder: Path = tmp_path_factory.mktemp("engine")
    with JobEngine(memory_limit="256MB", threads=1, temp_directory=folder) as engine:
        yield engine


def inferred(engine: JobEngine, values: list[str | None]) -> str:
    engine.register("given", pa.table({"x": pa.array(values, pa.string())}))
    (row,) = engine.rows(evidence_query(["x"], "given"))
    return str(evidence(["x"], row)[0].type)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-5", "9223372036854775807", None], "bigint"),
        (["9223372036854775808"], "text"),
        (["007", "1"], "text"),
        (["+1"], "text"),
        (["1e5"], "text"),
        (["-0"], "text"),
        ([" 1"], "text"),
        (["1_000"], "text"),
        (["1,000"], "text"),
        (["1.50", "22.25", "3"], "numeric(18,2)"),
        (["1.50", None], "numeric(18,2)"),
        (["1.", "2"], "text"),
        ([".5"], "text"),
        (["-0.00"], "text"),
        (["1234567890123456789.5"], "numeric(38,1)"),
        (["1" * 38 + ".5"], "text"),
        (["NaN"], "text"),
        (["true", "false"], "boolean"),
        (["True"], "text"),
        (["t"], "text"),
        (["2024-02-29"], "date"),
        (["2023-02-29"], "text"),
        (["01/02/2024"], "text"),
        (["infinity"], "text"),
        (["2024-01-01 10:00:00", "2024-01-01T10:00:00.123"], "timestamp without time zone"),
        (["2024-01-01 24:00:01"], "text"),
        (["2024-01-01 10:00:00.1234567"], "text"),
        (["2024-01-01T10:00:00Z", "2024-01-01 10:00:00+00"], "timestamp with time zone"),
        (["2024-01-01T10:00:00+02:00"], "text"),
        (["", "1"], "text"),
        ([None, None], "text"),
        ([], "text"),
    ],
)
def test_a_column_gets_the_type_that_all_its_values_print_in(
    engine: JobEngine, values: list[str | None], expected: str
) -> None:
    assert inferred(engine, values) == expected


KINDS = [data_type(name) for name in ("bigint", "numeric(18,2)", "date", "timestamp", "timestamptz", "boolean")]
CENTS = st.decimals(allow_nan=False, places=2).map(str)
NUMBERLIKE = st.text(alphabet="0123456789.+-eE _", max_size=12)


@settings(max_examples=150, deadline=None)
@given(
    value=st.one_of(
        NUMBERLIKE, st.integers().map(str), st.decimals(allow_nan=False, places=2).map(str), st.dates().map(str)
    )
)
def test_what_is_proved_keeps_its_value(engine: JobEngine, value: str) -> None:
    engine.register("given", pa.table({"x": pa.array([value], pa.string())}))
    for kind in KINDS:
        try:
            ((typed,),) = engine.rows(f"SELECT CAST({proved('x', kind)} AS VARCHAR) FROM given")
        except OrmoluError as error:
            assert UNPRINTABLE in str(error.detail or error.message)
            continue
        if kind.scalar.name in ("bigint", "date"):
            assert typed == value
        elif kind.scalar.name == "numeric":
            assert Decimal(typed) == Decimal(value)
            assert (
                typed.rstrip("0").rstrip(".") == (value.rstrip("0").rstrip(".") if "." in value else value)
                or typed == value
            )


@settings(max_examples=100, deadline=None)
@given(values=st.lists(st.one_of(st.none(), NUMBERLIKE), max_size=5))
def test_evidence_and_proof_agree(engine: JobEngine, values: list[str | None]) -> None:
    engine.register("given", pa.table({"x": pa.array(values, pa.string())}))
    (row,) = engine.rows(evidence_query(["x"], "given"))
    kind = evidence(["x"], row)[0].type
    if kind != TEXT:
        assert engine.rows(f"SELECT coalesce(bool_and({prints_back('x', kind)}), true) FROM given") == [(True,)]
