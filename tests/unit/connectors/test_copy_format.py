"""Whether COPY's data begins with a header."""

from __future__ import annotations

import pytest

from ormolu.connectors.formats import copy_format
from ormolu.definitions import Format, Option, Options

WITH_HEADER = Format("csv", Options((Option("header", True),)))


@pytest.mark.parametrize(
    ("options", "names_columns", "has_header"),
    [
        ({}, False, True),  # as the source says
        ({"header": "false"}, False, False),
        ({"format": "csv"}, False, False),  # as PostgreSQL reads it: no row is taken for a header
        ({"format": "csv", "header": "true"}, False, True),
        ({}, True, False),
        ({"header": "true"}, True, True),
    ],
)
def test_a_copy_that_gives_its_own_format_has_a_header_only_where_it_says_so(
    options: dict[str, str], names_columns: bool, has_header: bool
) -> None:
    found = copy_format(WITH_HEADER, options, names_columns=names_columns)
    assert found.dialect.has_header is has_header
