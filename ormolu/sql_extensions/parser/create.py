"""CREATE: the kind, the name, the columns, clauses in any order, and the query last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ormolu.definitions import (
    KINDS,
    BronzeSource,
    ConnectionSource,
    Definition,
    Expression,
    Format,
    Kind,
    Secret,
    TableName,
    Upload,
)
from ormolu.errors import InvalidSyntax
from ormolu.sql_extensions.clauses.forms import FORMS, Clause, Form
from ormolu.sql_extensions.clauses.rules import read_columns
from ormolu.sql_extensions.clauses.values import Scope, as_free_options, as_options, written_options
from ormolu.sql_extensions.clauses.watch import ContractSubject, MaskSubject, Roles
from ormolu.sql_extensions.options import kinds as options
from ormolu.sql_extensions.options.connections import BY_CONNECTION_TYPE
from ormolu.sql_extensions.options.placed import placed
from ormolu.sql_extensions.options.values import Table
from ormolu.sql_extensions.parser.cursor import Cursor
from ormolu.sql_extensions.parser.expressions import take_query
from ormolu.sql_extensions.statements import Create, CreateDatabase, CreateSecret, Statement

CLASSES = {kind: class_ for class_, kind in KINDS.items()}
LAYER_KINDS = tuple(kind for kind in Kind if kind.schema is not None)


def find_kind(cursor: Cursor) -> Kind | None:
    """The kind whose words stand next, which are taken."""
    return next((kind for kind in Kind if cursor.take(*kind.value.split())), None)


def read_kind(cursor: Cursor) -> Kind:
    kind = find_kind(cursor)
    if kind is None:
        layer = cursor.take_any("BRONZE", "SILVER", "GOLD")
        if layer is not None:
            cursor.unexpected(*(k.value.split()[1] for k in LAYER_KINDS if k.value.startswith(layer)))
        cursor.unexpected(*(kind.value for kind in Kind))
    return kind


def read_object_name(cursor: Cursor, kind: Kind) -> TableName | str:
    """A name as the kind has it: a qualified one must agree with the layer."""
    if kind.schema is None:
        return cursor.name("a name")
    position = cursor.position()
    name = cursor.table_name(kind.schema)
    if name.schema != kind.schema:
        raise InvalidSyntax(f"a {kind.value} lives in the schema {kind.schema}, not {name.schema}", position=position)
    return name


def read_create(cursor: Cursor) -> Statement:
    """What follows CREATE, where a kind of ours does."""
    or_replace = cursor.take("OR", "REPLACE")
    kind = read_kind(cursor)
    if_not_exists = cursor.take("IF", "NOT", "EXISTS")
    match kind:
        case Kind.SECRET:
            return _secret(cursor, or_replace=or_replace, if_not_exists=if_not_exists)
        case Kind.DATABASE:
            return _database(cursor, if_not_exists=if_not_exists)
        case _:
            name = read_object_name(cursor, kind)
            definition, with_no_data = _read_definition(cursor, kind, name)
            return Create(definition, or_replace, if_not_exists, with_no_data)


def _secret(cursor: Cursor, *, or_replace: bool, if_not_exists: bool) -> CreateSecret:
    """`AS 'literal'` or `WITH (backend = ..., name = ...)`; a stored text has neither, as it never holds the value."""
    name = cursor.name("a name")
    if cursor.is_at_end():
        return CreateSecret(name, Secret(name), None, or_replace, if_not_exists)
    if cursor.expect_any("AS", "WITH") == "AS":
        literal = cursor.string("the secret in quotes")
        cursor.expect_end()
        return CreateSecret(name, Secret(name), literal, or_replace, if_not_exists)
    position = cursor.position()
    found = as_options(written_options(cursor), options.SECRET)
    cursor.expect_end()
    if found.find("backend") is None or found.find("name") is None:
        raise InvalidSyntax(
            "a secret names its backend and the name there",
            hint="backend = 'env', name = 'PASSWORD'",
            position=position,
        )
    return CreateSecret(name, Secret(name, found), None, or_replace, if_not_exists)


def _database(cursor: Cursor, *, if_not_exists: bool) -> CreateDatabase:
    name = cursor.name("a name")
    values: dict[str, Any] = {}  # one entry a clause, of the clause's own type
    scope = Scope(Kind.DATABASE)
    while not cursor.is_at_end():
        position = cursor.position()
        word = cursor.expect_any("TEMPLATE", "OWNER", "WITH")
        if word == "WITH" and not cursor.at("("):
            continue
        if word in values:
            raise InvalidSyntax(f"{word} is given twice", position=position)
        if word == "WITH":
            scope.options.extend(written_options(cursor))
            values[word] = True
        else:
            cursor.take("=")
            values[word] = cursor.name("a name")
    found = as_options(scope.options, options.DATABASE)
    return CreateDatabase(name, values.get("TEMPLATE"), values.get("OWNER"), found, if_not_exists)


# --- definitions ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Parts:
    """What has been read of a definition, by the definition's fields."""

    values: dict[str, Any]  # each field has its own type
    seen: set[tuple[str, ...]]
    with_no_data: bool = False


