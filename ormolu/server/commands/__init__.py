"""The statements that define, change and run things: one table from statement to the function that answers it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ormolu.errors import ActiveSqlTransaction, FeatureNotSupported
from ormolu.server.commands import (
    access,
    alter,
    audit,
    call,
    copy_in,
    create,
    databases,
    drop,
    explain,
    explain_change,
    plans,
    relations,
    runs,
    show,
    undrop,
    waiting,
)
from ormolu.server.commands.services import Services
from ormolu.server.context import SessionContext
from ormolu.server.drafts import Drafts, is_in_block
from ormolu.server.outcomes import Completed, Outcome, ResultColumn
from ormolu.server.transactions import ALONE
from ormolu.sql_extensions import statements as s
from ormolu.sql_extensions.tags import tag_of

ExplainQuery = Callable[[s.Explain, SessionContext], list[str]]
Answer = Callable[[Any, SessionContext, Services], Outcome]  # Any: each function takes its own class of statement

ANSWERS: dict[type[s.Parsed], Answer] = {
    s.Create: create.create,
    s.CreateSecret: create.create_secret,
    s.CreateDatabase: databases.create_database,
    s.Alter: alter.alter,
    s.Drop: drop.drop,
    s.CommentOn: show.comment_on,
    s.Refresh: runs.refresh,
    s.CancelRun: runs.cancel_run,
    s.Profile: runs.profile,
    s.Suggest: runs.suggest,
    s.SummarizeAnomalies: runs.summarize,
    s.ExplainAnomaly: runs.explain_anomaly,
    s.Update: runs.change,
    s.Delete: runs.change,
    s.CopyFrom: copy_in.copy_from,
    s.Explain: explain.explain,
    s.TestConnection: show.test_connection,
    s.ShowCreate: show.show_create,
    s.ShowTablesFromConnection: show.show_tables,
    s.ShowLineage: show.show_lineage,
    s.Vacuum: runs.vacuum,
    s.Undrop: undrop.undrop,
    s.Call: call.call,
    s.ExplainChange: explain_change.explain_change,
    s.ShowOptions: show.show_options,
    s.ShowRuns: show.show_runs,
    s.ShowPlan: plans.show_plan,
    s.CreateRole: access.create_role,
    s.AlterRole: access.alter_role,
    s.DropRole: access.drop_role,
    s.Grant: access.grant,
    s.Revoke: access.revoke,
}

COLUMNS: dict[type[s.Parsed], tuple[ResultColumn, ...]] = {
    s.Refresh: waiting.RUN_COLUMNS,
    s.Profile: runs.PROFILE_COLUMNS,
    s.Vacuum: runs.VACUUM_COLUMNS,
    s.Call: call.ERASE_COLUMNS,
    s.ExplainChange: explain_change.CHANGE_COLUMNS,
    s.Suggest: runs.SUGGESTION_COLUMNS,
    s.SummarizeAnomalies: runs.SUMMARY_COLUMNS,
    s.ExplainAnomaly: runs.SUMMARY_COLUMNS,
    s.TestConnection: show.TEST_COLUMNS,
    s.ShowCreate: show.DDL_COLUMNS,
    s.ShowTablesFromConnection: show.TABLES_COLUMNS,
    s.ShowLineage: show.LINEAGE_COLUMNS,
    s.ShowOptions: show.OPTIONS_COLUMNS,
    s.ShowRuns: show.RUNS_COLUMNS,
    s.ShowPlan: plans.PLAN_COLUMNS,
}

# What the language has and this server does not do yet, by the words a user knows it by.
LATER: dict[type[s.Parsed], str] = {
    s.ImportSchema: "IMPORT SCHEMA",
    s.ShowContract: "SHOW CONTRACT",
    s.ShowAccess: "SHOW ACCESS",
    s.ShowTemplates: "SHOW TEMPLATES",
    s.Insert: "INSERT",
}


AUDITED = (
    *(s.Create, s.CreateSecret, s.Alter, s.Drop, s.CommentOn, s.CreateRole, s.AlterRole, s.DropRole, s.Grant, s.Revoke),
    *(s.Delete, s.CancelRun, s.Undrop, s.CreateDatabase),
)


class Commands:
    """Answers every statement that is neither a query nor the session's own business."""

    def __init__(self, drafts: Drafts, explain_query: ExplainQuery) -> None:
        self._drafts = drafts
        self._explain_query = explain_query

    def describe(self, statement: s.Statement, session: SessionContext) -> tuple[ResultColumn, ...] | None:
        """The columns that the statement will answer; None where it answers only a tag. Executes nothing."""
        if isinstance(statement, s.Explain):
            return explain.QUERY_COLUMNS if isinstance(statement.statement, s.Query) else plans.PLAN_COLUMNS
        return COLUMNS.get(type(statement))

    def execute(self, statement: s.Statement, session: SessionContext) -> Outcome:
        if isinstance(statement, s.Explain) and isinstance(statement.statement, s.Query):
            return explain.query_plan(self._explain_query(statement, session))
        if isinstance(statement, s.RelationStatement):
            ours = relations.in_our_words(statement, session)
            if ours is not None:
                self.execute(ours, session)
            return Completed(tag_of(statement))
        if is_in_block(session) and isinstance(statement, ALONE):
            raise ActiveSqlTransaction(f"{words(statement)} cannot run inside a transaction block")
        answer = ANSWERS.get(type(statement))
        if answer is None:
            raise unsupported(statement)
        services = self._drafts.services_for(session)
        outcome = answer(statement, session, services)
        if isinstance(statement, AUDITED) or (isinstance(statement, s.Update) and statement.table.schema != "lake"):
            audit.record(statement, session, services)
        return outcome


def words(statement: s.Statement) -> str:
    """The statement's first words, as its author wrote them, in upper case."""
    return " ".join(statement.text.split()[:2]).upper() if statement.text else type(statement).__name__.upper()


def unsupported(statement: s.Statement) -> FeatureNotSupported:
    name = statement.name if isinstance(statement, s.Unsupported) else LATER.get(type(statement))
    return FeatureNotSupported(f"{name or words(statement)} is not supported", hint=relations.HINTS.get(name or ""))
