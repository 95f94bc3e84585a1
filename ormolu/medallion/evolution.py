"""What a bronze table's schema becomes when its source is not as it was: columns new, gone, or of another type."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import assert_never

from ormolu.definitions import BronzeSource, Column
from ormolu.errors import (
    DatatypeMismatch,
    DuplicateColumn,
    FeatureNotSupported,
    InvalidParameterValue,
    OrmoluError,
    UndefinedColumn,
)
from ormolu.medallion.columns import BRONZE_SYSTEM_COLUMNS, StoredColumn
from ormolu.medallion.inference import TEXT
from ormolu.sql_extensions.types import DataType, data_type
from ormolu.sql_extensions.writer.words import name as written


class OnNewColumn(Enum):
    ADD = "add"
    IGNORE = "ignore"
    FAIL = "fail"


class OnRemovedColumn(Enum):
    WARN = "warn"
    WARN_IF_USED = "warn_if_used"
    NULL = "null"
    FAIL = "fail"


class OnTypeChange(Enum):
    WIDEN = "widen"
    QUARANTINE = "quarantine"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class SchemaPolicy:
    on_new_column: OnNewColumn = OnNewColumn.ADD
    on_removed_column: OnRemovedColumn = OnRemovedColumn.WARN
    on_type_change: OnTypeChange = OnTypeChange.WIDEN


_STRICT = SchemaPolicy(OnNewColumn.FAIL, OnRemovedColumn.FAIL, OnTypeChange.FAIL)
_LENIENT = SchemaPolicy(OnNewColumn.ADD, OnRemovedColumn.NULL, OnTypeChange.WIDEN)


def schema_policy(source: BronzeSource) -> SchemaPolicy:
    """What the source's options say; `schema = 'strict'|'lenient'` sets all three, the single ones win over it."""
    base = {"strict": _STRICT, "lenient": _LENIENT}.get(source.options.text("schema", ""), SchemaPolicy())
    on_type_change = OnTypeChange(_word(source, "on_type_change", base.on_type_change))
    if on_type_change is OnTypeChange.QUARANTINE:
        raise FeatureNotSupported(
            f"{source.name}: on_type_change = 'quarantine' is not supported yet",
            hint="'widen' keeps every value; a silver rule quarantines.",
        )
    return SchemaPolicy(
        OnNewColumn(_word(source, "on_new_column", base.on_new_column)),
        OnRemovedColumn(_word(source, "on_removed_column", base.on_removed_column)),
        on_type_change,
    )


def _word(source: BronzeSource, name: str, default: Enum) -> str:
    word = source.options.text(name, str(default.value)).lower()
    choices = [choice.value for choice in type(default)]
    if word not in choices:
        raise InvalidParameterValue(f"{name} cannot be '{word}'", hint=f"Use one of {', '.join(choices)}.")
    return word


@dataclass(frozen=True, slots=True)
class ObservedColumn:
    """A column as this load brings it, in the type that holds all its values; `is_empty` when it brings no value."""

    name: str
    type: DataType
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class LoadedColumn:
    """A column of the table and the source's column that fills it (None: nothing does, NULL or the default); files
    that lack that one may have it under one of the `aliases`."""

    column: StoredColumn
    origin: str | None
    default: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evolution:
    """The table's source columns after this load. `retyped` took another type; `absent` are those that the source
    was allowed to leave out, and still does."""

    columns: tuple[LoadedColumn, ...]
    retyped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refusal: OrmoluError | None = None
    absent: frozenset[str] = frozenset()

    @property
    def stored(self) -> tuple[StoredColumn, ...]:
        return tuple(loaded.column for loaded in self.columns)

    @property
    def brought(self) -> tuple[StoredColumn, ...]:
        """The columns that the source has: what is a version of its schema."""
        return tuple(column for column in self.stored if column.name not in self.absent)