def _read_definition(cursor: Cursor, kind: Kind, name: TableName | str) -> tuple[Definition, bool]:
    form = FORMS.get(kind)
    if form is None:
        cursor.unexpected()
    scope = Scope(kind)
    parts = _Parts({"name": name}, set())
    if form.has_columns and cursor.at("("):
        parts.values["columns"] = read_columns(cursor)
    while not cursor.is_at_end():
        if form.reads and cursor.at("AS"):
            _read_query(cursor, parts)
        elif cursor.at("WITH", "NO", "DATA") or cursor.at("WITH", "DATA"):
            parts.with_no_data = _data_clause(cursor)
            cursor.expect_end()
        else:
            _read_clause(cursor, form, scope, parts)
    _check_required(cursor, form, parts)
    return _build(kind, scope, parts.values), parts.with_no_data


def _data_clause(cursor: Cursor) -> bool:
    """Whether WITH NO DATA was said."""
    cursor.expect("WITH")
    is_empty = cursor.take("NO")
    cursor.expect("DATA")
    return is_empty


def _read_clause(cursor: Cursor, form: Form, scope: Scope, parts: _Parts) -> None:
    clause = _find_clause(cursor, form)
    if clause is None:
        cursor.unexpected(*_offered(form, parts))
    position = cursor.position()
    if clause.words in parts.seen or clause.field in parts.values:
        raise InvalidSyntax(f"the clause {' '.join(clause.words)} is given twice", position=position)
    parts.seen.add(clause.words)
    cursor.index += len(clause.words)
    value = clause.read(cursor, scope)
    if clause.field != "options":
        parts.values[clause.field] = value


def _find_clause(cursor: Cursor, form: Form) -> Clause | None:
    """The longest that begins here: WITH RULES before WITH."""
    found = [clause for clause in form.clauses if cursor.at(*clause.words)]
    return max(found, key=lambda clause: len(clause.words), default=None)


def _offered(form: Form, parts: _Parts) -> list[str]:
    words = [
        " ".join(clause.words) for clause in form.clauses if not clause.is_hidden and clause.words not in parts.seen
    ]
    return [*words, "AS"] if form.reads else words


def _read_query(cursor: Cursor, parts: _Parts) -> None:
    """AS query [WITH [NO] DATA]: the query reaches to the end of the statement."""
    position = cursor.position()
    cursor.advance()
    last = cursor.last
    tail = [token.word for token in cursor.tokens[max(cursor.index, last - 3) : last]]
    if tail[-3:] == ["WITH", "NO", "DATA"]:
        last -= 3
    elif tail[-2:] == ["WITH", "DATA"]:
        last -= 2
    if last <= cursor.index or not cursor.at_any("SELECT", "WITH", "VALUES", "TABLE", "("):
        cursor.unexpected("SELECT")
    if "query" in parts.values or "from_relation" in parts.values:
        raise InvalidSyntax("AS query and FROM relation exclude each other", position=position)
    text = cursor.cut(cursor.index, last)
    take_query(cursor, cursor.index, last)
    parts.values["query"] = Expression(text)


def _check_required(cursor: Cursor, form: Form, parts: _Parts) -> None:
    values = parts.values
    missing = [clause for clause in form.clauses if clause.field in form.required and clause.field not in values]
    if missing:
        words = " ".join(missing[0].words)
        raise InvalidSyntax(f"{words} is missing", hint=f"Add the clause {words}.", position=cursor.position())
    if form.reads and "query" not in values and "from_relation" not in values and "type" not in values:
        takes_relation = any(clause.field == "from_relation" for clause in form.clauses)
        raise InvalidSyntax(
            "there is neither a query nor a relation to read" if takes_relation else "there is no query to read",
            hint="Add a query with AS" + (" or a relation with FROM." if takes_relation else "."),
            position=cursor.position(),
        )


# --- from clauses to the definition -----------------------------------------------------------------------------------


def _build(kind: Kind, scope: Scope, values: dict[str, Any]) -> Definition:
    _spread(values)
    if kind is Kind.MART:
        values["options"] = as_free_options(scope.options)
    elif kind is Kind.CONNECTION:
        values["options"] = as_options(scope.options, BY_CONNECTION_TYPE[values["type"]])
    elif kind not in (Kind.POLICY, Kind.MASK):
        values["options"] = as_options(scope.options, _known(kind, values))
    if kind is Kind.GOLD_METRIC:
        values.setdefault("grain", ())
    if kind is Kind.CONSUMER:
        values.setdefault("type", None)
    if kind is Kind.BRONZE_SOURCE:
        values["source"] = _with_format(values["source"], values.pop("format", None))
    if values.get("history", True) is None:
        del values["history"]
    definition: Definition = CLASSES[kind](**values)
    return placed(definition) if isinstance(definition, BronzeSource) else definition


def _known(kind: Kind, values: dict[str, Any]) -> Table:
    if kind is Kind.GOLD_DIMENSION:
        return options.CALENDAR if values.get("type") == "calendar" else options.GOLD
    return options.options_of(kind)


def _spread(values: dict[str, Any]) -> None:
    """Clauses that fill several fields."""
    if isinstance(roles := values.pop("roles", None), Roles):
        values |= {"to": roles.to, "excepted": roles.excepted}
    if isinstance(masked := values.pop("masked", None), MaskSubject):
        values |= {"on": masked.on, "column": masked.column, "tag": masked.tag}
    if isinstance(contracted := values.pop("contracted", None), ContractSubject):
        values |= {"on": contracted.on, "columns": contracted.columns}


def _with_format(source: Upload | ConnectionSource, format_: Format | None) -> Upload | ConnectionSource:
    return source if format_ is None else replace(source, format=format_)
