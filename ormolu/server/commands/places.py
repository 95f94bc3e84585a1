"""Where in a statement a column stands that a run did not find: a run's error knows the name alone."""

from __future__ import annotations

import re

from ormolu.errors import UndefinedColumn
from ormolu.sql_extensions.tokens import Token, TokenKind, tokenize

_NAMED = re.compile(r'column "(?P<name>.+?)"(?: named in (?P<clause>[A-Z ]+))? does not exist')


def place(error: UndefinedColumn, text: str) -> None:
    """Give the error its position: the first place after the clause that it names, else the only place there is."""
    found = _NAMED.match(error.message)
    if found is None or error.position is not None:
        return
    tokens = tokenize(text)
    start = 0 if found["clause"] is None else _after(tokens, found["clause"].split())
    places = [
        token.start + 1
        for token in tokens[start:]
        if token.kind in (TokenKind.WORD, TokenKind.IDENTIFIER) and token.value == found["name"]
    ]
    if places and (found["clause"] is not None or len(places) == 1):
        error.position = places[0]


def _after(tokens: list[Token], words: list[str]) -> int:
    """The index of what follows the words; 0 where they do not stand there."""
    for index in range(len(tokens)):
        if [token.word for token in tokens[index : index + len(words)]] == words:
            return index + len(words)
    return 0
