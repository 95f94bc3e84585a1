"""What a changed definition asks for: nothing, a note, or the table made anew; and because of what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum

from sqlglot import exp

from ormolu.definitions import (
    Column,
    Definition,
    Expression,
    GoldMetric,
    GoldTable,
    LookupRule,
    Options,
    SilverTable,
    TableName,
)
from ormolu.errors import FeatureNotSupported, InvalidSyntax
from ormolu.medallion.lineage import dependents
from ormolu.medallion.refresh_mode import keeps_old_rows
from ormolu.sql_extensions.equality import differing_fields, is_same_definition
from ormolu.sql_extensions.parser.expressions import parse_expression, parse_query
from ormolu.sql_extensions.types import DataType

Made = SilverTable | GoldTable | GoldMetric

# Options that say what something is, and change no row of it.
DESCRIBING = frozenset(("title", "owner", "steward", "domain", "dataset", "pipeline", "certified_until", "paused"))
_STORAGE_FIELDS = ("partition_by", "order_by")
_KEY_FIELDS = ("key", "surrogate_key", "grain")


class Impact(Enum):
    """From the least to the most; the first that holds all that differs."""

    NOTHING = "the definition is the same"
    METADATA = "metadata only"
    STORAGE = "storage only"
    RULES = "rules only"
    COLUMNS = "columns"
    ROWS = "which rows there are"
    KEY = "the key"

    @property
    def makes_anew(self) -> bool:
        return self not in (Impact.NOTHING, Impact.METADATA)


@dataclass(frozen=True, slots=True)
class Changed:
    impact: Impact
    parts: tuple[str, ...]  # the clauses, or the columns

    @property
    def reason(self) -> str:
        return f"{self.impact.value}: {', '.join(self.parts)}" if self.parts else self.impact.value


def change_of(old: Made, new: Made) -> Changed:
    """What turning one definition of a table into another means for its rows."""
    if type(old) is not type(new):
        return Changed(Impact.ROWS, ("another kind",))
    if is_same_definition(old, new):
        return Changed(Impact.NOTHING, ())
    shaping = differing_fields(shaping_part(old), shaping_part(new))
    if not shaping:
        return Changed(Impact.METADATA, tuple(_words(name) for name in differing_fields(old, new)))
    names = tuple(_words(name) for name in shaping)
    if any(name in _KEY_FIELDS for name in shaping):
        return Changed(Impact.KEY, names)
    if all(name in _STORAGE_FIELDS or (name == "options" and _only_storage(old, new)) for name in shaping):
        return Changed(Impact.STORAGE, names)
    if shaping == ("rules",):
        return Changed(Impact.RULES, names)
    columns = _columns(old, new, shaping)
    return Changed(Impact.ROWS, names) if columns is None else Changed(Impact.COLUMNS, columns)


def check_rebuild(old: Made, new: Made) -> None:
    """Rows under another key, or without versions among those that have them, cannot stand beside the new ones."""
    if not keeps_old_rows(new):
        return
    if change_of(old, new).impact is Impact.KEY:
        raise _cannot_stay(f"keep the rows of {new.name} under another key")
    if not (isinstance(old, SilverTable) and isinstance(new, SilverTable)):
        return
    if (old.history is None) != (new.history is None):
        verb = "end" if new.history is None else "begin"
        raise _cannot_stay(f"{verb} the history of {new.name} with the rows that come")


def _cannot_stay(what: str) -> FeatureNotSupported:
    return FeatureNotSupported(
        f"REBUILD NONE or FROM cannot {what}",
        hint="Leave REBUILD out of this change: its rows are made anew beside the live version.",
    )


def filling(new: Made, change: Changed) -> str:
    """How the table follows the change, in EXPLAIN's words."""
    if isinstance(new, SilverTable) and new.rebuild is not None and keeps_old_rows(new):
        words = "new rows only, REBUILD NONE"
        if new.rebuild.since is not None:
            words = f"keys that came since {new.rebuild.since}, REBUILD FROM"
        return f"{words} leaves the others as they are: {change.reason}"
    return f"full, beside the live version: {change.reason}"


def shaping_part(definition: Made) -> Made:
    """What decides about rows, columns and files: without comments, schedule and options that only describe."""
    kept = Options(tuple(item for item in definition.options.items if item.name not in DESCRIBING))
    plain = replace(definition, comment=None, schedule=None, options=kept)
    if isinstance(plain, GoldMetric):
        return plain
    return replace(plain, rebuild=None, columns=tuple(_shaping_column(column) for column in plain.columns))


def _shaping_column(column: Column) -> Column:
    """Until when an old name answers, or a column stays, changes nothing of it."""
    until = None if column.formerly is None else ""
    return replace(column, comment=None, formerly_until=until, deprecated_until=None)


def removed_columns(old: Made, new: Made, stored: Collection[str] = ()) -> frozenset[str]:
    """The columns that go, as far as the new definition names its own; FORMERLY says what has only another name.

    `stored` are the table's columns, where the old definition names none: those of a `*`.
    """
    before, after = _named_columns(old), _named_columns(new)
    if after is None:
        return frozenset()
    return frozenset((before if before is not None else set(stored)) - after - _former(new))


def readers(relations: Mapping[TableName, Definition], name: TableName, columns: Collection[str]) -> list[str]:
    """What names one of the columns of a table: "gold.t reads column a"."""
    found = []
    for each in dependents(relations, name):
        read = sorted(set(columns) & _names_read(relations[each], name))
        found += [f"{each} reads column {column}" for column in read]
    return found


