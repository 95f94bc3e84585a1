"""What a catalog query may ask of its session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CatalogNames:
    """What a catalog query may ask of its session; `search_path` is without the implicit pg_catalog."""

    search_path: Sequence[str] = ("gold", "silver", "bronze")
    current_user: str = ""
    database: str = ""
    version: str = ""
    process_id: int = 0
    settings: Sequence[tuple[str, str]] = ()
    started_at: datetime | None = None
