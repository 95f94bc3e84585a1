"""Columns may be called like anything that our own queries call theirs: the table is the same as under other names."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.peers.pipeline import Pipeline

NAMES = (
    *("kind", "created_at", "deleted_at", "known_surrogate", "is_there", "number", "delete", "late", "order"),
    *("is_delete", "place", "no_number", "tracked", "begins", "island", "first", "same", "rows", "cause", "load"),
    *("t", "c", "d", "h", "s", "v", "w", "filename", "file_row_number", "occurrence", "status", "state", "n"),
)
HISTORY = (
    "(amount integer) KEY (id{key}) SURROGATE KEY sk SEQUENCE BY at DELETE WHEN (op = 'D') SOFT HISTORY"
    " WITH RULES (CONSTRAINT positive CHECK (amount > 0))"
)
TABLES = {
    "kept": HISTORY.format(key=""),
    "plain": "(amount integer) KEY (id) WITH RULES (DEDUPLICATE BY (id) KEEP LAST ORDER BY at, UNIQUE (amount))",
    "hard": "(amount integer) KEY (id) SEQUENCE BY at DELETE WHEN (op = 'D') HARD",
}
OURS = {"silver": ("_change_type", "_is_current", "_load_id"), "quarantine": ("_rules", "_status")}


def outcome(folder: Path, names: tuple[str, ...], key: str = "") -> dict[tuple[str, int], list[str]]:
    """What every table holds after each of three refreshes, whatever its columns are called."""
    pipeline = Pipeline(folder)
    columns = {"id": "text", "at": "int4", "op": "text", "amount": "text"} | dict.fromkeys(names, "text")
    quoted = [f'"{name}"' for name in columns]

    def load(*rows: tuple[str, int, str, str, str]) -> None:
        pipeline.load("t", columns, [[*row[:4], *(f"{row[4]}{n % 3}" for n in range(len(names)))] for row in rows])

    load(("a", 1, "I", "1", "v"), ("b", 1, "I", "2", "w"), ("c", 1, "I", "-1", "q"), ("d", 2, "I", "5", "z"))
    tables = TABLES if not key else {"kept": HISTORY.format(key=f', "{key}"')}
    for made, clauses in tables.items():
        pipeline.create(f"CREATE SILVER TABLE {made} {clauses} FROM bronze.t")
    pipeline.create(
        f"CREATE GOLD TABLE g AS SELECT {', '.join(quoted[4:])}, sum(amount) AS total FROM silver.kept"
        f" GROUP BY {', '.join(quoted[4:])}"
    )
    found: dict[tuple[str, int], list[str]] = {}
    for step in range(3):
        if step == 1:
            load(("a", 3, "I", "7", "A"), ("b", 3, "D", "", "B"), ("e", 3, "I", "-5", "E"), ("c", 0, "I", "9", "C"))
        for name in ("silver." + made for made in tables) if step else ():
            pipeline.refresh(name, is_full=step == 2)
        for table in pipeline.lake.head().pointers:
            if table.schema in OURS:
                shown = [
                    *quoted,
                    *OURS[table.schema],
                    *(["sk"] if str(table).startswith("silver.kept") else []),
                ]
                rows = pipeline.rows(f"SELECT {', '.join(shown)} FROM {table}")
                found[str(table), step] = sorted(map(str, rows))
        if step:
            pipeline.refresh("gold.g")
        found["gold.g", step] = sorted(map(str, pipeline.rows("SELECT * FROM gold.g")))
    return found


@pytest.mark.parametrize("key", ["", "number", "filename"])
def test_a_column_may_be_called_as_our_queries_call_theirs(tmp_path: Path, key: str) -> None:
    (tmp_path / "ours").mkdir()
    (tmp_path / "other").mkdir()
    names = (key,) if key else NAMES
    told = outcome(tmp_path / "ours", names, key)
    assert told == outcome(tmp_path / "other", tuple(f"x_{name}" for name in names), key and f"x_{key}")
    assert len(told["silver.kept", 0]) == 3, "a, b and d"
