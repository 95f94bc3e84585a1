"""PostgreSQL's array literals in files, as the engine takes them."""

from __future__ import annotations

import pytest

from ormolu.engine.native_functions import array_json, read_text, write_text


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ('{a,"b c",NULL}', "text[]", '["a", "b c", null]'),
        ("{}", "text[]", "[]"),
        ("{{1,2},{3,4}}", "integer[]", '[["1", "2"], ["3", "4"]]'),
        ("{t,f}", "boolean[]", "[true, false]"),
        ("{15 Jan 2024}", "date[]", '["2024-01-15"]'),
    ],
)
def test_an_array_literal_becomes_json_that_the_engine_casts(text: str, kind: str, shown: str) -> None:
    assert array_json(text, kind) == shown


@pytest.mark.parametrize(("text", "kind"), [("{a", "text[]"), ("{x}", "integer[]"), ("{{1},{2,3}}", "integer[]")])
def test_a_malformed_array_says_its_sqlstate(text: str, kind: str) -> None:
    with pytest.raises(ValueError, match=r"^22P02: "):
        array_json(text, kind)


def test_a_value_is_read_and_written_in_a_style() -> None:
    german = "Europe/Berlin|German|DMY|iso_8601|escape"
    assert read_text("1.2.2003", "date", german) == "2003-02-01"
    assert write_text("0044-03-15 (BC)", "date", german) == "15.03.0044 BC"
    assert write_text("1 year 2 months", "interval", german) == "P1Y2M"
    assert write_text("00FF41", "bytea", german) == "\\000\\377A"
