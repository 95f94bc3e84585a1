"""PostgreSQL's array literals: {1,NULL,"a b",{...}}."""

from __future__ import annotations

from collections.abc import Callable

from ormolu.errors import InvalidTextRepresentation

ARRAY_DEPTH_MAX = 6


def read_array(text: str, read_item: Callable[[str], object]) -> list[object]:
    """Read a literal; 22P02 where it is malformed."""
    reader = _ArrayReader(text.strip(), read_item)
    items = reader.array(depth=1)
    if not reader.is_at_end:
        raise reader.malformed()
    return items


class _ArrayReader:
    def __init__(self, text: str, read_item: Callable[[str], object]) -> None:
        self._text = text
        self._read_item = read_item
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._text)

    def malformed(self) -> InvalidTextRepresentation:
        return InvalidTextRepresentation(f'malformed array literal: "{self._text}"')

    def _peek(self) -> str:
        if self.is_at_end:
            raise self.malformed()
        return self._text[self._at]

    def _take(self) -> str:
        letter = self._peek()
        self._at += 1
        return letter

    def _skip_blanks(self) -> None:
        while not self.is_at_end and self._text[self._at].isspace():
            self._at += 1

    def array(self, *, depth: int) -> list[object]:
        if self.is_at_end or self._take() != "{" or depth > ARRAY_DEPTH_MAX:
            raise self.malformed()
        items: list[object] = []
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
                    raise self.malformed()

    def _item(self, depth: int) -> object:
        match self._peek():
            case "{":
                return self.array(depth=depth + 1)
            case '"':
                return self._read_item(self._quoted())
            case _:
                word = self._bare()
                return None if word.upper() == "NULL" else self._read_item(word)

    def _quoted(self) -> str:
        self._at += 1
        letters: list[str] = []
        while (letter := self._take()) != '"':
            letters.append(self._take() if letter == "\\" else letter)
        return "".join(letters)

    def _bare(self) -> str:
        letters: list[str] = []
        while self._peek() not in ',}{"':
            letter = self._take()
            letters.append(self._take() if letter == "\\" else letter)
        word = "".join(letters).strip()
        if not word:
            raise self.malformed()
        return word
