"""What a pass over the input is made of, and what it yields: columns under names of ours beside the table's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from ormolu.definitions import Column, DeleteWhen, TableName
from ormolu.medallion.expressions import EPOCH
from ormolu.medallion.rules import NamedRule
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.types import DataType

INTERNAL = "ormolu:"
SYSTEM = "ormolu:system:"  # then the system column's own name
ROW_NUMBER = "ormolu:n"
RAW = "ormolu:raw"
RAW_HASH = "ormolu:raw_hash"
IS_DELETE = "ormolu:delete"
QUARANTINE_ID = "ormolu:quarantine_id"  # of the quarantined row that took the input row's place
BROKEN = "ormolu:broken"  # names of the rules


def flag(rule: NamedRule) -> str:
    return f"ormolu:rule:{rule.position}"


def exact(rule: NamedRule) -> str:
    """Set on rows that DEDUPLICATE drops because an equal row is kept."""
    return f"ormolu:exact:{rule.position}"


def match_number(rule: NamedRule) -> str:
    """Which row of a LOOKUP's table matched."""
    return f"ormolu:match:{rule.position}"


@dataclass(frozen=True, slots=True)
class InputColumn:
    """A column the definition's query yields; a system column is its base relation's hidden one."""

    name: str
    type: DataType
    is_system: bool = False


@dataclass(frozen=True, slots=True)
class StageRequest:
    """What a pass is made of. `input` yields the plain input columns by name, the system ones below SYSTEM."""

    table: TableName
    input: exp.Query
    inputs: tuple[InputColumn, ...]
    columns: tuple[Column, ...]
    rules: tuple[NamedRule, ...]
    relations: Mapping[TableName, Relation]  # of FOREIGN KEY and LOOKUP
    key: tuple[str, ...] = ()
    sequence_by: tuple[str, ...] = ()
    delete_when: DeleteWhen | None = None
    only_listed: bool = False
    now: datetime = EPOCH
    source_name: str | None = None  # of the relation that is read: rules may write it before a column
    current: exp.Query | None = None  # the published rows that a batch is merged into: UNIQUE looks there too


@dataclass(frozen=True, slots=True)
class Stage:
    """`query` yields `columns` and the internal ones; `lookups` are checked for rows matched twice."""

    query: exp.Query
    columns: tuple[InputColumn, ...]
    rules: tuple[NamedRule, ...]  # that look at rows
    expectations: tuple[NamedRule, ...]
