"""Runs one statement so that it can be cancelled, and says what went wrong in the user's words."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator

import duckdb

from ormolu import errors
from ormolu.catalog.database import as_catalog_error
from ormolu.engine.errors import from_engine
from ormolu.server.activity import Activity
from ormolu.server.context import SessionContext, canceled_by_timeout
from ormolu.stores import as_store_error

_log = logging.getLogger(__name__)
Output = Generator[bytes | memoryview, None, None]
StopTimer = Callable[[], None]
StartTimer = Callable[[float, Callable[[], object]], StopTimer]


class Guard:
    """One statement at a time: `run` gives the problem that ended it, None where all went well."""

    def __init__(self, context: SessionContext, activity: Activity, start_timer: StartTimer) -> None:
        self._context = context
        self._activity = activity
        self._start_timer = start_timer

    def run(self, steps: Output) -> Generator[bytes | memoryview, None, errors.OrmoluError | None]:
        cancellation = self._context.cancellation
        stop_timer = self._begin()
        try:
            for step in steps:
                cancellation.check()
                yield step
        except (errors.OrmoluError, duckdb.Error) as error:
            return self._problem(error)
        except Exception as error:  # noqa: BLE001 - the session's own catch-all: logged whole, and the client is told
            return self._of_others(error) or self._internal(error)
        finally:
            steps.close()
            stop_timer()
            cancellation.finish()
        return None

    @staticmethod
    def _of_others(error: Exception) -> errors.OrmoluError | None:
        """What a store or the catalog's database did not do."""
        return as_store_error(error) if isinstance(error, OSError) else as_catalog_error(error)

    def _internal(self, error: Exception) -> errors.OrmoluError:
        _log.exception("statement failed", extra={"pid": self._context.pid, "query": self._activity.query})
        return errors.InternalError(f"internal error: {type(error).__name__}")

    def _begin(self) -> StopTimer:
        cancellation = self._context.cancellation
        ticket = cancellation.start()
        seconds = self._context.settings.timeout_seconds("statement_timeout")
        if not seconds:
            return _nothing
        return self._start_timer(seconds, lambda: cancellation.cancel(canceled_by_timeout(), ticket=ticket))

    def _problem(self, error: errors.OrmoluError | duckdb.Error) -> errors.OrmoluError:
        problem = from_engine(error) if isinstance(error, duckdb.Error) else error
        reason = self._context.cancellation.reason
        if isinstance(problem, errors.QueryCanceled) and reason is not None:
            return reason
        if isinstance(problem, errors.InternalError):
            _log.error(
                "statement failed", exc_info=error, extra={"pid": self._context.pid, "query": self._activity.query}
            )
        return problem


def _nothing() -> None:
    """Stop no timer."""
