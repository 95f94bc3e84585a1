"""Refreshes of silver and gold: write, audit, publish. Nothing is visible before the one publish."""

from __future__ import annotations

from ormolu.definitions import Definition, GoldMetric, GoldTable, SilverTable, kind_of
from ormolu.errors import FeatureNotSupported
from ormolu.scheduler.context import RunContext, RunResult
from ormolu.scheduler.gold_refreshes import refresh_gold
from ormolu.scheduler.silver_refreshes import refresh_silver

__all__ = ["refresh", "refresh_gold", "refresh_silver"]


def refresh(
    definition: Definition,
    context: RunContext,
    *,
    is_full: bool = False,
    since: str | None = None,
    until: str | None = None,
) -> RunResult:
    """Bring a table up to its upstreams. `since` and `until` limit the load time of what a silver table reads."""
    match definition:
        case SilverTable():
            return refresh_silver(definition, context, is_full=is_full, since=since, until=until)
        case GoldTable() | GoldMetric():
            if since is not None or until is not None:
                raise FeatureNotSupported(
                    f"REFRESH {definition.name} FROM ... TO ... is not supported yet",
                    hint="REFRESH without FROM and TO.",
                )
            return refresh_gold(definition, context, is_full=is_full)
        case _:
            raise FeatureNotSupported(f"REFRESH of a {kind_of(definition).value} is not supported yet")
