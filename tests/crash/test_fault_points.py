"""kill -9 at every named point of publish, merge, maintenance, upload, transaction and backup: see `ormolu.faults`."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ormolu.catalog.backup import restore_backup
from ormolu.catalog.database import open_database, reading
from ormolu.catalog.reachability import reachable_files
from ormolu.faults import POINTS
from tests.crash.marks import KILL, KILL_SERVER, Marks, send
from tests.peers.command import ormolu
from tests.peers.faults import Faults
from tests.peers.ormolu import OrmoluServer
from tests.peers.postgresql import PostgresPeer

ROUNDS_LONG = 3

LOADING = (
    "run:claimed",
    "load:files-written",
    "merge:files-touched",
    "merge:files-written",
    "publish:manifests-written",
    "publish:metadata-written",
    "publish:staged",
    "publish:pointers-turned",
    "publish:committed",
)
UPLOADING = ("upload:spooled", "upload:loaded")
IN_TRANSACTION = (
    "transaction:lent",
    "transaction:run-staged",
    "transaction:run-handed-back",
    "transaction:publishing",
    "transaction:published",
    "publish:definitions-staged",
)
REPAIRING = ("quarantine:files-written",)
TENDING = (
    "compact:files-written",
    "compact:committed",
    "expire:committed",
    "sweep:listed",
    "sweep:file-removed",
    "sweep:files-removed",
)
JOINING = ("manifests:chosen", "manifests:joined")
BY_TWO = ("publish:rebase", "publish:conflict")
UNDOING = ("transaction:undone",)
OF_DATABASES = ("database:staged", "database:created", "database:dropped")
PROMOTING = ("promote:applied",)
BACKING_UP = ("backup:rows-copied", "backup:file-copied", "backup:files-copied", "backup:described", "backup:placed")
OF_THE_SERVER = {
    *UPLOADING,
    *OF_DATABASES,
    *PROMOTING,
    "transaction:lent",
    "transaction:publishing",
    "transaction:published",
}
PUBLISHING = ("publish:pointers-turned", "publish:committed")


def test_every_point_is_walked() -> None:
    assert sorted((*WALKED, *BACKING_UP)) == sorted(POINTS)


@pytest.fixture
def marks(tmp_path: Path) -> Iterator[Marks]:
    yield from marks_over(tmp_path, None)


@pytest.fixture
def team_marks(tmp_path: Path, postgres_peer: PostgresPeer) -> Iterator[Marks]:
    yield from marks_over(tmp_path, postgres_peer.catalog_url("points"))


def marks_over(folder: Path, catalog: str | None) -> Iterator[Marks]:
    faults = Faults(folder / "faults")
    home = folder / "lake"
    flags = ("--workers", "2") if catalog is None else ("--workers", "2", "--catalog", catalog)
    server = OrmoluServer(home, *flags, variables=faults.variables).start()
    made = Marks(server, faults, catalog or f"sqlite:///{home}/catalog.db", home / "warehouse")
    try:
        made.define()
        yield made
    finally:
        server.stop()


# --- one kill, and what must hold after it --------------------------------------------------------------------------


def walk(marks: Marks, point: str, action: str) -> None:
    if point in IN_TRANSACTION:
        fail_and_redo(marks, point, action, marks.in_a_transaction)
        marks.newest += 1
    elif point in (*LOADING, *UPLOADING):
        fail_and_redo(marks, point, action, marks.load_and_refresh)
        marks.newest += 1
    elif point in REPAIRING:
        fail_and_redo(marks, point, action, marks.repair)
        marks.repaired.add(marks.newest)
    elif point in TENDING:
        marks.load_and_refresh()
        marks.newest += 1
        time.sleep(1.1)  # what is to expire is a second old
        fail_and_redo(marks, point, action, marks.tend)
    elif point in JOINING:
        marks.load_and_refresh()
        marks.newest += 1
        fail_and_redo(marks, point, action, marks.join_manifests)
    elif point in OF_DATABASES:
        fail_and_redo(marks, point, action, marks.copy_and_drop_a_database)
    elif point in PROMOTING:
        marks.kill_at(point, action, marks.promote)
        assert marks.promoted() == 0
        marks.promote()
        assert marks.promoted() == 2
        marks.server.run("DROP GOLD TABLE counts")
        marks.server.run("DROP BRONZE SOURCE tried")
    elif point in UNDOING:
        marks.kill_at(point, action, lambda: rolled_back(marks))
        marks.check_exact()
    else:
        fail_by_two(marks, point)
    marks.check_exact()


def fail_and_redo(marks: Marks, point: str, action: str, work: Callable[[], None]) -> None:
    marks.kill_at(point, action, work)
    marks.check_whole()
    work()


def rolled_back(marks: Marks) -> None:
    with marks.server.connect() as connection:
        connection.execute("BEGIN")
        send(connection, marks.newest + 1)
        connection.execute("ROLLBACK")


def fail_by_two(marks: Marks, point: str) -> None:
    """The second of two who change the same is killed when it finds out."""
    first = "publish:definitions-staged"
    marks.faults.arm(first, "hold")

    def change() -> None:
        with marks.server.connect() as connection:
            connection.execute("BEGIN")
            if point == "publish:conflict":
                send(connection, marks.newest + 1)
            connection.execute("CREATE BRONZE SOURCE late (a integer) FROM UPLOAD FORMAT csv")
            connection.execute("COMMIT")

    def both() -> None:
        slow = threading.Thread(target=lambda: _quietly(change))
        slow.start()
        marks.faults.wait_until_reached(first)
        if point == "publish:conflict":
            _quietly(marks.load_and_refresh)
        else:
            _quietly(marks.define_one_more)
        marks.faults.let_go(first)
        slow.join(60)

    marks.kill_at(point, KILL, both)
    assert marks.server.run("SELECT count(*) FROM lake.objects WHERE name = 'bronze.late'") == [(0,)]
    marks.check_whole()
    if point == "publish:conflict":
        marks.load_and_refresh()
        marks.newest += 1


def _quietly(work: Callable[[], None]) -> None:
    try:
        work()
    except psycopg.Error:
        return


def finish(marks: Marks, capsys: pytest.CaptureFixture[str], what: str) -> None:
    marks.check_settled()
    removed = marks.check_swept()
    marks.check_exact()
    assert marks.check_swept() == 0, "a second sweep finds nothing"
    with capsys.disabled():
        print(f"\n{what}: {marks.kills} kills, {marks.newest} batches whole, {removed} lost files found and removed")


WALKED = [
    *LOADING,
    *UPLOADING,
    *IN_TRANSACTION,
    *REPAIRING,
    *TENDING,
    *JOINING,
    *BY_TWO,
    *UNDOING,
    *OF_DATABASES,
    *PROMOTING,
]


# One of each kind: a start of a worker or a server is what costs time here.
WALKED_SHORT = (
    "run:claimed",
    "merge:files-written",
    "publish:metadata-written",
    "publish:pointers-turned",
    "upload:loaded",
    "transaction:run-handed-back",
    "transaction:published",
    "expire:committed",
    "sweep:file-removed",
    "publish:conflict",
    "database:created",
    "promote:applied",
)


@pytest.mark.timeout(600)
def test_killed_at_points_of_each_kind_the_lake_is_exact(marks: Marks, capsys: pytest.CaptureFixture[str]) -> None:
    marks.load_and_refresh()
    marks.newest += 1
    for point in WALKED_SHORT:
        walk(marks, point, KILL)
    finish(marks, capsys, "points of each kind, SQLite")


@pytest.mark.timeout(300)
def test_killed_while_it_publishes_over_postgresql_the_lake_is_exact(
    team_marks: Marks, capsys: pytest.CaptureFixture[str]
) -> None:
    for point in PUBLISHING:
        walk(team_marks, point, KILL)
    finish(team_marks, capsys, "publishing, PostgreSQL")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killed_once_at_every_point_the_lake_is_exact(marks: Marks, capsys: pytest.CaptureFixture[str]) -> None:
    marks.load_and_refresh()
    marks.newest += 1
    for point in WALKED:
        walk(marks, point, KILL)
    finish(marks, capsys, "every point, SQLite")


def walk_long(marks: Marks) -> None:
    marks.load_and_refresh()
    marks.newest += 1
    for _, action, point in itertools.product(range(ROUNDS_LONG), (KILL, KILL_SERVER), WALKED):
        if action == KILL or point not in OF_THE_SERVER | {*BY_TWO, *UNDOING, "publish:definitions-staged"}:
            walk(marks, point, action)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_killed_at_every_point_many_times_the_lake_is_exact(marks: Marks, capsys: pytest.CaptureFixture[str]) -> None:
    walk_long(marks)
    finish(marks, capsys, "every point, process and server, SQLite")


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_killed_at_every_point_many_times_over_postgresql_the_lake_is_exact(
    team_marks: Marks, capsys: pytest.CaptureFixture[str]
) -> None:
    walk_long(team_marks)
    finish(team_marks, capsys, "every point, process and server, PostgreSQL")


# --- backup ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_backup_killed_at_any_point_leaves_a_whole_one(marks: Marks, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    marks.load_and_refresh()
    marks.newest += 1
    assert back_up(marks, kept) == 0
    for point in BACKING_UP:
        marks.load_and_refresh()
        marks.newest += 1
        marks.faults.arm(point, KILL)
        assert back_up(marks, kept) == -9
        assert marks.faults.has_reached(point)
        check_restorable(kept, tmp_path / point.replace(":", "-"))
    assert back_up(marks, kept) == 0
    check_restorable(kept, tmp_path / "last")


def back_up(marks: Marks, kept: Path) -> int:
    return ormolu("backup", str(kept), "--data", str(marks.server.folder), variables=marks.faults.variables).returncode


def check_restorable(kept: Path, place: Path) -> None:
    """Every file that the backup's rows refer to is in it."""
    place.mkdir()
    engine = open_database(f"sqlite:///{place}/catalog.db")
    try:
        restore_backup(kept, engine, str(place / "warehouse"), progress=lambda *_: None)
        with reading(engine) as connection:
            missing = [path for path in reachable_files(connection) if not Path(path).is_file()]
    finally:
        engine.dispose()
    assert missing == []
