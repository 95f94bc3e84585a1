"""The closed set of statements."""

from __future__ import annotations

from ormolu.sql_extensions.statements.declaring import (
    Alter,
    Create,
    CreateDatabase,
    CreateSecret,
    Drop,
)
from ormolu.sql_extensions.statements.granting import (
    AlterRole,
    CommentOn,
    CreateRole,
    DropRole,
    Empty,
    Grant,
    Revoke,
    Unsupported,
)
from ormolu.sql_extensions.statements.operating import (
    CancelRun,
    ExplainAnomaly,
    ExplainChange,
    ImportSchema,
    Profile,
    Refresh,
    ShowAccess,
    ShowContract,
    ShowCreate,
    ShowLineage,
    ShowOptions,
    ShowPlan,
    ShowRuns,
    ShowTablesFromConnection,
    ShowTemplates,
    Suggest,
    SummarizeAnomalies,
    TestConnection,
    Undrop,
    Vacuum,
)
from ormolu.sql_extensions.statements.querying import Call, CopyFrom, CopyTo, Delete, Explain, Insert, Query, Update
from ormolu.sql_extensions.statements.relations import RelationStatement
from ormolu.sql_extensions.statements.sessions import (
    Analyze,
    Begin,
    CloseCursor,
    Commit,
    Deallocate,
    DeclareCursor,
    Discard,
    ExecutePrepared,
    Fetch,
    Listen,
    LockTable,
    Move,
    Notify,
    Prepare,
    ReleaseSavepoint,
    ResetSetting,
    Rollback,
    Savepoint,
    SetSetting,
    SetTransaction,
    ShowSetting,
    Unlisten,
)

Statement = (
    Create
    | CreateSecret
    | CreateDatabase
    | Alter
    | Drop
    | Refresh
    | CancelRun
    | TestConnection
    | ImportSchema
    | Profile
    | Suggest
    | SummarizeAnomalies
    | Vacuum
    | Undrop
    | ShowCreate
    | ShowTablesFromConnection
    | ShowLineage
    | ShowContract
    | ShowAccess
    | ShowOptions
    | ShowTemplates
    | ShowRuns
    | ShowPlan
    | ExplainAnomaly
    | ExplainChange
    | Query
    | Insert
    | Update
    | Delete
    | Explain
    | Call
    | CopyFrom
    | CopyTo
    | SetSetting
    | SetTransaction
    | ShowSetting
    | ResetSetting
    | Discard
    | Begin
    | Commit
    | Rollback
    | Savepoint
    | ReleaseSavepoint
    | DeclareCursor
    | Fetch
    | Move
    | CloseCursor
    | Prepare
    | ExecutePrepared
    | Deallocate
    | Analyze
    | Listen
    | LockTable
    | Unlisten
    | Notify
    | CreateRole
    | AlterRole
    | DropRole
    | Grant
    | Revoke
    | CommentOn
    | RelationStatement
    | Empty
    | Unsupported
)
