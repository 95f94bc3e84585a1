"""Statements that run things and show them."""

from __future__ import annotations

from dataclasses import dataclass

from ormolu.definitions import (
    NO_OPTIONS,
    Expression,
    Kind,
    Load,
    Options,
    Schedule,
    SchemaName,
    TableName,
)
from ormolu.sql_extensions.statements.written import Parsed


@dataclass(frozen=True, slots=True)
class Refresh(Parsed):
    name: TableName
    is_full: bool = False
    since: str | None = None
    until: str | None = None
    from_quarantine: bool = False
    where: Expression | None = None
    is_cascade: bool = False


@dataclass(frozen=True, slots=True)
class CancelRun(Parsed):
    run_id: int


@dataclass(frozen=True, slots=True)
class TestConnection(Parsed):
    __test__ = False  # not a test, whatever its name looks like to pytest

    name: str


@dataclass(frozen=True, slots=True)
class ImportSchema(Parsed):
    """At most one of `limit_to` and `excepted` is given."""

    schema: str
    connection: str
    limit_to: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    load: Load | None = None
    schedule: Schedule | None = None
    options: Options = NO_OPTIONS


@dataclass(frozen=True, slots=True)
class Profile(Parsed):
    name: TableName


@dataclass(frozen=True, slots=True)
class Suggest(Parsed):
    """`what` is TYPES, TABLE, RULES, KEYS, TAGS, PARTITION, JOINS, FEATURES, METRICS or SAVINGS."""

    what: str
    subject: TableName | SchemaName


@dataclass(frozen=True, slots=True)
class SummarizeAnomalies(Parsed):
    monitor: str
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Vacuum(Parsed):
    name: TableName
    options: Options = NO_OPTIONS


@dataclass(frozen=True, slots=True)
class Undrop(Parsed):
    name: TableName
    new_name: TableName | None = None


@dataclass(frozen=True, slots=True)
class ShowCreate(Parsed):
    """`kind` is None where only a name was given: `SHOW CREATE silver.orders`."""

    kind: Kind | None
    name: TableName | str


@dataclass(frozen=True, slots=True)
class ShowTablesFromConnection(Parsed):
    connection: str
    like: str | None = None


@dataclass(frozen=True, slots=True)
class ShowLineage(Parsed):
    """`direction` is UPSTREAM, DOWNSTREAM, or None for both."""

    name: TableName
    column: str | None = None
    direction: str | None = None


@dataclass(frozen=True, slots=True)
class ShowContract(Parsed):
    name: str
    format: str = "odcs"


@dataclass(frozen=True, slots=True)
class ShowAccess(Parsed):
    name: TableName
    role: str


@dataclass(frozen=True, slots=True)
class ShowOptions(Parsed):
    """`kind` with `connection_type` None, or CONNECTION and a type."""

    kind: Kind
    connection_type: str | None = None


@dataclass(frozen=True, slots=True)
class ShowTemplates(Parsed):
    pass


@dataclass(frozen=True, slots=True)
class ShowRuns(Parsed):
    pass


@dataclass(frozen=True, slots=True)
class ShowPlan(Parsed):
    pass


@dataclass(frozen=True, slots=True)
class ExplainAnomaly(Parsed):
    anomaly_id: int


@dataclass(frozen=True, slots=True)
class ExplainChange(Parsed):
    name: TableName
    measures: tuple[Expression, ...]
    first_version: int
    second_version: int
    where: Expression | None = None
