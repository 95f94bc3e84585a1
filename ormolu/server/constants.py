"""Queries that need no engine: SELECT 1, version(), current_setting('x') and their like.

Drivers and pools send them all day; answered here they cost a tenth of a query, and of one that is the same in every
session the answer's very bytes are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pyarrow as pa
from sqlglot import exp

from ormolu.server import responses
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import ResultColumn, Rows
from ormolu.server.setting_table import SERVER_VERSION
from ormolu.server.types.encoders import TEXT, RowEncoder
from ormolu.server.types.text import TextStyle
from ormolu.sql_extensions.types import SCALARS, DataType

PRODUCT_VERSION = f"PostgreSQL {SERVER_VERSION} (Ormolu)"
Evaluate = Callable[[Any], object]  # of a SessionContext; of None where it is fixed


@dataclass(frozen=True, slots=True)
class Constant:
    """One column of such a query."""

    column: ResultColumn
    evaluate: Evaluate
    is_fixed: bool = False  # the same in every session


_ARROW = {"int4": pa.int32(), "int8": pa.int64(), "text": pa.string(), "name": pa.string(), "bool": pa.bool_(),
          "void": pa.string()}  # fmt: skip


def constant_columns(tree: exp.Expression) -> tuple[Constant, ...] | None:
    """The columns of a query that reads nothing; None where it needs the engine."""
    if not isinstance(tree, exp.Select) or not tree.expressions:
        return None
    if any(value for name, value in tree.args.items() if name not in ("expressions", "kind", "hint")):
        return None
    columns = [_constant(projection) for projection in tree.expressions]
    known = tuple(column for column in columns if column is not None)
    return known if len(known) == len(columns) else None


@dataclass(frozen=True, slots=True)
class FixedAnswer:
    """What a client is sent, in text: the row description, and the row with its completion."""

    description: bytes
    row: bytes


@dataclass(frozen=True)
class ConstantQuery:
    """Such a query, prepared; `batch` is its row where that is the same in every session."""

    constants: tuple[Constant, ...]
    columns: tuple[ResultColumn, ...]
    batch: pa.RecordBatch | None

    def rows(self, session: SessionContext) -> Rows:
        batch = self.batch
        return Rows(self.columns, iter((_row(self.constants, session) if batch is None else batch,)))

    @cached_property
    def fixed_answer(self) -> FixedAnswer | None:
        """No type of a fixed constant is written otherwise in another session's style."""
        if self.batch is None:
            return None
        formats = (TEXT,) * len(self.columns)
        row = bytes(RowEncoder(self.columns, formats, TextStyle()).encode(self.batch))
        return FixedAnswer(
            responses.row_description(self.columns, formats), row + responses.command_complete("SELECT 1")
        )


def constant_query(tree: exp.Expression) -> ConstantQuery | None:
    """Prepare a query that reads nothing; None where it needs the engine."""
    constants = constant_columns(tree)
    if constants is None:
        return None
    is_fixed = all(constant.is_fixed for constant in constants)
    return ConstantQuery(constants, tuple(each.column for each in constants), _row(constants) if is_fixed else None)


def _row(constants: Sequence[Constant], session: SessionContext | None = None) -> pa.RecordBatch:
    arrays = [pa.array([each.evaluate(session)], _ARROW[each.column.type.scalar.name]) for each in constants]
    return pa.RecordBatch.from_arrays(arrays, [str(at) for at in range(len(arrays))])


def one_column(names_and_values: Sequence[tuple[str, str]], *, tag: str = "SELECT") -> Rows:
    """A single row of texts: what SHOW answers."""
    columns = tuple(ResultColumn(name, _type("text")) for name, _ in names_and_values)
    arrays = [pa.array([value], pa.string()) for _, value in names_and_values]
    batch = pa.RecordBatch.from_arrays(arrays, [name for name, _ in names_and_values])
    return Rows(columns, iter((batch,)), tag)


def text_rows(names: Sequence[str], rows: Sequence[Sequence[str]], *, tag: str = "SELECT") -> Rows:
    columns = tuple(ResultColumn(name, _type("text")) for name in names)
    arrays = [pa.array([row[at] for row in rows], pa.string()) for at in range(len(names))]
    return Rows(columns, iter((pa.RecordBatch.from_arrays(arrays, list(names)),)), tag)


def _type(name: str) -> DataType:
    return DataType(SCALARS[name])


