"""A lake whose warehouse is in an object store: the pipeline, its history, its clean-up, its backups, its readers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import psycopg
import pytest
from pyiceberg.catalog import load_catalog

from ormolu.catalog.database import open_database, reading
from ormolu.catalog.expiry import Release, released_ids
from ormolu.catalog.file_io import file_io, list_files
from ormolu.catalog.lake import Lake
from ormolu.catalog.reachability import reachable_files
from ormolu.catalog.sweep import sweep
from ormolu.definitions import TableName
from ormolu.engine.queries import QueryEngine
from ormolu.engine.stores import open_store
from ormolu.errors import InsufficientPrivilege
from ormolu.stores import file_io_properties, find_store
from tests.peers.command import ormolu
from tests.peers.extensions import load_extension
from tests.peers.ormolu import PASSWORD, OrmoluServer
from tests.peers.stores import BUCKET, StorePeer

LINES = "1,vase,10.00,2026-01-01\n2,clock,20.50,2026-01-01\n3,vase,-1.00,2026-01-02\n4,vase,5.00,2026-01-02\n"


@pytest.fixture(scope="module", params=["s3", "azure"])
def store(request: pytest.FixtureRequest) -> StorePeer:
    peer: StorePeer = request.getfixturevalue(f"{request.param}_peer")
    return peer


@pytest.fixture(scope="module")
def warehouse(store: StorePeer) -> str:
    return store.warehouse(f"lake-{uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def server(store: StorePeer, warehouse: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrmoluServer]:
    folder = tmp_path_factory.mktemp("store") / "lake"
    # With modules of its own, so that its command line can be looked through for secrets.
    server = OrmoluServer(folder, "--warehouse", warehouse, variables=store.variables, loads_modules=True).start()
    try:
        fill(server)
        yield server
    finally:
        server.stop()


def use(store: StorePeer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process, and those that it starts, find the store as the server does."""
    for name, value in store.variables.items():
        monkeypatch.setenv(name, value)


def fill(server: OrmoluServer) -> None:
    with server.connect() as connection:
        connection.execute(
            "CREATE BRONZE SOURCE lines (id int, product text, amount numeric(10,2), sold_on date) FROM UPLOAD"
        )
        copy(connection, LINES)
        connection.execute(
            "CREATE SILVER TABLE lines (id int NOT NULL, product text, amount numeric(10,2) CHECK (amount > 0),"
            " sold_on date) KEY (id) PARTITION BY (product) FROM bronze.lines"
        )
        connection.execute(
            "CREATE GOLD TABLE sums AS SELECT product, sum(amount) AS amount FROM silver.lines GROUP BY 1"
        )


def copy(connection: psycopg.Connection[Any], lines: str) -> None:
    with connection.cursor().copy("COPY bronze.lines FROM STDIN (FORMAT csv)") as stream:
        stream.write(lines)


def sums(server: OrmoluServer) -> dict[str, str]:
    return {product: str(amount) for product, amount in server.run("SELECT product, amount FROM gold.sums")}


def test_the_pipeline_runs_in_the_store_and_nothing_of_it_is_on_this_machine(
    server: OrmoluServer, warehouse: str
) -> None:
    assert sums(server) == {"vase": "15.00", "clock": "20.50"}
    assert server.run("SELECT id FROM quarantine.lines") == [(3,)]
    assert not (server.folder / "warehouse").exists()
    assert not list(server.folder.rglob("*.parquet"))


def test_an_old_version_a_merge_and_a_vacuum(server: OrmoluServer) -> None:
    with server.connect() as connection:
        copy(connection, "2,clock,30.00,2026-01-01\n5,lamp,7.00,2026-01-03\n")
        connection.execute("REFRESH silver.lines CASCADE")
        done = connection.execute("VACUUM silver.lines WITH (expire = '0 seconds')").fetchall()
    assert sums(server) == {"vase": "15.00", "clock": "30.00", "lamp": "7.00"}
    assert server.run("SELECT amount FROM bronze.lines FOR VERSION AS OF 2 WHERE id = 2")[0][0] is not None
    assert server.run("SELECT count(*) FROM bronze.lines FOR VERSION AS OF 2") == [(4,)]
    assert any(step == "expire" for _, step, *_ in done), done


