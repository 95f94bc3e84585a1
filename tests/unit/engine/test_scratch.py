"""A table that is larger than its run's memory is kept in a file that has no name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ormolu.engine.jobs import JobEngine
from ormolu.engine.scratch import is_large
from ormolu.errors import OutOfMemory

ROWS = 300_000
SQL = f"""SELECT i * 7919 % {ROWS} AS n, repeat('ä', (i % 50)::INTEGER) AS t, [i] AS l, NULL::BIGINT AS no
          FROM range({ROWS}) AS r(i)"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[JobEngine]:
    with JobEngine(memory_limit="32MB", threads=2, temp_directory=tmp_path / "temp") as engine:
        yield engine


def test_a_table_is_large_by_its_rows_and_the_memory_there_is() -> None:
    assert [is_large(rows, 550_000_000) for rows in (0, 2_700_000, 2_800_000)] == [False, False, True]


def test_large_and_small_tables_hold_the_same_rows_in_their_order(engine: JobEngine, tmp_path: Path) -> None:
    engine.make_table("small it's", SQL, rows=0)
    engine.make_table("large it's", SQL, rows=ROWS)
    (large,) = engine.rows('SELECT list((n, t, l, no)) FROM (FROM "large it\'s" OFFSET 299000)')
    (small,) = engine.rows('SELECT list((n, t, l, no)) FROM (FROM "small it\'s" OFFSET 299000)')
    assert large == small
    assert engine.rows('SELECT count(*) FROM (FROM "large it\'s" EXCEPT ALL FROM "small it\'s")') == [(0,)]
    assert [file.name for file in (tmp_path / "temp").iterdir() if not file.name.startswith("duckdb_temp")] == []


def test_a_large_table_is_read_without_being_written_again(engine: JobEngine, tmp_path: Path) -> None:
    engine.make_table("large", SQL, rows=ROWS)
    for _ in range(2):
        assert engine.rows("SELECT count(*), count(t), count(no) FROM large WHERE n >= 0") == [(ROWS, ROWS, 0)]
    assert engine.rows("SELECT sum(temporary_storage_bytes) FROM duckdb_memory()") == [(0,)]


def test_a_large_table_that_memory_cannot_compute_is_made_in_turn(tmp_path: Path) -> None:
    """And what the first attempt has left half made is not in it."""
    grouped = "SELECT n, count(*) AS c FROM keys {where} GROUP BY n"
    with JobEngine(memory_limit="12MB", threads=2, temp_directory=tmp_path / "temp") as engine:
        engine.make_table("keys", "SELECT 'key ' || i % 799997 AS n FROM range(800000) AS r(i)", rows=800_000)
        with pytest.raises(OutOfMemory):
            engine.make_table("counts", grouped.format(where=""), rows=800_000)
        parts = [grouped.format(where=f"WHERE hash(n) % 16 = {part}") for part in range(16)]
        engine.make_table("counts", grouped.format(where=""), rows=800_000, in_turn=parts)
        assert engine.rows("SELECT count(*), sum(c) FROM counts") == [(799_997, 800_000)]
