"""The query of a pass as it grows: every rule adds a layer around the query so far, nothing is read twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from ormolu.definitions import Action, DeduplicateRule, ExpectRule, Expression, LookupRule
from ormolu.errors import InvalidSyntax
from ormolu.medallion.expressions import Scope, is_true, scope_of, translated, undefined_column
from ormolu.medallion.rules import NamedRule
from ormolu.medallion.staged_rows import (
    BROKEN,
    IS_DELETE,
    QUARANTINE_ID,
    RAW,
    RAW_HASH,
    ROW_NUMBER,
    SYSTEM,
    InputColumn,
    Stage,
    StageRequest,
    exact,
    flag,
    match_number,
)
from ormolu.medallion.templates import (
    any_of,
    cast,
    column,
    columns,
    fill,
    named,
    negated,
    query,
    quoted,
    row_hash,
    string,
)
from ormolu.medallion.typed_columns import refuse_reserved, typed_columns
from ormolu.sql_extensions.types import DataType


@dataclass
class Layers:
    request: StageRequest
    query: exp.Query = field(default_factory=exp.Select)
    types: dict[str, DataType] = field(default_factory=dict)
    system: dict[str, DataType] = field(default_factory=dict)  # that rules may name
    added: list[NamedRule] = field(default_factory=list)
    broken: dict[str, exp.Expr] = field(default_factory=dict)  # of the casts, by column
    hidden_sources: list[str] = field(default_factory=list)  # input columns that are read but not stored

    # --- the first layer: casts ---------------------------------------------------------------------------------

    def start(self) -> None:
        request = self.request
        plain = {item.name: item.type for item in request.inputs if not item.is_system}
        refuse_reserved(plain)
        self.system = {item.name: item.type for item in request.inputs if item.is_system and item.name not in plain}
        projections: list[exp.Expr] = []
        for number, (name, typed) in enumerate(typed_columns(request, plain).items()):
            self.types[name] = typed.type
            projections.append(named(typed.value, name))
            if typed.broken is not None:
                self.broken[name] = column(f"ormolu:cast:{number}", "r")
                projections.append(named(typed.broken, f"ormolu:cast:{number}"))
        all_system = [item for item in request.inputs if item.is_system]
        projections += [named(column(SYSTEM + item.name, "r"), SYSTEM + item.name) for item in all_system]
        projections += [named(column(SYSTEM + name, "r"), name) for name in self.system]
        raw = [*plain, *(SYSTEM + item.name for item in all_system)]
        packed = [exp.PropertyEQ(this=quoted(name), expression=column(name, "r")) for name in raw]
        projections.append(named(exp.Struct(expressions=packed), RAW))
        if self._compares_raw:
            projections.append(named(row_hash(columns(list(plain), "r")), RAW_HASH))
        self.hidden_sources = [name for name in plain if name not in self.types]
        projections += [named(column(name, "r"), name) for name in self.hidden_sources]
        projections.append(named(column(QUARANTINE_ID, "r"), QUARANTINE_ID))
        self.query = query(
            "SELECT :cols, row_number() OVER () AS number FROM input AS r", cols=projections, input=request.input
        )
        self.query.expressions[-1].set("alias", quoted(ROW_NUMBER))
        delete = exp.false() if request.delete_when is None else is_true(self.tree(request.delete_when.condition))
        self.layer([named(delete, IS_DELETE)])

    def layer(
        self, added: Sequence[exp.Expr], replaced: Mapping[str, exp.Expr] | None = None, join: exp.Expr | None = None
    ) -> None:
        star = exp.Column(this=exp.Star(), table=quoted("r"))
        if replaced:
            terms = [named(value, name) for name, value in replaced.items()]
            star.this.set("replace", terms)
        layer = query("SELECT :terms FROM so_far AS r", terms=[star, *added], so_far=self.query)
        if join is not None:
            layer.set("joins", join.args["joins"])
        self.query = layer

    def scope(self) -> Scope:
        names = [*self.types, *self.hidden_sources, *self.system]
        source = self.request.source_name
        return scope_of(names, others=(self.request.table.name, *([source] if source else [])))

    def tree(self, expression: Expression) -> exp.Expr:
        return translated(expression, self.scope(), self.all_types(), self.request.now)

    def all_types(self) -> dict[str, DataType]:
        plain = {item.name: item.type for item in self.request.inputs}
        return {name: plain[name] for name in self.hidden_sources} | self.system | self.types

    def known(self, name: str) -> exp.Column:
        if name not in self.types and name not in self.system and name not in self.hidden_sources:
            raise undefined_column(name, self.types)
        return column(name, "r")

    @property
    def _compares_raw(self) -> bool:
        """Rows are compared as they came in: else only those that broke a rule need a hash of that."""
        return any(isinstance(placed.rule, DeduplicateRule) for placed in self.request.rules)

    # --- one layer a rule -----------------------------------------------------------------------------------------

    def flagged(self, placed: NamedRule, violated: exp.Expr, *, is_for_deletes: bool = False) -> exp.Expr:
        self.added.append(placed)
        if is_for_deletes:
            return named(violated, flag(placed))
        return named(exp.And(this=negated(column(IS_DELETE, "r")), expression=exp.Paren(this=violated)), flag(placed))

    def check(
        self, placed: NamedRule, violated: exp.Expr, names: Sequence[str], *, is_for_deletes: bool = False
    ) -> None:
        self.layer([self.flagged(placed, violated, is_for_deletes=is_for_deletes)])
        self.mend(placed, names)

    def mend(self, placed: NamedRule, names: Sequence[str]) -> None:
        """SET NULL and SET DEFAULT, from the next rule on."""
        if placed.action not in (Action.SET_NULL, Action.SET_DEFAULT):
            return
        if len(names) != 1:
            raise InvalidSyntax(
                f'rule "{placed.name}": {placed.action.value} needs a rule about exactly one column',
                hint="Use QUARANTINE, DISCARD or WARN.",
            )
        name = names[0]
        if name not in self.types:
            raise undefined_column(name, self.types)
        instead: exp.Expr = exp.null()
        if placed.action is Action.SET_DEFAULT:
            instead = self.default(name)
        type_ = self.types[name].duckdb
        mended = fill(
            "CASE WHEN :flag THEN :instead ELSE :value END",
            flag=column(flag(placed), "r"),
            instead=cast(instead, type_),
            value=column(name, "r"),
        )
        self.layer([], {name: mended})

    def default(self, name: str) -> exp.Expr:
        declared = next((item for item in self.request.columns if item.name == name), None)
        if declared is None or declared.default is None:
            raise InvalidSyntax(
                f'column "{name}" has no DEFAULT', hint="Give it one in the column list, or use SET NULL."
            )
        return translated(declared.default, scope_of(()), {}, self.request.now)

    # --- the last layer ---------------------------------------------------------------------------------------------

    def _raw_hash(self) -> exp.Expr:
        if self._compares_raw:
            return column(RAW_HASH, "r")
        plain = [item.name for item in self.request.inputs if not item.is_system]
        values = [fill("struct_extract(:raw, :name)", raw=column(RAW, "r"), name=string(name)) for name in plain]
        return row_hash(values)

    def finish(self) -> Stage:
        names = [
            fill("CASE WHEN :flag THEN :name END", flag=column(flag(rule), "r"), name=string(rule.name))
            for rule in self.added
        ]
        broken = (
            fill("list_filter(list_value(:names), lambda x: NOT x IS NULL)", names=names)
            if names
            else fill("CAST([] AS VARCHAR[])")
        )
        flags: list[exp.Expr] = [column(flag(rule), "r") for rule in self.added]
        raw = fill("CASE WHEN :any THEN :raw END", any=any_of(flags), raw=column(RAW, "r"))
        kept = [*columns(self.types, "r")]
        kept += [column(name, "r") for name in self.request.sequence_by if name not in self.types and self.known(name)]
        kept += [column(SYSTEM + item.name, "r") for item in self.request.inputs if item.is_system]
        kept += [column(name, "r") for name in (ROW_NUMBER, IS_DELETE, QUARANTINE_ID)]
        kept += flags
        kept += [column(exact(rule), "r") for rule in self.added if isinstance(rule.rule, DeduplicateRule)]
        kept += [column(match_number(rule), "r") for rule in self.added if isinstance(rule.rule, LookupRule)]
        last = query(
            "SELECT :kept, :raw, :hash, :broken FROM so_far AS r",
            kept=kept,
            raw=named(raw, RAW),
            hash=named(fill("CASE WHEN :any THEN :hash END", any=any_of(flags), hash=self._raw_hash()), RAW_HASH),
            broken=named(broken, BROKEN),
            so_far=self.query,
        )
        return Stage(
            last,
            tuple(InputColumn(name, type_) for name, type_ in self.types.items()),
            tuple(self.added),
            tuple(rule for rule in self.request.rules if isinstance(rule.rule, ExpectRule)),
        )
