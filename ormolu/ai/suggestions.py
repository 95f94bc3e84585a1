"""Something the server proposes: the SQL that accepts it, why, and how much of the data supports it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from ormolu.definitions import TableName

PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")
# PostgreSQL 15, Appendix C: what cannot name a column without quotes.
RESERVED = frozenset(
    re.findall(
        r"\w+",
        "all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create "
        "current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc "
        "distinct do else end except false fetch for foreign from grant group having in initially intersect into "
        "lateral leading limit localtime localtimestamp not null offset on only or order placing primary references "
        "returning select session_user some symmetric table then to trailing true union unique user using variadic "
        "when where window with",
    )
)
LAYER_WORDS = {"bronze": "BRONZE SOURCE", "silver": "SILVER TABLE", "gold": "GOLD TABLE"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`support` is the share of the rows looked at that bear it out, from 0 to 1."""

    kind: str
    subject: str
    statement: str
    reason: str
    support: float


def name_sql(name: str) -> str:
    """A name as PostgreSQL reads it back: quoted only where it must be."""
    needs_quotes = PLAIN_NAME.fullmatch(name) is None or name in RESERVED
    return exp.to_identifier(name, quoted=needs_quotes).sql(dialect="postgres")


def table_sql(table: TableName) -> str:
    return f"{table.schema}.{name_sql(table.name)}"


def text_sql(text: str) -> str:
    return exp.Literal.string(text).sql(dialect="postgres")


def alter_sql(table: TableName) -> str:
    """`ALTER SILVER TABLE orders`, in the words of the table's layer."""
    return f"ALTER {LAYER_WORDS[table.schema]} {name_sql(table.name)}"


def rule_name(*parts: str) -> str:
    """A name for a rule, from the names it is about."""
    return re.sub(r"\W+", "_", "_".join(parts).lower()).strip("_") or "rule"


def support_text(share: float, rows: int) -> str:
    """`99.2 % of 10,000 rows`; never rounded up to all."""
    percent = 100 * share
    shown = "100" if share == 1 else f"{min(percent, 99.9):.1f}"
    return f"{shown} % of {rows:,} rows"


def listed(names: Sequence[str]) -> str:
    return ", ".join(name_sql(name) for name in names)
