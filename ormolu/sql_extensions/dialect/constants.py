"""Constants and parameters, and the types that are written beside them."""

from __future__ import annotations

import re
from decimal import Decimal

from sqlglot import exp

from ormolu.errors import InvalidSyntax
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import decimal_type
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.scopes import Scope
from ormolu.sql_extensions.dialect.types import Bound, engine_cast
from ormolu.sql_extensions.types import DataType, data_type


def literal_node(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    if node.args.get("is_string"):
        return Bound(t.string(node.name), None, is_open=True)
    value = Decimal(node.name.replace("_", ""))
    if value == value.to_integral_value() and "." not in node.name and "e" not in node.name.lower():
        for type, limit in ((t.INT4, 2**31), (t.INT8, 2**63)):
            if value < limit:
                return Bound(exp.Literal.number(str(int(value))), type)
    type = decimal_type(value)
    return Bound(engine_cast(t.string(format(value, "f")), type), type)


def text_node(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    return Bound(t.string(node.name), None, is_open=True)


def adjacent(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    if not all(isinstance(part, exp.Literal) and part.is_string for part in node.expressions):
        raise unsupported("this form of concatenation", node)
    return Bound(t.string("".join(part.name for part in node.expressions)), None, is_open=True)


def null_node(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    return Bound(exp.Null(), None, is_open=True)


def boolean_node(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    return Bound(exp.Boolean(this=bool(node.this)), t.BOOL)


def parameter_node(node: exp.Expr, scope: Scope, context: Context) -> Bound:
    if not (isinstance(node.this, exp.Literal) and not node.this.is_string and node.this.name.isdigit()):
        raise InvalidSyntax("a parameter is written $1, $2, ...", position=position(node))
    tree = exp.Parameter(this=t.number(int(node.this.name)))
    type = context.parameter(int(node.this.name))
    return Bound(tree, type, is_open=type is None)


def constant_of(node: exp.Expr, type: DataType) -> Bound | None:
    """A constant that only the type it is cast to can hold: an empty array, a float beyond all numerics."""
    if isinstance(node, exp.Array) and not node.expressions and type.dimensions:
        return Bound(engine_cast(exp.Array(expressions=[]), type), type)
    if isinstance(node, exp.Literal) and not node.is_string and t.is_kind(type, "float8") and "e" in node.name.lower():
        return Bound(engine_cast(t.string(node.name), type), type)
    return None


def written_type(node: exp.Expr) -> DataType:
    """The type as it was written; 42704 where there is none of that name."""
    spelling = node.sql("postgres").lower()
    if _PRECISE.match(spelling) or spelling.startswith("interval "):
        raise unsupported(f"the type {spelling}", node, hint="Leave the precision out.")
    return data_type(spelling)


_PRECISE = re.compile(r"(time|timetz|timestamp|timestamptz)\((\d+)\)$")
_SECOND_DIGITS_MAX = 6


def precise_type(node: exp.Expr) -> DataType | None:
    """The type of a moment with so many digits of its seconds, where it was written with them."""
    found = _PRECISE.match(node.sql("postgres").lower())
    if found is None:
        return None
    return DataType(data_type(found[1]).scalar, (min(int(found[2]), _SECOND_DIGITS_MAX),))