def evolve(
    source: BronzeSource,
    pinned: Sequence[StoredColumn] | None,
    observed: Sequence[ObservedColumn],
    *,
    left_out: Collection[str] = (),
    let_go: Collection[str] = (),
    reader_of: Callable[[str], str | None] = lambda _: None,
    is_first: bool = False,
    shapes: Collection[frozenset[str]] = (),
) -> Evolution:
    """Decide the schema of a load. `pinned` are the table's source columns, None where there is no table yet; the load
    says itself that it does not fill those that are `left_out`. What the source was allowed to leave out before is
    `let_go`; `reader_of` names something that reads a column. `shapes` are the names, in lower case, that each part of
    the load has."""
    evolving = _Evolving(
        source,
        tuple(pinned or ()),
        tuple(observed),
        frozenset(left_out),
        frozenset(let_go),
        reader_of,
        tuple(shapes),
        is_first=is_first or not pinned,
    )
    for column in source.columns:
        evolving.take_listed(column)
    listed = {column.name.lower() for column in source.columns}
    takes_others = not source.columns or source.options.text("columns", "") != "listed"
    if takes_others:
        for known in evolving.pinned:
            if known.name.lower() not in listed:
                evolving.take_known(known)
        for extra in observed:
            if extra.name not in evolving.used and extra.name.lower() not in listed:
                evolving.take_new(extra)
    return evolving.evolution()


@dataclass(slots=True)
class _Evolving:
    """What has been decided so far."""

    source: BronzeSource
    pinned: tuple[StoredColumn, ...]
    observed: tuple[ObservedColumn, ...]
    left_out: frozenset[str]
    let_go: frozenset[str]
    reader_of: Callable[[str], str | None]
    shapes: tuple[frozenset[str], ...]
    is_first: bool
    policy: SchemaPolicy = field(init=False)
    loaded: list[LoadedColumn] = field(default_factory=list)
    retyped: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    absent: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.policy = schema_policy(self.source)

    def take_listed(self, column: Column) -> None:
        """Its type is what the list says, whatever the table has now."""
        names = _origins(column)
        found = find_observed(self.observed, names)
        stored = StoredColumn(
            column.name, data_type(column.type), is_required=column.is_required, comment=column.comment
        )
        before = next((each for each in self.pinned if each.name == column.name), None)
        if column.default is None and column.name not in self.left_out and self.observed:
            self._find_listed(stored, found, names)
        wanted = {name.lower() for name in names}
        self.used.update(each.name for each in self.observed if each.name.lower() in wanted)
        if before is not None and before.type != stored.type:
            self._retype(before, stored.type)
        default = column.default.text if column.default else None
        self.loaded.append(LoadedColumn(stored, found.name if found else None, default, names))

    def take_known(self, column: StoredColumn) -> None:
        found = find_observed(self.observed, (column.name,))
        if found is not None and found.name in self.used:  # a listed column takes it now, under another name
            self.loaded.append(LoadedColumn(column, None))
            return
        if found is None or not self._is_everywhere((column.name,)):
            self._miss(column, is_gone=found is None)
        if found is None:
            self.loaded.append(LoadedColumn(column, None))
            return
        self.used.add(found.name)
        wanted = column.type if found.is_empty else common_type(column.type, found.type)
        self.loaded.append(LoadedColumn(replace(column, type=wanted), found.name))
        if wanted == column.type:
            return
        if self.policy.on_type_change is OnTypeChange.WIDEN:
            self._retype(column, wanted)
        else:
            self.retyped.append(column.name)
            self.refusals.append(f'column "{column.name}" is {column.type} and its values need {wanted}')

    def take_new(self, extra: ObservedColumn) -> None:
        if self.is_first and not self.source.columns:
            self._add(extra)
            return
        match self.policy.on_new_column:
            case OnNewColumn.ADD:
                self._add(extra)
                if not self.is_first:
                    self.warnings.append(f'column "{extra.name}" {extra.type} is new and was added')
            case OnNewColumn.IGNORE:
                return
            case OnNewColumn.FAIL:
                self._add(extra)
                self.refusals.append(f'column "{extra.name}" is new')

    def evolution(self) -> Evolution:
        refusal = _refusal(self.source, self.refusals)
        return Evolution(tuple(self.loaded), tuple(self.retyped), tuple(self.warnings), refusal, frozenset(self.absent))

    def _add(self, extra: ObservedColumn) -> None:
        self.loaded.append(LoadedColumn(StoredColumn(extra.name, extra.type), extra.name))

    def _retype(self, before: StoredColumn, after: DataType) -> None:
        self.retyped.append(before.name)
        if not self.is_first:
            self.warnings.append(f'column "{before.name}" was {before.type} and is now {after}')

    def _is_everywhere(self, names: Sequence[str]) -> bool:
        wanted = {name.lower() for name in names}
        return all(shape & wanted for shape in self.shapes)

    def _find_listed(self, column: StoredColumn, found: ObservedColumn | None, names: Sequence[str]) -> None:
        """42703 where it is missing, unless it was there before and the source says what a removed column does."""
        if found is not None and self._is_everywhere(names):
            return
        if not self.is_first and (column.name in self.let_go or _says_on_removed(self.source)):
            self._miss(column, is_gone=found is None)
            return
        raise UndefinedColumn(
            f'column "{column.name}" of {self.source.name} is not in the source',
            detail=f"It has {', '.join(item.name for item in self.observed if item is not found)}.",
            hint="Name the source's column with FROM (...), or give a DEFAULT.",
        )

    def _miss(self, column: StoredColumn, *, is_gone: bool) -> None:
        if column.name in self.left_out or not self.observed:
            return
        if column.name in self.let_go:
            self.absent.update([column.name] if is_gone else ())
            return
        told = f'column "{column.name}" is no longer in the source and is NULL from now on'
        match self.policy.on_removed_column:
            case OnRemovedColumn.WARN:
                self.warnings.append(told)
            case OnRemovedColumn.WARN_IF_USED:
                reader = self.reader_of(column.name)
                if reader is not None:
                    self.warnings.append(f"{told}: {reader}")
            case OnRemovedColumn.FAIL:
                self.absent.add(column.name)
                self.refusals.append(f'column "{column.name}" is no longer in the source')
            case OnRemovedColumn.NULL:
                return
            case _:
                assert_never(self.policy.on_removed_column)


