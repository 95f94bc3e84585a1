"""PostgreSQL's array literals: {1,NULL,"a b"}, {{1,2},{3,4}}, [1:2]={a,b}."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from ormolu.errors import ArraySubscriptError, FeatureNotSupported, InvalidTextRepresentation, ProgramLimitExceeded

DEPTH_MAX = 6
_BOUNDS = re.compile(r"\s*((?:\[\s*(?:[+-]?\d+\s*:\s*)?[+-]?\d+\s*\]\s*)+)=\s*")
_BOUND = re.compile(r"\[\s*(?:([+-]?\d+)\s*:\s*)?([+-]?\d+)\s*\]")
# Lists of texts or NULL, or of such lists.
Items = list[Any]


def read_array(text: str, read_item: Callable[[str], object]) -> list[object]:
    """Read a literal of any depth; 22P02 where it is malformed, 0A000 where it does not count from 1."""
    bounds = _BOUNDS.match(text)
    reader = _ArrayReader(text, read_item, bounds.end() if bounds else 0)
    items = reader.whole()
    lengths = lengths_of(items, text)
    if bounds:
        _check_bounds(bounds[1], lengths, text)
    return items if all(lengths) else []


def _check_bounds(spelled: str, lengths: Sequence[int], text: str) -> None:
    declared = [(int(low or 1), int(high)) for low, high in _BOUND.findall(spelled)]
    if any(high < low for low, high in declared):
        raise ArraySubscriptError("upper bound cannot be less than lower bound")
    if [high - low + 1 for low, high in declared] != list(lengths):
        raise malformed(text, "Specified array dimensions do not match array contents.")
    if any(low != 1 for low, _ in declared):
        raise FeatureNotSupported(
            f'arrays that do not count from 1 are not supported: "{text}"', hint="Leave the bounds out."
        )


def lengths_of(items: object, text: str) -> tuple[int, ...]:
    """The length of each dimension; all sub-arrays of one must be as long."""
    if not isinstance(items, list):
        return ()
    below = {lengths_of(item, text) for item in items}
    if len(below) > 1:
        raise malformed(text, "Multidimensional arrays must have sub-arrays with matching dimensions.")
    inner = below.pop() if below else ()
    if inner and not all(inner):
        raise malformed(text, "Unexpected '}' character.")
    return (len(items), *inner)


def malformed(text: str, detail: str | None = None) -> InvalidTextRepresentation:
    return InvalidTextRepresentation(f'malformed array literal: "{text}"', detail=detail)


class _ArrayReader:
    def __init__(self, text: str, read_item: Callable[[str], object], at: int) -> None:
        self._text = text
        self._read_item = read_item
        self._at = at

    def whole(self) -> Items:
        self._skip_blanks()
        if not self._text[self._at : self._at + 1] == "{":
            raise malformed(self._text, 'Array value must start with "{" or dimension information.')
        items = self._array(depth=1)
        self._skip_blanks()
        if self._at < len(self._text):
            raise malformed(self._text, "Junk after closing right brace.")
        return items

    def _peek(self) -> str:
        if self._at >= len(self._text):
            raise malformed(self._text, "Unexpected end of input.")
        return self._text[self._at]

    def _take(self) -> str:
        letter = self._peek()
        self._at += 1
        return letter

    def _skip_blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _array(self, *, depth: int) -> Items:
        if depth > DEPTH_MAX:
            raise ProgramLimitExceeded(
                f"number of array dimensions ({depth}) exceeds the maximum allowed ({DEPTH_MAX})"
            )
        self._at += 1
        items: Items = []
        self._skip_blanks()
        if self._peek() == "}":
            self._at += 1
            return items
        while True:
            self._skip_blanks()
            items.append(self._item(depth))
            self._skip_blanks()
            match self._take():
                case "}":
                    return items
                case ",":
                    continue
                case _:
                    raise malformed(self._text)

    def _item(self, depth: int) -> object:
        match self._peek():
            case "{":
                return self._array(depth=depth + 1)
            case '"':
                return self._read_item(self._quoted())
            case _:
                word = self._bare()
                return None if word is None else self._read_item(word)

    def _quoted(self) -> str:
        self._at += 1
        letters: list[str] = []
        while (letter := self._take()) != '"':
            letters.append(self._take() if letter == "\\" else letter)
        return "".join(letters)

    def _bare(self) -> str | None:
        """A word without quotes; NULL is None, unless a backslash makes it a word."""
        letters: list[str] = []
        kept = 0
        while self._peek() not in ',}{"':
            letter = self._take()
            if letter == "\\":
                letters.append(self._take())
                kept = len(letters)
                continue
            letters.append(letter)
        if self._peek() in '{"':
            raise malformed(self._text, "Unexpected array element.")
        while len(letters) > kept and letters[-1].isspace():
            letters.pop()
        word = "".join(letters)
        if not word:
            raise malformed(self._text, f'Unexpected "{self._peek()}" character.')
        return None if word.upper() == "NULL" and not kept else word
