"""What a load of a bronze source will read, and which earlier loads it takes the place of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from sqlglot import exp

from ormolu.definitions import BronzeSource, ConnectionSource, LoadMode, SourceForm, Upload
from ormolu.errors import (
    FeatureNotSupported,
    InvalidDatetimeFormat,
    InvalidParameterValue,
    ObjectNotInPrerequisiteState,
    OrmoluError,
)
from ormolu.medallion.columns import PartitionField
from ormolu.medallion.refresh_mode import moment
from ormolu.sql_extensions.options.values import interval
from ormolu.sql_extensions.types import DataType

LOOKBACK_DEFAULT = "15 minutes"


class OnChangedFile(Enum):
    REPLACE = "replace"
    APPEND = "append"
    WARN = "warn"
    FAIL = "fail"


class OnRemovedFile(Enum):
    KEEP = "keep"
    EXCLUDE = "exclude"


class NullWatermark(Enum):
    LOAD = "load"
    SKIP = "skip"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A file whose rows stand in the table."""

    path: str
    etag: str
    size: int
    load_id: int


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file that the source has now; `path` is its name in the ledger."""

    connection: str
    path: str
    location: str
    size: int
    modified_at: datetime
    etag: str


@dataclass(frozen=True, slots=True)
class FileLoad:
    """A file to read; its rows carry its own load id, so that a later version can take its place."""

    file: ListedFile
    load_id: int


@dataclass(frozen=True, slots=True)
class Slice:
    """What is read of one connection's table: everything, or after < column <= until."""

    connection: str
    column: str | None = None
    after: str | None = None
    until: str | None = None
    has_start: bool = False
    loads_null: bool = False


@dataclass(frozen=True, slots=True)
class TableState:
    """What the table's properties say: ids to give next, loads taken back, the extract that is shown."""

    next_row_id: int = 1
    next_load_id: int = 1
    excluded_loads: tuple[int, ...] = ()
    latest_full_load: int | None = None


