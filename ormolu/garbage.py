"""When Python looks for garbage: hardly while modules load, for what they make lives as long as the process."""

from __future__ import annotations

import gc

# New objects between two looks. Python's own 700 take a third of a start, 50,000 still a tenth.
LOADING_OBJECTS = 1_000_000
WORKING_OBJECTS = 50_000


def begin_loading() -> None:
    gc.set_threshold(LOADING_OBJECTS)


def end_loading() -> None:
    """Modules and types are no garbage: nothing waits for a look through them from now on."""
    gc.freeze()
    gc.set_threshold(WORKING_OBJECTS)
