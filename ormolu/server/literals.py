"""Values as literals of SQL, and literals as values: parameters of data changes, arguments of EXECUTE."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from sqlglot import exp

from ormolu import errors
from ormolu.server.parameters import decode_text, type_of_oid
from ormolu.server.preparation import Prepared
from ormolu.sql_extensions import statements as s
from ormolu.sql_extensions.types import SCALARS, DataType

_TEXT = DataType(SCALARS["text"])


def argument(tree: exp.Expression, kind: DataType) -> object:
    """The value of an argument of EXECUTE: a literal, signed or cast."""
    match tree:
        case exp.Cast() | exp.Paren():
            return argument(tree.this, kind)
        case exp.Null():
            return None
        case exp.Boolean():
            return decode_text("true" if tree.this else "false", kind)
        case exp.Literal():
            return decode_text(tree.this, kind)
        case exp.Neg(this=exp.Literal() as number):
            return decode_text(f"-{number.this}", kind)
        case _:
            raise errors.FeatureNotSupported("EXECUTE takes literals as arguments")


Change = s.Insert | s.Update | s.Delete


def prepare_change(statement: Change, oids: tuple[int, ...]) -> Prepared:
    """A change of data is a command; its parameters become literals when it runs."""
    numbers = [int(node.name) for node in statement.tree.find_all(exp.Parameter) if node.name.isdigit()]
    count = max([len(oids), *numbers])
    types = tuple((type_of_oid(oids[at]) if at < len(oids) else None) or _TEXT for at in range(count))
    return Prepared(statement, types, oids)


def with_values(prepared: Prepared, parameters: tuple[object, ...]) -> s.Statement:
    statement = prepared.statement
    if not parameters or not isinstance(statement, s.Insert | s.Update | s.Delete):
        return statement
    tree = statement.tree.copy()
    for node in list(tree.find_all(exp.Parameter)):
        at = int(node.name) - 1
        node.replace(_literal(parameters[at], prepared.parameter_types[at], prepared.parameter_oids, at))
    # A copy has the class of its original; the text is what a run is given.
    return replace(statement, tree=cast("Any", tree), text=tree.sql(dialect="postgres"))


def _literal(value: object, kind: DataType, oids: tuple[int, ...], at: int) -> exp.Expression:
    """A value as an untyped literal, as if it had been typed; cast where the client named the type."""
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        literal: exp.Expression = exp.Literal.string("true" if value else "false")
    elif isinstance(value, bytes):
        literal = exp.Literal.string(f"\\x{value.hex()}")
    else:
        literal = exp.Literal.string(str(value))
    is_named = at < len(oids) and oids[at] not in (0, 705)
    return exp.cast(literal, str(kind), dialect="postgres") if is_named else literal
