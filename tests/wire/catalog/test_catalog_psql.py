"""psql's backslash commands are answered, and where both servers hold the same they are answered alike."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.peers.missing import missing
from tests.peers.ormolu import PASSWORD
from tests.wire.catalog.sides import Side

# With a pattern where the lake holds more than PostgreSQL does.
ALIKE = r"""
\d customers
\d orders
\d revenue
\d customers_pkey
\dt silver.*
\dt gold.*
\di silver.*
\dv silver.*
\d+ orders
\dn s*
\du analyst*
\dp gold.*
\z silver.*
\df abs
\dfa m*
\do ||
\dC
\dCS bool*
\dD
\dDS+
\dF
\dFd+ simple
\dFp+
\dFt+
\daS sum
\dA+
\dAc btree int*
\dAo btree integer_ops
\dAp btree integer_ops
\ddp
\dd
\des+
\det+
\deu+
\dew+
\dE
\dP+
\dRp+
\dRs+
\dX+
\dy+
\dm
\ds
\dl
\dOS ucs*
\sv pg_tables
\dconfig enable_*
"""
ANSWERED = r"""
\dF+ english
\dAf btree integer
\dL+
\db
\dTS+ int*
\df+ lower
\d
\d+
\dt+
\dt *.*
\d+ customers
\dn+
\l+
\du+
\dx+
\dv+ lake.*
\d lake.runs
\dS+ pg_class
\d+ pg_views
\drds
\dconfig+ *
\dfS+ array*
\dcS
\sf pg_get_keywords
"""


def _ask(side: Side, command: str) -> str:
    argv = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", side.dsn, "-c", command]
    environment = os.environ | {"PGPASSWORD": PASSWORD, "PGOPTIONS": "-c search_path=gold,silver,bronze"}
    done = subprocess.run(argv, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert "ERROR" not in done.stderr, f"{command}: {done.stderr}"
    return done.stdout


@pytest.mark.parametrize("command", ALIKE.split("\n")[1:-1])
def test_a_command_prints_what_it_prints_of_postgresql(ours: Side, theirs: Side, command: str) -> None:
    if shutil.which("psql") is None:
        missing("psql")
    assert _ask(ours, command) == _ask(theirs, command)


@pytest.mark.parametrize("command", ANSWERED.split("\n")[1:-1])
def test_a_command_is_answered(ours: Side, command: str) -> None:
    if shutil.which("psql") is None:
        missing("psql")
    _ask(ours, command)
