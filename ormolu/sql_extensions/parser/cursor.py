"""A cursor over the tokens of one statement: takes words, names and literals, and says where a wrong one stands."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import NoReturn, TypeVar

from ormolu.definitions import TableName
from ormolu.errors import InvalidSyntax, NumericValueOutOfRange
from ormolu.sql_extensions.statements import WrittenName
from ormolu.sql_extensions.tokens import Token, TokenKind

Item = TypeVar("Item")

EXPECTED_WORDS_MAX = 24
INTEGER_END = 2**63
_STRINGS = (TokenKind.STRING, TokenKind.ESCAPED)
_NAMES = (TokenKind.WORD, TokenKind.IDENTIFIER)
_OPENING = {"(": ")", "[": "]"}


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name most like `word`, or whose first word is, where one is alike enough to be meant."""
    folded: dict[str, str] = {}
    for name in names:
        folded.setdefault(name.lower(), name)
        folded.setdefault(name.lower().split(" ")[0], name)
    matches = difflib.get_close_matches(word.lower(), list(folded), n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


def hint_for(word: str, names: Sequence[str]) -> str | None:
    """What to say beside an unknown word."""
    near = nearest(word, names)
    if near is not None:
        return f"Did you mean {near}?"
    return f"Expected {_one_of(names)}." if names else None


def _one_of(names: Sequence[str]) -> str:
    shown = list(dict.fromkeys(names))
    if len(shown) > EXPECTED_WORDS_MAX:
        return ", ".join(shown[:EXPECTED_WORDS_MAX]) + " or another"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " or " + shown[-1]


class Cursor:
    """Reads `tokens[first:last]` of a script; `tokens[last]` ends the statement (a semicolon or END)."""

    __slots__ = ("first", "index", "last", "script", "tokens")

    def __init__(self, script: str, tokens: Sequence[Token], first: int, last: int) -> None:
        self.script = script
        self.tokens = tokens
        self.first = first
        self.index = first
        self.last = last

    # --- looking --------------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[min(self.index, self.last)]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.index + ahead, self.last)]

    def is_at_end(self) -> bool:
        return self.index >= self.last

    def at(self, *words: str) -> bool:
        """Whether the next tokens are these words or symbols."""
        if self.index + len(words) > self.last:
            return False
        return all(self.tokens[self.index + ahead].word == word for ahead, word in enumerate(words))

    def at_any(self, *words: str) -> bool:
        return not self.is_at_end() and self.token.word in words

    def at_name(self) -> bool:
        return not self.is_at_end() and self.token.kind in _NAMES

    def at_string(self) -> bool:
        return not self.is_at_end() and self.token.kind in _STRINGS

    def at_number(self) -> bool:
        return not self.is_at_end() and self.token.kind is TokenKind.NUMBER

    # --- taking ---------------------------------------------------------------------------------------------------

    def advance(self) -> Token:
        token = self.token
        if self.is_at_end():
            self.unexpected()
        self.index += 1
        return token

    def take(self, *words: str) -> bool:
        if self.at(*words):
            self.index += len(words)
            return True
        return False

    def take_any(self, *words: str) -> str | None:
        if self.at_any(*words):
            return self.advance().word
        return None

    def expect(self, *words: str) -> None:
        for word in words:
            if not self.take(word):
                self.unexpected(word)

    def expect_any(self, *words: str) -> str:
        word = self.take_any(*words)
        if word is None:
            self.unexpected(*words)
        return word

    def expect_end(self, *expected: str) -> None:
        if not self.is_at_end():
            self.unexpected(*expected)

    def name(self, what: str = "a name") -> str:
        if not self.at_name():
            self.unexpected(what)
        return self.advance().value

    def string(self, what: str = "a string in quotes") -> str:
        if not self.at_string():
            self.unexpected(what)
        return self.advance().value

    def name_or_string(self, what: str) -> str:
        return self.advance().value if self.at_string() else self.name(what)

    def number(self, what: str = "a number") -> Decimal:
        is_negative = self.take("-")
        if not self.at_number():
            self.unexpected(what)
        number = Decimal(self.advance().value)
        return number.copy_negate() if is_negative else number  # `-number` would round to the context's digits

    def integer(self, what: str = "a whole number") -> int:
        sign = -1 if self.take("-") else 1
        if not self.at_number() or not self.token.value.isdigit():
            self.unexpected(what)
        number = sign * int(self.advance().value)
        if not -INTEGER_END <= number < INTEGER_END:
            raise NumericValueOutOfRange(f'value "{number}" is out of range for type bigint', position=self.before())
        return number

    def percent(self) -> Decimal:
        share = self.number("a share such as 5%")
        if not self.take("%"):
            self.unexpected("%")
        if not 0 <= share <= 100:
            raise InvalidSyntax(f"{share}% is not a share", hint="Between 0% and 100%.", position=self.before())
        return share

    def names(self, what: str = "a name") -> tuple[str, ...]:
        """`(a, b, ...)`."""
        return self.in_parentheses(lambda: self.name(what))

    def in_parentheses(self, read: Callable[[], Item]) -> tuple[Item, ...]:
        """`( item, ... )`, at least one."""
        self.expect("(")
        items = self.separated(read)
        self.expect_closing()
        return items

    def expect_closing(self) -> None:
        if not self.take(")"):
            self.unexpected(",", ")")

    def separated(self, read: Callable[[], Item]) -> tuple[Item, ...]:
        items = [read()]
        while self.take(","):
            items.append(read())
        return tuple(items)

    def written_name(self, what: str = "a table") -> WrittenName:
        """`t`, `s.t` or `d.s.t`."""
        parts = [self.name(what)]
        while len(parts) < 3 and self.take("."):
            parts.append(self.name(what))
        name, schema, database = (*reversed(parts), None, None)[:3]
        assert name is not None
        return WrittenName(name, schema, database)

    def table_name(self, default_schema: str | None, what: str = "a table") -> TableName:
        position = self.position()
        written = self.written_name(what)
        if written.database is not None:
            raise InvalidSyntax(f'"{written}" names another database', position=position)
        schema = written.schema or default_schema
        if schema is None:
            raise InvalidSyntax(
                f'"{written}" does not name its schema', hint=f"Write silver.{written}, say.", position=position
            )
        return TableName(schema, written.name)

    # --- cutting text out -----------------------------------------------------------------------------------------

    def skip_balanced(self, stop: Callable[[Token], bool]) -> tuple[int, int]:
        """Pass over tokens up to the first outside parentheses for which `stop` holds; their token indexes."""
        start = self.index
        closing: list[str] = []
        while not self.is_at_end():
            token = self.token
            if not closing and (stop(token) or token.word in (")", "]")):
                break
            if token.word in _OPENING:
                closing.append(_OPENING[token.word])
            elif token.word in (")", "]") and token.word != closing.pop():
                self.unexpected()
            self.index += 1
        if closing:
            self.unexpected(closing[-1])
        return start, self.index

    def cut(self, first: int, last: int) -> str:
        """The source text of tokens [first, last)."""
        return self.script[self.tokens[first].start : self.tokens[last - 1].end] if last > first else ""

    # --- saying what is wrong -------------------------------------------------------------------------------------

    def position(self) -> int:
        """Of the next token, 1-based."""
        return self.token.start + 1

    def before(self) -> int:
        """Of the token just taken, 1-based."""
        return self.tokens[max(self.index - 1, 0)].start + 1

    def unexpected(self, *expected: str) -> NoReturn:
        """Raise for the next token; `expected` are the words that could stand here.

        Where the first words of `ON VIOLATION` are there, it is the next one that is wrong.
        """
        passed, expected = self._agreeing(expected)
        self.index += passed
        token = self.token
        if self.is_at_end():
            hint = f"Expected {_one_of(expected)}." if expected else None
            raise InvalidSyntax("syntax error at end of input", hint=hint, position=token.start + 1)
        shown = self.script[token.start : token.end]
        raise InvalidSyntax(
            f'syntax error at or near "{shown}"', hint=hint_for(shown, expected), position=token.start + 1
        )

    def _agreeing(self, expected: Sequence[str]) -> tuple[int, tuple[str, ...]]:
        """How many words of the best phrases stand here already, and what should follow them."""
        agreed: dict[str, int] = {}
        for phrase in expected:
            words = phrase.split()
            count = 0
            while count < len(words) - 1 and self.peek(count).word == words[count]:
                count += 1
            agreed[phrase] = count
        most = max(agreed.values(), default=0)
        return most, tuple(" ".join(phrase.split()[most:]) for phrase, count in agreed.items() if count == most)
