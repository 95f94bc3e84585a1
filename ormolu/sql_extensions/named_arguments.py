"""Arguments that are computed once and have a name, where our functions are called within each other.

Most of them are macros of the engine, which writes an argument out wherever the macro names it: with each call around
calls the text would be multiplied. `f(g(h(x)))` becomes `list_transform([{'a1': g(h(x))}], lambda e: f(e['a1']))[1]`.
"""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.conditions import is_constant
from ormolu.sql_extensions.dialect.types import call, number, string

NESTED_MAX = 2  # calls within each other that are written out: faster by row than what has a name
PREFIXES = ("pg_", "clean_", "mask_", "is_")  # of the names of our functions


def name_arguments(tree: exp.Expr) -> exp.Expr:
    """In place; gives the tree's new root."""
    root = exp.Paren(this=tree)
    depths: dict[int, int] = {}
    nodes = list(tree.walk())
    for node in reversed(nodes):  # what is within a node comes before it
        within = max((depths[id(child)] for child in node.iter_expressions()), default=0)
        is_ours = isinstance(node, exp.Anonymous) and node.name.lower().startswith(PREFIXES)
        depths[id(node)] = within + is_ours
        if depths[id(node)] > NESTED_MAX and is_ours:
            named = _named(node)
            node.replace(named)
            nodes.append(named)  # lives as long as its id is asked for
            depths[id(named)] = NESTED_MAX
    return root.this.pop() if isinstance(root.this, exp.Expr) else tree


def _named(function: exp.Expr) -> exp.Expr:
    fields, arguments = [], []
    for place, argument in enumerate(list(function.expressions), start=1):
        if all(map(_is_constant, argument.expressions if isinstance(argument, exp.Array) else [argument])):
            arguments.append(argument)
            continue
        name = f"a{place}"
        fields.append(exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=argument))
        arguments.append(call("struct_extract", exp.column("e"), string(name)))  # `e.a1` is not known in HAVING
    given = exp.Array(expressions=[exp.Struct(expressions=fields)])
    applied = exp.Anonymous(this=function.this, expressions=arguments)
    each = exp.Lambda(this=applied, expressions=[exp.to_identifier("e")])
    return call("list_extract", call("list_transform", given, each), number(1))


def _is_constant(tree: exp.Expr) -> bool:
    """A pattern or a list of formats has to stay one where the engine prepares it once for all rows."""
    return isinstance(tree, exp.Null) or is_constant(tree)
