"""LIKE, SIMILAR TO and regular expressions."""

from __future__ import annotations

import re

from sqlglot import exp

from ormolu.errors import InvalidSyntax
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import coerce
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.operators import no_operator
from ormolu.sql_extensions.dialect.reading import position, unsupported
from ormolu.sql_extensions.dialect.types import Bound, call


def texts(node: exp.Expr, left: Bound, right: Bound, context: Context) -> tuple[exp.Expr, exp.Expr]:
    for side in (left, right):
        if not (side.is_open or side.type is None or t.is_text(side.type)):
            raise no_operator(node, left, right)
    return coerce(left, t.TEXT, context).tree, coerce(right, t.TEXT, context).tree


def like(node: exp.Like | exp.ILike, left: Bound, right: Bound, escape: str | None, context: Context) -> Bound:
    r"""LIKE with PostgreSQL's default escape, the backslash; `escape` is '' where ESCAPE '' turned it off."""
    value, pattern = texts(node, left, right, context)
    tree: exp.Expr = type(node)(this=value, expression=pattern)
    needs_escape = not isinstance(pattern, exp.Literal) or (escape or "\\") in pattern.name
    if needs_escape and escape != "":
        tree = exp.Escape(this=tree, expression=t.string(escape or "\\"))
    return Bound(exp.Paren(this=tree), t.BOOL)


_ESCAPES = {r"\Z": r"\z", r"\y": r"\b", r"\Y": r"\B"}
_REFUSED = re.compile(r"\\[mM<>]|\[\[:[<>]:\]\]|\(\?[=!<]|\\[1-9]|^\*\*\*")


def engine_pattern(pattern: str, node: exp.Expr) -> str:
    """A regular expression that is known before it runs, in the engine's spelling; what differs is refused."""
    pattern = _WORD_STARTS.sub(r"\\b", _WORD_ENDS.sub(r"\1\\b", pattern))
    found = _REFUSED.search(pattern.replace("\\\\", ""))
    if found:
        raise unsupported(f'"{found.group()}" in a regular expression', node)
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match.group(), match.group()), pattern, flags=re.DOTALL)


# Where a letter follows, or precedes, any boundary of a word is its start, or its end.
_WORD_STARTS = re.compile(r"(?<!\\)\\m(?=\w|\\w)")
_WORD_ENDS = re.compile(r"((?<!\\)\w|\\w[+*]?)\\M")
_LAZY = re.compile(r"(?<!\\)[*+?}]\?")
_GREEDY = re.compile(r"(?<![\\(*+?}])[*+?}](?![?])")


def finding_pattern(pattern: str, node: exp.Expr) -> str:
    """The same for functions that tell what was found: the engine must find as much as PostgreSQL does."""
    written = re.sub(r"\[[^]]*\]|\{[^}]*$", "x", pattern.replace("\\\\", ""))
    if _LAZY.search(written) and _GREEDY.search(_LAZY.sub("", written)) and not written.endswith("$"):
        raise unsupported(
            "greedy and non-greedy quantifiers in one pattern that does not end in $",
            node,
            hint="In PostgreSQL the first quantifier says how much the whole pattern takes. End it with $.",
        )
    return longest_first(engine_pattern(pattern, node))


_LITERAL = re.compile(r"(?:\\[^\w]|[^\\.\[\](){}*+?|^$])*")


def longest_first(pattern: str) -> str:
    """Alternatives of plain text by their length: PostgreSQL takes the longest that matches, the engine the first."""
    levels: list[list[str]] = [[""]]
    index = 0
    while index < len(pattern):
        piece = re.compile(r"\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^]])*\]|.", re.DOTALL).match(pattern, index)
        text = piece.group() if piece else pattern[index]
        index += len(text)
        if text == "(":
            levels.append([""])
        elif text == ")" and len(levels) > 1:
            inner = _alternatives(levels.pop())
            levels[-1][-1] += f"({inner})"
        elif text == "|":
            levels[-1].append("")
        else:
            levels[-1][-1] += text
    return "(".join(_alternatives(level) for level in levels)


def _alternatives(written: list[str]) -> str:
    prefix = re.match(r"\?:", written[0])
    lead = prefix.group() if prefix else ""
    written = [written[0].removeprefix(lead), *written[1:]]
    if all(_LITERAL.fullmatch(each) for each in written):
        written = sorted(written, key=len, reverse=True)
    return lead + "|".join(written)


def pattern_tree(tree: exp.Expr, node: exp.Expr) -> exp.Expr:
    return t.string(engine_pattern(tree.name, node)) if isinstance(tree, exp.Literal) else tree


def finding_tree(tree: exp.Expr, node: exp.Expr) -> exp.Expr:
    """The pattern of a function that tells what was found."""
    return t.string(finding_pattern(tree.name, node)) if isinstance(tree, exp.Literal) else tree


def regular_expression(node: exp.Expr, left: Bound, right: Bound, *, options: str, context: Context) -> Bound:
    value, pattern = texts(node, left, right, context)
    return Bound(call("regexp_matches", value, pattern_tree(pattern, node), t.string(options)), t.BOOL)


def similar_to(node: exp.Expr, left: Bound, right: Bound, context: Context) -> Bound:
    value, pattern = texts(node, left, right, context)
    if not isinstance(pattern, exp.Literal):
        raise unsupported("SIMILAR TO a pattern that is not a constant", node)
    return Bound(call("regexp_full_match", value, t.string(_similar(pattern.name, node)), t.string("s")), t.BOOL)


_SAME = frozenset("|*+?{}()[]")


def _similar(pattern: str, node: exp.Expr) -> str:
    """SQL's regular expression as an ordinary one."""
    parts: list[str] = []
    index, in_brackets = 0, False
    while index < len(pattern):
        character = pattern[index]
        if character == "\\":
            if index + 1 == len(pattern):
                raise InvalidSyntax("LIKE pattern must not end with escape character", position=position(node))
            index += 1
            parts.append(re.escape(pattern[index]))
        elif in_brackets:
            in_brackets = character != "]"
            parts.append(character)
        elif character in "%_":
            parts.append({"%": ".*", "_": "."}[character])
        elif character in _SAME:
            in_brackets = character == "["
            parts.append(character)
        else:
            parts.append(re.escape(character))
        index += 1
    return f"(?:{''.join(parts)})"
