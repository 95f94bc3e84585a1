"""Long lists of constants and long chains: quick, right, and refused with a limit instead of a failure inside."""

from __future__ import annotations

import duckdb
import pytest

from ormolu.engine.functions import Functions
from ormolu.errors import InvalidTextRepresentation, StatementTooComplex, UndefinedFunction
from ormolu.sql_extensions.parser.expressions import parse_query
from ormolu.sql_extensions.queries import bind_query

LONG = 1_000
NUMBERS = ", ".join(map(str, range(LONG)))


def count(condition: str) -> int:
    rows = "(VALUES (5, 'x''5'), (5000, 'y'), (NULL, NULL)) v(n, s)"
    bound = bind_query(f"SELECT count(*) FROM {rows} WHERE {condition}", lambda name, as_of: None)
    with duckdb.connect() as connection:
        Functions(connection).install_for(bound.sql)
        found = connection.execute(bound.sql).fetchone()
    assert found is not None
    return int(found[0])


def test_a_long_in_list_is_what_a_short_one_is() -> None:
    assert count(f"n IN ({NUMBERS})") == 1
    assert count(f"n NOT IN ({NUMBERS})") == 1
    assert count(f"n + 0.5 IN ({NUMBERS}, 2)") == 0
    assert count(f"n IN ({NUMBERS}) OR s = 'y'") == 2


def test_a_long_in_list_of_strings_takes_the_type_of_what_is_looked_for() -> None:
    texts = ", ".join(f"'x''{number}'" for number in range(LONG))
    assert count(f"s IN ({texts})") == 1
    assert count(f"n IN ({', '.join(repr(str(number)) for number in range(LONG))})") == 1
    with pytest.raises(InvalidTextRepresentation):
        count(f"n IN ({texts})")
    with pytest.raises(UndefinedFunction):
        count(f"s IN ({NUMBERS})")


def test_a_tree_that_was_read_before_is_bound_as_its_text() -> None:
    bound = bind_query(parse_query(f"SELECT 1 IN ({NUMBERS}) AS here"), lambda name, as_of: None)
    assert len(bound.sql) < 6 * LONG


@pytest.mark.parametrize("word", ["AND", "OR"])
def test_a_chain_beyond_the_limit_is_too_complex(word: str) -> None:
    with pytest.raises(StatementTooComplex):
        count(f" {word} ".join(f"n <> {number}" for number in range(5_000)))


def test_parentheses_beyond_the_limit_are_too_complex() -> None:
    with pytest.raises(StatementTooComplex):
        count("(" * 300 + "true" + ")" * 300)
