"""Which columns of what is made from a table differ, where only some of the table's columns do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from ormolu.definitions import Definition, GoldMetric, GoldTable, SilverTable, TableName
from ormolu.medallion.change_impact import Changed, Impact, Made
from ormolu.medallion.column_edits import own_readers, rule_names
from ormolu.medallion.column_readers import is_table, names_read
from ormolu.medallion.columns import SILVER_AUDIT_COLUMNS
from ormolu.medallion.lineage import base_of, data_upstreams, downstream_in_order
from ormolu.sql_extensions.dialect.reading import identifier, parse_expression, parse_query

Columns = frozenset[str] | None  # None: any row may differ
NONE: frozenset[str] = frozenset()
_AUDIT = frozenset(item.name for item in SILVER_AUDIT_COLUMNS)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change means for one object made from the changed one."""

    object: TableName
    columns: Columns

    @property
    def is_reached(self) -> bool:
        return self.columns is None or bool(self.columns)

    @property
    def action(self) -> str:
        return "refresh" if self.is_reached else "nothing"

    @property
    def reason(self) -> str:
        if self.columns is None:
            return "which rows it reads may have changed"
        if not self.columns:
            return "it reads no column that changes"
        return f"columns {', '.join(sorted(self.columns))} change"


def effects(definition: Made, change: Changed, relations: Mapping[TableName, Definition]) -> list[Effect]:
    """On everything made from it, however far, in the order of refreshes."""
    found: dict[TableName, Columns] = {definition.name: _start(definition, change)}
    for name in downstream_in_order(relations, definition.name):
        known = relations[name]
        bases = {base_of(each, relations) for each in data_upstreams(known, relations)}
        differing: Columns = NONE
        for base in sorted(bases & found.keys()):
            before = found[base]
            reached = None if before is None else spread(known, base, before)
            differing = None if differing is None or reached is None else differing | reached
        found[name] = differing
    return [Effect(name, columns) for name, columns in found.items() if name != definition.name]


def _start(definition: Made, change: Changed) -> Columns:
    match change.impact:
        case Impact.NOTHING | Impact.METADATA | Impact.STORAGE:
            return NONE
        case Impact.COLUMNS:
            changed = frozenset(change.parts)
            return None if _decides_rows(definition, changed) else changed
        case Impact.RULES | Impact.ROWS | Impact.KEY:
            return None


def spread(definition: Definition, upstream: TableName, changed: frozenset[str]) -> Columns:
    """None where the changed columns may decide which rows there are. Empty is certain; the rest may be too much."""
    if not changed:
        return NONE
    match definition:
        case GoldMetric():
            return _of_metric(definition, changed)
        case SilverTable() | GoldTable():
            touched = _touched(definition, upstream, changed)
            if not touched:
                return touched
            listed = {
                column.name
                for column in definition.columns
                if touched & {column.name, *column.sources, *([column.formerly] if column.formerly else ())}
            }
            touched |= listed
            return None if _decides_rows(definition, touched) else touched
        case _:
            return None


def _of_metric(metric: GoldMetric, changed: frozenset[str]) -> Columns:
    fixed = [*(each.expression.text for each in metric.grain), *(each.condition.text for each in metric.filters)]
    if any(_names(parse_expression(text)) & changed for text in fixed):
        return None
    touched: set[str] = set()
    while True:
        more = {
            measure.name
            for measure in metric.measures
            if measure.name not in touched and _names(parse_expression(measure.expression.text)) & (changed | touched)
        }
        if not more:
            return frozenset(touched)
        touched |= more


def _touched(definition: SilverTable | GoldTable, upstream: TableName, changed: frozenset[str]) -> Columns:
    """The outputs of the query, or of FROM relation, that read a changed column."""
    starred = changed - _AUDIT if isinstance(definition, SilverTable) else changed
    if definition.query is None:
        return starred
    tree = parse_query(definition.query.text)
    tables = [table for table in tree.find_all(exp.Table) if is_table(table, upstream)]
    mentioned = bool(names_read(definition, upstream) & (changed | {table.alias_or_name for table in tables}))
    has_star = any(item.is_star for select in tree.find_all(exp.Select) for item in select.selects)
    if any(join.args.get("method") == "NATURAL" for join in tree.find_all(exp.Join)):
        return None
    if not mentioned and not (has_star and starred):
        return NONE
    if not isinstance(tree, exp.Select) or sum(1 for _ in tree.find_all(exp.Query)) > 1 or tree.args.get("distinct"):
        return None
    rest = tree.copy()
    rest.set("expressions", [exp.Star()])
    used = {identifier(each) for join in rest.find_all(exp.Join) for each in join.args.get("using") or ()}
    outputs = {item.alias_or_name for item in tree.selects if not item.is_star and _names(item) & changed}
    group = tree.args.get("group")
    if (_names(rest) | used) & changed or (group and (_names(group) & outputs or group.find(exp.Literal))):
        return None
    return frozenset(outputs) | (starred if has_star else NONE)


def _decides_rows(definition: Made, touched: frozenset[str]) -> bool:
    """Whether a key, a rule or another clause of its own reads the columns."""
    if isinstance(definition, GoldMetric):
        return False
    if any(own_readers(definition, name) for name in touched):
        return True
    return any(rule_names(rule) & touched for rule in definition.rules)


def _names(tree: exp.Expr) -> frozenset[str]:
    nodes = exp.Paren(this=tree.copy()).find_all(exp.Column)
    return frozenset(identifier(node.this) for node in nodes if isinstance(node.this, exp.Identifier))
