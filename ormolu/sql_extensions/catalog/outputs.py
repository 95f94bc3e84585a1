"""The result's names and forms, fixed before its expressions change."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from ormolu.sql_extensions.catalog.casts import REG_TYPES, named_type
from ormolu.sql_extensions.result_types import Columns, OutputColumn, output_name


def name_outputs(tree: exp.Expr) -> None:
    """Write the name of every output column down before its expression changes."""
    for select in list(tree.find_all(exp.Select)):
        _group_by_outputs(select)
        for projection in list(select.expressions):
            name = output_name(projection)
            if name and not isinstance(projection, exp.Alias | exp.Column) and not projection.is_star:
                projection.replace(exp.alias_(projection.copy(), name, quoted=True))
            elif isinstance(projection, exp.Alias) and isinstance(projection.this, exp.Null) and not _is_member(select):
                projection.set("this", exp.cast(exp.Null(), "text"))


def _group_by_outputs(select: exp.Select) -> None:
    """GROUP BY a name that is an output's and a table's alias: PostgreSQL means the output, DuckDB the table."""
    group = select.args.get("group")
    if group is None:
        return
    outputs = {
        projection.alias: projection.this for projection in select.expressions if isinstance(projection, exp.Alias)
    }
    sources = {source.alias_or_name for source in _sources(select)}
    for key in list(group.expressions):
        if isinstance(key, exp.Column) and not key.table and key.name in outputs and key.name in sources:
            key.replace(outputs[key.name].copy())


def _sources(select: exp.Select) -> Sequence[exp.Expr]:
    clause = select.args.get("from_")
    return [*([] if clause is None else [clause.this]), *(join.this for join in select.args.get("joins") or ())]


def _is_member(select: exp.Select) -> bool:
    """Whether a set operation gives the select's NULLs their type."""
    parent = select.parent
    while isinstance(parent, exp.Paren | exp.Subquery):
        parent = parent.parent
    return isinstance(parent, exp.SetOperation)


def show_as_text(tree: exp.Expr, columns: Columns) -> None:
    """Columns of the result that are an object's OID or a vector come out as PostgreSQL prints them."""
    members = _members(tree)
    if len(members) == 1 and any(_is_printed(column) for column in columns):
        _expand_stars(members[0], columns)
    for select in members:
        projections = list(select.expressions)
        if len(projections) != len(columns) or any(projection.is_star for projection in projections):
            continue
        for projection, column in zip(projections, columns, strict=True):
            if column.type is not None and column.type.dimensions:
                _wrap_array(projection, column.type.scalar.name)
            elif column.type is not None:
                _wrap(projection, "text" if column.type.scalar.name == "unknown" else column.type.scalar.name)


def _is_printed(column: OutputColumn) -> bool:
    if column.type is None or column.type.dimensions:
        return False
    return column.type.scalar.name in REG_TYPES or column.type.scalar.name.endswith("vector")


def _expand_stars(select: exp.Select, columns: Columns) -> None:
    """Each star as the columns that it stands for; where it is not plain which those are, it stays."""
    written = [projection for projection in select.expressions if not projection.is_star]
    star_count = len(select.expressions) - len(written)
    projections: list[exp.Expr] = []
    left = list(columns)
    for projection in select.expressions:
        if not projection.is_star:
            projections.append(projection)
            left = left[1:]
            continue
        source = projection.table if isinstance(projection, exp.Column) else ""
        count = len(columns) - len(written)
        if star_count > 1:
            count = next((at for at, column in enumerate(left) if not source or column.source != source), len(left))
        projections += [_starred(column) for column in left[:count]]
        left = left[count:]
    if len(projections) == len(columns):
        select.set("expressions", projections)


def _starred(column: OutputColumn) -> exp.Column:
    table = exp.to_identifier(column.source, quoted=True) if column.source else None
    return exp.Column(this=exp.to_identifier(column.name, quoted=True), table=table)


def _wrap(projection: exp.Expr, kind: str) -> None:
    inner = projection.this if isinstance(projection, exp.Alias) else projection
    if kind in REG_TYPES:
        named = exp.Cast(this=inner.copy(), to=named_type(kind))
        shown: exp.Expr = exp.Cast(this=named, to=exp.DataType.build("text"))
    elif kind == "text" and isinstance(inner, exp.Null):
        shown = exp.cast(inner.copy(), "text")
    elif kind.endswith("vector"):
        shown = exp.func("array_to_string", inner.copy(), exp.Literal.string(" "))
    else:
        return
    name = projection.alias_or_name
    projection.replace(exp.alias_(shown, name, quoted=True) if name else shown)


def _wrap_array(projection: exp.Expr, kind: str) -> None:
    """An array of objects comes out as their names."""
    if kind not in REG_TYPES:
        return
    inner = projection.this if isinstance(projection, exp.Alias) else projection
    named = exp.Cast(this=inner.copy(), to=named_type(f"{kind}[]"))
    shown = exp.Cast(this=named, to=exp.DataType.build("text[]"))
    name = projection.alias_or_name
    projection.replace(exp.alias_(shown, name, quoted=True) if name else shown)


def _members(tree: exp.Expr) -> Sequence[exp.Select]:
    """The selects whose rows are the result: one, or those of a set operation."""
    match tree:
        case exp.Select():
            return [tree]
        case exp.SetOperation():
            return [*_members(tree.left), *_members(tree.right)]
        case exp.Subquery():
            return _members(tree.this)
        case _:
            return []
