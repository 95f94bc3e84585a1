"""A run's error that names a column gets its place in the statement."""

from __future__ import annotations

import pytest

from ormolu.errors import UndefinedColumn
from ormolu.server.commands.places import place

TEXT = 'CREATE SILVER TABLE t (city text) KEY (id) HISTORY (city) AS SELECT id, "Ort" FROM bronze.f -- city'


@pytest.mark.parametrize(
    ("message", "position"),
    [
        ('column "city" named in HISTORY does not exist', TEXT.index("HISTORY (city") + 10),
        ('column "Ort" does not exist', TEXT.index('"Ort"') + 1),
        ('column "city" does not exist', None),  # it stands in two places
        ('column "nowhere" does not exist', None),
        ('column "city" named in ORDER BY does not exist', TEXT.index("city") + 1),
        ("division by zero", None),
    ],
)
def test_a_column_is_found_where_it_is_named(message: str, position: int | None) -> None:
    error = UndefinedColumn(message)
    place(error, TEXT)
    assert error.position == position
