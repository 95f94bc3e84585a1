"""Takes the literals out of texts before plans are looked up, so that `WHERE id = 17` and `WHERE id = 18` share one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ormolu.errors import OrmoluError
from ormolu.server.parameters import decode_text, value_style
from ormolu.server.planning import QueryPlan, is_cacheable
from ormolu.server.recently_used import RecentlyUsed
from ormolu.server.settings import Settings
from ormolu.sql_extensions.catalog.queries import names_catalog
from ormolu.sql_extensions.shapes import Shaped, find_shaped, value_parameters
from ormolu.sql_extensions.statements import Lifted, Query, Statement
from ormolu.sql_extensions.types import SCALARS, DataType

SHAPES_MAX = 5_000
SCRIPT_CHARACTERS_MAX = 4_000
INT4_END = 2**31
_NOTHING: frozenset[int] = frozenset()
# Types whose literals read as their parameters do.
_READ_ALIKE = frozenset(
    {"text", "varchar", "int2", "int4", "int8", "numeric", "date", "timestamp", "timestamptz", "uuid"}
)
_MOMENTS = frozenset({"date", "timestamp", "timestamptz"})


class Lifting:
    """Remembers which literals of a text may be taken out; shared by all sessions."""

    def __init__(self, read: Callable[[str], Sequence[Statement]]) -> None:
        self._read = read
        self._liftable: RecentlyUsed[str, frozenset[int]] = RecentlyUsed(SHAPES_MAX)

    def find(self, sql: str) -> Query | None:
        """The one query that the text is, lifted; None where it is not, or has no literal that is only a value."""
        shaped = find_shaped(sql) if len(sql) <= SCRIPT_CHARACTERS_MAX else None
        if shaped is None:
            return None
        shape = shaped.shape
        numbers = self._liftable.find(shape)
        if numbers is None:
            numbers = self._judged(shape)
            self._liftable.put(shape, numbers, characters=len(shape))
        if not numbers:
            return None
        return self._lifted(shaped if len(numbers) == len(shaped.literals) else shaped.only(numbers))

    def refuse(self, query: Query) -> None:
        """A plan with parameters would not be kept for this query: read its like as they are typed."""
        shaped = find_shaped(query.text)
        assert shaped is not None
        self._liftable.put(shaped.shape, _NOTHING, characters=len(shaped.shape))

    def _judged(self, shape: str) -> frozenset[int]:
        query = self._query(shape)
        return _NOTHING if query is None or names_catalog(query.tree) else value_parameters(query.tree)

    def _lifted(self, shaped: Shaped) -> Query | None:
        query = self._query(shaped.shape)
        if query is None:
            return None
        values = tuple(literal.value for literal in shaped.literals)
        return Query(query.tree, text=shaped.text, offset=shaped.offset, lifted=Lifted(query, values))

    def _query(self, text: str) -> Query | None:
        """None where the text is not read with parameters in it: without them it may well be."""
        try:
            statements = self._read(text)
        except OrmoluError:
            return None
        match statements:
            case [Query(is_read_only=True) as query]:
                return query
            case _:
                return None


def literal_oids(lifted: Lifted) -> tuple[int, ...]:
    """The types that PostgreSQL gives the literals; 0 for a string, whose type is that of what it meets."""
    return tuple(
        0 if isinstance(value, str) else SCALARS["int4" if value < INT4_END else "int8"].oid
        for value in lifted.literals
    )


def is_plannable(plan: QueryPlan) -> bool:
    """Whether the plan is kept, and reads what the literals were as it would have read them in its text."""
    return is_cacheable(plan.bound) and all(map(_reads_alike, plan.bound.parameter_types))


def _reads_alike(kind: DataType | None) -> bool:
    return kind is not None and kind.scalar.name in _READ_ALIKE and not kind.modifiers and not kind.dimensions


def literal_values(lifted: Lifted, plan: QueryPlan, settings: Settings) -> tuple[object, ...] | None:
    """The literals as the plan's values; None where one, as `today`, is another value tomorrow."""
    if all(isinstance(value, int) for value in lifted.literals):
        return lifted.literals
    style = value_style(settings)
    values: list[object] = []
    for value, kind in zip(lifted.literals, plan.parameter_types, strict=True):
        if isinstance(value, str) and kind.scalar.name in _MOMENTS and not value[:1].isdigit():
            return None
        values.append(decode_text(value, kind, style) if isinstance(value, str) else value)
    return tuple(values)
