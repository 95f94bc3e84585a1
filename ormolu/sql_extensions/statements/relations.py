"""PostgreSQL's own statements about tables and views, as dbt and other tools send them.

What they mean here is a gold table: see `ormolu.server.commands.relations`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ormolu.definitions import Expression
from ormolu.sql_extensions.statements.written import Parsed, WrittenName


@dataclass(frozen=True, slots=True)
class CreateRelation(Parsed):
    """`words` are TABLE, VIEW or MATERIALIZED VIEW, here and below."""

    words: str
    name: WrittenName
    query: Expression
    or_replace: bool = False
    if_not_exists: bool = False
    with_no_data: bool = False


@dataclass(frozen=True, slots=True)
class RenameRelation(Parsed):
    words: str
    name: WrittenName
    new_name: str
    if_exists: bool = False


@dataclass(frozen=True, slots=True)
class DropRelation(Parsed):
    words: str
    name: WrittenName
    if_exists: bool = False
    is_cascade: bool = False


@dataclass(frozen=True, slots=True)
class RefreshRelation(Parsed):
    """REFRESH MATERIALIZED VIEW."""

    name: WrittenName


@dataclass(frozen=True, slots=True)
class CreateSchema(Parsed):
    name: str
    if_not_exists: bool = False


RelationStatement = CreateRelation | RenameRelation | DropRelation | RefreshRelation | CreateSchema
