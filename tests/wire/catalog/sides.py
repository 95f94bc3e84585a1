"""One statement asked of both servers, and what of the answers is compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import psycopg

FIRST_OID = 16_384
_OIDS = {26, 20}


@dataclass(frozen=True)
class Answer:
    columns: list[tuple[str, int]]
    rows: list[tuple[str | None, ...]]


@dataclass(frozen=True)
class Side:
    """One of the two servers."""

    connection: psycopg.Connection[Any]
    dsn: str

    def ask(self, sql: str) -> Answer:
        """Names, type OIDs and rows as text; OIDs of objects that are not PostgreSQL's own as `<oid>`."""
        result = self.connection.pgconn.exec_(self._with_oids(sql).encode())
        assert result.status in (1, 2, 9), (result.error_message or b"").decode()
        columns = [((result.fname(at) or b"").decode(), result.ftype(at)) for at in range(result.nfields)]
        rows = [
            tuple(_plain(result.get_value(row, at), columns[at][1]) for at in range(result.nfields))
            for row in range(result.ntuples)
        ]
        return Answer(columns, rows)

    def _with_oids(self, sql: str) -> str:
        sql = re.sub(r"\{\{(\w+)\}\}", lambda match: self._one(f"'{match[1]}'::regnamespace::oid"), sql)
        return re.sub(r"\{(\w+\.\w+)\}", lambda match: self._one(f"'{match[1]}'::regclass::oid"), sql)

    def _one(self, expression: str) -> str:
        row = self.connection.execute(f"SELECT {expression}".encode()).fetchone()
        assert row is not None
        return str(row[0])


def _plain(value: bytes | None, kind: int) -> str | None:
    if value is None:
        return None
    text = value.decode()
    return "<oid>" if kind in _OIDS and text.isdigit() and int(text) >= FIRST_OID else text
