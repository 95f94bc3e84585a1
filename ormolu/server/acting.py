"""Functions of a query that act on the session or the server: pg_notify, pg_terminate_backend, set_config ...

The engine never sees them. A query whose projections call them is asked for their arguments instead, and they are
called here, row by row, as rows are read: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ...`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
from sqlglot import exp

from ormolu.errors import FeatureNotSupported
from ormolu.server.actions import Actions
from ormolu.server.context import SessionContext
from ormolu.server.outcomes import ResultColumn
from ormolu.sql_extensions.statements import Query
from ormolu.sql_extensions.types import SCALARS, DataType

# Any: each function takes values of its own types.
Act = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Action:
    """`parameters` are PostgreSQL's types of its arguments, the last of them may be left out down to `least`."""

    parameters: tuple[str, ...]
    result: str
    act: Callable[[Actions, SessionContext], Act]
    least: int | None = None
    is_strict: bool = True  # of a NULL it makes NULL, and does nothing


ACTIONS: dict[str, Action] = {
    "pg_notify": Action(("text", "text"), "void", lambda actions, session: actions.notify(session), is_strict=False),
    "pg_cancel_backend": Action(("int4",), "bool", lambda actions, session: actions.cancel(session)),
    "pg_terminate_backend": Action(
        ("int4", "int8"), "bool", lambda actions, session: actions.terminate(session), least=1
    ),
    "pg_export_snapshot": Action((), "text", lambda actions, session: actions.export(session)),
    "pg_notification_queue_usage": Action((), "float8", lambda actions, _: actions.channels.usage),
    "pg_sleep": Action(("float8",), "void", lambda actions, session: actions.sleep(session)),
    "set_config": Action(
        ("text", "text", "bool"), "text", lambda actions, session: actions.set_config(session), is_strict=False
    ),
}
_ARROW = {"void": pa.string(), "bool": pa.bool_(), "text": pa.string(), "float8": pa.float64()}


@dataclass(frozen=True, slots=True)
class ActingCall:
    """A projection that acts: the columns from `at` on are its arguments."""

    at: int
    arguments: int
    action: Action


@dataclass(frozen=True, slots=True)
class ActingQuery:
    """`inner` asks for the arguments; `layout` says what each column of the answer is made of."""

    inner: Query
    layout: tuple[int | ActingCall, ...]
    names: tuple[str | None, ...]

    def columns(self, inner: Sequence[ResultColumn]) -> tuple[ResultColumn, ...]:
        return tuple(
            ResultColumn(name or "", DataType(SCALARS[place.action.result]))
            if isinstance(place, ActingCall)
            else replace(inner[place], name=name or inner[place].name)
            for place, name in zip(self.layout, self.names, strict=True)
        )

    def act(
        self, batches: Iterator[pa.RecordBatch], actions: Actions, session: SessionContext
    ) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            arrays = [
                _called(place, batch, actions, session) if isinstance(place, ActingCall) else batch.column(place)
                for place in self.layout
            ]
            yield pa.RecordBatch.from_arrays(arrays, [str(at) for at in range(len(arrays))])


def _called(call: ActingCall, batch: pa.RecordBatch, actions: Actions, session: SessionContext) -> pa.Array:
    action = call.action
    act = action.act(actions, session)
    arguments = [batch.column(call.at + at).to_pylist() for at in range(call.arguments)]
    rows = zip(*arguments, strict=True) if arguments else ((),) * batch.num_rows
    values = [None if action.is_strict and None in row else act(*row) for row in rows]
    return pa.array(values, _ARROW[action.result])


def find_acting(query: Query) -> ActingQuery | None:
    """Take a query apart whose projections act; None for every other. 0A000 where they cannot be taken out."""
    tree = query.tree
    if not isinstance(tree, exp.Select) or not any(_action(each) for each in tree.expressions):
        return None
    if any(tree.args.get(clause) for clause in ("distinct", "group", "having", "qualify")) or _has_ordinals(tree):
        raise FeatureNotSupported("a function that acts does not stand beside DISTINCT, GROUP BY or ORDER BY 1")
    inner: list[exp.Expression] = []
    layout: list[int | ActingCall] = []
    names: list[str | None] = []
    for projection in tree.expressions:
        found = _action(projection)
        if found is None:
            if projection.is_star:
                raise FeatureNotSupported("a function that acts does not stand beside *", hint="Name the columns.")
            layout.append(len(inner))
            names.append(None)
            inner.append(projection.copy())
            continue
        name, action, arguments = found
        layout.append(ActingCall(len(inner), len(arguments), action))
        names.append(projection.alias or name)
        inner += [
            exp.cast(argument.copy(), kind, dialect="postgres")
            for argument, kind in zip(arguments, action.parameters, strict=False)
        ]
    rewritten = tree.copy()
    rewritten.set("expressions", inner or [exp.Literal.number(1)])
    text = rewritten.sql("postgres")
    return ActingQuery(replace(query, tree=rewritten, text=text), tuple(layout), tuple(names))


def _action(projection: exp.Expression) -> tuple[str, Action, list[exp.Expression]] | None:
    call = projection.this if isinstance(projection, exp.Alias) else projection
    if isinstance(call, exp.Dot) and isinstance(call.this, exp.Identifier) and call.this.name == "pg_catalog":
        call = call.expression
    if not isinstance(call, exp.Anonymous) or call.name.lower() not in ACTIONS:
        return None
    name = call.name.lower()
    action = ACTIONS[name]
    least = len(action.parameters) if action.least is None else action.least
    if not least <= len(call.expressions) <= len(action.parameters):
        return None
    return name, action, call.expressions


def _has_ordinals(tree: exp.Select) -> bool:
    order = tree.args.get("order")
    return order is not None and any(isinstance(each.this, exp.Literal) for each in order.expressions)


# --- pg_listening_channels ---

_LISTENING = "pg_listening_channels"


def with_channels(query: Query, channels: Sequence[str]) -> Query:
    """The query with its calls of pg_listening_channels() answered: they depend on the session alone."""
    if _LISTENING not in query.text.lower():
        return query
    tree = query.tree.copy()
    if isinstance(tree, exp.Select) and len(tree.expressions) == 1 and _is_listening(tree.expressions[0].unalias()):
        name = tree.expressions[0].alias_or_name or _LISTENING
        tree = exp.select(exp.column(_LISTENING).as_(name)).from_(_channel_rows(channels, _LISTENING))
    for table in list(tree.find_all(exp.Table)):
        if _is_listening(table.this):
            table.replace(_channel_rows(channels, table.alias or _LISTENING))
    return replace(query, tree=tree, text=tree.sql("postgres"))


def _is_listening(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and node.name.lower() == _LISTENING and not node.expressions


def _channel_rows(channels: Sequence[str], alias: str) -> exp.Subquery:
    texts = [exp.cast(exp.Literal.string(channel), "text") for channel in channels]
    none = exp.select(exp.cast(exp.null(), "text").as_(_LISTENING)).where(exp.false())
    queries = [exp.select(text.as_(_LISTENING)) for text in texts] or [none]
    rows: exp.Query = queries[0]
    for following in queries[1:]:
        rows = exp.union(rows, following, distinct=False)
    return rows.subquery(alias)
