"""Text functions."""

from __future__ import annotations

import re

from sqlglot import exp

from ormolu.sql_extensions.dialect import types as t
from ormolu.sql_extensions.dialect.casts import coerce, settle, text_of
from ormolu.sql_extensions.dialect.context import Context
from ormolu.sql_extensions.dialect.patterns import engine_pattern, pattern_tree
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
    if len(called.arguments) == 4 and not called.arguments[3].is_open and not t.is_text(called.arguments[3].type):
        raise unsupported("regexp_replace() with a start position", called.node)
    value, pattern, replacement, *_ = typed(called, context, T, T, T)
    flags = _flags(called, 3)
    if isinstance(replacement, exp.Literal) and "\\&" in replacement.name:
        raise unsupported(r"\& in a replacement", called.node)
    tree = call("regexp_replace", value, pattern_tree(pattern, called.node), replacement, t.string(flags))
    return Bound(tree, T)


def _flags(called: FunctionCall, index: int) -> str:
    """The engine's options for PostgreSQL's flags; a dot matches a newline in both then."""
    if len(called.arguments) <= index:
        return "s"
    flags = constant(called, index, "flags")
    if set(flags) - set("gi"):
        raise unsupported(f'the regular expression flags "{flags}"', called.node)
    return flags + "s"


def _match(called: FunctionCall, context: Context) -> Bound:
    value, _ = typed(called, context, T, T)
    flags = _flags(called, 2).replace("g", "")
    text = engine_pattern(constant(called, 1, "a pattern"), called.node)
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
    text = engine_pattern(constant(called, 1, "a pattern"), called.node)
    group = t.number(1 if _groups(text) else 0)
    found = call("regexp_matches", value.copy(), t.string(text), t.string("s"))
    return Bound(exp.If(this=found, true=call("regexp_extract", value, t.string(text), group, t.string("s"))), T)


def _string_to_array(called: FunctionCall, context: Context) -> Bound:
    trees = typed(called, context, T, T, T)
    name = "pg_string_to_array" if len(trees) == 2 else "pg_string_to_array_nulls"
    return Bound(call(name, *trees), t.type_of("text[]"))


def _split_pattern(called: FunctionCall, context: Context) -> Bound:
    value, pattern = typed(called, context, T, T)
    return Bound(call("regexp_split_to_array", value, pattern_tree(pattern, called.node)), t.type_of("text[]"))


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
    "upper": plain("upper", T, T),
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
    "regexp_replace": scalar(3, 4, _replace_pattern),
    "regexp_match": scalar(2, 3, _match),
    "regexp_split_to_array": scalar(2, 2, _split_pattern),
    "string_to_array": scalar(2, 3, _string_to_array),
}
