"""Errors have PostgreSQL's identities."""

from __future__ import annotations

import re

import ormolu.server.settings  # noqa: F401 - declares a condition of its own
from ormolu.errors import InternalError, OrmoluError

UNIQUE_BUT = {"XX000"}  # OrmoluError itself and InternalError


def kinds(kind: type[OrmoluError] = OrmoluError) -> list[type[OrmoluError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in kinds(child))]


def test_every_error_has_a_sqlstate_of_five_characters() -> None:
    assert all(re.fullmatch(r"[0-9A-Z]{5}", kind.sqlstate) for kind in kinds())


def test_a_sqlstate_names_one_condition() -> None:
    states = [kind.sqlstate for kind in kinds() if kind.sqlstate not in UNIQUE_BUT]
    assert len(states) == len(set(states))


def test_an_error_keeps_what_helps_to_mend_it() -> None:
    error = InternalError("broken", hint="mend it", detail="here", position=3)
    assert (str(error), error.hint, error.detail, error.position) == ("broken", "mend it", "here", 3)
