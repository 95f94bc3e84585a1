"""Which columns hold personal data, as tags that masks and policies can name."""

from __future__ import annotations

import pyarrow as pa

from ormolu.ai.profile import profile
from ormolu.ai.semantics import PERSONAL
from ormolu.ai.suggestions import Suggestion, alter_sql, name_sql, support_text, text_sql
from ormolu.definitions import TableName


def suggest_tags(name: TableName, table: pa.Table) -> tuple[Suggestion, ...]:
    """One `SET TAG (pii = ...)` for each column that looks like personal data."""
    found = []
    for column in profile(table):
        if column.meaning is None or column.meaning.semantic not in PERSONAL:
            continue
        tag = text_sql(PERSONAL[column.meaning.semantic])
        found.append(
            Suggestion(
                kind="tags",
                subject=column.name,
                statement=f"{alter_sql(name)} SET TAG (pii = {tag}) ON COLUMN {name_sql(column.name)}",
                reason=f"{support_text(column.meaning.share, column.present)} look like "
                f"{column.meaning.semantic.value}, which can tell who a person is",
                support=column.meaning.share,
            )
        )
    return tuple(found)
