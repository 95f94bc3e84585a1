"""A bound query as the engine reads it, in which each list of data files may be shortened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlglot import exp
from sqlglot.errors import ErrorLevel

from ormolu.definitions import TableName
from ormolu.sql_extensions.conditions import ANYTHING, Condition
from ormolu.sql_extensions.implied_conditions import write_implied_conditions
from ormolu.sql_extensions.scans import scan_conditions

FILES = "files"  # the key in a list's `meta`
LISTED_SHARE = 50  # characters of a list of files that weigh as much as one of the text around it
_MARK = "\0"  # no text of PostgreSQL's has it


class Files(Protocol):
    """The data files of one version of a table."""

    @property
    def table(self) -> TableName: ...

    @property
    def count(self) -> int: ...

    @property
    def listed(self) -> str:
        """All paths as literals of the engine."""

    @property
    def first(self) -> str:
        """One path: enough to learn the columns from."""

    def matching(self, condition: Condition, parameters: Sequence[object]) -> FewerFiles | None:
        """Those that may hold a row that the condition is true of; None where that is all of them."""


@dataclass(frozen=True, slots=True)
class FewerFiles:
    """`count` files are left of a scan's; `listed` has one even where that is none, for the engine needs one."""

    count: int
    listed: str


@dataclass(frozen=True, slots=True)
class Scan:
    files: Files
    condition: Condition


@dataclass(frozen=True, slots=True)
class EngineText:
    """Between each two `parts` stands the list of one scan's files."""

    parts: tuple[str, ...]
    scans: tuple[Scan, ...] = ()

    @property
    def whole(self) -> str:
        return self._with([scan.files.listed for scan in self.scans])

    @property
    def shortest(self) -> str:
        """With one file a scan: the columns are the same."""
        return self._with([scan.files.first for scan in self.scans])

    @property
    def characters(self) -> int:
        """How long the text is, as far as memory goes: a character of a list of files takes less than one of a tree."""
        return sum(map(len, self.parts)) + sum(len(scan.files.listed) for scan in self.scans) // LISTED_SHARE

    def matching(self, parameters: Sequence[object]) -> list[FewerFiles | None]:
        """The files of each scan that may hold rows for the parameters' values; None where it reads them all."""
        return [scan.files.matching(scan.condition, parameters) for scan in self.scans]

    def reading(self, chosen: Sequence[FewerFiles | None]) -> str:
        return self._with(
            [scan.files.listed if few is None else few.listed for scan, few in zip(self.scans, chosen, strict=True)]
        )

    def within(self, before: str, after: str) -> EngineText:
        *others, last = self.parts
        first, *rest = [*others, last + after]
        return EngineText((before + first, *rest), self.scans)

    def _with(self, lists: Sequence[str]) -> str:
        texts = [self.parts[0]]
        for files, part in zip(lists, self.parts[1:], strict=True):
            texts += (files, part)
        return "".join(texts)


def listed(paths: Sequence[str]) -> str:
    return ", ".join("'" + path.replace("'", "''") + "'" for path in paths)


def path_list(written: str) -> exp.Array:
    """A list that is always read as it is: one node however many files there are."""
    return exp.Array(expressions=[exp.Var(this=written)])


def file_list(files: Files) -> exp.Array:
    """A list that a query may shorten."""
    array = path_list(files.listed)
    array.meta[FILES] = files
    return array


def engine_text(tree: exp.Query) -> EngineText:
    marked = tree.copy()
    write_implied_conditions(marked)
    conditions = scan_conditions(marked)
    scans: list[Scan] = []
    for reading in marked.find_all(exp.ReadParquet):
        files = reading.expressions[0]
        if FILES in files.meta:
            files.set("expressions", [exp.Var(this=f"{_MARK}{len(scans)}{_MARK}")])
            scans.append(Scan(files.meta[FILES], conditions.get(id(reading), ANYTHING)))
    sql = marked.sql("duckdb", comments=False, unsupported_level=ErrorLevel.RAISE)
    texts = sql.split(_MARK)
    return EngineText(tuple(texts[::2]), tuple(scans[int(number)] for number in texts[1::2]))
