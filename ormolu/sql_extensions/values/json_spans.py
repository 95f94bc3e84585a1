"""The parts of a json as they were written: PostgreSQL's json keeps its text, blanks and digits included."""

from __future__ import annotations

import json

from ormolu.sql_extensions.values.jsons import check_json

_BLANKS = " \t\n\r"
_DECODER = json.JSONDecoder()


def members(text: str) -> list[tuple[str, str]] | None:
    """Names and texts of an object's members; None where the json is none."""
    check_json(text)
    at = _skip(text, 0)
    if text[at] != "{":
        return None
    found: list[tuple[str, str]] = []
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        start = _skip(text, _skip(text, at) + 1)
        end = _DECODER.raw_decode(text, start)[1]
        found.append((key, text[start:end]))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def elements(text: str) -> list[str] | None:
    """The texts of an array's elements; None where the json is none."""
    check_json(text)
    at = _skip(text, 0)
    if text[at] != "[":
        return None
    found: list[str] = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        end = _DECODER.raw_decode(text, at)[1]
        found.append(text[at:end])
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at


def plain_text(text: str | None) -> str | None:
    """What ->> shows of a json: a string's characters, NULL for null, else the text."""
    if text is None or text.strip(_BLANKS) == "null":
        return None
    bare = text.strip(_BLANKS)
    return str(json.loads(bare)) if bare.startswith('"') else text


def at_path(text: str, path: list[str | None]) -> str | None:
    """The text at a path; of equal names the last."""
    here = text
    for step in path:
        if step is None:
            return None
        found = members(here)
        if found is not None:
            values = [value for key, value in found if key == step]
            if not values:
                return None
            here = values[-1]
            continue
        items = elements(here)
        if items is None or not step.strip().lstrip("-").isdecimal():
            return None
        place = int(step) + (len(items) if step.strip().startswith("-") else 0)
        if not 0 <= place < len(items):
            return None
        here = items[place]
    return here
