"""What an OR over several tables says of each of them, written out beside it.

`(a.x = 1 AND b.y = 2) OR (a.x = 3 AND b.y = 4)` is true of no row whose `a.x` is neither 1 nor 3: the engine can leave
those out before it joins, and does so where it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from ormolu.sql_extensions.conditions import is_constant

# Tests that cannot fail, whatever the row: an implied condition is asked of rows that the OR was never asked of.
_TESTS = (exp.EQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.In, exp.Is, exp.Like)
_OPERANDS = frozenset({"this", "expression", "expressions", "low", "high"})


def write_implied_conditions(tree: exp.Query) -> None:
    """Add them to WHERE and to the ON of inner joins, in place."""
    for select in tree.find_all(exp.Select):
        joins = select.args.get("joins") or ()
        sources = [source.alias_or_name for source in (select.args.get("from_"), *joins) if source is not None]
        if len(sources) < 2:
            continue
        ons = [(join, "on") for join in joins if not join.side and not join.method]
        for holder, name in ((select.args.get("where"), "this"), *ons):
            condition = None if holder is None else holder.args.get(name)
            if holder is not None and condition is not None:
                holder.set(name, exp.and_(condition, *_implied(condition, sources), copy=False))


def _implied(condition: exp.Expr, sources: Sequence[str]) -> Iterator[exp.Expr]:
    for part in _parts(condition, exp.And):
        branches = [_parts(branch, exp.And) for branch in _parts(part, exp.Or)]
        if len(branches) < 2:
            continue
        for source in sources:
            said = _said([[test for test in branch if _is_test(test, source)] for branch in branches])
            if said is not None:
                yield said


def _said(branches: Sequence[Sequence[exp.Expr]]) -> exp.Expr | None:
    """The OR of what each branch says of one table, where every branch tells the values it looks for.

    What all of them say the engine finds by itself; ranges alone cost a scan more than the rows that they leave out.
    """
    shared = set(branches[0]).intersection(*branches[1:])
    own = [[test for test in branch if test not in shared] for branch in branches]
    if not all(any(map(_names_values, tests)) for tests in own):
        return None
    return exp.or_(*(exp.and_(*tests) for tests in own))


def _parts(condition: exp.Expr, connector: type[exp.Connector]) -> list[exp.Expr]:
    """The operands of a chain of one connector, in order."""
    found: list[exp.Expr] = []
    stack = [condition]
    while stack:
        node = stack.pop().unnest()
        if isinstance(node, connector):
            stack += (node.right, node.left)
        else:
            found.append(node)
    return found


def _is_test(condition: exp.Expr, source: str) -> bool:
    """Whether it compares columns of the source with constants, and nothing else."""
    match condition:
        case exp.Paren() | exp.And() | exp.Or():
            return all(_is_test(part, source) for part in condition.iter_expressions())
        case _ if isinstance(condition, _TESTS) and condition.args.keys() <= _OPERANDS:
            tested, *others = condition.iter_expressions()
            return _is_column(tested, source) and bool(others) and all(map(_is_constant, others))
        case _:
            return False


def _is_constant(tree: exp.Expr) -> bool:
    return isinstance(tree, exp.Null) or is_constant(tree)


def _is_column(tree: exp.Expr, source: str) -> bool:
    tree = tree.unnest()
    return isinstance(tree, exp.Column) and tree.table == source


def _names_values(condition: exp.Expr) -> bool:
    match condition.unnest():
        case exp.EQ() | exp.In() | exp.Is() | exp.Like():
            return True
        case exp.Or() as either:
            return all(map(_names_values, either.iter_expressions()))
        case exp.And() as both:
            return any(map(_names_values, both.iter_expressions()))
        case _:
            return False
