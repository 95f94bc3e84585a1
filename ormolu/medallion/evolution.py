"""What a bronze table's schema becomes when its source is not as it was: columns new, gone, or of another type."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum

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
    """A column of the table and the source's column that fills it (None: nothing does, NULL or the default)."""

    column: StoredColumn
    origin: str | None
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Evolution:
    """The table's source columns after this load. `retyped` are those whose older rows must be rewritten."""

    columns: tuple[LoadedColumn, ...]
    retyped: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refusal: OrmoluError | None = None

    @property
    def stored(self) -> tuple[StoredColumn, ...]:
        return tuple(loaded.column for loaded in self.columns)


def evolve(
    source: BronzeSource,
    pinned: Sequence[StoredColumn] | None,
    observed: Sequence[ObservedColumn],
    *,
    left_out: Collection[str] = (),
) -> Evolution:
    """Decide the schema of a load. `pinned` are the table's source columns, None before its first load; the load
    says itself that it does not fill those that are `left_out`."""
    if source.columns:
        return _declared(source, observed, left_out)
    if pinned is None:
        return Evolution(
            tuple(LoadedColumn(StoredColumn(column.name, column.type), column.name) for column in observed)
        )
    return _pinned(source, tuple(pinned), observed, left_out)


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


def _declared(source: BronzeSource, observed: Sequence[ObservedColumn], left_out: Collection[str]) -> Evolution:
    loaded: list[LoadedColumn] = []
    used: set[str] = set()
    for column in source.columns:
        found = find_observed(observed, _origins(column))
        if found is None and column.default is None and observed and column.name not in left_out:
            raise UndefinedColumn(
                f'column "{column.name}" of {source.name} is not in the source',
                detail=f"It has {', '.join(item.name for item in observed)}.",
                hint="Name the source's column with FROM (...), or give a DEFAULT.",
            )
        if found is not None:
            used.add(found.name)
        stored = StoredColumn(
            column.name, data_type(column.type), is_required=column.is_required, comment=column.comment
        )
        loaded.append(
            LoadedColumn(stored, found.name if found else None, column.default.text if column.default else None)
        )
    if source.options.text("columns", "") != "listed":
        names = {item.column.name.lower() for item in loaded}
        for extra in observed:
            if extra.name not in used and extra.name.lower() not in names:
                loaded.append(LoadedColumn(StoredColumn(extra.name, extra.type), extra.name))
    return Evolution(tuple(loaded))


def _origins(column: Column) -> tuple[str, ...]:
    names = column.sources or (column.name,)
    return (*names, column.formerly) if column.formerly else names


def _pinned(
    source: BronzeSource,
    pinned: tuple[StoredColumn, ...],
    observed: Sequence[ObservedColumn],
    left_out: Collection[str],
) -> Evolution:
    policy = schema_policy(source)
    loaded: list[LoadedColumn] = []
    retyped: list[str] = []
    warnings: list[str] = []
    refusals: list[str] = []
    used: set[str] = set()
    for column in pinned:
        found = find_observed(observed, (column.name,))
        if found is None:
            loaded.append(LoadedColumn(column, None))
            if column.name not in left_out:
                _on_removed(policy, column, warnings, refusals)
            continue
        used.add(found.name)
        wanted = column.type if found.is_empty else common_type(column.type, found.type)
        if wanted == column.type:
            loaded.append(LoadedColumn(column, found.name))
            continue
        loaded.append(LoadedColumn(replace(column, type=wanted), found.name))
        retyped.append(column.name)
        if policy.on_type_change is OnTypeChange.WIDEN:
            warnings.append(f'column "{column.name}" was {column.type} and is now {wanted}')
        else:
            refusals.append(f'column "{column.name}" is {column.type} and its values need {wanted}')
    for extra in observed:
        if extra.name in used:
            continue
        match policy.on_new_column:
            case OnNewColumn.ADD:
                loaded.append(LoadedColumn(StoredColumn(extra.name, extra.type), extra.name))
                warnings.append(f'column "{extra.name}" {extra.type} is new and was added')
            case OnNewColumn.IGNORE:
                continue
            case OnNewColumn.FAIL:
                loaded.append(LoadedColumn(StoredColumn(extra.name, extra.type), extra.name))
                refusals.append(f'column "{extra.name}" is new')
    refusal = _refusal(source, refusals)
    return Evolution(tuple(loaded), tuple(retyped), tuple(warnings), refusal)


def _on_removed(policy: SchemaPolicy, column: StoredColumn, warnings: list[str], refusals: list[str]) -> None:
    match policy.on_removed_column:
        case OnRemovedColumn.WARN | OnRemovedColumn.WARN_IF_USED:
            warnings.append(f'column "{column.name}" is no longer in the source and is NULL from now on')
        case OnRemovedColumn.FAIL:
            refusals.append(f'column "{column.name}" is no longer in the source')
        case OnRemovedColumn.NULL:
            return


def _refusal(source: BronzeSource, refusals: Sequence[str]) -> OrmoluError | None:
    if not refusals:
        return None
    return DatatypeMismatch(
        f"the schema of {source.name} changed: {'; '.join(refusals)}",
        hint=f"ALTER BRONZE SOURCE {written(source.name.name)} ACCEPT SCHEMA takes the new version.",
    )


_INTEGERS = ("int2", "int4", "int8")


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
        return before
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
