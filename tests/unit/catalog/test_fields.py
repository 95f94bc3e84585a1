from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyiceberg.schema import Schema
from pyiceberg.types import DecimalType, IntegerType, ListType, NestedField, StringType, StructType

from ormolu.catalog.caches import Cache
from ormolu.catalog.fields import can_promote, iceberg_schema, planned_columns, stored_columns
from ormolu.errors import FeatureNotSupported
from ormolu.medallion.columns import StoredColumn
from ormolu.sql_extensions.types import SCALARS, DataType, data_type

TYPES = st.builds(
    lambda name, dimensions, length: DataType(
        SCALARS[name],
        {"numeric": (9, 2), "varchar": (length,), "bpchar": (length,), "bit": (length,)}.get(name, ()),
        dimensions,
    ),
    st.sampled_from(sorted(SCALARS)),
    st.integers(0, 2),
    st.integers(1, 200),
)
COLUMNS = st.lists(
    st.builds(
        StoredColumn,
        name=st.text(min_size=1, max_size=8).filter(lambda name: "\x00" not in name),
        type=TYPES,
        is_required=st.booleans(),
        is_hidden=st.booleans(),
        comment=st.one_of(st.none(), st.text(max_size=10)),
    ),
    max_size=5,
    unique_by=lambda column: column.name,
)


@settings(max_examples=150, deadline=None)
@given(columns=COLUMNS)
def test_a_schema_tells_all_that_a_column_is(columns: list[StoredColumn]) -> None:
    planned = planned_columns(columns, None)
    written = iceberg_schema(planned).model_dump_json()
    assert stored_columns(Schema.model_validate_json(written)) == planned


def test_columns_that_others_made_have_the_plain_types() -> None:
    schema = Schema(
        NestedField(1, "id", IntegerType(), doc="their words"),
        NestedField(2, "tags", ListType(3, StringType()), doc='{"not": "ours"}'),
        NestedField(4, "price", DecimalType(9, 2), doc="{broken"),
    )
    assert [(column.name, str(column.type), column.comment) for column in stored_columns(schema)] == [
        ("id", "integer", "their words"),
        ("tags", "text[]", '{"not": "ours"}'),
        ("price", "numeric(9,2)", "{broken"),
    ]
    with pytest.raises(FeatureNotSupported):
        stored_columns(Schema(NestedField(1, "s", StructType(NestedField(2, "a", IntegerType())))))


@pytest.mark.parametrize(
    ("before", "after", "is_kept"),
    [
        ("smallint", "integer", True),
        ("integer", "bigint", True),
        ("bigint", "integer", False),
        ("real", "double precision", True),
        ("numeric(9,2)", "numeric(18,2)", True),
        ("numeric(9,2)", "numeric(18,3)", False),
        ("numeric(9,2)", "numeric(5,2)", False),
        ("varchar(5)", "text", True),
        ("text", "jsonb", True),
        ("integer", "text", False),
        ("integer", "integer[]", False),
        ("integer[]", "bigint[]", True),
        ("date", "timestamp", False),
    ],
)
def test_a_field_id_is_kept_where_iceberg_may_read_the_older_files(before: str, after: str, is_kept: bool) -> None:
    assert can_promote(data_type(before), data_type(after)) is is_kept


def test_a_cache_forgets_what_was_used_longest_ago() -> None:
    cache: Cache[str, int] = Cache(2)
    for key in ("a", "b"):
        assert cache.get(key, lambda key=key: ord(key)) == ord(key)  # type: ignore[misc]  # bound at once
    assert cache.get("a", lambda: 0) == ord("a")
    cache.put("c", 3)
    assert (len(cache), cache.get("b", lambda: -1)) == (2, -1)
