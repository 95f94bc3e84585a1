"""Named points of the code where a crash test ends, delays or fails the process that comes by.

A server started without `ORMOLU_FAULTS` in its environment passes every point at the cost of one comparison. The
variable names a folder: a file in it, called as a point, holds what the first process to reach the point is to do.
Nothing that is sent over the wire can name a point, set the variable or write into that folder.
"""

from __future__ import annotations

import os
import signal
import time
from functools import lru_cache
from pathlib import Path

from ormolu.errors import InternalError

VARIABLE = "ORMOLU_FAULTS"
KILLED_SECONDS = 60.0
HELD_SECONDS_MAX = 120.0
HELD_PAUSE_SECONDS = 0.02

# What stands when a process is there. Each is reached in a test, where it is killed.
POINTS = {
    "run:claimed": "a worker has a run and has done nothing",
    "load:files-written": "data files of a load; nothing refers to them",
    "merge:files-touched": "the files to rewrite are known",
    "merge:files-written": "data files of a merge; nothing refers to them",
    "quarantine:files-written": "data files with changed quarantined rows; nothing refers to them",
    "publish:manifests-written": "manifests of one table",
    "publish:metadata-written": "the metadata file of one table, perhaps of several to come",
    "publish:staged": "the metadata of all tables",
    "publish:definitions-staged": "and the metadata of the definitions",
    "publish:rebase": "somebody else defined something: the definitions are to be staged anew",
    "publish:conflict": "a table moved: what was staged is to be deleted",
    "publish:pointers-turned": "all rows are written; COMMIT is not sent",
    "publish:committed": "all is true; nobody has been told",
    "compact:files-written": "the joined files; nothing refers to them",
    "compact:committed": "the small files are no longer live",
    "manifests:chosen": "the manifests to join are known",
    "manifests:joined": "fewer manifests list the same files",
    "expire:committed": "old versions are forgotten; their files are there",
    "sweep:listed": "it is known what nothing refers to; all of it is there",
    "sweep:file-removed": "the first of several files is gone",
    "sweep:files-removed": "the files are gone, their folders are not",
    "upload:spooled": "what a client sent is in a file; no run has been asked for",
    "upload:loaded": "the run has ended; the file is still there",
    "transaction:lent": "a run of a transaction can read what the transaction has made",
    "transaction:run-staged": "a run has staged its tables; the transaction has not been told",
    "transaction:run-handed-back": "the transaction can take in what the run has made",
    "transaction:publishing": "COMMIT has come; nothing is staged",
    "transaction:published": "COMMIT is true; the client has not been told",
    "transaction:undone": "ROLLBACK has deleted the files; its runs say that they are staged",
    "database:staged": "the metadata of a copied database's tables; no database has it",
    "database:created": "the row of a database is written; COMMIT is not sent",
    "database:dropped": "the rows of a database are deleted; COMMIT is not sent",
    "promote:applied": "the transaction of a PROMOTE has all of it; nothing is published",
    "backup:rows-copied": "the catalog's rows in a new file beside the old",
    "backup:file-copied": "the first of several files",
    "backup:files-copied": "all files; the old catalog is still the backup's",
    "backup:described": "the description is new, the catalog is not",
    "backup:placed": "the new backup; files that only the old one needed",
}


def reach(point: str) -> None:
    """Do what a test has asked for at `point`; nothing where none has."""
    folder = _folder()
    if folder is not None:
        _act(folder, point)


@lru_cache(maxsize=1)
def _folder() -> Path | None:
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def _act(folder: Path, point: str) -> None:
    if point not in POINTS:
        raise InternalError(f"there is no fault point {point}")
    asked = folder / point
    taken = folder / f"{point}.reached-by-{os.getpid()}"
    try:
        asked.rename(taken)  # one process alone gets it, once
    except FileNotFoundError:
        return
    action, _, amount = taken.read_text().strip().partition(":")
    match action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "kill parent":
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(KILLED_SECONDS)  # a worker ends with its server
        case "sleep":
            time.sleep(float(amount))
        case "hold":
            _wait_while_there(taken)
        case "raise":
            raise OSError(int(amount), os.strerror(int(amount)), point)
        case _:
            raise InternalError(f'"{action}" is no action of a fault point')


def _wait_while_there(taken: Path) -> None:
    end = time.monotonic() + HELD_SECONDS_MAX
    while taken.exists() and time.monotonic() < end:
        time.sleep(HELD_PAUSE_SECONDS)
