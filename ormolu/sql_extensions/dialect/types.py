"""PostgreSQL's types in expressions: categories, implicit casts, and which type two of them meet in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlglot import exp

from ormolu.errors import DatatypeMismatch
from ormolu.sql_extensions.types import NUMERIC_PRECISION_MAX, SCALARS, DataType

INTEGERS = ("int2", "int4", "int8")
FLOATS = ("float4", "float8")
TEXTS = ("text", "varchar", "bpchar", "name", "xml", "inet")
JSONS = ("json", "jsonb")
MOMENTS = ("date", "timestamp", "timestamptz")

# What PostgreSQL converts without being asked, from the narrow to the wide.
_WIDENING = ("int2", "int4", "int8", "numeric", "float4", "float8")
_LATER = ("date", "timestamp", "timestamptz")

# Scale of quotients and averages: PostgreSQL gives at least 16 significant digits.
QUOTIENT_SCALE = 16
# A product of more places is rounded to as many.
PRODUCT_SCALE_MAX = 20
# Scale of a numeric that is cast from text, float or nothing known.
OPEN_SCALE = 10


@dataclass(frozen=True, slots=True)
class Bound:
    """An expression in DuckDB's terms with PostgreSQL's type.

    `type` is None where only the engine will know it. `is_open` marks what takes its type from its surroundings,
    as PostgreSQL's *unknown* does: string literals, NULL and parameters. `has_modifiers` says that PostgreSQL knows the
    type's digits too: of columns and casts, not of what is computed. `digits` is the text that a numeric is shown as,
    where PostgreSQL gives each value digits of its own. `narrow` is the same number in the engine's 64 bits, and
    NULL where they do not hold it.
    """

    tree: exp.Expr
    type: DataType | None
    is_open: bool = False
    has_modifiers: bool = False
    digits: exp.Expr | None = None
    narrow: exp.Expr | None = None

    @property
    def kind(self) -> str:
        """The type's name, `?` where it is not known, with [] for arrays."""
        if self.type is None:
            return "?"
        return self.type.scalar.name + "[]" * bool(self.type.dimensions)


@cache
def type_of(name: str, *modifiers: int) -> DataType:
    """`int4`, `numeric` or `text[]` by PostgreSQL's short name."""
    if name.endswith("[]"):
        return DataType(SCALARS[name[:-2]], modifiers, 1)
    return DataType(SCALARS[name], modifiers)


def numeric(precision: int, scale: int) -> DataType:
    return type_of("numeric", min(precision, NUMERIC_PRECISION_MAX), min(scale, NUMERIC_PRECISION_MAX))


BOOL, INT4, INT8, FLOAT8, TEXT, DATE = map(type_of, ("bool", "int4", "int8", "float8", "text", "date"))
TIMESTAMP, TIMESTAMPTZ, TIME, INTERVAL, JSONB, JSON = map(
    type_of, ("timestamp", "timestamptz", "time", "interval", "jsonb", "json")
)
NUMERIC = numeric(NUMERIC_PRECISION_MAX, OPEN_SCALE)
QUOTIENT = numeric(NUMERIC_PRECISION_MAX, QUOTIENT_SCALE)
WHOLE_NUMERIC = numeric(NUMERIC_PRECISION_MAX, 0)


def element_type(type: DataType) -> DataType:
    return DataType(type.scalar, type.modifiers, type.dimensions - 1)


def array_of(type: DataType) -> DataType:
    return DataType(type.scalar, type.modifiers, type.dimensions + 1)


def is_kind(type: DataType | None, *names: str) -> bool:
    """Whether the type is a scalar of one of these names."""
    return type is not None and not type.dimensions and type.scalar.name in names


def is_number(type: DataType | None) -> bool:
    return is_kind(type, *_WIDENING)


def is_text(type: DataType | None) -> bool:
    return is_kind(type, *TEXTS)


