"""What a transaction may not leave behind: a definition that reads a relation which is gone."""

from __future__ import annotations

from ormolu.catalog.drafts import Draft
from ormolu.catalog.lake import Head
from ormolu.definitions import TableName
from ormolu.errors import DependentObjectsStillExist
from ormolu.medallion.lineage import dependents


def check_no_reader_lost(draft: Draft, head: Head) -> None:
    """2BP01 at COMMIT, where a name that the transaction took away is not another relation's by then."""
    relations = head.definitions.relations()
    gone = sorted({row.name for row in draft.definitions() if row.is_dropped and "." in row.name})
    for name in gone:
        table = TableName(*name.split(".", 1))
        readers = () if table in relations else dependents(relations, table)
        if readers:
            raise DependentObjectsStillExist(
                f"cannot commit: {name} is gone and other objects read it",
                detail="\n".join(f"{reader} reads it" for reader in readers),
                hint="Give another table the name, or drop what reads it.",
            )