def _says_on_removed(source: BronzeSource) -> bool:
    return source.options.find("on_removed_column") is not None or source.options.find("schema") is not None


def find_observed(observed: Sequence[ObservedColumn], names: Sequence[str]) -> ObservedColumn | None:
    """The first of the names that the source brings; the exact spelling before one that differs in case."""
    for name in names:
        for column in observed:
            if column.name == name:
                return column
        for column in observed:
            if column.name.lower() == name.lower():
                return column
    return None


def _origins(column: Column) -> tuple[str, ...]:
    names = column.sources or (column.name,)
    return (*names, column.formerly) if column.formerly else names


def _refusal(source: BronzeSource, refusals: Sequence[str]) -> OrmoluError | None:
    if not refusals:
        return None
    return DatatypeMismatch(
        f"the schema of {source.name} changed: {'; '.join(refusals)}",
        hint=f"ALTER BRONZE SOURCE {written(source.name.name)} ACCEPT SCHEMA takes the new version.",
    )


_INTEGERS = ("int2", "int4", "int8")
_DIGITS = {"int2": 5, "int4": 10, "int8": 19}


def common_type(before: DataType, now: DataType) -> DataType:
    """The type that holds the values of both; text where none does without loss."""
    if before in (now, TEXT):
        return before
    if before.dimensions or now.dimensions:
        return TEXT
    old, new = before.scalar.name, now.scalar.name
    if old in _INTEGERS and new in _INTEGERS:
        return before if _INTEGERS.index(old) >= _INTEGERS.index(new) else now
    if old == "numeric" and new in _INTEGERS:
        return _common_numeric(before, data_type(f"numeric({_DIGITS[new]},0)"))
    if old == new == "numeric":
        return _common_numeric(before, now)
    if (old, new) in (("float8", "float4"), ("text", "varchar"), ("varchar", "text"), ("bpchar", "text")):
        return before
    if (old, new) == ("float4", "float8"):
        return now
    return TEXT


def _common_numeric(before: DataType, now: DataType) -> DataType:
    (old_precision, old_scale), (precision, scale) = before.modifiers, now.modifiers
    common_scale = max(old_scale, scale)
    whole = max(old_precision - old_scale, precision - scale)
    if common_scale == old_scale and whole <= old_precision - old_scale:
        return before
    return data_type(f"numeric({min(38, whole + common_scale)},{common_scale})") if whole + common_scale <= 38 else TEXT


def system_columns(source_columns: Sequence[StoredColumn]) -> tuple[StoredColumn, ...]:
    """The system columns that a table gets: load_date and source_id only where the source has no column so named."""
    taken = {column.name.lower() for column in source_columns}
    for column in BRONZE_SYSTEM_COLUMNS:
        if column.name in taken and column.name.startswith("_"):
            raise DuplicateColumn(
                f'column "{column.name}" is added by us',
                hint=f"Give theirs another name in the column list: their{column.name} text FROM ({column.name}).",
            )
    return tuple(column for column in BRONZE_SYSTEM_COLUMNS if column.name not in taken)
