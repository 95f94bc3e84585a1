"""Command tags: PostgreSQL's own for its statements, ours in its manner for ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from ormolu.definitions import kind_of
from ormolu.sql_extensions import statements as s

_FIXED: Mapping[type, str] = MappingProxyType(
    {
        s.CreateSecret: "CREATE SECRET",
        s.CreateDatabase: "CREATE DATABASE",
        s.CreateRole: "CREATE ROLE",
        s.AlterRole: "ALTER ROLE",
        s.DropRole: "DROP ROLE",
        s.Refresh: "REFRESH",
        s.CancelRun: "CANCEL RUN",
        s.TestConnection: "TEST CONNECTION",
        s.ImportSchema: "IMPORT SCHEMA",
        s.Profile: "PROFILE",
        s.Suggest: "SUGGEST",
        s.SummarizeAnomalies: "SUMMARIZE ANOMALIES",
        s.Vacuum: "VACUUM",
        s.Undrop: "UNDROP TABLE",
        s.ShowCreate: "SHOW",
        s.ShowTablesFromConnection: "SHOW",
        s.ShowLineage: "SHOW",
        s.ShowContract: "SHOW",
        s.ShowAccess: "SHOW",
        s.ShowOptions: "SHOW",
        s.ShowTemplates: "SHOW",
        s.ShowRuns: "SHOW",
        s.ShowPlan: "SHOW",
        s.ShowSetting: "SHOW",
        s.ExplainAnomaly: "EXPLAIN",
        s.ExplainChange: "EXPLAIN",
        s.Explain: "EXPLAIN",
        s.Query: "SELECT",
        s.Insert: "INSERT 0",
        s.Update: "UPDATE",
        s.Delete: "DELETE",
        s.Call: "CALL",
        s.CopyFrom: "COPY",
        s.CopyTo: "COPY",
        s.SetSetting: "SET",
        s.SetTransaction: "SET",
        s.ResetSetting: "RESET",
        s.Commit: "COMMIT",
        s.Rollback: "ROLLBACK",
        s.Savepoint: "SAVEPOINT",
        s.ReleaseSavepoint: "RELEASE",
        s.DeclareCursor: "DECLARE CURSOR",
        s.Fetch: "FETCH",
        s.Move: "MOVE",
        s.Prepare: "PREPARE",
        s.LockTable: "LOCK TABLE",
        s.Analyze: "ANALYZE",
        s.Listen: "LISTEN",
        s.Unlisten: "UNLISTEN",
        s.Notify: "NOTIFY",
        s.Grant: "GRANT",
        s.Revoke: "REVOKE",
        s.CommentOn: "COMMENT",
        s.CreateSchema: "CREATE SCHEMA",
        s.RefreshRelation: "REFRESH MATERIALIZED VIEW",
        s.ExecutePrepared: "EXECUTE",
        s.Empty: "",
    }
)
_SPOKEN: Mapping[type, Callable[[Any], str]] = MappingProxyType(  # each takes its own statement
    {
        s.Create: lambda statement: f"CREATE {kind_of(statement.definition).value}",
        s.Alter: lambda statement: f"ALTER {statement.kind.value}",
        s.Drop: lambda statement: f"DROP {statement.kind.value}",
        s.CreateRelation: lambda statement: f"CREATE {statement.words}{' AS' if statement.words == 'TABLE' else ''}",
        s.RenameRelation: lambda statement: f"ALTER {statement.words}",
        s.DropRelation: lambda statement: f"DROP {statement.words}",
        s.Begin: lambda statement: "START TRANSACTION" if statement.is_start else "BEGIN",
        s.Discard: lambda statement: f"DISCARD {statement.what}",
        s.CloseCursor: lambda statement: "CLOSE CURSOR ALL" if statement.name is None else "CLOSE CURSOR",
        s.Deallocate: lambda statement: "DEALLOCATE ALL" if statement.name is None else "DEALLOCATE",
        s.Unsupported: lambda statement: statement.name,
    }
)
COUNTED = (s.Query, s.Insert, s.Update, s.Delete, s.CopyFrom, s.CopyTo, s.Fetch, s.Move, s.Refresh)
"""Statements whose tag ends in a number of rows."""


def tag_of(statement: s.Statement) -> str:
    """The command tag, without the row count that COUNTED statements add."""
    kind = type(statement)
    return _SPOKEN[kind](statement) if kind in _SPOKEN else _FIXED[kind]
