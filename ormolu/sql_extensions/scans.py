"""Which rows of each list of data files a bound query can use, as far as its conditions say it.

A condition goes down to the files where leaving out the rows that fail it leaves the answer as it is: through joins,
derived tables, WITH and set operations, but not past LIMIT, DISTINCT ON or a window. On the side of an outer join that
is filled up with NULLs only what is never true of a NULL counts, for such a condition takes the filled-up rows away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from ormolu.sql_extensions.conditions import (
    ANYTHING,
    Condition,
    both,
    either,
    read_condition,
    rejecting_null,
    renamed,
)

_INNER = frozenset({"", "INNER", "CROSS", "OUTER"})
_GROUPS = ("grouping_sets", "cube", "rollup", "totals", "all")


def scan_conditions(tree: exp.Query) -> dict[int, Condition]:
    """The condition on the rows of each `read_parquet`, by the `id` of the call."""
    walk = _Walk()
    walk.query(tree, ANYTHING)
    return walk.found


@dataclass(slots=True)
class _Walk:
    found: dict[int, Condition] = field(default_factory=dict)
    asked: dict[str, list[Condition]] = field(default_factory=dict)  # of each WITH query, by all who read it

    def query(self, query: exp.Expr, wanted: Condition) -> None:
        """`wanted` speaks of the query's columns by name."""
        if query.args.get("limit") or query.args.get("offset"):
            wanted = ANYTHING
        match query:
            case exp.Subquery():
                self.query(query.this, wanted)
            case exp.SetOperation():
                self._set_operation(query, wanted)
            case exp.Select():
                self._select(query, wanted)
            case _:
                self._nested(query)
        self._with(query)

    def _set_operation(self, query: exp.SetOperation, wanted: Condition) -> None:
        names = _columns(query)
        for branch in (query.left, query.right):
            theirs = _columns(branch)
            known = names is not None and theirs is not None and len(names) == len(theirs)
            places = dict(zip(names or (), theirs or (), strict=False)) if known else {}
            self.query(branch, renamed(wanted, places.get))

    def _select(self, select: exp.Select, wanted: Condition) -> None:
        from_ = select.args.get("from_")
        sources = [] if from_ is None else [from_.this, *(join.this for join in select.args.get("joins") or ())]
        wanted = wanted if _lets_through(select) else ANYTHING
        match sources:
            case [exp.Table(this=exp.ReadParquet() as reading)]:  # its own WHERE has chosen the files already
                self.found[id(reading)] = renamed(wanted, lambda name: _stored_name(select, name))
                return
        for place, source in enumerate(sources):
            names = frozenset({"", source.alias_or_name}) if len(sources) == 1 else frozenset({source.alias_or_name})
            self._source(source, ANYTHING if _is_odd(select, source) else _on_rows(select, place, names, wanted))
        for part in (*select.expressions, *_clauses(select)):
            self._nested(part)

    def _source(self, source: exp.Expr, wanted: Condition) -> None:
        match source:
            case exp.Table(this=exp.Identifier()) if not source.db:
                self.asked.setdefault(source.name, []).append(_through_alias(source, wanted, None))
            case exp.Subquery():
                self.query(source.this, _through_alias(source, wanted, _columns(source.this)))
            case _:
                self._nested(source)

    def _with(self, query: exp.Expr) -> None:
        """The WITH queries after all that reads them, the last of them first."""
        clause = query.args.get("with_")
        if clause is None:
            return
        for common in reversed(clause.expressions):
            asked = self.asked.get(common.alias, [])
            wanted = ANYTHING if clause.args.get("recursive") else either(asked) if asked else ANYTHING
            self.query(common.this, _through_alias(common, wanted, _columns(common.this)))

    def _nested(self, tree: exp.Expr) -> None:
        """The queries inside an expression, which nothing is known of from outside."""
        stack = [tree]
        while stack:
            node = stack.pop()
            if isinstance(node, exp.Query):
                self.query(node, ANYTHING)
            else:
                stack.extend(node.iter_expressions())


def _clauses(select: exp.Select) -> list[exp.Expr]:
    named = [select.args.get(name) for name in ("where", "group", "having", "qualify", "order", "distinct")]
    ons = [join.args.get("on") for join in select.args.get("joins") or ()]
    return [clause for clause in (*named, *ons) if isinstance(clause, exp.Expr)]


