"""Options: their tables, their types, and where they are kept."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ormolu import definitions as d
from ormolu.errors import InvalidParameterValue
from ormolu.sql_extensions.equality import differing_fields, is_same_definition
from ormolu.sql_extensions.options import kinds as options
from ormolu.sql_extensions.options.connections import BY_CONNECTION_TYPE, BY_FORMAT
from ormolu.sql_extensions.options.placed import with_options
from ormolu.sql_extensions.options.values import EXAMPLES, KnownOption, OptionType, checked, find_bytes, find_interval
from ormolu.sql_extensions.parser.script import parse_definition
from ormolu.sql_extensions.writer.text import write


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("15 minutes", timedelta(minutes=15)),
        ("1 day 02:30", timedelta(days=1, hours=2, minutes=30)),
        ("1.5 h", timedelta(minutes=90)),
        ("P1DT2H", timedelta(hours=26)),
        ("PT5M", timedelta(minutes=5)),
        ("1 mon", timedelta(days=30)),
        ("-1 day", timedelta(days=-1)),
        ("5", None),
        ("", None),
        ("soon", None),
        ("1 fortnight", None),
        ("999999999999 years", None),
    ],
)
def test_intervals_are_postgresqls(text: str, length: timedelta | None) -> None:
    assert find_interval(text) == length


@pytest.mark.parametrize(("text", "size"), [("256 MB", 2**28), ("1kB", 1024), ("10 TB", 10 * 2**40), ("5", None)])
def test_sizes_count_by_1024(text: str, size: int | None) -> None:
    assert find_bytes(text) == size


def every_option() -> list[KnownOption]:
    tables = (*options.BY_KIND.values(), *BY_CONNECTION_TYPE.values(), *BY_FORMAT.values(), options.VACUUM)
    return list({(row.name, row.type): row for table in tables for row in table.values()}.values())


@pytest.mark.parametrize("option", every_option(), ids=lambda option: f"{option.name} {option.type.name}")
def test_every_option_says_what_it_takes(option: KnownOption) -> None:
    assert option.meaning
    if option.type is not OptionType.INTERVAL:  # an interval may take words besides
        assert bool(option.values) is (option.type in (OptionType.CHOICE, OptionType.CHOICES))
    assert option.values or option.type in EXAMPLES


def test_a_native_copy_is_asked_for_by_a_word_or_an_interval() -> None:
    cache = options.GOLD["cache"]
    for value in ("auto", "on", "off", "1 hour"):
        assert checked(cache, value) == value
    with pytest.raises(InvalidParameterValue) as caught:
        checked(cache, "sometimes")
    assert caught.value.hint == "It takes 'auto', 'on', 'off' or an interval."


def test_a_word_counts_as_a_boolean_and_a_string_as_a_number() -> None:
    paused, retries = options.SILVER["paused"], options.SILVER["retries"]
    assert checked(paused, d.Word("on")) is True
    assert checked(paused, "false") is False
    assert checked(retries, "3") == 3
    assert checked(options.SILVER["availability"], Decimal("99.5")) == Decimal("99.5")
    for wrong in ("maybe", 2, d.SecretReference("x")):
        with pytest.raises(InvalidParameterValue):
            checked(paused, wrong)


def test_a_changed_option_goes_where_it_belongs() -> None:
    before = parse_definition("CREATE BRONZE SOURCE b FROM CONNECTION c TABLE 't' LOAD INCREMENTAL ON at")
    after = with_options(before, d.Options((d.Option("lookback", "2 hours"), d.Option("owner", "me"))))
    assert isinstance(after, d.BronzeSource) and after.load is not None
    assert after.load.options.find("lookback") == "2 hours"
    assert after.options.find("owner") == "me"
    assert parse_definition(write(after)) == after
    assert differing_fields(before, after) == ("load", "options")


def test_an_option_of_another_connection_type_is_refused() -> None:
    with pytest.raises(InvalidParameterValue, match="unrecognized option"):
        with_options(parse_definition("CREATE CONNECTION c TYPE sqlite"), d.Options((d.Option("host", "x"),)))


def test_equality_looks_at_trees() -> None:
    one = parse_definition("CREATE GOLD TABLE t AS SELECT a, 'X' AS b FROM silver.t -- note\n WHERE a > 1")
    same = parse_definition("CREATE GOLD TABLE t AS select a,'X' as b from silver.t where a>1")
    other = parse_definition("CREATE GOLD TABLE t AS select a,'x' as b from silver.t where a>1")
    assert one != same and is_same_definition(one, same)
    assert not is_same_definition(one, other)
    assert differing_fields(one, other) == ("query",)