@dataclass(frozen=True, slots=True)
class BronzeState:
    """What a plan depends on. `clocks` are the sources' own times, `watermarks` what was loaded up to."""

    table: TableState = TableState()
    listed: tuple[ListedFile, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    watermarks: Mapping[str, str] = field(default_factory=dict)
    clocks: Mapping[str, str | None] = field(default_factory=dict)
    watermark_type: DataType | None = None


@dataclass(frozen=True, slots=True)
class BronzePlan:
    """`load_id` belongs to rows that come from no file; `replaced` are the entries whose rows are excluded."""

    mode: LoadMode
    load_id: int
    next_load_id: int
    files: tuple[FileLoad, ...] = ()
    slices: tuple[Slice, ...] = ()
    replaced: tuple[LedgerEntry, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.files and not self.slices and not self.replaced


def load_mode(source: BronzeSource) -> LoadMode:
    """The mode that LOAD names; without it files are appended, tables and queries extracted whole."""
    form = source.source.form if isinstance(source.source, ConnectionSource) else None
    reads_files = form in (SourceForm.FILES, None)
    if source.load is None:
        return LoadMode.APPEND if reads_files else LoadMode.FULL
    mode = source.load.mode
    if mode is LoadMode.CDC:
        raise FeatureNotSupported(
            f"{source.name}: LOAD CDC is not supported yet", hint="LOAD INCREMENTAL ON a column that grows."
        )
    if form is None and mode is not LoadMode.APPEND:
        raise FeatureNotSupported(
            f"{source.name} takes uploads: LOAD {mode.value} is not supported",
            hint="Every upload is appended; a silver table with a KEY keeps the newest row of each.",
        )
    if form is SourceForm.FILES and mode is LoadMode.INCREMENTAL:
        raise FeatureNotSupported(f"{source.name}: files are loaded with LOAD FULL or LOAD APPEND")
    if form in (SourceForm.TABLE, SourceForm.QUERY) and mode is LoadMode.APPEND:
        raise FeatureNotSupported(
            f"{source.name}: LOAD APPEND reads files", hint="LOAD FULL or LOAD INCREMENTAL ON a column."
        )
    return mode


def plan_bronze(source: BronzeSource, state: BronzeState, request: Mapping[str, object]) -> BronzePlan:
    """The plan of one load. `request` may ask for `full`, or a range `since`/`until`: of the watermark
    column, or of the times at which files changed."""
    assert isinstance(source.source, ConnectionSource)
    mode = load_mode(source)
    first = state.table.next_load_id
    if request.get("since") is not None and mode is LoadMode.FULL:
        raise FeatureNotSupported(
            f"{source.name} is loaded whole: FROM has nothing to begin at", hint="REFRESH without FROM reads all of it."
        )
    if source.source.form is SourceForm.FILES:
        return _plan_files(source, _within(state, request), mode, first, request)
    if mode is LoadMode.FULL:
        slices = tuple(Slice(connection) for connection in source.source.connections)
    else:
        slices = tuple(_slice(source, state, name, request) for name in source.source.connections)
    return BronzePlan(mode, first, first + 1, slices=slices)


def _within(state: BronzeState, request: Mapping[str, object]) -> BronzeState:
    """The state with the files alone that changed in the time that FROM and TO name, the end excluded."""
    since, until = (None if request.get(name) is None else str(request[name]) for name in ("since", "until"))
    if since is None:
        return state
    start, end = moment(since), moment(until)
    listed = tuple(
        file
        for file in state.listed
        if (start is None or file.modified_at >= start) and (end is None or file.modified_at < end)
    )
    paths = {file.path for file in listed}
    return replace(state, listed=listed, ledger=tuple(entry for entry in state.ledger if entry.path in paths))


def _plan_files(
    source: BronzeSource, state: BronzeState, mode: LoadMode, first: int, request: Mapping[str, object]
) -> BronzePlan:
    if mode is LoadMode.APPEND:
        reads_all = bool(request.get("full")) or request.get("since") is not None
        return _plan_appended(source, state, first, reads_all=reads_all)
    return BronzePlan(mode, first, first + 1, files=tuple(FileLoad(file, first) for file in state.listed))


def _plan_appended(source: BronzeSource, state: BronzeState, first: int, *, reads_all: bool) -> BronzePlan:
    on_changed = OnChangedFile(_choice(source, "on_changed_file", OnChangedFile.REPLACE))
    on_removed = OnRemovedFile(_choice(source, "on_removed_file", OnRemovedFile.KEEP))
    known: dict[str, list[LedgerEntry]] = {}
    for entry in state.ledger:
        known.setdefault(entry.path, []).append(entry)
    wanted: list[ListedFile] = []
    replaced: list[LedgerEntry] = []
    warnings: list[str] = []
    for file in state.listed:
        entries = known.pop(file.path, [])
        is_known = any(entry.etag == file.etag for entry in entries)
        if is_known and not reads_all:
            continue
        if not entries:
            wanted.append(file)
            continue
        match OnChangedFile.REPLACE if is_known else on_changed:
            case OnChangedFile.REPLACE:
                wanted.append(file)
                replaced.extend(entries)
            case OnChangedFile.APPEND:
                wanted.append(file)
            case OnChangedFile.WARN:
                warnings.append(f'file "{file.path}" changed since it was loaded and was left as it was')
            case OnChangedFile.FAIL:
                raise ObjectNotInPrerequisiteState(
                    f'file "{file.path}" of {source.name} changed since it was loaded',
                    hint="on_changed_file = 'replace' takes the newer content.",
                )
    if on_removed is OnRemovedFile.EXCLUDE:
        replaced.extend(entry for entries in known.values() for entry in entries if not entry.path.startswith("upload"))
    files = tuple(FileLoad(file, first + offset) for offset, file in enumerate(wanted))
    return BronzePlan(
        LoadMode.APPEND, first, first + len(files), files=files, replaced=tuple(replaced), warnings=tuple(warnings)
    )


def _choice(source: BronzeSource, name: str, default: Enum) -> str:
    word = load_option(source, name, str(default.value)).lower()
    choices = [choice.value for choice in type(default)]
    if word not in choices:
        raise InvalidParameterValue(f"{name} cannot be '{word}'", hint=f"Use one of {', '.join(choices)}.")
    return word


def load_option(source: BronzeSource, name: str, default: str) -> str:
    """An option of LOAD, or of the statement, or of the source clause: it means the same in each."""
    for options in (
        source.load.options if source.load is not None else None,
        source.options,
        source.source.options if isinstance(source.source, ConnectionSource) else None,
    ):
        if options is not None and options.find(name) is not None:
            return options.text(name, default)
    return default


def null_watermark(source: BronzeSource) -> NullWatermark:
    return NullWatermark(_choice(source, "null_watermark", NullWatermark.LOAD))


def _slice(source: BronzeSource, state: BronzeState, connection: str, request: Mapping[str, object]) -> Slice:
    assert source.load is not None
    column = source.load.watermark_column
    if column is None:
        raise InvalidParameterValue(f"{source.name}: LOAD INCREMENTAL needs ON and a column")
    loads_null = null_watermark(source) is not NullWatermark.SKIP
    clock = state.clocks.get(connection)
    since, until = request.get("since"), request.get("until")
    if since is not None:
        end = str(until) if until is not None else clock
        return Slice(connection, column, after=str(since), until=end, has_start=True)
    watermark = None if request.get("full") else state.watermarks.get(connection)
    if watermark is None:
        start = load_option(source, "start", "")
        return Slice(connection, column, start or None, clock, has_start=True, loads_null=loads_null)
    lookback = interval(load_option(source, "lookback", LOOKBACK_DEFAULT)).total_seconds()
    return Slice(connection, column, earlier(watermark, lookback, state.watermark_type), clock, loads_null=loads_null)


_TIMES = ("timestamp", "timestamptz", "date")


def earlier(watermark: str, seconds: float, kind: DataType | None) -> str:
    """A watermark moved back in time; one that is no time stays."""
    if not seconds or (kind is not None and kind.scalar.name not in (*_TIMES, "text", "varchar")):
        return watermark
    try:
        at = datetime.fromisoformat(watermark)
    except ValueError as error:
        if kind is not None and kind.scalar.name in _TIMES:
            raise InvalidDatetimeFormat(f'watermark "{watermark}" is not a time') from error
        return watermark
    moved = at - timedelta(seconds=seconds)
    if (kind is not None and kind.scalar.name == "date") or len(watermark) == 10:
        return date.fromisoformat(moved.date().isoformat()).isoformat()
    if moved.tzinfo is not None:
        moved = moved.astimezone(UTC)
    return moved.isoformat(sep="T" if "T" in watermark else " ")


_TRANSFORMS = frozenset(("year", "month", "day", "hour"))
_WIDE = ("bucket", "truncate")
_WIDTH_MAX = 2**31 - 1  # Iceberg's transforms take an int


def partition_fields(expressions: Sequence[exp.Expr]) -> tuple[PartitionField, ...]:
    """PARTITION BY's terms: a column, year/month/day/hour of one, bucket(n, column) or truncate(n, column)."""
    return tuple(map(_partition_field, expressions))


def _partition_field(tree: exp.Expr) -> PartitionField:
    match tree:
        case exp.Column():
            return PartitionField(tree.name)
        case exp.Paren():
            return _partition_field(tree.this)
        case exp.Anonymous() if tree.name.lower() in _TRANSFORMS and isinstance(tree.expressions[0], exp.Column):
            return PartitionField(tree.expressions[0].name, tree.name.lower())
        case exp.Anonymous(expressions=[width, exp.Column() as column]) if tree.name.lower() in _WIDE:
            return PartitionField(column.name, f"{tree.name.lower()}[{_width(width)}]")
        case exp.Trunc(this=width, args={"decimals": exp.Column() as column}):
            return PartitionField(column.name, f"truncate[{_width(width)}]")
    name = tree.key.lower()
    columns = list(tree.find_all(exp.Column))
    if name in _TRANSFORMS and len(columns) == 1:
        return PartitionField(columns[0].name, name)
    if name in ("timestamptrunc", "datetrunc") and len(columns) == 1:
        unit = str(tree.args["unit"].name).lower()
        if unit in _TRANSFORMS:
            return PartitionField(columns[0].name, unit)
    raise FeatureNotSupported(
        f"PARTITION BY {tree.sql(dialect='postgres', comments=False)} is not supported",
        hint="Partition by a column, or by year(c), month(c), day(c), hour(c), bucket(n, c) or truncate(n, c).",
    )


def _width(tree: exp.Expr) -> int:
    if not isinstance(tree, exp.Literal) or not tree.is_int or not 0 < int(tree.this) <= _WIDTH_MAX:
        raise InvalidParameterValue(
            f"bucket and truncate of PARTITION BY take a whole number above 0, not {tree.sql(dialect='postgres')}",
            hint="Such as bucket(16, id) or truncate(10, name).",
        )
    return int(tree.this)


def is_upload(source: BronzeSource) -> bool:
    return isinstance(source.source, Upload)


def suspicious_extract(rows: int, previous_rows: int | None) -> OrmoluError | None:
    """Why a full extract is not to be believed: nothing came where the last one had rows."""
    if rows == 0 and previous_rows:
        return ObjectNotInPrerequisiteState(
            f"the extract is empty and the one before had {previous_rows} rows",
            hint="The earlier extract stays; if the source is really empty, DROP or EXCLUDE RUN says so.",
        )
    return None
