"""Queries and changes of data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from ormolu.definitions import (
    Expression,
)
from ormolu.sql_extensions.statements.written import Parsed, WrittenName

if TYPE_CHECKING:
    from ormolu.sql_extensions.statements.unions import Statement


@dataclass(frozen=True, slots=True)
class Query(Parsed):
    """SELECT, WITH, VALUES, TABLE; `is_read_only` is False where a part of it changes data or makes a table."""

    tree: exp.Expression
    is_read_only: bool = True
    lifted: Lifted | None = None


@dataclass(frozen=True, slots=True)
class Lifted:
    """A query whose literals were taken out: `shape` has `$1`, `$2` ... in their places, `literals` are they.

    The query that has it has the tree of its shape, and the text that was typed.
    """

    shape: Query
    literals: tuple[int | str, ...]


def table_query(table: WrittenName, columns: Sequence[str] = ()) -> Query:
    """TABLE t, or the columns named, as COPY t (a, b) TO reads them."""
    written = exp.table_(
        exp.to_identifier(table.name, quoted=True),
        db=table.schema and exp.to_identifier(table.schema, quoted=True),
        catalog=table.database and exp.to_identifier(table.database, quoted=True),
    )
    names: list[exp.Expression] = [exp.column(exp.to_identifier(name, quoted=True)) for name in columns]
    tree = exp.select(*(names or [exp.Star()])).from_(written)
    return Query(tree, text=tree.sql("postgres"))


@dataclass(frozen=True, slots=True)
class Insert(Parsed):
    table: WrittenName
    tree: exp.Insert


@dataclass(frozen=True, slots=True)
class Update(Parsed):
    table: WrittenName
    tree: exp.Update


@dataclass(frozen=True, slots=True)
class Delete(Parsed):
    table: WrittenName
    tree: exp.Delete


@dataclass(frozen=True, slots=True)
class Explain(Parsed):
    """`options` has lower-case names: analyze, verbose, format, ...; a bare word counts as `true`."""

    statement: Statement
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_analyze(self) -> bool:
        return self.options.get("analyze", "false").lower() in ("true", "on", "1", "yes")


@dataclass(frozen=True, slots=True)
class Call(Parsed):
    """CALL; `function` is `lake.publish`; the arguments are sqlglot trees."""

    function: str
    positional: tuple[exp.Expression, ...] = ()
    named: Mapping[str, exp.Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CopyFrom(Parsed):
    """COPY t FROM STDIN, or from `path` where a file is named; option names are lower case: format, header, ..."""

    table: WrittenName
    columns: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    path: str | None = None
    where: Expression | None = None


@dataclass(frozen=True, slots=True)
class CopyTo(Parsed):
    """Exactly one of `table` and `query` is given; `path` is None for STDOUT."""

    table: WrittenName | None = None
    query: Query | None = None
    columns: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    path: str | None = None
