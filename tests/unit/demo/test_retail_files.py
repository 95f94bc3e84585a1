"""The inputs of the retail example: real lines untouched, faults in one file of their own."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ormolu.demo.data import FAULTS_FILE, injected_faults, write_retail
from ormolu.demo.figures import expected_declines, expected_figures
from ormolu.demo.order_lines import HEADER, order_lines
from ormolu.demo.products import product_rows, products
from ormolu.sql_extensions.parser.script import parse

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("retail")
    write_retail(folder)
    return folder


def test_the_daily_files_hold_every_real_line_once_and_no_other(retail: Path) -> None:
    rows = []
    for file in sorted((retail / "sales").glob("sales_2*.csv")):
        with file.open(newline="", encoding="utf-8") as opened:
            reader = csv.reader(opened)
            assert tuple(next(reader)) == HEADER
            day = [tuple(row) for row in reader]
        assert {row[2] for row in day} == {file.stem.removeprefix("sales_")}
        rows += day
    assert sorted(rows) == sorted(line.values() for line in order_lines())


def test_the_injected_faults_are_in_one_file_with_row_ids_of_their_own(retail: Path) -> None:
    real = {line.row_id for line in order_lines()}
    with (retail / "sales" / FAULTS_FILE).open(newline="", encoding="utf-8") as opened:
        faults = list(csv.DictReader(opened))
    assert len(faults) == len(injected_faults()) == expected_figures().injected_lines
    assert not real & {row["row_id"] for row in faults}


def test_writing_twice_leaves_the_same_bytes_and_times(retail: Path) -> None:
    before = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in (retail / "sales").iterdir()}
    write_retail(retail)
    assert {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in (retail / "sales").iterdir()} == before


def test_each_product_id_has_one_active_entry_and_older_names_are_inactive(retail: Path) -> None:
    with closing(sqlite3.connect(retail / "shop.sqlite")) as connection:
        (rows, active, ids, priced) = connection.execute(
            "SELECT count(*), sum(is_active), count(DISTINCT product_id), sum(list_price > 0) FROM products"
        ).fetchone()
    assert (rows, active, ids, priced) == (1894, 1862, 1862, 1894)
    assert len(product_rows()) == rows
    assert len({entry.entry_id for entry in products()}) == rows


def test_the_figures_agree_with_the_file_read_by_duckdb() -> None:
    figures = expected_figures()
    with closing(duckdb.connect()) as connection:
        lines = connection.execute(
            "SELECT count(*), sum(sales::decimal(12,4)) FROM read_csv(?, all_varchar = true, header = true)",
            [str(ROOT / "ormolu" / "demo" / "superstore.csv.gz")],
        ).fetchone()
    assert lines is not None
    assert lines[0] == figures.order_lines == 9994
    assert lines[1] - figures.revenue == Decimal("281.372")  # the one real line that is there twice
    assert figures.silver_sales + sum(figures.quarantined.values()) == figures.bronze_sales
    assert sum(figures.revenue_by_category.values()) == figures.revenue


def test_real_declines_are_found_on_the_real_data() -> None:
    declines = expected_declines("category", sensitivity=0.99)
    assert [name for name, week in declines if week.isoformat() == "2017-01-09"] == ["Furniture"]


def test_the_pipeline_is_read_by_the_server_and_lies_in_the_examples() -> None:
    text = (ROOT / "ormolu" / "demo" / "pipeline.sql").read_text(encoding="utf-8")
    assert (ROOT / "examples" / "retail" / "pipeline.sql").read_text(encoding="utf-8") == text
    assert len(parse(text)) > 20


def test_every_figure_of_the_readme_is_the_one_computed() -> None:
    text = (ROOT / "examples" / "retail" / "README.md").read_text(encoding="utf-8")
    figures = expected_figures()
    for value in (figures.bronze_sales, figures.silver_sales, figures.gold_daily_sales, figures.daily_files):
        assert f"{value:,}" in text
    for amount in (
        figures.revenue,
        figures.profit,
        figures.revenue_of_last_month,
        *figures.revenue_by_category.values(),
    ):
        assert f"{amount:,}" in text
    counts = (
        len(expected_declines("category", sensitivity=0.99)),
        len(expected_declines("sub_category", sensitivity=0.98)),
    )
    assert f"| {counts[0]} / {counts[1]} |" in text
