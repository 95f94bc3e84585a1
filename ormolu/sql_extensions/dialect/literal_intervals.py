"""Interval literals whose text is read whole: the parser looks for one number and one unit in it and drops the rest."""

from __future__ import annotations

import re

from sqlglot.tokenizer_core import Token, TokenType

from ormolu.errors import FeatureNotSupported

_FIELDS = frozenset({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"})
_NUMBER = re.compile(r"\s*[+-]?\d+(\.\d*)?\s*")
# Two fields, and the texts that say nothing beyond them.
_SPANS = {
    ("YEAR", "MONTH"): re.compile(r"\s*[+-]?\d+-\d+\s*"),
    ("DAY", "MINUTE"): re.compile(r"\s*[+-]?\d+ \d+:\d+\s*"),
    ("DAY", "SECOND"): re.compile(r"\s*[+-]?\d+ \d+:\d+:\d+(\.\d+)?\s*"),
    ("HOUR", "MINUTE"): re.compile(r"\s*[+-]?\d+:\d+\s*"),
    ("HOUR", "SECOND"): re.compile(r"\s*[+-]?\d+:\d+:\d+(\.\d+)?\s*"),
}


def with_whole_intervals(tokens: list[Token]) -> list[Token]:
    """`interval '1 day ago'` as `('1 day ago'::interval)`; fields behind the text are read into it."""
    written: list[Token] = []
    index = 0
    while index < len(tokens):
        text = tokens[index + 1] if index + 1 < len(tokens) else None
        if tokens[index].token_type != TokenType.INTERVAL or text is None or text.token_type != TokenType.STRING:
            written.append(tokens[index])
            index += 1
            continue
        words = [token.text.upper() for token in tokens[index + 2 : index + 5]]
        whole, used = _with_fields(text.text, words)
        if whole is None:
            raise FeatureNotSupported(
                "an interval whose text says more than its fields is not supported",
                hint="Write the units into the text, or the fields behind it.",
                position=tokens[index].start + 1,
            )
        written += _cast(tokens[index], text, whole)
        index += 2 + used
    return written


def _with_fields(text: str, words: list[str]) -> tuple[str | None, int]:
    """The text with the fields of the words behind it, and how many words those are."""
    if not words or words[0] not in _FIELDS:
        return text, 0
    if len(words) == 3 and words[1] == "TO" and words[2] in _FIELDS:
        span = _SPANS.get((words[0], words[2]))
        return (text, 3) if span is not None and span.fullmatch(text) else (None, 0)
    if _NUMBER.fullmatch(text) is None:
        return None, 0
    # Only seconds have a fraction: a field cuts off what is smaller.
    number = text.strip() if words[0] == "SECOND" else text.strip().partition(".")[0]
    return f"{number} {words[0].lower()}", 1


def _cast(word: Token, text: Token, whole: str) -> list[Token]:
    def token(type: TokenType, spelling: str) -> Token:
        return Token(type, spelling, word.line, word.col, word.start, text.end)

    return [token(TokenType.L_PAREN, "("), token(TokenType.STRING, whole), token(TokenType.DCOLON, "::"),
            token(TokenType.INTERVAL, "interval"), token(TokenType.R_PAREN, ")")]  # fmt: skip