def test_a_transaction_is_published_whole_or_not_at_all(server: OrmoluServer) -> None:
    before = sums(server)
    with server.connect() as connection:
        for ending, lines in (("ROLLBACK", 6), ("COMMIT", 7)):
            connection.execute("BEGIN")
            copy(connection, f"{lines},rug,100.00,2026-01-04\n")
            connection.execute("REFRESH silver.lines CASCADE")
            assert sums(server) == before
            connection.execute(ending)
            after = sums(server)
            assert after == (before if ending == "ROLLBACK" else {**before, "rug": "100.00"})


def test_a_killed_server_goes_on_where_it_was(server: OrmoluServer) -> None:
    before = sums(server)
    server.kill()
    server.start()
    assert sums(server) == before
    with server.connect() as connection:
        copy(connection, "8,rug,1.00,2026-01-05\n")
        connection.execute("REFRESH silver.lines CASCADE")
    assert sums(server)["rug"] == "101.00"


def test_the_sweep_takes_what_nothing_refers_to_and_keeps_what_is_young(
    server: OrmoluServer, store: StorePeer, warehouse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(store, monkeypatch)
    engine = open_database(f"sqlite:///{server.folder / 'catalog.db'}")
    try:
        lake = Lake(engine, database="lakehouse", warehouse=warehouse)
        table = lake.head().table(TableName("bronze", "lines"))
        before = {file.path for file in list_files(warehouse)}
        with reading(engine) as connection:
            forgotten = released_ids(connection, Release("lakehouse", datetime.now(UTC), datetime.now(UTC), warehouse))
            live = reachable_files(connection, released=forgotten)
        assert table.metadata_location in before and live <= before
        lost = [f"{table.location}/data/run-1/lost.parquet", f"{table.location}/metadata/lost-m0.avro"]
        unknown = f"{table.location}/data/run-999999/young.parquet"
        for path in (*lost, unknown):
            with file_io().new_output(path).create() as stream:
                stream.write(b"lost")
        now = datetime.now(UTC)
        assert sweep(lake, at=now).files == (), "nothing is older than the grace period"
        assert set(lost) <= set(sweep(lake, at=now + timedelta(days=2), is_dry_run=True).files)
        assert set(sweep(lake, at=now + timedelta(days=2), within=table.location).files) >= set(lost)
        sweep(lake, at=now + timedelta(days=2))
        left = {file.path for file in list_files(warehouse)}
        assert live <= left and unknown in left and not left & set(lost)
        assert sweep(lake, at=now + timedelta(days=2)).files == ()
    finally:
        engine.dispose()
    assert sums(server)["vase"] == "15.00"


def test_a_backup_of_a_store_comes_back_in_a_folder_and_in_another_prefix(
    server: OrmoluServer, store: StorePeer, warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(store, monkeypatch)
    before = sums(server)
    done = ormolu("backup", str(tmp_path / "kept"), "--data", str(server.folder), "--warehouse", warehouse)
    assert done.returncode == 0, done.stderr
    kept, local = tmp_path / "kept", tmp_path / "local"
    assert ormolu("restore", str(kept), "--data", str(local)).returncode == 0
    here = {path.relative_to(local / "warehouse") for path in (local / "warehouse").rglob("*") if path.is_file()}
    assert here == {path.relative_to(kept / "warehouse") for path in (kept / "warehouse").rglob("*") if path.is_file()}
    flags = ("--warehouse", store.warehouse(f"restored-{uuid4().hex[:8]}"))
    done = ormolu("restore", str(kept), "--data", str(tmp_path / "again"), *flags)
    assert done.returncode == 0, done.stderr
    again = OrmoluServer(tmp_path / "again", *flags, "--workers", "1", variables=store.variables).start()
    try:
        assert sums(again) == before
        with again.connect() as connection:
            copy(connection, "9,rug,1.00,2026-01-06\n")
            connection.execute("REFRESH silver.lines CASCADE")
        assert sums(again) == {**before, "rug": "102.00"}
    finally:
        again.stop()
    assert sums(server) == before


def test_a_secret_of_the_store_is_in_no_log_no_answer_and_no_file(server: OrmoluServer, store: StorePeer) -> None:
    seen = server.log() + (server.folder / "logs" / "workers.log").read_text()
    seen += "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in (server.pid, *server.workers()))
    for relation in ("lake.runs", "lake.definitions", "pg_settings", "lake.versions"):
        seen += str(server.run(f"SELECT * FROM {relation}"))
    assert not [secret for secret in store.secrets if secret in seen]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM '{other}'",
        "SELECT * FROM read_parquet('{other}')",
        "SELECT * FROM read_text('{other}')",
        "SELECT * FROM read_blob('{inside}')",
        "SELECT * FROM glob('{inside}/**')",
        "SELECT * FROM read_csv('{endpoint}/lakes/other/x.csv')",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM which_secret('{inside}', 's3')",
        "CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
        "COPY (SELECT 1) TO '{inside}/x.parquet'",
    ],
)
def test_no_statement_names_a_place_in_the_store(
    server: OrmoluServer, store: StorePeer, warehouse: str, sql: str
) -> None:
    attack = sql.format(other=store.warehouse("other/x.parquet"), inside=warehouse, endpoint=store.endpoint)
    with pytest.raises(psycopg.Error) as refused:
        server.run(attack)
    assert refused.value.sqlstate in ("42501", "42883", "42P01", "42601", "0A000", "42704"), refused.value


