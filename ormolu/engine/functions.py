"""Functions that the engine lacks: as macros, and vectorised over Arrow where they need a library."""

from __future__ import annotations

import duckdb
from duckdb.func import FunctionNullHandling, PythonUDFType

from ormolu.engine.json_macros import JSON_MACROS
from ormolu.engine.macros import MACROS
from ormolu.engine.native_functions import NATIVE_FUNCTIONS
from ormolu.engine.query_macros import QUERY_MACROS


def install_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every function of the binder known to one DuckDB instance; doing it twice changes nothing.

    It also sets what they rely on: integers divide as integers.
    """
    connection.execute("SET GLOBAL integer_division = true")
    _install_natives(connection)
    for macro in (*MACROS, *JSON_MACROS, *QUERY_MACROS):
        connection.execute(f"CREATE OR REPLACE MACRO {macro}")


# The engine may free a native function's texts while COALESCE still points at them: a copy it makes itself lasts.
_COPIES = {
    "VARCHAR": "CAST({} || '' AS VARCHAR)",
    "BLOB": "CAST({} || ''::BLOB AS BLOB)",
    "VARCHAR[]": "CAST(list_transform({}, lambda e: e || '') AS VARCHAR[])",
}


def _install_natives(connection: duckdb.DuckDBPyConnection) -> None:
    for function in NATIVE_FUNCTIONS:
        copy = _COPIES.get(function.result)
        name = function.name if copy is None else f"{function.name}_native"
        try:
            connection.create_function(
                name,
                function.apply,
                list(function.parameters),
                function.result,
                type=PythonUDFType.ARROW,
                null_handling=FunctionNullHandling.SPECIAL,
                side_effects=False,
            )
        except (duckdb.NotImplementedException, duckdb.CatalogException):
            return  # the instance has them all already: to ask it for its functions takes longer than to try
        if copy is not None:
            names = ", ".join(f"a{index}" for index in range(len(function.parameters)))
            connection.execute(f"CREATE OR REPLACE MACRO {function.name}({names}) AS {copy.format(f'{name}({names})')}")
