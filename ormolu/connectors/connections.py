"""Connections by their TYPE: an open set, one line a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ormolu.connectors.files import LocalFiles
from ormolu.connectors.mysql import MySql
from ormolu.connectors.source import Source
from ormolu.connectors.sqlite import Sqlite
from ormolu.definitions import Connection, SecretReference, SourceForm
from ormolu.errors import FeatureNotSupported, InvalidParameterValue

KNOWN_TYPES = (
    "postgres", "mysql", "sqlserver", "oracle", "sqlite", "snowflake", "bigquery", "redshift", "odbc", "files", "rest",
    "graphql", "salesforce", "hubspot", "zendesk", "workday", "kafka", "rabbitmq", "gsheets",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What opening a connection needs of the server: secrets, the folder of relative urls, what may be read.

    `example` knows where the inputs of the examples lie, for relative urls that name nothing below `base`.
    """

    secret: Callable[[str], str]
    base: Path
    allows: Callable[[Path], bool]
    example: Callable[[Path], Path | None] = field(default=lambda _: None)


def open_source(connection: Connection, surroundings: Surroundings) -> Source:
    """The source that a connection's definition describes; 0A000 names a type that is not built yet."""
    return _opener(connection.type)(connection, surroundings)


def _opener(type_: str) -> Callable[[Connection, Surroundings], Source]:
    opener = _OPENERS.get(type_.lower())
    if opener is not None:
        return opener
    if type_.lower() in KNOWN_TYPES:
        raise FeatureNotSupported(
            f"connections of TYPE {type_} are not supported yet", hint=f"These are: {', '.join(sorted(_OPENERS))}."
        )
    raise InvalidParameterValue(f"connection TYPE {type_} is not known", hint=f"Use one of {', '.join(KNOWN_TYPES)}.")


def supported_forms(type_: str) -> frozenset[SourceForm]:
    """What a bronze source may read from a connection of this type; 0A000 or 22023 where there is no such type yet."""
    _opener(type_)
    return _FORMS[type_.lower()]


def option_texts(connection: Connection, surroundings: Surroundings) -> dict[str, str]:
    """The options as text, secrets filled in."""
    return {
        item.name: surroundings.secret(item.value.name) if isinstance(item.value, SecretReference) else str(item.value)
        for item in connection.options.items
    }


def _files(connection: Connection, surroundings: Surroundings) -> Source:
    url = option_texts(connection, surroundings).get("url", ".")
    return LocalFiles(connection.name, _local_path(url, connection.name, surroundings), surroundings.allows)


def _sqlite(connection: Connection, surroundings: Surroundings) -> Source:
    options = option_texts(connection, surroundings)
    path = options.get("path") or options.get("url") or options.get("dbname") or options.get("database")
    if path is None:
        raise InvalidParameterValue(f"connection {connection.name} has no path", hint="WITH (path = 'shop.db')")
    return Sqlite(connection.name, _local_path(path, connection.name, surroundings), surroundings.allows)


def _postgres(connection: Connection, surroundings: Surroundings) -> Source:
    from ormolu.connectors.postgres import Postgres  # with its driver, which no other kind needs

    return Postgres(connection.name, option_texts(connection, surroundings))


def _mysql(connection: Connection, surroundings: Surroundings) -> Source:
    return MySql(connection.name, option_texts(connection, surroundings))


def _local_path(url: str, name: str, surroundings: Surroundings) -> Path:
    parts = urlsplit(url)
    if parts.scheme in ("", "file", "sqlite"):
        named = Path(url if parts.scheme == "" else parts.path)
        path = surroundings.base / named
        example = None if path.exists() else surroundings.example(named)
        return path if example is None else example
    raise FeatureNotSupported(
        f"connection {name}: urls of the scheme {parts.scheme} are not supported yet", hint="Use a local folder."
    )


_OPENERS: Mapping[str, Callable[[Connection, Surroundings], Source]] = {
    "files": _files,
    "sqlite": _sqlite,
    "postgres": _postgres,
    "mysql": _mysql,
}

_OF_DATABASES = frozenset({SourceForm.TABLE, SourceForm.QUERY})
_FORMS: Mapping[str, frozenset[SourceForm]] = {
    "files": frozenset({SourceForm.FILES}),
    "sqlite": _OF_DATABASES,
    "postgres": _OF_DATABASES,
    "mysql": _OF_DATABASES,
}
