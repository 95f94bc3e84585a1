"""One pass over the input: casts, repairs, lookups, and for each row which rules it broke.

Every rule adds one layer around the query so far, top to bottom; nothing is read twice. The pass ends with the
columns as they will be stored, the system columns of the input under names of their own, one boolean a rule,
and the row as it came in for those that broke any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlglot import exp

from ormolu.definitions import (
    Action,
    CheckRule,
    Column,
    DeduplicateRule,
    DeleteWhen,
    ExpectRule,
    Expression,
    ForeignKeyRule,
    Keep,
    LookupRule,
    NotNullRule,
    SetRule,
    SortColumn,
    TableName,
    UniqueRule,
)
from ormolu.errors import DuplicateColumn, InvalidSyntax, UndefinedColumn, UndefinedTable
from ormolu.medallion import casts
from ormolu.medallion.expressions import (
    EPOCH,
    Scope,
    columns_of,
    failed,
    is_false,
    is_true,
    scope_of,
    translated,
    undefined_column,
    value_or_null,
)
from ormolu.medallion.rules import CastRule, KeyRule, NamedRule
from ormolu.medallion.templates import (
    all_of,
    any_of,
    cast,
    column,
    columns,
    equal,
    fill,
    first_present,
    named,
    negated,
    present,
    query,
    quoted,
    row_hash,
    same,
    string,
)
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.types import DataType, data_type

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
    current: exp.Query | None = None  # the published rows that a batch is merged into: UNIQUE looks there too


@dataclass(frozen=True, slots=True)
class Stage:
    """`query` yields `columns` and the internal ones; `lookups` are checked for rows matched twice."""

    query: exp.Query
    columns: tuple[InputColumn, ...]
    rules: tuple[NamedRule, ...]  # that look at rows
    expectations: tuple[NamedRule, ...]


def stage(request: StageRequest) -> Stage:
    """The pass of a table. Raises where a rule names what is not there."""
    layers = _Layers(request)
    layers.start()
    for rule in request.rules:
        layers.add(rule)
    return layers.finish()


@dataclass
class _Layers:
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
        _refuse_reserved(plain)
        self.system = {item.name: item.type for item in request.inputs if item.is_system and item.name not in plain}
        projections: list[exp.Expr] = []
        for number, (name, typed) in enumerate(_typed(request, plain).items()):
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
        delete = exp.false() if request.delete_when is None else is_true(self._tree(request.delete_when.condition))
        self._layer([named(delete, IS_DELETE)])

    def _layer(
        self, added: Sequence[exp.Expr], replaced: Mapping[str, exp.Expr] | None = None, join: exp.Expr | None = None
    ) -> None:
        star = exp.Column(this=exp.Star(), table=quoted("r"))
        if replaced:
            terms = [named(value, name) for name, value in replaced.items()]
            star.this.set("replace", terms)
        layer = query("SELECT :star, :added FROM so_far AS r", star=star, added=added, so_far=self.query)
        if not added:
            layer = query("SELECT :star FROM so_far AS r", star=star, so_far=self.query)
        if join is not None:
            layer.set("joins", join.args["joins"])
        self.query = layer

    def _scope(self) -> Scope:
        names = [*self.types, *self.hidden_sources, *self.system]
        return scope_of(names, others=(self.request.table.name,))

    def _tree(self, expression: Expression) -> exp.Expr:
        return translated(expression, self._scope(), self._all_types(), self.request.now)

    def _all_types(self) -> dict[str, DataType]:
        plain = {item.name: item.type for item in self.request.inputs}
        return {name: plain[name] for name in self.hidden_sources} | self.system | self.types

    def _known(self, name: str) -> exp.Column:
        if name not in self.types and name not in self.system and name not in self.hidden_sources:
            raise undefined_column(name, self.types)
        return column(name, "r")

    @property
    def _compares_raw(self) -> bool:
        """Rows are compared as they came in: else only those that broke a rule need a hash of that."""
        return any(isinstance(placed.rule, DeduplicateRule) for placed in self.request.rules)

    # --- one layer a rule -----------------------------------------------------------------------------------------

    def add(self, placed: NamedRule) -> None:
        match placed.rule:
            case CastRule():
                self._cast(placed, placed.rule)
            case SetRule():
                self._set(placed, placed.rule)
            case NotNullRule():
                value = self._known(placed.rule.column)
                self._check(placed, fill(":value IS NULL", value=value), (placed.rule.column,))
            case KeyRule():
                for name in placed.rule.columns:
                    self._known(name)
                missing = negated(present(placed.rule.columns, "r"))
                self._check(placed, missing, placed.rule.columns, is_for_deletes=True)
            case CheckRule():
                names = columns_of(placed.rule.condition)
                self._check(placed, is_false(self._tree(placed.rule.condition)), names)
            case UniqueRule():
                self._unique(placed, placed.rule)
            case ForeignKeyRule():
                self._foreign_key(placed, placed.rule)
            case DeduplicateRule():
                self._deduplicate(placed, placed.rule)
            case LookupRule():
                self._lookup(placed, placed.rule)
            case ExpectRule():
                pass  # looks at tables, not at rows

    def _flagged(self, placed: NamedRule, violated: exp.Expr, *, is_for_deletes: bool = False) -> exp.Expr:
        self.added.append(placed)
        if is_for_deletes:
            return named(violated, flag(placed))
        return named(exp.And(this=negated(column(IS_DELETE, "r")), expression=exp.Paren(this=violated)), flag(placed))

    def _check(
        self, placed: NamedRule, violated: exp.Expr, names: Sequence[str], *, is_for_deletes: bool = False
    ) -> None:
        self._layer([self._flagged(placed, violated, is_for_deletes=is_for_deletes)])
        self._mend(placed, names)

    def _mend(self, placed: NamedRule, names: Sequence[str]) -> None:
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
            instead = self._default(name)
        type_ = self.types[name].duckdb
        mended = fill(
            "CASE WHEN :flag THEN :instead ELSE :value END",
            flag=column(flag(placed), "r"),
            instead=cast(instead, type_),
            value=column(name, "r"),
        )
        self._layer([], {name: mended})

    def _default(self, name: str) -> exp.Expr:
        declared = next((item for item in self.request.columns if item.name == name), None)
        if declared is None or declared.default is None:
            raise InvalidSyntax(
                f'column "{name}" has no DEFAULT', hint="Give it one in the column list, or use SET NULL."
            )
        return translated(declared.default, scope_of(()), {}, self.request.now)

    def _cast(self, placed: NamedRule, rule: CastRule) -> None:
        violated = self.broken.get(rule.column)
        if violated is None:
            return  # the value has the type already, or comes from the DEFAULT
        is_key = rule.column in self.request.key
        self._layer([self._flagged(placed, violated, is_for_deletes=is_key)])
        if placed.action is Action.SET_DEFAULT:
            self._mend(placed, (rule.column,))

    def _set(self, placed: NamedRule, rule: SetRule) -> None:
        if rule.column not in self.types:
            raise undefined_column(rule.column, self.types)
        wanted = self.types[rule.column].duckdb
        value = self._tree(rule.expression)
        applies = exp.true() if rule.where is None else is_true(self._tree(rule.where))
        set_value = fill(
            "CASE WHEN :applies THEN :value ELSE :old END",
            applies=applies,
            value=exp.TryCast(this=value_or_null(value), to=exp.DataType.build(wanted, dialect="duckdb")),
            old=column(rule.column, "r"),
        )
        violated = exp.And(this=applies.copy(), expression=failed(value))
        self._layer([self._flagged(placed, violated)], {rule.column: set_value})
        if placed.action is Action.SET_DEFAULT:
            self._mend(placed, (rule.column,))

    def _foreign_key(self, placed: NamedRule, rule: ForeignKeyRule) -> None:
        referenced = self._relation(rule.references)
        for name in rule.columns:
            self._known(name)
        for name in rule.referenced_columns:
            if referenced.find_column(name) is None:
                raise undefined_column(name, [item.name for item in referenced.columns])
        if len(rule.columns) != len(rule.referenced_columns):
            raise InvalidSyntax(f'rule "{placed.name}" pairs {len(rule.columns)} with {len(rule.referenced_columns)}')
        pairs = zip(rule.columns, rule.referenced_columns, strict=True)
        matched = fill(
            "EXISTS (SELECT 1 FROM referenced AS f WHERE :equal)",
            referenced=referenced.source.copy(),
            equal=equal(pairs, "r", "f"),
        )
        violated = exp.And(this=exp.Paren(this=present(rule.columns, "r")), expression=negated(matched))
        self._check(placed, violated, rule.columns)

    def _lookup(self, placed: NamedRule, rule: LookupRule) -> None:
        found = self._relation(rule.table)
        names = tuple(item.name for item in found.columns)
        for name in (*rule.add, *rule.fill):
            if name not in names:
                raise undefined_column(name, names)
        for name in rule.add:
            if name in self.types or name in self.hidden_sources:
                raise DuplicateColumn(f'LOOKUP adds column "{name}" that is there already', hint="Use FILL.")
        scope = Scope((("f", (rule.table.name,), names), *self._scope().tables))
        types = {item.name: item.type for item in found.columns} | self._all_types()
        condition = translated(rule.condition, scope, types, self.request.now)
        numbered = query("SELECT s.*, row_number() OVER () AS number FROM source AS s", source=found.source.copy())
        numbered.expressions[-1].set("alias", quoted(INTERNAL + "match"))
        join = query("SELECT 1 FROM r LEFT JOIN found AS f ON :condition", found=numbered, condition=condition)
        missing = fill(":match IS NULL", match=column(INTERNAL + "match", "f"))
        violated = missing if rule.on_violation is not None else exp.false()
        added = [
            named(column(INTERNAL + "match", "f"), match_number(placed)),
            self._flagged(placed, violated),
            *(named(column(name, "f"), name) for name in rule.add),
        ]
        filled = {
            name: fill(
                "coalesce(:old, :new)",
                old=self._known(name),
                new=exp.TryCast(
                    this=column(name, "f"), to=exp.DataType.build(self.types[name].duckdb, dialect="duckdb")
                ),
            )
            for name in rule.fill
        }
        self._layer(added, filled, join)
        for name in rule.add:
            item = found.find_column(name)
            assert item is not None
            self.types[name] = item.type

    def _relation(self, name: TableName) -> Relation:
        relation = self.request.relations.get(name)
        if relation is None:
            raise UndefinedTable(f'relation "{name}" does not exist')
        return relation

    # --- rules that compare rows ----------------------------------------------------------------------------------

    def _eligible(self, names: Sequence[str]) -> exp.Expr:
        """Rows that are still in: not deletions, not to be removed by a rule above, without NULL in `names`."""
        gone = [column(flag(rule), "r") for rule in self.added if rule.removes_rows]
        gone += [column(exact(rule), "r") for rule in self.added if isinstance(rule.rule, DeduplicateRule)]
        return exp.And(
            this=negated(any_of([column(IS_DELETE, "r"), *gone])), expression=exp.Paren(this=present(names, "r"))
        )

    def _arrival(self, *, is_descending: bool) -> list[exp.Expr]:
        names = [*self.request.sequence_by] or [name for name in ("_row_id",) if name in self.system]
        return [self._ordered(self._known(name), is_descending) for name in names]

    @staticmethod
    def _ordered(tree: exp.Expr, is_descending: bool) -> exp.Ordered:
        return exp.Ordered(this=tree, desc=is_descending, nulls_first=False)

    def _order(self, given: Sequence[SortColumn], *, is_descending: bool) -> list[exp.Expr]:
        order: list[exp.Expr] = [
            self._ordered(self._tree(term.expression), term.is_descending != is_descending) for term in given
        ]
        if not given:
            order = self._arrival(is_descending=is_descending)
        order += [self._ordered(column(SYSTEM + "_row_id", "r"), is_descending)] if self._has_row_id() else []
        return [*order, self._ordered(column(ROW_NUMBER, "r"), is_descending)]

    def _has_row_id(self) -> bool:
        return any(item.is_system and item.name == "_row_id" for item in self.request.inputs)

    def _deduplicate(self, placed: NamedRule, rule: DeduplicateRule) -> None:
        for name in rule.columns:
            self._known(name)
        eligible = self._eligible(rule.columns)
        groups: list[exp.Expr] = [*columns(rule.columns, "r"), eligible]
        if set(rule.columns) == set(self.request.key) and any(
            item.is_system and item.name == "_load_id" for item in self.request.inputs
        ):
            groups.append(column(SYSTEM + "_load_id", "r"))  # over several loads they are versions, not duplicates
        order = self._order(rule.order_by, is_descending=rule.keep is Keep.LAST)
        raw = column(RAW_HASH, "r")
        place = fill("row_number() OVER (PARTITION BY :groups ORDER BY :order)", groups=groups, order=order)
        kept = fill(
            "first_value(:raw) OVER (PARTITION BY :groups ORDER BY :order)", raw=raw, groups=groups, order=order
        )
        distinct = fill("count(DISTINCT :raw) OVER (PARTITION BY :groups)", raw=raw, groups=groups)
        place_name, kept_name, count_name = (f"ormolu:{each}:{placed.position}" for each in ("place", "kept", "count"))
        self._layer([named(place, place_name), named(kept, kept_name), named(distinct, count_name)])
        equal_row = fill(":raw = :kept", raw=column(RAW_HASH, "r"), kept=column(kept_name, "r"))
        loser = fill(":place > 1", place=column(place_name, "r"))
        all_lose = fill(":count > 1", count=column(count_name, "r"))
        eligible = self._eligible(rule.columns)
        if rule.keep is Keep.NONE:
            is_exact = all_of([eligible, loser, negated(all_lose)])
            is_loser = all_of([eligible, all_lose])
        else:
            is_exact = all_of([eligible, loser, equal_row])
            is_loser = all_of([eligible, loser, negated(equal_row)])
        self._layer([named(is_exact, exact(placed)), self._flagged(placed, is_loser)])
        self._mend(placed, rule.columns)

    def _unique(self, placed: NamedRule, rule: UniqueRule) -> None:
        for name in rule.columns:
            self._known(name)
        eligible = self._eligible(rule.columns)
        key = self.request.key
        window = {
            "groups": [*columns(rule.columns, "r"), eligible],
            "order": [*self._arrival(is_descending=False), self._ordered(column(ROW_NUMBER, "r"), False)],
        }
        owner = row_hash(columns(key, "r")) if key else cast(column(ROW_NUMBER, "r"), "VARCHAR")
        first = fill("first_value(:owner) OVER (PARTITION BY :groups ORDER BY :order)", owner=owner, **window)
        owner_name = f"ormolu:owner:{placed.position}"
        self._layer([named(first, owner_name)])
        taken = fill(":first <> :owner", first=column(owner_name, "r"), owner=owner)
        if self.request.current is not None and key:
            elsewhere = fill(
                "EXISTS (SELECT 1 FROM published AS f WHERE :equal AND NOT (:same))",
                published=self.request.current,
                equal=equal([(name, name) for name in rule.columns], "r", "f"),
                same=same(key, "r", "f"),
            )
            taken = exp.Or(this=taken, expression=elsewhere)
        violated = all_of([self._eligible(rule.columns), taken])
        self._check(placed, violated, rule.columns)

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
        kept += [column(name, "r") for name in self.request.sequence_by if name not in self.types and self._known(name)]
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


@dataclass(frozen=True, slots=True)
class _Typed:
    """A stored column's value in the first layer; `broken` is true where the cast fails."""

    value: exp.Expr
    type: DataType
    broken: exp.Expr | None = None