_INTEGER_DIGITS = {"int2": 5, "int4": 10, "int8": 19}
_TEXTS = ("bpchar", "varchar", "text")


def is_wider(before: DataType, now: DataType) -> bool:
    """Whether every value of the one type is the same value of the other, and works where it worked."""
    if before == now:
        return True
    if before.dimensions or now.dimensions:
        return False
    old, new = before.scalar.name, now.scalar.name
    if old in _INTEGER_DIGITS and new in _INTEGER_DIGITS:
        return _INTEGER_DIGITS[new] >= _INTEGER_DIGITS[old]
    if new == "numeric" and (old == "numeric" or old in _INTEGER_DIGITS):
        precision, scale = before.modifiers or (_INTEGER_DIGITS.get(old, 1000), 0)
        wide, places = now.modifiers or (1000, scale)
        return wide - places >= precision - scale and places >= scale
    if old in _TEXTS and new in _TEXTS:
        return not now.modifiers or (bool(before.modifiers) and now.modifiers >= before.modifiers)
    return (old, new) == ("float4", "float8")


def _named_columns(definition: Made) -> set[str] | None:
    if isinstance(definition, GoldMetric):
        return {str(each.name) for each in definition.measures} | {each.name for each in definition.grain}
    tree = _select(definition.query)
    if tree is None:
        return None
    selected = {each.alias_or_name for each in tree.expressions}
    if selected & {"*", ""}:
        return None
    looked_up = {name for rule in definition.rules if isinstance(rule, LookupRule) for name in rule.add}
    surrogate = (
        {definition.surrogate_key} if isinstance(definition, SilverTable) and definition.surrogate_key else set()
    )
    return (selected - _former(definition)) | looked_up | surrogate | {column.name for column in definition.columns}


def _former(definition: Made) -> set[str]:
    listed = () if isinstance(definition, GoldMetric) else definition.columns
    return {column.formerly for column in listed if column.formerly is not None}


def _names_read(definition: Definition, name: TableName) -> set[str]:
    if isinstance(definition, GoldMetric):
        texts = [each.expression.text for each in definition.measures]
        texts += [each.expression.text for each in definition.grain]
        texts += [each.condition.text for each in definition.filters]
        trees = map(parse_expression, texts)
        return {column.name for tree in trees for column in tree.find_all(exp.Column)}
    if not isinstance(definition, SilverTable | GoldTable) or definition.query is None:
        return set()
    tree = parse_query(definition.query.text)
    tables = [table for table in tree.find_all(exp.Table) if table.name == name.name]
    aliases = {table.alias_or_name for table in tables if table.db in ("", name.schema)}
    return {column.name for column in tree.find_all(exp.Column) if not column.table or column.table in aliases}


def _select(query: Expression | None) -> exp.Select | None:
    """A copy of a query's tree, where it is one plain SELECT."""
    if query is None:
        return None
    try:
        tree = parse_query(query.text).copy()
    except InvalidSyntax:
        return None
    return tree if isinstance(tree, exp.Select) else None


def _only_storage(old: Made, new: Made) -> bool:
    before, after = ({item.name: str(item.value) for item in each.options.items} for each in (old, new))
    differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return differing - DESCRIBING <= {"compression", "parquet_version", "target_file_size"}


def _columns(old: Made, new: Made, shaping: tuple[str, ...]) -> tuple[str, ...] | None:
    """The columns that differ, where nothing else does; None where the rows may be others."""
    if isinstance(old, GoldMetric) or isinstance(new, GoldMetric):
        return tuple(sorted(_differing_measures(old, new))) if shaping == ("measures",) else None
    if not set(shaping) <= {"columns", "query"}:
        return None
    found: set[str] = set()
    if "columns" in shaping:
        found |= _differing_listed(old.columns, new.columns)
    if "query" in shaping:
        selected = _differing_selected(old.query, new.query)
        if selected is None:
            return None
        found |= selected
    return tuple(sorted(found))


def _differing_listed(old: tuple[Column, ...], new: tuple[Column, ...]) -> set[str]:
    before, after = ({column.name: column for column in each} for each in (old, new))
    return {
        name
        for name in before.keys() | after.keys()
        if name not in before or name not in after or _differing_fields_of(before[name], after[name])
    }


def _differing_fields_of(one: Column, other: Column) -> tuple[str, ...]:
    return tuple(item.name for item in fields(one) if getattr(one, item.name) != getattr(other, item.name))


def _differing_measures(old: Made, new: Made) -> set[str]:
    assert isinstance(old, GoldMetric) and isinstance(new, GoldMetric)
    before, after = ({measure.name: measure for measure in each.measures} for each in (old, new))
    return {str(name) for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def _differing_selected(old: Expression | None, new: Expression | None) -> set[str] | None:
    """The names of the select list that differ, of queries that are the same but for it."""
    before, after = _select(old), _select(new)
    if before is None or after is None or before.args.get("group"):
        return None
    lists = [{each.alias_or_name: each for each in tree.expressions} for tree in (before, after)]
    for tree in (before, after):
        tree.set("expressions", [exp.Star()])
    if before != after or any("*" in names or "" in names for names in lists):
        return None
    return {name for name in lists[0].keys() | lists[1].keys() if lists[0].get(name) != lists[1].get(name)}


def _words(field: str) -> str:
    return field.replace("_", " ")