def _is_odd(select: exp.Select, source: exp.Expr) -> bool:
    """Whether rows of the source count beside their values."""
    joins = select.args.get("joins") or ()
    return any(source.args.get(name) for name in ("sample", "pivots")) or any(join.method for join in joins)


def _on_rows(select: exp.Select, place: int, names: Collection[str], wanted: Condition) -> Condition:
    """What WHERE, the joins and the query around say of the rows of one source, which has those names."""

    def name(column: exp.Column) -> str | None:
        return column.name if column.table in names else None

    is_filled = _is_filled(select, place)
    conditions = [_rejecting(renamed(wanted, lambda output: _source_column(select, output, names)), is_filled)]
    where = select.args.get("where")
    if where is not None:
        conditions.append(_rejecting(read_condition(where.this, name), is_filled))
    for at, join in enumerate(select.args.get("joins") or (), start=1):
        on = join.args.get("on")
        if on is not None and _is_tested(join, is_own=at == place, is_before=at > place):
            conditions.append(_rejecting(read_condition(on, name), _is_filled(select, place, until=at)))
    return both(conditions)


def _rejecting(condition: Condition, is_filled: bool) -> Condition:
    return rejecting_null(condition) if is_filled else condition


def _is_filled(select: exp.Select, place: int, until: int | None = None) -> bool:
    """Whether the joins (those before `until`) fill rows of the source up with NULLs, or may."""
    sides = [join.side for join in select.args.get("joins") or ()]
    before = sides[: None if until is None else until - 1]
    own = before[place - 1] if 0 < place <= len(before) else ""
    return own in ("LEFT", "FULL") or any(side in ("RIGHT", "FULL") for side in before[place:])


def _is_tested(join: exp.Join, *, is_own: bool, is_before: bool) -> bool:
    """Whether rows of the source that fail the join's ON leave the answer as it is when they are left out."""
    if join.method or join.kind not in _INNER:
        return False
    match join.side:
        case "":
            return is_own or is_before
        case "LEFT":
            return is_own
        case "RIGHT":
            return is_before
        case _:
            return False


def _lets_through(select: exp.Select) -> bool:
    """Whether a condition on the rows that come out may be put to those that go in."""
    distinct, group = select.args.get("distinct"), select.args.get("group")
    if distinct is not None and distinct.args.get("on") is not None:
        return False
    if group is not None and any(group.args.get(name) for name in _GROUPS):
        return False
    return not select.args.get("qualify") and not any(
        node.find(exp.Window) is not None for node in select.expressions if not isinstance(node, exp.Star)
    )


def _source_column(select: exp.Select, output: str, names: Collection[str]) -> str | None:
    """The source's column that a select gives out unchanged under a name; with groups, one that makes them."""
    group = select.args.get("group")
    for projection in select.expressions:
        if projection.alias_or_name == output:
            column = projection.unalias().unnest()
            if not isinstance(column, exp.Column) or column.table not in names:
                return None
            is_key = group is None or column in [key.unnest() for key in group.expressions]
            return column.name if is_key else None
    is_starred = "" in names and any(isinstance(projection, exp.Star) for projection in select.expressions)
    return output if is_starred and group is None else None


def _stored_name(select: exp.Select, name: str) -> str | None:
    """The files' column behind one of a scan's, which has its name: at most cast to the type of queries."""
    for projection in select.expressions:
        if projection.alias_or_name == name:
            column = projection.unalias()
            column = column.this if isinstance(column, exp.Cast) else column
            return name if isinstance(column, exp.Column) and column.name == name else None
    return None


def _columns(query: exp.Expr) -> tuple[str, ...] | None:
    """The names of a query's columns, in order; None where a star hides them."""
    while isinstance(query, exp.Subquery | exp.SetOperation):
        query = query.this
    if not isinstance(query, exp.Select) or any(isinstance(each, exp.Star) for each in query.expressions):
        return None
    return tuple(each.alias_or_name for each in query.expressions)


def _through_alias(source: exp.Expr, wanted: Condition, columns: Sequence[str] | None) -> Condition:
    """The condition by the names inside, where the alias gives the columns others."""
    alias = source.args.get("alias")
    given = [column.name for column in alias.args.get("columns") or ()] if alias is not None else []
    if not given:
        return wanted
    if columns is None:
        return ANYTHING
    inside: Mapping[str, str] = dict(zip(given, columns, strict=False))
    return renamed(wanted, inside.get)
