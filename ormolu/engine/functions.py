"""Functions that the engine lacks: as macros, and vectorised over Arrow where they need a library.

An instance has two hundred of them to learn, and a statement calls a few: each is installed when one first names it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock

import duckdb
from duckdb.func import FunctionNullHandling, PythonUDFType

from ormolu.engine.json_macros import JSON_MACROS
from ormolu.engine.macros import MACROS
from ormolu.engine.native import NativeFunction
from ormolu.engine.native_functions import NATIVE_FUNCTIONS
from ormolu.engine.query_macros import QUERY_MACROS

_NO_NAME = re.compile(r"\W")
_NAME_CHARACTERS_MAX = 64  # ours are shorter

# The engine may free a native function's texts while COALESCE still points at them: a copy it makes itself lasts.
_COPIES = {
    "VARCHAR": "CAST({} || '' AS VARCHAR)",
    "BLOB": "CAST({} || ''::BLOB AS BLOB)",
    "VARCHAR[]": "CAST(list_transform({}, lambda e: e || '') AS VARCHAR[])",
}


@dataclass(frozen=True, slots=True)
class _Macro:
    """`text` is what stands behind CREATE MACRO."""

    text: str


class Functions:
    """The functions of one DuckDB instance, known to all its cursors; threads may share it.

    It keeps the instance's own connection: what was made by one that is closed goes with it.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Also set what they rely on: integers divide as integers."""
        connection.execute("SET GLOBAL integer_division = true")
        self._connection = connection
        self._installed: set[str] = set()
        self._lock = Lock()

    def install_natives(self) -> None:
        """Those in Python, before several threads use the instance: who makes one keeps Python to himself, also while
        he waits for a catalog that another holds who waits for Python."""
        with self._lock:
            for name, definition in _definitions().items():
                if isinstance(definition, NativeFunction):
                    self._install(name)

    def install_for(self, sql: str) -> None:
        """Make known what the statement calls; more than that does no harm."""
        missing = _called(sql) - self._installed
        if missing:
            with self._lock:
                for name in sorted(missing):
                    self._install(name)

    def _install(self, name: str) -> None:
        if name in self._installed:
            return
        match _definitions()[name]:
            case _Macro(text):
                for called in sorted(_called(text) - {name}):
                    self._install(called)
                self._connection.execute(f"CREATE MACRO {text}")
            case NativeFunction() as function:
                self._install_native(name, function)
        self._installed.add(name)

    def _install_native(self, name: str, function: NativeFunction) -> None:
        self._connection.create_function(
            name,
            function.apply,
            list(function.parameters),
            function.result,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
            side_effects=False,
        )


def _called(sql: str) -> set[str]:
    """Which of our functions a text calls, or seems to."""
    names = {_NO_NAME.split(before[-_NAME_CHARACTERS_MAX:])[-1].lower() for before in sql.split("(")[:-1]}
    return names & _definitions().keys()


@cache
def _definitions() -> Mapping[str, _Macro | NativeFunction]:
    found: dict[str, _Macro | NativeFunction] = {}
    for function in NATIVE_FUNCTIONS:
        copy = _COPIES.get(function.result)
        if copy is None:
            found[function.name] = function
            continue
        native, names = f"{function.name}_native", ", ".join(f"a{index}" for index in range(len(function.parameters)))
        found[native] = function
        found[function.name] = _Macro(f"{function.name}({names}) AS {copy.format(f'{native}({names})')}")
    for text in (*MACROS, *JSON_MACROS, *QUERY_MACROS):
        found[text.split("(", maxsplit=1)[0]] = _Macro(text)
    return found
