"""The statements of texts that were read before, kept for all sessions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ormolu.server.constants import constant_columns
from ormolu.server.lifting import Lifting
from ormolu.server.recently_used import RecentlyUsed
from ormolu.sql_extensions import statements as s

PARSED_MAX = 5_000
PARSED_CHARACTERS_MAX = 20_000
_INSTANT = (s.SetSetting, s.ShowSetting, s.ResetSetting, s.Begin, s.SetTransaction, s.Empty)


class ParsedStatements:
    def __init__(self, parse: Callable[[str], Sequence[s.Statement]]) -> None:
        self._parse = parse
        self._parsed: RecentlyUsed[str, tuple[s.Statement, ...]] = RecentlyUsed(PARSED_MAX)
        self._instant: RecentlyUsed[str, bool] = RecentlyUsed(PARSED_MAX)
        self._lifting = Lifting(self.as_typed)

    def find(self, sql: str) -> tuple[s.Statement, ...] | None:
        return self._parsed.find(sql)

    def parse(self, sql: str) -> tuple[s.Statement, ...]:
        """A query that is new may come with its literals taken out of it."""
        known = self.find(sql)
        if known is not None:
            return known
        lifted = self._lifting.find(sql)
        return self.as_typed(sql) if lifted is None else (lifted,)

    def as_typed(self, sql: str) -> tuple[s.Statement, ...]:
        statements = self.find(sql)
        if statements is None:
            statements = tuple(self._parse(sql))
            if len(sql) <= PARSED_CHARACTERS_MAX:
                self._parsed.put(sql, statements, characters=len(sql))
                if all(map(_is_instant, statements)):
                    self._instant.put(sql, True, characters=len(sql))
        return statements

    def is_instant(self, sql: str) -> bool:
        return self._instant.find(sql) is not None

    def refuse_lifting(self, query: s.Query) -> None:
        self._lifting.refuse(query)


def _is_instant(statement: s.Statement) -> bool:
    """Whether a statement touches neither engine nor catalog; COMMIT may publish, so it does."""
    if isinstance(statement, s.Query):
        return constant_columns(statement.tree) is not None
    return isinstance(statement, _INSTANT)
