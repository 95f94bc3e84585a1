"""Statements as others may see them: what carries a secret shows its first words only."""

from __future__ import annotations

from ormolu.errors import OrmoluError
from ormolu.sql_extensions.parser.script import parse
from ormolu.sql_extensions.statements import AlterRole, CreateRole, CreateSecret, Statement

SUSPECT_WORDS = ("secret", "password")
WORDS_SHOWN = 3


def masked(sql: str) -> str:
    """The text, or its first words where it holds a secret's value or a password."""
    if not any(word in sql.lower() for word in SUSPECT_WORDS):
        return sql
    try:
        statements = parse(sql)
    except OrmoluError:
        return _first_words(sql)
    return "; ".join(_first_words(each.text) if holds_secret(each) else each.text for each in statements)


def holds_secret(statement: Statement) -> bool:
    match statement:
        case CreateSecret():
            return True
        case CreateRole() | AlterRole():
            return statement.options.get("password") is not None
        case _:
            return False


def _first_words(sql: str) -> str:
    return " ".join(sql.split()[:WORDS_SHOWN]) + " ***"
