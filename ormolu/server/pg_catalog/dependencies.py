"""pg_depend: what ties a constraint to its columns and to its index, as drivers look for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ormolu.definitions import TableName
from ormolu.server.pg_catalog.static_rows import system_oid

_AUTOMATIC, _INTERNAL, _NORMAL = "a", "i", "n"


def dependency_rows(constraints: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """From the rows of pg_constraint."""
    classes, kind = (system_oid(TableName("pg_catalog", name)) for name in ("pg_class", "pg_constraint"))
    for row in constraints:
        own = {"classid": kind, "objid": row["oid"], "objsubid": 0}
        for position in row.get("conkey") or ():
            column = {"refclassid": classes, "refobjid": row["conrelid"], "refobjsubid": position}
            yield own | column | {"deptype": _AUTOMATIC}
        index = row.get("conindid")
        if not index:
            continue
        if row["contype"] == "f":
            for position in row["confkey"]:
                column = {"refclassid": classes, "refobjid": row["confrelid"], "refobjsubid": position}
                yield own | column | {"deptype": _NORMAL}
            yield own | {"refclassid": classes, "refobjid": index, "refobjsubid": 0, "deptype": _NORMAL}
        else:
            made = {"classid": classes, "objid": index, "objsubid": 0}
            yield made | {"refclassid": kind, "refobjid": row["oid"], "refobjsubid": 0, "deptype": _INTERNAL}
