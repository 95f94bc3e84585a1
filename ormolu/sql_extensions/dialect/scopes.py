"""Which columns a name can mean at one place of a query."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import exp

from ormolu.errors import AmbiguousColumn, UndefinedColumn, UndefinedTable
from ormolu.sql_extensions.dialect.narrow import in_64_bits
from ormolu.sql_extensions.dialect.reading import identifier, position
from ormolu.sql_extensions.dialect.types import Bound
from ormolu.sql_extensions.types import DataType


@dataclass(frozen=True, slots=True)
class ScopeColumn:
    """A column of a relation in FROM: its name in PostgreSQL, and the expression that reads it."""

    name: str
    type: DataType | None
    tree: exp.Expr
    is_hidden: bool = False
    has_modifiers: bool = False
    on_named: Callable[[], None] | None = None  # what its being read by name is to be told to
    digits: exp.Expr | None = None  # what a numeric is shown as, where its values have digits of their own

    def named(self) -> Bound:
        if self.on_named is not None:
            self.on_named()
        return self.bound()

    def bound(self) -> Bound:
        digits = self.digits.copy() if self.digits is not None else None
        narrow = in_64_bits(self.tree, self.type)
        return Bound(self.tree.copy(), self.type, has_modifiers=self.has_modifiers, digits=digits, narrow=narrow)


@dataclass(frozen=True, slots=True)
class ScopeRelation:
    """A relation in FROM under its visible name."""

    name: str
    columns: tuple[ScopeColumn, ...]
    schema: str | None = None
    is_scalar: bool = False  # a function that returns single values: its name is its value
    is_optional: bool = False  # of an outer join: its rows may be missing


@dataclass(slots=True)
class Scope:
    """The relations of one FROM; `merged` are the columns that USING made one of."""

    parent: Scope | None = None
    relations: list[ScopeRelation] = field(default_factory=list)
    merged: dict[str, ScopeColumn] = field(default_factory=dict)
    with_queries: dict[str, WithQuery] = field(default_factory=dict)
    windows: dict[str, exp.Expr] = field(default_factory=dict)
    aggregates_allowed_in: str | None = None

    def child(self) -> Scope:
        return Scope(parent=self)

    def find_with_query(self, name: str) -> WithQuery | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.with_queries:
                return scope.with_queries[name]
            scope = scope.parent
        return None

    def find_relation(self, name: str, schema: str | None = None) -> ScopeRelation | None:
        scope: Scope | None = self
        while scope is not None:
            for relation in scope.relations:
                if relation.name == name and schema in (None, relation.schema):
                    return relation
            scope = scope.parent
        return None

    def column(self, node: exp.Column) -> Bound:
        """What a column reference reads; 42703, 42702 or 42P01 where that is nothing, unclear or out of reach."""
        found = self.find_column(node)
        if found is not None:
            return found
        raise self._undefined(node)

    def find_column(self, node: exp.Column) -> Bound | None:
        name = identifier(node.this)
        if node.args.get("table") is not None:
            relation = self._qualifier(node)
            column = next((column for column in relation.columns if column.name == name), None)
            return self._read(column, any(own is relation for own in self.relations)) if column else None
        scope: Scope | None = self
        while scope is not None:
            candidates = scope.candidates(name)
            if len(candidates) > 1:
                raise AmbiguousColumn(f'column reference "{name}" is ambiguous', position=position(node))
            if candidates:
                return self._read(candidates[0], scope is self)
            scope = scope.parent
        function = self.find_relation(name)
        return function.columns[0].bound() if function is not None and function.is_scalar else None

    @staticmethod
    def _read(column: ScopeColumn, is_own: bool) -> Bound:
        bound = column.named()
        return bound if is_own else replace(bound, narrow=None)

    def candidates(self, name: str) -> list[ScopeColumn]:
        if name in self.merged:
            return [self.merged[name]]
        return [column for relation in self.relations for column in relation.columns if column.name == name]

    def _qualifier(self, node: exp.Column) -> ScopeRelation:
        table = identifier(node.args["table"])
        schema = identifier(node.args["db"]) if node.args.get("db") is not None else None
        relation = self.find_relation(table, schema)
        if relation is None:
            raise UndefinedTable(
                f'missing FROM-clause entry for table "{table}"',
                hint=nearest(table, (relation.name for relation in self._visible())),
                position=position(node.args["table"]),
            )
        return relation

    def _visible(self) -> Iterable[ScopeRelation]:
        scope: Scope | None = self
        while scope is not None:
            yield from scope.relations
            scope = scope.parent

    def _undefined(self, node: exp.Column) -> UndefinedColumn:
        name = identifier(node.this)
        if node.args.get("table") is not None:
            relation = self._qualifier(node)
            known: Iterable[str] = (column.name for column in relation.columns)
            message = f"column {relation.name}.{name} does not exist"
        else:
            known = (column.name for relation in self._visible() for column in relation.columns)
            message = f'column "{name}" does not exist'
        return UndefinedColumn(message, hint=nearest(name, known), position=position(node))


@dataclass(frozen=True, slots=True)
class WithQuery:
    """A WITH query under the name the engine knows it by."""

    engine_name: str
    # name, engine's name, type, has modifiers, the engine's name of its digits
    columns: tuple[tuple[str, str, DataType | None, bool, str | None], ...]


class OpenScope(Scope):
    """The scope of a rule: any column may be named, and stays as it is; types are given for those that are known."""

    __slots__ = ("types",)

    def __init__(self, types: Mapping[str, DataType] | None) -> None:
        super().__init__()
        self.types = types

    def find_column(self, node: exp.Column) -> Bound | None:
        name = identifier(node.this)
        if self.types is not None and name not in self.types and node.args.get("table") is None:
            raise UndefinedColumn(
                f'column "{name}" does not exist', hint=nearest(name, self.types), position=position(node)
            )
        parts = [quoted(identifier(part)) for part in node.parts]
        return Bound(exp.column(*reversed(parts)), (self.types or {}).get(name))


def quoted(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """A hint with the closest known name."""
    close: Sequence[str] = difflib.get_close_matches(name, sorted(set(known)), n=1, cutoff=0.6)
    return f'Perhaps you meant "{close[0]}".' if close else None
