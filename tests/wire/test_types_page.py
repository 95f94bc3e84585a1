"""docs/types.md tells the truth: each row is asked of the engine and of the server."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from ormolu.engine.queries import QueryEngine
from ormolu.sql_extensions.result_types import result_type
from tests.wire.conftest import House

PAGE = Path(__file__).parents[2].joinpath("docs", "types.md").read_text()
HELD = re.findall(r"^\| `(.+?)` \| `(.+?)` \| (\d+) \|", PAGE, re.MULTILINE)
DECLARED = re.findall(r"^\| `([^|]+?)` \| (\d+) \|", PAGE, re.MULTILINE)
REFUSED = re.findall(r"`([a-z0-9]+)`", PAGE.partition("never another value:")[2].partition(";")[0])


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> QueryEngine:
    folder = tmp_path_factory.mktemp("types")
    return QueryEngine(memory_limit="200MB", threads=1, temp_directory=folder, readable_directories=())


def test_what_the_engine_holds_is_the_type_of_the_page(engine: QueryEngine) -> None:
    session = engine.session()
    assert len(HELD) > 30
    for held, name, oid in HELD:
        ((_, spelling),) = session.describe(f"SELECT CAST(NULL AS {held}) AS value")
        shown = result_type(None, spelling)
        assert (str(shown).partition("(")[0], shown.oid) == (name, int(oid)), held
    session.close()


def test_a_declared_type_has_the_oid_of_the_page(house: House) -> None:
    with house.connect() as connection:
        for name, oid in DECLARED:
            cursor = connection.execute(f"SELECT NULL::{name}".encode())
            assert cursor.description is not None
            assert cursor.description[0].type_code == int(oid), name


@pytest.mark.parametrize("name", REFUSED)
def test_a_type_without_a_counterpart_is_refused(name: str, house: House) -> None:
    with house.connect() as connection, pytest.raises(psycopg.errors.FeatureNotSupported):
        connection.execute(f"SELECT NULL::{name}".encode())