def _constant(projection: exp.Expression) -> Constant | None:
    if isinstance(projection, exp.Alias):
        inner = _constant(projection.this)
        return inner and replace(inner, column=ResultColumn(projection.alias, inner.column.type))
    match projection:
        case exp.Literal() | exp.Neg() | exp.Boolean():
            return _literal(projection)
        case exp.Dot(this=exp.Identifier(name="pg_catalog"), expression=exp.Expression() as call):
            return _call(call)
        case _:
            return _call(projection)


def _literal(tree: exp.Expression) -> Constant | None:
    if isinstance(tree, exp.Boolean):
        return _fixed("bool", "bool", tree.this)
    number = tree.this if isinstance(tree, exp.Neg) else tree
    if not isinstance(number, exp.Literal):
        return None
    if number.is_string:
        return None if number is not tree else _fixed("?column?", "text", number.this)
    if not number.this.isdigit():
        return None
    value = -int(number.this) if number is not tree else int(number.this)
    if not -(2**63) <= value < 2**63:
        return None
    return _fixed("?column?", "int4" if -(2**31) <= value < 2**31 else "int8", value)


def _fixed(name: str, type_name: str, value: object) -> Constant:
    return Constant(ResultColumn(name, _type(type_name)), lambda _: value, is_fixed=True)


_CALLS: dict[str, tuple[str, Evaluate]] = {
    "version": ("text", lambda _: PRODUCT_VERSION),
    "current_user": ("name", lambda session: session.role),
    "current_role": ("name", lambda session: session.role),
    "session_user": ("name", lambda session: session.settings.get("session_authorization")),
    "user": ("name", lambda session: session.role),
    "current_database": ("name", lambda session: session.database),
    "current_catalog": ("name", lambda session: session.database),
    "current_schema": ("name", lambda session: next(iter(session.settings.search_path), None)),
    "pg_backend_pid": ("int4", lambda session: session.pid),
    "pg_advisory_unlock_all": ("void", lambda _: ""),  # pools send it; there are no advisory locks to hold
    "pg_is_in_recovery": ("bool", lambda _: False),
}
_NAMES: dict[type[exp.Expression], str] = {
    exp.CurrentVersion: "version",
    exp.CurrentUser: "current_user",
    exp.SessionUser: "session_user",
    exp.CurrentSchema: "current_schema",
    exp.CurrentDatabase: "current_database",
    exp.CurrentCatalog: "current_catalog",
}


def _call(tree: exp.Expression) -> Constant | None:
    name = _NAMES.get(type(tree))
    arguments: list[exp.Expression] = []
    if name is None and isinstance(tree, exp.Anonymous):
        name, arguments = tree.name.lower(), tree.expressions
    if name is None and isinstance(tree, exp.Column) and not tree.table and not tree.this.quoted:
        name = tree.name.lower() if tree.name.lower() in ("current_role", "user") else None
    if name is None:
        return None
    if name in _SETTING_CALLS:
        return _setting_call(name, arguments)
    if name not in _CALLS or arguments:
        return None
    type_name, evaluate = _CALLS[name]
    return Constant(ResultColumn(name, _type(type_name)), evaluate)


_SETTING_CALLS = ("current_setting", "set_config")


def _setting_call(name: str, arguments: Sequence[exp.Expression]) -> Constant | None:
    values = [_argument(tree) for tree in arguments]
    if _UNKNOWN in values:
        return None
    match name, values:
        case "current_setting", [str(setting)]:
            return Constant(ResultColumn(name, _type("text")), lambda session: session.settings.get(setting))
        case "current_setting", [str(setting), True]:
            return Constant(ResultColumn(name, _type("text")), lambda session: session.settings.find(setting))
        case "current_setting", [str(setting), False]:
            return Constant(ResultColumn(name, _type("text")), lambda session: session.settings.get(setting))
        case "set_config", [str(setting), (str() | None) as value, bool(is_local)]:
            return Constant(
                ResultColumn(name, _type("text")),
                lambda session: session.settings.set(setting, value, is_local=is_local),
            )
        case _:
            return None


_UNKNOWN = object()


def _argument(tree: exp.Expression) -> object:
    match tree:
        case exp.Literal(is_string=True):
            return tree.this
        case exp.Boolean():
            return tree.this
        case exp.Null():
            return None
        case _:
            return _UNKNOWN