def _typed(request: StageRequest, plain: Mapping[str, DataType]) -> dict[str, _Typed]:
    """The stored columns in order: those of the column list in their declared types, then what passes through."""
    result: dict[str, _Typed] = {}
    consumed: set[str] = set()
    for declared in request.columns:
        candidates: dict[str, None] = dict.fromkeys((declared.name, *declared.sources))
        if declared.formerly is not None:
            candidates[declared.formerly] = None
        sources = [name for name in candidates if name in plain]
        consumed.update(sources)
        result[declared.name] = _typed_column(declared, {name: plain[name] for name in sources}, plain, request.now)
    for name, type_ in plain.items():
        is_needed = name in request.key or name in request.sequence_by
        if name not in result and name not in consumed and (is_needed or not request.only_listed):
            result[name] = _Typed(column(name, "r"), type_)
    return result


def _typed_column(
    declared: Column, sources: Mapping[str, DataType], plain: Mapping[str, DataType], now: datetime
) -> _Typed:
    wanted = data_type(declared.type)
    if not sources:
        if declared.default is None:
            names = ", ".join(declared.sources) or declared.name
            raise UndefinedColumn(
                f'column "{declared.name}" is listed, but the query has no column {names}',
                hint=f"It has: {', '.join(plain)}. A listed column that the query lacks needs a DEFAULT.",
            )
        return _Typed(cast(translated(declared.default, scope_of(()), {}, now), wanted.duckdb), wanted)
    values = [casts.converted(column(name, "r"), given=given, wanted=wanted) for name, given in sources.items()]
    broken = [
        exp.And(this=fill("NOT :raw IS NULL", raw=column(name, "r")), expression=fill("(:value) IS NULL", value=value))
        for (name, given), value in zip(sources.items(), values, strict=True)
        if not casts.is_same(given, wanted)
    ]
    value = values[0] if len(values) == 1 else first_present(values)
    return _Typed(value, wanted, any_of(broken) if broken else None)


def _refuse_reserved(names: Mapping[str, DataType]) -> None:
    for name in names:
        if name.startswith(INTERNAL):
            raise DuplicateColumn(f'column name "{name}" is reserved', hint="Give it another name with AS.")
