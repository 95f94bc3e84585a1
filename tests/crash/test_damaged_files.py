"""A table whose files were cut or lost says which one; all other tables go on, and are tended."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import fastavro
import psycopg
import pytest

from tests.crash.marks import make_old
from tests.peers.ormolu import OrmoluServer

Find = Callable[[Path], Path]
Harm = Callable[[Path], None]


def newest_metadata(table: Path) -> Path:
    return max((table / "metadata").glob("*.metadata.json"))


def manifest_list(table: Path) -> Path:
    metadata = json.loads(newest_metadata(table).read_text())
    (current,) = (each for each in metadata["snapshots"] if each["snapshot-id"] == metadata["current-snapshot-id"])
    return Path(current["manifest-list"])


def manifest(table: Path) -> Path:
    with manifest_list(table).open("rb") as opened:
        return Path(str(next(fastavro.reader(opened))["manifest_path"]))  # type: ignore[index,call-overload]  # a record


def data(table: Path) -> Path:
    return next((table / "data").rglob("*.parquet"))


def lose(file: Path) -> None:
    file.unlink()


def halve(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def behead(file: Path) -> None:
    """Only the header of an Avro file is left: a whole file without a record."""
    with file.open("rb") as opened:
        reader = fastavro.reader(opened)
        schema, codec, notes = reader.writer_schema, reader.codec, dict(reader.metadata)
    notes = {name: text for name, text in notes.items() if not name.startswith("avro.")}
    with file.open("wb") as opened:
        fastavro.writer(opened, schema, [], codec=codec, metadata=notes)


MISSING, DAMAGED = "58P01", "XX001"
HARMS: dict[str, tuple[Find, Harm, str]] = {
    "metadata_cut": (newest_metadata, halve, DAMAGED),
    "list_beheaded": (manifest_list, behead, DAMAGED),
    "manifest_cut": (manifest, halve, DAMAGED),
    "manifest_beheaded": (manifest, behead, DAMAGED),
    "data_lost": (data, lose, MISSING),
    "data_cut": (data, halve, DAMAGED),
}


def copy(server: OrmoluServer, name: str, rows: str) -> None:
    with server.connect() as connection, connection.cursor().copy(f"COPY bronze.{name} FROM STDIN".encode()) as to:
        to.write(rows)


@pytest.mark.timeout(300)
def test_a_damaged_table_names_its_file_and_the_others_go_on(own_server: OrmoluServer) -> None:
    server = own_server.start()
    with server.connect() as connection:
        for name in (*HARMS, "whole"):
            connection.execute(f"CREATE BRONZE SOURCE {name} (a integer) FROM UPLOAD".encode())
            with connection.cursor().copy(f"COPY bronze.{name} FROM STDIN".encode()) as to:
                to.write("1\n2\n")
    server.stop()
    folders = {path.name[:-37]: path for path in (server.folder / "warehouse").glob("*/bronze/*")}
    harmed: dict[str, Path] = {}
    for name, (find, harm, _) in HARMS.items():
        harmed[name] = find(folders[name])
        harm(harmed[name])
    server.start()
    for name, (_, _, sqlstate) in HARMS.items():
        with pytest.raises(psycopg.Error) as failed:
            server.run(f"SELECT sum(a) FROM bronze.{name}")
        assert (failed.value.sqlstate, harmed[name].name in str(failed.value)) == (sqlstate, True), (name, failed.value)
    for name in ("metadata_cut", "list_beheaded"):  # what is not known is not carried over
        with pytest.raises(psycopg.Error) as failed:
            copy(server, name, "3\n")
        assert harmed[name].name in str(failed.value), (name, failed.value)
    for number in (3, 4):
        copy(server, "whole", f"{number}\n")
    assert server.run("SELECT sum(a) FROM bronze.whole") == [(10,)]
    make_old(server.folder / "warehouse")
    before = {path for folder in folders.values() for path in folder.rglob("*")} - {*folders["whole"].rglob("*")}
    server.run("VACUUM bronze.whole WITH (expire = '0 seconds', grace = '0 seconds')")
    assert server.run("SELECT sum(a) FROM bronze.whole") == [(10,)]
    assert all(path.exists() for path in before), "what a damaged table has nobody can tell: it stays"
    assert len(list(folders["whole"].rglob("*.parquet"))) == 1
    server.run("CREATE SILVER TABLE whole KEY (a) AS SELECT a FROM bronze.whole")
    assert server.run("SELECT count(*) FROM silver.whole") == [(4,)]
