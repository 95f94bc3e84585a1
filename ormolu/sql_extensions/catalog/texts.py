"""Names and literals as PostgreSQL quotes them, and format()."""

from __future__ import annotations

import re

from sqlglot import exp

from ormolu.errors import FeatureNotSupported, InvalidParameterValue
from ormolu.sql_extensions.catalog.templates import filled

# Quoted where it is no plain word, or a word that means something.
QUOTE_IDENT = """
CASE WHEN regexp_full_match(_1, '[a-z_][a-z0-9_$]*')
    AND NOT EXISTS (SELECT 1 FROM pg_catalog._keywords AS _k WHERE _k.word = _1 AND _k.catcode <> 'U')
    THEN _1 ELSE concat('"', replace(_1, '"', '""'), '"') END
"""
QUOTE_LITERAL = """
concat(CASE WHEN contains(CAST(_1 AS VARCHAR), chr(92)) THEN 'E''' ELSE '''' END,
    replace(replace(CAST(_1 AS VARCHAR), '''', ''''''), chr(92), chr(92) || chr(92)), '''')
"""
_NULLED_LITERAL = f"CASE WHEN _1 IS NOT NULL THEN {QUOTE_LITERAL} END"
PARSE_IDENT = """
list_transform(regexp_extract_all(_1, '"(?:[^"]|"")*"|[^.\\s]+'), lambda _e: CASE WHEN _e[1] = '"'
    THEN replace(_e[2:-2], '""', '"') ELSE lower(_e) END)
"""
_ENCODE = """
CASE lower(_2) WHEN 'hex' THEN lower(hex(CAST(_1 AS BLOB))) WHEN 'base64' THEN to_base64(CAST(_1 AS BLOB))
    WHEN 'escape' THEN decode(CAST(_1 AS BLOB)) END
"""

TEXTS: dict[str, dict[int | None, str]] = {
    "encode": {2: _ENCODE},
    "host": {1: "split_part(CAST(_1 AS VARCHAR), '/', 1)"},
    "quote_ident": {1: QUOTE_IDENT},
    "quote_literal": {1: _NULLED_LITERAL},
    "quote_nullable": {1: f"coalesce({_NULLED_LITERAL}, 'NULL')"},
    "parse_ident": {1: PARSE_IDENT, 2: PARSE_IDENT},
}

_MATCHED = "CASE WHEN regexp_matches(_1, _2) THEN regexp_extract(_1, _2, _3) END"
_GROUP = re.compile(r"(?<!\\)\((?!\?)")


def is_pattern(node: exp.Substring) -> bool:
    """Whether substring() is given a regular expression, not a place."""
    start = node.args.get("start")
    return node.args.get("length") is None and isinstance(start, exp.Literal) and bool(start.is_string)


def matched(node: exp.Substring) -> exp.Expr:
    """What the pattern's first group matches, or the whole pattern where it has none."""
    pattern = node.args["start"]
    group = exp.Literal.number(1 if _GROUP.search(pattern.name) else 0)
    return filled(_MATCHED, [node.this, pattern, group])


_CONVERSION = re.compile(r"%(?:(?P<position>\d+)\$)?(?P<flag>-?\d*)(?P<kind>[sIL%])")


def formatted(pattern: exp.Expr, arguments: list[exp.Expr]) -> exp.Expr:
    """format('%I.%s', a, b) as a concatenation; the pattern must be written out."""
    if not isinstance(pattern, exp.Literal) or not pattern.is_string:
        raise FeatureNotSupported("format() takes a pattern that is written out in a query over the system catalogs")
    pieces: list[exp.Expr] = []
    begin = following = 0
    for match in _CONVERSION.finditer(pattern.name):
        pieces.append(exp.Literal.string(pattern.name[begin : match.start()]))
        begin = match.end()
        if match["kind"] == "%":
            pieces.append(exp.Literal.string("%"))
            continue
        if match["flag"]:
            raise FeatureNotSupported("format() with a width is not supported in a query over the system catalogs")
        following = int(match["position"] or following + 1)
        if following > len(arguments):
            raise InvalidParameterValue("too few arguments for format()")
        pieces.append(_converted(match["kind"], arguments[following - 1]))
    pieces.append(exp.Literal.string(pattern.name[begin:]))
    return exp.func("concat", *pieces)


def _converted(kind: str, argument: exp.Expr) -> exp.Expr:
    text = exp.cast(argument.copy(), "text")
    match kind:
        case "I":
            return filled(QUOTE_IDENT, [text])
        case "L":
            return filled(TEXTS["quote_nullable"][1], [text])
        case _:
            return text
