"""What every statement carries, and names as they were written."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What every statement has."""

    text: str = field(default="", compare=False, repr=False)
    offset: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WrittenName:
    """A relation as it was written: `schema` and `database` are None where they were left out."""

    name: str
    schema: str | None = None
    database: str | None = None

    def __str__(self) -> str:
        return ".".join(part for part in (self.database, self.schema, self.name) if part is not None)
