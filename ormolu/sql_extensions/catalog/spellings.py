"""One spelling for what a catalog query can say in several, before anything else is done with its tree."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.catalog.casts import REG_TYPES, named_type

# Functions that the parser gives nodes of their own, and the arguments of each in order.
_CALLS: dict[type[exp.Expr], tuple[str, tuple[str, ...]]] = {
    exp.JSONArrayAgg: ("json_agg", ("this",)),
    exp.Encode: ("encode", ("this", "charset")),
    exp.Decode: ("decode", ("this", "charset")),
    exp.Host: ("host", ("this",)),
}


def _takes_row(name: str) -> bool:
    return name.lower() in ("row_to_json", "to_json", "to_jsonb")


def one_spelling(node: exp.Expr) -> exp.Expr:
    match node:
        case exp.JSONArrayAgg() | exp.Encode() | exp.Decode() | exp.Host():
            name, keys = _CALLS[type(node)]
            return exp.Anonymous(this=name, expressions=[node.args[key] for key in keys if node.args.get(key)])
        case exp.Anonymous(this=str() as name, expressions=[only]) if name.lower() in REG_TYPES:
            return exp.Cast(this=only, to=named_type(name.lower()))
        case exp.Anonymous(this=str() as name, expressions=[start, end, *step]) if name.lower() == "generate_series":
            return exp.ExplodingGenerateSeries(start=start, end=end, **({"step": step[0]} if step else {}))
        case exp.Anonymous(this=str() as name, expressions=[exp.Column(this=exp.Star()) as star]) if _takes_row(name):
            return exp.Anonymous(this=name, expressions=[exp.column(exp.to_identifier(star.table, quoted=True))])
        case exp.Slice(this=None):
            node.set("this", exp.Literal.number(1))
            return node
        case exp.Exists(this=exp.Select(expressions=[]) as select):
            select.set("expressions", [exp.Literal.number(1)])
            return node
        case exp.Lateral(this=exp.Unnest() as unnest):
            unnest.set("alias", node.args.get("alias"))
            return unnest
        case _:
            return node
