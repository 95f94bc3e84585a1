"""What one binding knows and gathers: the session's values, parameters, relations, and names already taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlglot import exp

from ormolu.definitions import TableName
from ormolu.errors import ProgramLimitExceeded, UndefinedParameter
from ormolu.sql_extensions.dialect.scopes import Scope
from ormolu.sql_extensions.dialect.types import Bound
from ormolu.sql_extensions.relations import Relation
from ormolu.sql_extensions.types import DataType
from ormolu.sql_extensions.values.style import ValueStyle, date_style

PARAMETERS_MAX = 65_535
SERVER_VERSION = "PostgreSQL 15.0 (Ormolu)"


@dataclass(frozen=True, slots=True)
class AsOf:
    """The version or the time a relation is read at; exactly one is given."""

    version: int | None = None
    timestamp: str | None = None


@dataclass(frozen=True, slots=True)
class SessionValues:
    """What a query may ask of its session; `now` is the transaction's time."""

    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    timezone: str = "UTC"
    current_user: str = "admin"
    session_user: str = "admin"
    database: str = "lakehouse"
    version: str = SERVER_VERSION
    settings: tuple[tuple[str, str], ...] = ()
    user_attributes: tuple[tuple[str, str], ...] = ()

    @property
    def style(self) -> ValueStyle:
        """How the session's settings read and write values; by default without a time of its own."""
        form, order = date_style(self.setting("DateStyle", "ISO, MDY"))
        return ValueStyle(self.timezone, form, order, self.setting("IntervalStyle", "postgres"),
                          self.setting("bytea_output", "hex"))  # fmt: skip

    def setting(self, name: str, default: str) -> str:
        return next((value for key, value in self.settings if key.lower() == name.lower()), default)


Resolve = Callable[[TableName, AsOf | None], Relation | None]
ResolveFunction = Callable[[str | None, str, Sequence[exp.Expr]], Relation | None]


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of a bound query: PostgreSQL's name, the engine's name (unique in its query), and the type."""

    name: str
    engine_name: str
    type: DataType | None
    is_open: bool = False
    has_modifiers: bool = False
    digits: str | None = None  # the engine's name of the column that holds what is shown

    @property
    def shown_type(self) -> DataType | None:
        """The type as PostgreSQL reports it."""
        if self.type is None or self.has_modifiers:
            return self.type
        return replace(self.type, modifiers=())


@dataclass(frozen=True, slots=True)
class BoundSelect:
    """`tree` may yield more than the columns, behind them: the digits of some."""

    tree: exp.Query
    columns: tuple[OutputColumn, ...]

    @property
    def engine_names(self) -> tuple[str, ...]:
        """Of all that the tree yields."""
        digits = (column.digits for column in self.columns if column.digits is not None)
        return (*(column.engine_name for column in self.columns), *digits)


@dataclass(slots=True)
class Context:
    """The state of one binding; never outlives it.

    `expression` and `query` bind an inner expression or query: they are handed in because the two need each other.
    """

    expression: Callable[[exp.Expr, Scope, Context], Bound]
    query: Callable[[exp.Expr, Scope, Context], BoundSelect]
    resolve: Resolve
    search_path: tuple[str, ...]
    session: SessionValues
    resolve_function: ResolveFunction | None = None
    shows_digits: bool = False
    shows_digits_of_groups: bool = False
    known_names: tuple[TableName, ...] = ()
    parameters: dict[int, DataType | None] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    reads_session: bool = False
    warnings: dict[str, None] = field(default_factory=dict)
    _taken: int = 0

    def parameter(self, index: int) -> DataType | None:
        """Note that `$index` occurs; the type it has been given so far."""
        if index < 1:
            raise UndefinedParameter(f"there is no parameter ${index}")
        if index > PARAMETERS_MAX:
            raise ProgramLimitExceeded(f"a statement has at most {PARAMETERS_MAX} parameters")
        return self.parameters.setdefault(index, None)

    def warn(self, text: str) -> None:
        """Tell whoever reads; a binding that warns is made anew each time, so that each reader hears it."""
        self.warnings[text] = None
        self.reads_session = True

    def unique_name(self, name: str) -> str:
        """A name in the engine's query that no other relation of it has."""
        self._taken += 1
        return f"{name}_{self._taken}"
