"""Text functions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sqlglot import exp

from ormolu.errors import InvalidParameterValue
from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import coerce, settle, text_of
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.patterns import finding_pattern, finding_tree
from ormolu.sql_extensions.dialect.reading import unsupported
from ormolu.sql_extensions.dialect.types import Bound, call, engine_cast
from ormolu.sql_extensions.functions.call import (
    VARIADIC,
    Function,
    FunctionCall,
    constant,
    fit,
    no_function,
    plain,
    scalar,
    typed,
)

T, INT = t.TEXT, t.INT4


def _concat(called: FunctionCall, context: Context) -> Bound:
    """concat() takes anything and leaves NULLs out; booleans are t and f here, unlike in a cast."""
    return Bound(call("concat", *(_output(one, context) for one in called.arguments)), T)


def _concat_ws(called: FunctionCall, context: Context) -> Bound:
    separator, *rest = called.arguments
    return Bound(call("concat_ws", coerce(separator, T, context).tree, *(_output(one, context) for one in rest)), T)


def _output(value: Bound, context: Context) -> exp.Expr:
    if value.kind == "bool":
        return exp.If(
            this=value.tree, true=t.string("t"), false=exp.If(this=exp.Not(this=value.tree.copy()), true=t.string("f"))
        )
    return text_of(value, context)


def _trims(engine_name: str) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        trees = typed(called, context, T, T)
        return Bound(call(engine_name, *trees, *([] if len(trees) == 2 else [t.string(" ")])), T)

    return scalar(1, 2, build)


def _length(called: FunctionCall, context: Context) -> Bound:
    argument = called.arguments[0]
    if argument.kind == "bytea":
        return Bound(engine_cast(call("octet_length", argument.tree), INT), INT)
    return Bound(engine_cast(call("length", *typed(called, context, T)), INT), INT)


def _counted(engine_name: str) -> Function:
    """A function whose engine counterpart counts in bigint."""

    def build(called: FunctionCall, context: Context) -> Bound:
        return Bound(engine_cast(call(engine_name, *typed(called, context, T, T)), INT), INT)

    return scalar(2, 2, build)


def _octet_length(called: FunctionCall, context: Context) -> Bound:
    argument = called.arguments[0]
    tree = argument.tree if argument.kind == "bytea" else call("encode", *typed(called, context, T))
    return Bound(engine_cast(call("octet_length", tree), INT), INT)


def _bit_length(called: FunctionCall, context: Context) -> Bound:
    return Bound(exp.Paren(this=exp.Mul(this=_octet_length(called, context).tree, expression=t.number(8))), INT)


def _replace_pattern(called: FunctionCall, context: Context) -> Bound:
    """regexp_replace(text, pattern, new [, flags]), and with a start: (..., start [, occurrence [, flags]])."""
    has_start = len(called.arguments) > 3 and t.is_kind(called.arguments[3].type, *t.INTEGERS)
    if len(called.arguments) > 4 and not has_start:
        raise no_function(called)
    value, pattern, replacement = typed(replace(called, arguments=called.arguments[:3]), context, T, T, T)
    flags = _flags(called, 5 if has_start else 3)
    if isinstance(replacement, exp.Literal):
        replacement = t.string(re.sub(r"\\\\|\\&", lambda found: found.group().replace("&", "0"), replacement.name))
    before: exp.Expr | None = None
    if has_start:
        flags = _occurrence_flags(called, flags)
        value, before = _from_start(called, value, called.arguments[3], context)
    _refuse_empty_matches(called, flags, replacement)
    tree = call("regexp_replace", value, finding_tree(pattern, called.node), replacement, t.string(flags))
    return Bound(tree if before is None else exp.Paren(this=exp.DPipe(this=before, expression=tree)), T)


def _refuse_empty_matches(called: FunctionCall, flags: str, replacement: exp.Expr) -> None:
    """Behind what it replaced PostgreSQL replaces nothing, too, where the pattern matches that; the engine does not."""
    pattern = called.arguments[1].tree
    replaces_by_nothing = isinstance(replacement, exp.Literal) and not replacement.name
    if "g" in flags and not replaces_by_nothing and isinstance(pattern, exp.Literal) and _may_be_empty(pattern.name):
        raise unsupported(
            "regexp_replace() of all that matches a pattern which matches the empty text too",
            called.node,
            hint="Write + for *, or {1,n} for {0,n}, so that something must be there.",
        )


def _may_be_empty(pattern: str) -> bool:
    """Whether the pattern matches the empty text, but not that alone."""
    if not re.sub(r"\\[AZmMyYbB]|[\^$()|]", "", pattern):
        return False
    try:
        return re.match(pattern, "") is not None
    except re.error:  # of PostgreSQL's own spelling
        return False


def _occurrence_flags(called: FunctionCall, flags: str) -> str:
    """`g` where all are replaced: the occurrence is 0."""
    wanted = called.arguments[4].tree.name if len(called.arguments) > 4 else "1"
    if wanted not in ("0", "1"):
        raise unsupported("regexp_replace() of another occurrence than the first or all", called.node)
    return flags.replace("g", "") + "g" * (wanted == "0")


def _from_start(called: FunctionCall, value: exp.Expr, start: Bound, context: Context) -> tuple[exp.Expr, exp.Expr]:
    """The text from a place on, and what is before it; a pattern that looks back would see another beginning."""
    pattern = called.arguments[1].tree.name if isinstance(called.arguments[1].tree, exp.Literal) else "^"
    if re.search(r"\^|\\[AymbBY]", re.sub(r"\[\^[^]]*\]", "", pattern)):
        raise unsupported(f"{called.name}() with a start and such a pattern", called.node)
    place = call("pg_search_start", coerce(start, INT, context).tree)
    before = call("left", value.copy(), exp.Paren(this=exp.Sub(this=place, expression=t.number(1))))
    return call("substr", value, place.copy()), before


def _flags(called: FunctionCall, index: int) -> str:
    """The engine's options for PostgreSQL's flags; a dot matches a newline in both then."""
    if len(called.arguments) <= index:
        return "s"
    flags = constant(called, index, "flags")
    if set(flags) - set("gics"):
        raise unsupported(f'the regular expression flags "{flags}"', called.node)
    cases = [flag for flag in flags if flag in "ic"]
    return "g" * ("g" in flags) + "i" * (cases[-1:] == ["i"]) + "s"


@dataclass(frozen=True, slots=True)
class _Search:
    """regexp_count() and its like: the text from the start on, the pattern, and the flags."""

    value: exp.Expr
    pattern: str
    flags: exp.Expr
    start: exp.Expr

    def found(self, group: exp.Expr) -> exp.Expr:
        return call("regexp_extract_all", self.value.copy(), t.string(self.pattern), group, self.flags.copy())


def _search(called: FunctionCall, context: Context, *, start: int, flags: int) -> _Search:
    """The places of the arguments for start and flags are those of the function."""
    value, _ = typed(replace(called, arguments=called.arguments[:2]), context, T, T)
    text = finding_pattern(constant(called, 1, "a pattern"), called.node)
    given = _flags(called, flags)
    if "g" in given:
        raise InvalidParameterValue(f'{called.name}() does not support the "global" option')
    place: exp.Expr = t.number(1)
    if len(called.arguments) > start and called.arguments[start].tree.name != "1":
        value, _ = _from_start(called, value, called.arguments[start], context)
        place = call("pg_search_start", coerce(called.arguments[start], INT, context).tree)
    return _Search(value, text, t.string(given), place)


def _count_pattern(called: FunctionCall, context: Context) -> Bound:
    found = _search(called, context, start=2, flags=3).found(t.number(0))
    return Bound(engine_cast(call("len", found), INT), INT)


def _has_pattern(called: FunctionCall, context: Context) -> Bound:
    search = _search(called, context, start=9, flags=2)
    return Bound(call("regexp_matches", search.value, t.string(search.pattern), search.flags), t.BOOL)


def _occurrence(called: FunctionCall, context: Context) -> exp.Expr:
    if len(called.arguments) < 4:
        return t.number(1)
    return call("pg_search_start", coerce(called.arguments[3], INT, context).tree)


def _substring_found(called: FunctionCall, context: Context) -> Bound:
    search = _search(called, context, start=2, flags=4)
    group = constant(called, 5, "a subexpression") if len(called.arguments) > 5 else "0"
    if int(group) and re.search(r"\)[?*{]|\|", search.pattern):
        raise unsupported(f"{called.name}() with a group that may match nothing", called.node)
    if int(group) > _groups(search.pattern):
        return Bound(engine_cast(exp.Null(), T), T)
    return Bound(call("list_extract", search.found(t.number(int(group))), _occurrence(called, context)), T)


def _place_found(called: FunctionCall, context: Context) -> Bound:
    search = _search(called, context, start=2, flags=5)
    if len(called.arguments) > 6 and called.arguments[6].tree.name != "0":
        raise unsupported("regexp_instr() of a subexpression", called.node)
    end = coerce(called.arguments[4], INT, context).tree if len(called.arguments) > 4 else t.number(0)
    pieces = call("regexp_split_to_array", search.value.copy(), t.string(search.pattern), search.flags)
    found = search.found(t.number(0))
    place = call("pg_place_of_match", pieces, found, _occurrence(called, context), end, search.start)
    return Bound(engine_cast(place, INT), INT)


def _match(called: FunctionCall, context: Context) -> Bound:
    value, _ = typed(called, context, T, T)
    flags = _flags(called, 2).replace("g", "")
    text = finding_pattern(constant(called, 1, "a pattern"), called.node)
    if _groups(text) and re.search(r"\)[?*{]|\|", text):
        raise unsupported(f"{called.name}() with a group that may match nothing", called.node)
    groups = [t.number(index) for index in (range(1, _groups(text) + 1) or [0])]
    found = call("regexp_matches", value.copy(), t.string(text), t.string(flags))
    parts = [call("regexp_extract", value.copy(), t.string(text), group, t.string(flags)) for group in groups]
    return Bound(exp.If(this=found, true=exp.Array(expressions=parts)), t.type_of("text[]"))


def _groups(pattern: str) -> int:
    """How many capturing groups a pattern has."""
    plain_text = pattern.replace("\\\\", "").replace("\\(", "")
    return sum(1 for index, c in enumerate(plain_text) if c == "(" and plain_text[index + 1 : index + 2] != "?")


def _substring_pattern(called: FunctionCall, context: Context) -> Bound:
    value, _ = typed(called, context, T, T)
    text = finding_pattern(constant(called, 1, "a pattern"), called.node)
    group = t.number(1 if _groups(text) else 0)
    found = call("regexp_matches", value.copy(), t.string(text), t.string("s"))
    return Bound(exp.If(this=found, true=call("regexp_extract", value, t.string(text), group, t.string("s"))), T)


def _string_to_array(called: FunctionCall, context: Context) -> Bound:
    trees = typed(called, context, T, T, T)
    name = "pg_string_to_array" if len(trees) == 2 else "pg_string_to_array_nulls"
    return Bound(call(name, *trees), t.type_of("text[]"))


def _split_pattern(called: FunctionCall, context: Context) -> Bound:
    return Bound(split_by_pattern(called, context), t.type_of("text[]"))


def split_by_pattern(called: FunctionCall, context: Context) -> exp.Expr:
    """The list that a pattern splits a text into."""
    value, pattern = typed(replace(called, arguments=called.arguments[:2]), context, T, T)
    flags = _flags(called, 2)
    if "g" in flags:
        raise InvalidParameterValue(f'{called.name}() does not support the "global" option')
    if isinstance(pattern, exp.Literal) and not pattern.name:
        return call("string_split", value, t.string(""))
    return call("regexp_split_to_array", value, finding_tree(pattern, called.node), t.string(flags))


def all_matches(called: FunctionCall, context: Context) -> exp.Expr:
    """regexp_matches(): the list of what the groups matched, of the first match or of all."""
    value, _ = typed(replace(called, arguments=called.arguments[:2]), context, T, T)
    flags = _flags(called, 2)
    text = finding_pattern(constant(called, 1, "a pattern"), called.node)
    if _groups(text) and re.search(r"\)[?*{]|\|", text):
        raise unsupported(f"{called.name}() with a group that may match nothing", called.node)
    options = t.string(flags.replace("g", ""))
    lists = [
        call("regexp_extract_all", value.copy(), t.string(text), t.number(group), options.copy())
        for group in (range(1, _groups(text) + 1) or [0])
    ]
    rows = call("pg_match_rows", exp.Array(expressions=lists))
    return rows if "g" in flags else call("pg_array_slice", rows, t.number(1), t.number(1))


def _format(called: FunctionCall, context: Context) -> Bound:
    """format() with a constant template: %s, %I, %L and %%."""
    template = constant(called, 0, "a template")
    arguments = iter(called.arguments[1:])
    parts: list[exp.Expr] = []
    index = 0
    literal = ""
    while index < len(template):
        if template[index] != "%":
            literal += template[index]
            index += 1
            continue
        directive = template[index + 1 : index + 2]
        index += 2
        if directive == "%":
            literal += "%"
            continue
        argument = next(arguments, None)
        if directive not in ("s", "I", "L") or argument is None:
            raise unsupported(f'format() with "%{directive}" here', called.node)
        parts += [t.string(literal), _formatted(directive, _output(argument, context))]
        literal = ""
    return Bound(call("concat", *parts, t.string(literal)), T)


def _formatted(directive: str, tree: exp.Expr) -> exp.Expr:
    quoting = {"I": "pg_quote_ident", "L": "pg_quote_nullable"}.get(directive)
    return tree if quoting is None else call(quoting, tree)


def _quote_literal(engine_name: str) -> Function:
    def build(called: FunctionCall, context: Context) -> Bound:
        return Bound(call(engine_name, text_of(settle(called.arguments[0], context), context)), T)

    return scalar(1, 1, build)


def _overlay(called: FunctionCall, context: Context) -> Bound:
    value, placed, start, *rest = typed(called, context, T, T, INT, INT)
    length = rest[0] if rest else engine_cast(call("length", placed.copy()), INT)
    return Bound(call("pg_overlay", value, placed, start, length), T)


def _substring(called: FunctionCall, context: Context) -> Bound:
    second = called.arguments[1]
    if called.name == "substring" and (second.is_open or t.is_text(second.type)):
        return _substring_pattern(called, context)
    return Bound(
        call(
            "pg_substring" if len(called.arguments) == 3 else "pg_substring_from", *typed(called, context, T, INT, INT)
        ),
        T,
    )


def _md5(called: FunctionCall, context: Context) -> Bound:
    argument = called.arguments[0]
    tree = argument.tree if argument.kind == "bytea" else typed(called, context, T)[0]
    return Bound(call("md5", tree), T)


def _encode(called: FunctionCall, context: Context) -> Bound:
    form = constant(called, 1, "a format")
    tree = fit(called, called.arguments[0], t.type_of("bytea"), context).tree
    match form:
        case "hex":
            return Bound(call("lower", call("hex", tree)), T)
        case "base64":
            return Bound(call("pg_base64", tree), T)
        case _:
            raise unsupported(f"encode(..., '{form}')", called.node)


def _decode(called: FunctionCall, context: Context) -> Bound:
    form = constant(called, 1, "a format")
    tree = fit(called, called.arguments[0], T, context).tree
    match form:
        case "hex":
            return Bound(call("from_hex", tree), t.type_of("bytea"))
        case "base64":
            return Bound(call("from_base64", tree), t.type_of("bytea"))
        case _:
            raise unsupported(f"decode(..., '{form}')", called.node)


def _to_hex(called: FunctionCall, context: Context) -> Bound:
    if not t.is_kind(called.arguments[0].type, *t.INTEGERS):
        raise no_function(called)
    tree = engine_cast(called.arguments[0].tree, t.INT8)
    if not t.is_kind(called.arguments[0].type, "int8"):
        tree = exp.Paren(this=exp.BitwiseAnd(this=tree, expression=t.number(2**32 - 1)))
    return Bound(call("lower", call("to_hex", tree)), T)


_LENGTH = scalar(1, 1, _length)

TEXTS: dict[str, Function] = {
    "lower": plain("lower", T, T),
    "upper": plain("pg_upper", T, T),
    "initcap": plain("pg_initcap", T, T),
    "length": _LENGTH,
    "char_length": _LENGTH,
    "character_length": _LENGTH,
    "octet_length": scalar(1, 1, _octet_length),
    "btrim": _trims("trim"),
    "trim": _trims("trim"),
    "ltrim": _trims("ltrim"),
    "rtrim": _trims("rtrim"),
    "concat": scalar(1, VARIADIC, _concat),
    "concat_ws": scalar(2, VARIADIC, _concat_ws),
    "left": plain("left", T, T, INT),
    "right": plain("right", T, T, INT),
    "lpad": plain("pg_lpad", T, T, INT, T, optional=1),
    "rpad": plain("pg_rpad", T, T, INT, T, optional=1),
    "repeat": plain("pg_repeat", T, T, INT),
    "reverse": plain("reverse", T, T),
    "replace": plain("replace", T, T, T, T),
    "translate": plain("translate", T, T, T, T),
    "strpos": _counted("strpos"),
    "substring": scalar(2, 3, _substring),
    "substr": scalar(2, 3, _substring),
    "pg_substring_pattern": scalar(2, 2, _substring_pattern),
    "overlay": scalar(3, 4, _overlay),
    "split_part": plain("pg_split_part", T, T, T, INT),
    "starts_with": plain("starts_with", t.BOOL, T, T),
    "ascii": plain("pg_ascii", INT, T),
    "chr": plain("pg_chr", T, INT),
    "bit_length": scalar(1, 1, _bit_length),
    "md5": scalar(1, 1, _md5),
    **{
        name: plain(f"pg_{name}", t.type_of("bytea"), t.type_of("bytea"))
        for name in ("sha224", "sha256", "sha384", "sha512")
    },
    "to_hex": scalar(1, 1, _to_hex),
    "encode": scalar(2, 2, _encode),
    "decode": scalar(2, 2, _decode),
    "quote_ident": plain("pg_quote_ident", T, T),
    "quote_literal": _quote_literal("pg_quote_literal"),
    "quote_nullable": _quote_literal("pg_quote_nullable"),
    "format": scalar(1, VARIADIC, _format),
    "regexp_replace": scalar(3, 6, _replace_pattern),
    "regexp_count": scalar(2, 4, _count_pattern),
    "regexp_like": scalar(2, 3, _has_pattern),
    "regexp_substr": scalar(2, 6, _substring_found),
    "regexp_instr": scalar(2, 7, _place_found),
    "regexp_match": scalar(2, 3, _match),
    "regexp_split_to_array": scalar(2, 3, _split_pattern),
    "string_to_array": scalar(2, 3, _string_to_array),
}
