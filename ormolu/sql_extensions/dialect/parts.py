"""The parts of each node that the binder looks at; a node with another part is refused."""

from __future__ import annotations

from sqlglot import exp

EVERYWHERE = frozenset({"this", "expression", "expressions"})
NONE: frozenset[str] = frozenset()
_QUERY_PARTS = frozenset(
    [
        "with_",
        "from_",
        "joins",
        "where",
        "group",
        "having",
        "windows",
        "order",
        "limit",
        "offset",
        "distinct",
        "alias",
        "locks",
        "into",
        "sample",
        "pivots",
        "qualify",
        "laterals",
        "kind",
        "hint",
        "match",
    ]
)
PARTS: dict[type[exp.Expr], frozenset[str]] = {
    exp.Literal: frozenset({"is_string"}),
    exp.Concat: frozenset({"safe", "coalesce"}),
    exp.Column: frozenset({"table", "db", "catalog"}),
    exp.Cast: frozenset({"to", "format", "safe", "default"}),
    exp.Case: frozenset({"ifs", "default"}),
    exp.Array: frozenset({"value_constructor"}),
    exp.Bracket: frozenset({"offset"}),
    exp.Is: frozenset({"negate"}),
    exp.Like: frozenset({"negate"}),
    exp.ILike: frozenset({"negate"}),
    exp.Div: frozenset({"typed", "safe"}),
    exp.DPipe: frozenset({"safe"}),
    exp.Operator: frozenset({"operator"}),
    exp.In: frozenset({"query"}),
    exp.Between: frozenset({"low", "high", "symmetric"}),
    exp.Window: frozenset({"partition_by", "order", "spec", "alias", "over"}),
    exp.Substring: frozenset({"start", "length"}),
    exp.Trim: frozenset({"position"}),
    exp.StrPosition: frozenset({"substr"}),
    exp.Overlay: frozenset({"from_", "for_"}),
    exp.AtTimeZone: frozenset({"zone"}),
    exp.Interval: frozenset({"unit", "fraction_in_string"}),
    **dict.fromkeys((exp.JSONExtract, exp.JSONExtractScalar), frozenset({"only_json_types"})),
    **dict.fromkeys((exp.Select, exp.Subquery), _QUERY_PARTS),
}
