"""Tokens of PostgreSQL's SQL: literals, comments, positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ormolu.errors import InvalidSyntax, OrmoluError, ProgramLimitExceeded
from ormolu.sql_extensions.tokens import COMMENT_DEPTH_MAX, TokenKind, tokenize


def values(text: str) -> list[str]:
    return [token.value for token in tokenize(text)[:-1]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT Foo", ["select", "foo"]),
        ('"Foo ""x"""', ['Foo "x"']),
        ("'it''s'", ["it's"]),
        (r"E'a\n\'\x41\u00e9\101'", ["a\n'Aé" + "A"]),
        ("$$a;'b$$ $x$a$$b$x$", ["a;'b", "a$$b"]),
        ("$1 + 5%", ["1", "+", "5", "%"]),
        ("1.5e3 .5 1.", ["1.5e3", ".5", "1."]),
        ("a -- c ; '\n b", ["a", "b"]),
        ("a /* x /* y ; */ ' */ b", ["a", "b"]),
        ("a=>1, b:=2::int", ["a", "=>", "1", ",", "b", ":=", "2", "::", "int"]),
        ("Größe été", ["größe", "été"]),
        ("", []),
    ],
)
def test_tokens_mean_what_postgresql_says(text: str, expected: list[str]) -> None:
    assert values(text) == expected


def test_a_quoted_word_is_never_a_keyword() -> None:
    assert [token.word for token in tokenize("SELECT \"SELECT\" 'SELECT'")] == ["SELECT", "", "", ""]


@pytest.mark.parametrize(
    ("text", "position"),
    [("a 'b", 3), ('a "b', 3), ("a $$b", 3), ("a /* b", 3), ("$x$ $y$", 1), ('""', 1), ("E'a\\'", 1)],
)
def test_what_does_not_end_is_said_where_it_begins(text: str, position: int) -> None:
    with pytest.raises(InvalidSyntax) as raised:
        tokenize(text)
    assert raised.value.position == position


def test_comments_nest_only_so_deep() -> None:
    with pytest.raises(ProgramLimitExceeded):
        tokenize("/*" * (COMMENT_DEPTH_MAX + 2))


@given(st.text(max_size=60))
def test_any_text_gives_tokens_in_order_or_an_error_of_ours(text: str) -> None:
    try:
        tokens = tokenize(text)
    except OrmoluError:
        return
    assert tokens[-1].kind is TokenKind.END
    ends = [0]
    for token in tokens:
        assert token.start >= ends[-1]
        ends.append(token.end)
