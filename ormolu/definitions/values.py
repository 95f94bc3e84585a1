"""Expressions as written, and the values of options."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Expression:
    """A piece of PostgreSQL SQL, an expression or a query, in the words its author used.

    Two are equal when their texts are; `sql_extensions.equality` compares the trees.
    """

    text: str


@dataclass(frozen=True, slots=True)
class SecretReference:
    """`SECRET name` where a value is expected: the value itself is never part of a definition."""

    name: str


@dataclass(frozen=True, slots=True)
class Word:
    """A bare word given as an option's value: `channel = ops`."""

    text: str


OptionValue = str | int | Decimal | bool | SecretReference | Word


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    value: OptionValue


@dataclass(frozen=True, slots=True)
class Options:
    """`WITH (name = value, ...)`, sorted by name, each name once."""

    items: tuple[Option, ...] = ()

    def find(self, name: str) -> OptionValue | None:
        return next((item.value for item in self.items if item.name == name), None)

    def text(self, name: str, default: str) -> str:
        value = self.find(name)
        return default if value is None else str(value)

    def is_on(self, name: str, *, default: bool) -> bool:
        value = self.find(name)
        return default if value is None else value is True or str(value).lower() in ("true", "on", "yes", "1")

    def __bool__(self) -> bool:
        return bool(self.items)


@dataclass(frozen=True, slots=True)
class Format:
    """`FORMAT csv (header = true)`."""

    name: str
    options: Options = Options()


@dataclass(frozen=True, slots=True)
class SortColumn:
    expression: Expression
    is_descending: bool = False


NO_OPTIONS = Options()