def precision_and_scale(type: DataType) -> tuple[int, int]:
    """How DuckDB's DECIMAL holds a number of this type."""
    match type.scalar.name:
        case "int2":
            return 5, 0
        case "int4":
            return 10, 0
        case "int8":
            return 19, 0
        case "numeric" if len(type.modifiers) == 2:
            return type.modifiers[0], type.modifiers[1]
        case _:
            return NUMERIC_PRECISION_MAX, OPEN_SCALE


def widen_numbers(left: DataType, right: DataType) -> DataType:
    """The type in which PostgreSQL computes with two numbers."""
    wider = max(left, right, key=lambda type: _WIDENING.index(type.scalar.name))
    if is_kind(wider, *FLOATS):
        both_small = is_kind(left, "float4") and is_kind(right, "float4")
        return type_of("float4") if both_small else FLOAT8
    if is_kind(wider, "numeric"):
        (p1, s1), (p2, s2) = precision_and_scale(left), precision_and_scale(right)
        scale = max(s1, s2)
        return numeric(max(p1 - s1, p2 - s2) + scale, scale)
    return wider


def meet(left: DataType, right: DataType) -> DataType | None:
    """The common type of CASE, UNION, VALUES and comparisons; None where PostgreSQL has none."""
    if left == right:
        return left
    if left.dimensions != right.dimensions:
        return None
    if left.dimensions:
        inner = meet(DataType(left.scalar, left.modifiers), DataType(right.scalar, right.modifiers))
        return None if inner is None else DataType(inner.scalar, inner.modifiers, left.dimensions)
    if is_number(left) and is_number(right):
        if is_kind(left, "float4") and not is_kind(right, "float8"):
            return left
        if is_kind(right, "float4") and not is_kind(left, "float8"):
            return right
        return widen_numbers(left, right)
    if is_text(left) and is_text(right):
        same = left.scalar == right.scalar and not is_kind(left, "bpchar")
        return DataType(left.scalar) if same else TEXT
    if is_kind(left, *_LATER) and is_kind(right, *_LATER):
        return DataType(max(left, right, key=lambda type: _LATER.index(type.scalar.name)).scalar)
    if is_kind(left, "interval", "time") and is_kind(right, "interval", "time"):
        return INTERVAL
    if left.scalar == right.scalar and not left.fields:
        return DataType(left.scalar)
    return None


# What PostgreSQL turns into a name unasked; a name becomes text so, but no varchar and no char(n).
_BECOME_NAMES = ("varchar", "bpchar")


def common_type(first: DataType, second: DataType) -> DataType | None:
    """The type of CASE, UNION and VALUES: of texts the first one's, unless only that becomes the other."""
    if first == second or not (is_text(first) and is_text(second)):
        return meet(first, second)
    if is_kind(second, "name") and is_kind(first, *_BECOME_NAMES):
        return second
    return DataType(first.scalar)


def meet_all(bounds: list[Bound], what: str) -> DataType | None:
    """The common type of several branches; open ones count only when there is nothing else, as text."""
    types = [bound.type for bound in bounds if not bound.is_open]
    if not types:
        return TEXT if bounds else None
    common = types[0]
    for other in types[1:]:
        if common is None or other is None:
            return None
        met = common_type(common, other)
        if met is None:
            raise DatatypeMismatch(f"{what} types {common} and {other} cannot be matched")
        common = met
    return common


@cache
def _engine_type(spelling: str) -> exp.DataType:
    return exp.DataType.build(spelling, dialect="duckdb", udt=True)


def engine_cast(tree: exp.Expr, type: DataType | str) -> exp.Expr:
    """CAST in DuckDB's own terms, without any of PostgreSQL's checks."""
    spelling = type if isinstance(type, str) else type.duckdb
    return exp.Cast(this=tree, to=_engine_type(spelling).copy())


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of an engine function."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def string(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def number(value: int) -> exp.Expr:
    return exp.Literal.number(value)
