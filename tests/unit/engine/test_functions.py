"""The engine's own functions are installed when a statement names one, with all that it calls itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import duckdb

from ormolu.engine.functions import Functions
from ormolu.engine.json_macros import JSON_MACROS
from ormolu.engine.macros import MACROS
from ormolu.engine.native_functions import NATIVE_FUNCTIONS
from ormolu.engine.query_macros import QUERY_MACROS

NAMES = [function.name for function in NATIVE_FUNCTIONS]
NAMES += [macro.partition("(")[0] for macro in (*MACROS, *JSON_MACROS, *QUERY_MACROS)]


def own_functions(connection: duckdb.DuckDBPyConnection) -> set[str]:
    found = connection.execute("SELECT function_name FROM duckdb_functions()").fetchall()
    return {name for (name,) in found} & set(NAMES)


def test_a_function_is_installed_with_those_that_it_calls() -> None:
    with duckdb.connect() as connection:
        functions = Functions(connection)
        functions.install_for("SELECT 1 AS pg_array_text")
        assert own_functions(connection) == set(), "a name alone is no call"
        functions.install_for("SELECT PG_ARRAY_TEXT(['a', NULL])")
        assert connection.execute("SELECT pg_array_text(['a b', NULL])").fetchall() == [('{"a b",NULL}',)]
        assert own_functions(connection) == {"pg_array_text", "pg_array_item_text"}
        functions.install_for("SELECT pg_array_text(x), pg_array_text(y)")
        assert connection.execute("SELECT 7 / 2").fetchall() == [(3,)]


def test_those_in_python_can_be_installed_before_anybody_asks() -> None:
    with duckdb.connect() as connection:
        Functions(connection).install_natives()
        names = connection.execute("SELECT function_name FROM duckdb_functions()").fetchall()
        assert {name.removesuffix("_native") for (name,) in names} >= {each.name for each in NATIVE_FUNCTIONS}


def test_a_long_text_is_looked_through_once() -> None:
    with duckdb.connect() as connection:
        Functions(connection).install_for(f"SELECT '{'a' * 4_000_000}', lower('b')")
        assert own_functions(connection) == set()


def test_every_function_can_be_the_first_in_whatever_order() -> None:
    for names in (NAMES, NAMES[::-1]):
        with duckdb.connect() as connection:
            functions = Functions(connection)
            for name in names:
                functions.install_for(f"SELECT {name}(1)")
            assert set(names) == own_functions(connection)


def test_threads_that_name_the_same_functions_do_not_meet() -> None:
    with duckdb.connect() as connection:
        functions = Functions(connection)
        calls = [f"SELECT {name}(1)" for name in NAMES]
        with ThreadPoolExecutor(8) as pool:
            for done in [pool.submit(functions.install_for, call) for call in calls * 4]:
                done.result()
        assert set(NAMES) == own_functions(connection)
