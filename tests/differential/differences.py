"""Where this server answers otherwise than PostgreSQL 15: the kinds, and the table of queries with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from pathlib import Path

from tests.differential.sides import Answer

QUERIES = Path(__file__).parent / "queries"
TABLE = Path(__file__).parent / "differences.tsv"
# Numbers that agree to this share of themselves differ in their digits alone.
CLOSE = Decimal("1e-14")
_NUMERIC, _FLOAT8 = 1700, 701


class Kind(Enum):
    """How an answer differs; the text says it in the documentation."""

    REFUSED = "Refused here"
    DIGITS = "Other digits of the same number"
    VALUES = "Other values"
    COLUMNS = "Other column names or types"
    ACCEPTED = "Accepted here, an error in PostgreSQL"
    SQLSTATE = "Another SQLSTATE for the same mistake"


@dataclass(frozen=True)
class Difference:
    kind: Kind
    reason: str
    query: str


def queries(theme: Path) -> list[str]:
    """The queries of a file: one a line, comments left out."""
    return [line for line in theme.read_text().splitlines() if line and not line.startswith("--")]


def differences() -> dict[str, Difference]:
    """The table, by query: `kind`, `reason` and `query` on each line, with tabs between."""
    rows = [line.split("\t") for line in TABLE.read_text().splitlines() if line]
    return {query: Difference(Kind[kind], reason, query) for kind, reason, query in rows}


def kind_of(theirs: Answer, ours: Answer) -> Kind | None:
    """How our answer differs from PostgreSQL's; None where it does not."""
    if ours.sqlstate:
        if theirs.sqlstate:
            return Kind.SQLSTATE if ours.sqlstate != theirs.sqlstate else None
        return Kind.REFUSED
    if theirs.sqlstate:
        return Kind.ACCEPTED
    if ours.columns != theirs.columns:
        return Kind.COLUMNS
    if ours.rows == theirs.rows:
        return None
    return Kind.DIGITS if _same_but_digits(theirs, ours) else Kind.VALUES


def _same_but_digits(theirs: Answer, ours: Answer) -> bool:
    if len(theirs.rows) != len(ours.rows):
        return False
    return all(
        one == other or (column.oid in (_NUMERIC, _FLOAT8) and _close(one, other))
        for row, rows in zip(theirs.rows, ours.rows, strict=True)
        for column, one, other in zip(theirs.columns, row, rows, strict=True)
    )


def _close(one: bytes | None, other: bytes | None) -> bool:
    if one is None or other is None:
        return False
    try:
        first, second = Decimal(one.decode()), Decimal(other.decode())
    except InvalidOperation:
        return False
    return abs(first - second) <= CLOSE * max(Decimal(1), abs(first))
