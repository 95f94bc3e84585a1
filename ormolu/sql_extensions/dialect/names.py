"""The names of output columns: what PostgreSQL gives to one without an alias (its FigureColname), and the engine's."""

from __future__ import annotations

from sqlglot import exp

from ormolu.errors import OrmoluError
from ormolu.sql_extensions.dialect.reading import called_name, identifier
from ormolu.sql_extensions.types import data_type

UNNAMED = "?column?"

_FIXED: dict[type[exp.Expr], str] = {
    exp.Case: "case",
    exp.Exists: "exists",
    exp.Array: "array",
    exp.Tuple: "row",
    exp.Interval: "interval",
    exp.Extract: "extract",
    exp.Substring: "substring",
    exp.StrPosition: "position",
    exp.Overlay: "overlay",
    exp.Overlaps: "overlaps",
    exp.GroupConcat: "string_agg",
    exp.JSONArrayAgg: "json_agg",
    exp.AtTimeZone: "timezone",
    exp.CurrentDate: "current_date",
    exp.CurrentTime: "current_time",
    exp.CurrentTimestamp: "current_timestamp",
    exp.CurrentUser: "current_user",
    exp.CurrentRole: "current_role",
    exp.CurrentCatalog: "current_catalog",
    exp.CurrentSchema: "current_schema",
    exp.SessionUser: "session_user",
    exp.Localtime: "localtime",
    exp.Localtimestamp: "localtimestamp",
    exp.Decode: "decode",
    exp.Chr: "chr",
}
_TRIMS = {"LEADING": "ltrim", "TRAILING": "rtrim"}


def column_name(node: exp.Expr) -> str:
    """`?column?`, the column's, the function's or the type's name."""
    return _strong(node) or _weak(node) or UNNAMED


def _strong(node: exp.Expr) -> str | None:
    """A name that an enclosing cast keeps."""
    match node:
        case exp.Column() | exp.Dot():
            last = node.this if isinstance(node, exp.Column) else node.expression
            return called_name(last) if isinstance(last, exp.Anonymous) else identifier(last)
        case exp.Alias():
            return identifier(node.args["alias"])
        case exp.Paren() | exp.Bracket() | exp.Collate() | exp.Window() | exp.Filter() | exp.WithinGroup():
            return _strong(node.this)
        case exp.IgnoreNulls() | exp.RespectNulls() | exp.Order():
            return _strong(node.this)
        case exp.Subquery():
            return _subquery_name(node.unnest())
        case exp.Case() if node.args.get("default") is not None and _strong(node.args["default"]):
            return _strong(node.args["default"])
        case exp.Case() | exp.Interval():
            return None
        case exp.Trim():
            return _TRIMS.get(str(node.args.get("position") or ""), "btrim")
        case exp.Anonymous():
            return called_name(node)
        case exp.Cast() | exp.TryCast():
            return _strong(node.this)
        case _:
            return _FIXED.get(type(node))


def _weak(node: exp.Expr) -> str | None:
    match node:
        case exp.Cast() | exp.TryCast():
            return _type_name(node)
        case exp.Paren() | exp.Collate() | exp.Bracket():
            return _weak(node.this)
        case _:
            return _FIXED.get(type(node))


def _type_name(node: exp.Expr) -> str:
    try:
        return data_type(node.args["to"].sql("postgres")).scalar.name.strip('"')
    except OrmoluError:
        return str(node.args["to"].sql("postgres")).lower()


def _subquery_name(query: exp.Expr) -> str | None:
    while isinstance(query, exp.SetOperation):
        query = query.left
    if isinstance(query, exp.Select) and len(query.expressions) == 1:
        return column_name(query.expressions[0])
    return None


def unique_in(taken: set[str], name: str) -> str:
    """The engine compares names without case and wants each once."""
    candidate, number = name, 1
    while candidate.lower() in taken:
        candidate, number = f"{name}_{number}", number + 1
    taken.add(candidate.lower())
    return candidate
