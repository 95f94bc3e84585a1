"""A jsonb indented, a json without nulls, and what each is called."""

from __future__ import annotations

from ormolu.sql_extensions.values.jsons import JsonNumber, JsonPairs, quoted, write_jsonb

_INDENT = "    "


def pretty(value: object) -> str:
    return _pretty(value, 0)


def _pretty(value: object, level: int) -> str:
    match value:
        case dict():
            lines = [f"{quoted(key)}: {_pretty(item, level + 1)}" for key, item in value.items()]
            return _block("{", lines, "}", level)
        case list():
            return _block("[", [_pretty(item, level + 1) for item in value], "]", level)
        case _:
            return write_jsonb(value)


def _block(opening: str, lines: list[str], closing: str, level: int) -> str:
    inner = ",".join(f"\n{_INDENT * (level + 1)}{line}" for line in lines)
    return f"{opening}{inner}\n{_INDENT * level}{closing}"


def stripped(value: object) -> str:
    """A json without members that are null, in as few characters as it takes."""
    match value:
        case JsonPairs():
            kept = ((key, item) for key, item in value if item is not None)
            return "{" + ",".join(f"{quoted(key)}:{stripped(item)}" for key, item in kept) + "}"
        case list():
            return "[" + ",".join(map(stripped, value)) + "]"
        case JsonNumber():
            return value
        case _:
            return write_jsonb(value)


def kind_of(value: object) -> str:
    """jsonb_typeof()."""
    match value:
        case None:
            return "null"
        case JsonNumber():
            return "number"
        case str():
            return "string"
        case bool():
            return "boolean"
        case list():
            return "array"
        case _:
            return "object"