def test_the_locked_engine_reads_the_warehouse_and_no_place_beside_it(
    store: StorePeer, warehouse: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(store, monkeypatch)
    for path in (f"{warehouse}-beside/x.csv", store.warehouse("x.csv"), f"{warehouse}/x.csv"):
        with file_io().new_output(path).create(overwrite=True) as stream:
            stream.write(b"a\n1\n")
    engine = QueryEngine(
        memory_limit="200MB",
        threads=1,
        temp_directory=tmp_path,
        readable_directories=(warehouse,),
        store=find_store(warehouse, store.variables),
    )
    session = engine.session()
    try:
        assert session.execute(f"SELECT * FROM read_csv('{warehouse}/x.csv')").reader.read_all().num_rows == 1
        for path in (
            f"{warehouse}-beside/x.csv",
            store.warehouse("x.csv"),
            store.warehouse("x.csv").replace(BUCKET, "other"),
            f"{store.endpoint}/{BUCKET}/x.csv",
            "/etc/passwd",
        ):
            with pytest.raises(InsufficientPrivilege):
                session.execute(f"SELECT * FROM read_csv('{path}')").reader.read_all()
        with pytest.raises(InsufficientPrivilege):
            session.execute("CREATE SECRET other (TYPE s3, KEY_ID 'a', SECRET 'b')")
    finally:
        engine.close()


def test_other_engines_read_with_credentials_of_their_own(server: OrmoluServer, store: StorePeer) -> None:
    own = file_io_properties(store.variables)
    found = load_catalog(
        "lake",
        **{
            "type": "rest",
            "uri": f"{server.web_address}iceberg",
            "oauth2-server-uri": f"{server.web_address}iceberg/v1/oauth/tokens",
            "credential": f"admin:{PASSWORD}",
            "warehouse": "lakehouse",
        },
    )
    table = found.load_table("gold.sums")
    assert not own.items() & table.io.properties.items(), "the catalog hands out no settings of the store"
    table.io.properties.update(own)
    if store.scheme == "az":
        with pytest.raises(ValueError, match="Unrecognized"):
            table.scan().to_arrow()  # pyiceberg knows abfss:// alone
        return
    rows = table.scan().to_arrow().to_pylist()
    assert {row["product"]: str(row["amount"]) for row in rows} == sums(server)


def test_duckdb_reads_through_the_catalog_with_a_secret_of_its_own(server: OrmoluServer, store: StorePeer) -> None:
    reader = duckdb.connect()
    for name in ("httpfs", "avro", "iceberg"):
        load_extension(reader, name)
    found = find_store(store.warehouse(""), store.variables)
    assert found is not None
    open_store(reader, found)
    reader.execute(
        f"CREATE SECRET (TYPE iceberg, CLIENT_ID 'admin', CLIENT_SECRET '{PASSWORD}',"
        f" OAUTH2_SERVER_URI '{server.web_address}iceberg/v1/oauth/tokens')"
    )
    reader.execute(
        f"ATTACH 'lakehouse' AS lake"
        f" (TYPE iceberg, ENDPOINT '{server.web_address}iceberg', ACCESS_DELEGATION_MODE 'none')"
    )
    rows = reader.execute("SELECT product, amount FROM lake.gold.sums").fetchall()
    assert {product: str(amount) for product, amount in rows} == sums(server)
