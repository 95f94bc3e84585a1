"""The methods that a monitor's option offers are those that exist."""

from __future__ import annotations

from ormolu.ai.anomalies import methods
from ormolu.definitions import Kind
from ormolu.sql_extensions.options.kinds import options_of


def test_the_option_method_offers_every_method_that_there_is_and_no_other() -> None:
    assert set(options_of(Kind.MONITOR)["method"].values) == set(methods())
