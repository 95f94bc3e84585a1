"""json and jsonb in queries over the system catalogs."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.catalog.templates import filled

_PAIR = "to_json(CAST(_1 AS VARCHAR)) || ' : ' || coalesce(to_json(_2), 'null')"
_PAIRS = "CAST('{ ' || _1 || ' }' AS JSON)"
_LISTED = frozenset({"json_agg", "jsonb_agg"})
_OBJECTS = frozenset({"json_build_object", "jsonb_build_object"})
_ARRAYS = frozenset({"json_build_array", "jsonb_build_array"})
_VALUES = frozenset({"to_json", "to_jsonb", "row_to_json", "array_to_json"})
_PAIRED = frozenset({"json_object_agg", "jsonb_object_agg", "jsonobjectagg", "jsonbobjectagg"})

# Function of an array in JSON -> the type of its rows.
ELEMENTS = {
    **dict.fromkeys(("json_array_elements", "jsonb_array_elements"), "json"),
    **dict.fromkeys(("json_array_elements_text", "jsonb_array_elements_text"), "text"),
}

JSON_FUNCTIONS = _LISTED | _OBJECTS | _ARRAYS | _VALUES | _PAIRED | frozenset(ELEMENTS)


def json_call(name: str, arguments: list[exp.Expr], condition: exp.Expr | None = None) -> exp.Expr:
    """The call in DuckDB's words; `condition` is that of FILTER around an aggregate."""
    if name in _LISTED:
        rows: exp.Expr = exp.Anonymous(this="list", expressions=arguments)
        if condition is not None:
            rows = exp.Filter(this=rows, expression=condition)
        return exp.Anonymous(this="to_json", expressions=[rows])
    if name in ELEMENTS:
        return exp.Explode(this=exp.cast(arguments[0], f"{ELEMENTS[name]}[]"))
    if name in _PAIRED:
        return filled(_PAIRS, [_pairs(arguments, condition)])
    word = "json_object" if name in _OBJECTS else "json_array" if name in _ARRAYS else "to_json"
    return exp.Anonymous(this=word, expressions=arguments[:1] if word == "to_json" else arguments)


def _pairs(arguments: list[exp.Expr], condition: exp.Expr | None) -> exp.Expr:
    """The pairs of an object, in the order that stands behind the last argument."""
    key, value = arguments
    order = value if isinstance(value, exp.Order) else None
    pair = exp.paren(filled(_PAIR, [key, value if order is None else order.this]))
    listed: exp.Expr = exp.GroupConcat(
        this=pair if order is None else exp.Order(this=pair, expressions=order.expressions),
        separator=exp.Literal.string(", "),
    )
    return listed if condition is None else exp.Filter(this=listed, expression=condition)
