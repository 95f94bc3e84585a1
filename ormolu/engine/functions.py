"""Functions that the engine lacks: as macros, and vectorised over Arrow where they need a library."""

from __future__ import annotations

import duckdb
from duckdb.func import FunctionNullHandling, PythonUDFType

from ormolu.engine.macros import MACROS
from ormolu.engine.native_functions import NATIVE_FUNCTIONS
from ormolu.engine.query_macros import QUERY_MACROS


def install_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every function of the binder known to one DuckDB instance; doing it twice changes nothing.

    It also sets what they rely on: integers divide as integers.
    """
    connection.execute("SET GLOBAL integer_division = true")
    for macro in (*MACROS, *QUERY_MACROS):
        connection.execute(f"CREATE OR REPLACE MACRO {macro}")
    for function in NATIVE_FUNCTIONS:
        try:
            connection.create_function(
                function.name,
                function.apply,
                list(function.parameters),
                function.result,
                type=PythonUDFType.ARROW,
                null_handling=FunctionNullHandling.SPECIAL,
                side_effects=False,
            )
        except (duckdb.NotImplementedException, duckdb.CatalogException):
            return  # the instance has them all already: to ask it for its functions takes longer than to try
