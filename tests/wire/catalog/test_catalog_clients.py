"""What clients ask the system catalogs is answered as PostgreSQL 15 answers it: names, types and rows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ormolu.sql_extensions.catalog.names import SYSTEM_RELATIONS
from tests.wire.catalog.sides import Side

# Statement -> why the rows differ.
OTHER_ROWS = {
    "pgadmin columns": "adbin is the expression's text, not PostgreSQL's tree of nodes",
    "pgcli functions": "an oidvector cast to an array counts from 1, not from 0",
    "dbeaver schemas": "the system's schemas belong to the first superuser, in a cluster to its bootstrap role",
    "dbeaver roles": "a first superuser may replicate, one made by CREATE ROLE may not",
    "datagrip schemas": "the system's schemas belong to the first superuser, in a cluster to its bootstrap role",
    "datagrip collations": "the system's collations belong to the first superuser, in a cluster to its bootstrap role",
}


def statements() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob("*.sql")):
        parts = re.split(r"^-- \[(.+)\]\n", path.read_text(), flags=re.MULTILINE)[1:]
        found |= {name: sql.strip().removesuffix(";") for name, sql in zip(parts[::2], parts[1::2], strict=True)}
    return found


@pytest.mark.parametrize(("name", "sql"), statements().items(), ids=statements())
def test_a_clients_statement_has_postgresqls_columns_and_rows(ours: Side, theirs: Side, name: str, sql: str) -> None:
    mine, expected = ours.ask(sql), theirs.ask(sql)
    assert mine.columns == expected.columns
    if name in OTHER_ROWS:
        assert len(mine.rows) == len(expected.rows)
    else:
        assert mine.rows == expected.rows


def test_every_reason_names_a_statement() -> None:
    assert set(OTHER_ROWS) <= set(statements())


def test_every_relation_has_postgresqls_columns(ours: Side, theirs: Side) -> None:
    sql = """SELECT n.nspname, c.relname, a.attname, a.attnum, a.atttypid::regtype::text, a.atttypmod
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v') ORDER BY 1, 2, 4"""
    assert ours.ask(sql).rows == theirs.ask(sql).rows


def test_selecting_from_every_relation_gives_postgresqls_columns(ours: Side, theirs: Side) -> None:
    names = theirs.ask("SELECT relname FROM pg_class WHERE relnamespace = 'information_schema'::regnamespace "
                       "AND relkind = 'v' AND relname NOT LIKE '\\_%' ORDER BY 1").rows  # fmt: skip
    relations = [f"pg_catalog.{name}" for name in sorted(SYSTEM_RELATIONS)]
    relations += [f"information_schema.{name}" for (name,) in names]
    # Their columns of pseudo types come as text, their arrays of type names as numbers.
    other = {"pg_prepared_statements", "pg_statistic", "pg_statistic_ext_data", "pg_stats", "pg_stats_ext_exprs"}
    wrong = {}
    for relation in relations:
        sql = f"SELECT * FROM {relation} LIMIT 0"
        if relation.removeprefix("pg_catalog.") not in other and ours.ask(sql).columns != theirs.ask(sql).columns:
            wrong[relation] = set(ours.ask(sql).columns) ^ set(theirs.ask(sql).columns)
    assert not wrong


# The standard's views, over what both hold.
VIEWS = {
    "schemata": "schema_name IN ('bronze', 'silver', 'gold', 'quarantine', 'lake')",
    "tables": "table_schema IN ('silver', 'gold')",
    "columns": "table_schema IN ('silver', 'gold')",
    "table_constraints": "table_schema IN ('silver', 'gold') AND constraint_type <> 'CHECK'",
    "key_column_usage": "table_schema IN ('silver', 'gold')",
    "constraint_column_usage": "table_schema IN ('silver', 'gold')",
    "constraint_table_usage": "table_schema IN ('silver', 'gold')",
    "referential_constraints": "constraint_schema IN ('silver', 'gold')",
    "table_privileges": "table_schema IN ('silver', 'gold')",
    "role_table_grants": "table_schema IN ('silver', 'gold')",
    "enabled_roles": "role_name IN ('admin', 'analyst', 'analysts')",
    "applicable_roles": "grantee = 'analyst'",
    "character_sets": "true",
    "information_schema_catalog_name": "true",
    "element_types": "object_schema = 'silver'",
    "views": "table_schema = 'silver'",
    "column_privileges": "table_schema = 'gold'",
    "sql_features": "true",
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_of_information_schema_has_postgresqls_rows(ours: Side, theirs: Side, view: str) -> None:
    sql = f"SELECT * FROM information_schema.{view} WHERE {VIEWS[view]}"
    mine, expected = ours.ask(sql), theirs.ask(sql)
    assert mine.columns == expected.columns
    # Loads and refreshes fill tables, INSERT and UPDATE do not: no tool should offer them.
    shown = [at for at, (name, _) in enumerate(mine.columns) if name not in ("is_insertable_into", "is_updatable")]
    rows = [sorted((tuple(row[at] for at in shown) for row in side.rows), key=repr) for side in (mine, expected)]
    assert rows[0] == rows[1]


def test_sqlalchemys_inspector_sees_the_same_objects(ours: Side, theirs: Side) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")

    def seen(side: Side) -> dict[str, object]:
        engine = sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: _connected(side))
        with engine.connect() as connection:
            inspector = sqlalchemy.inspect(connection)
            return {
                f"{schema}.{table}": {
                    "columns": [
                        {**column, "type": str(column["type"])} for column in inspector.get_columns(table, schema)
                    ],
                    "key": inspector.get_pk_constraint(table, schema),
                    "foreign keys": inspector.get_foreign_keys(table, schema),
                    "unique": inspector.get_unique_constraints(table, schema),
                    "indexes": inspector.get_indexes(table, schema),
                    "comment": inspector.get_table_comment(table, schema),
                }
                for schema in ("silver", "gold")
                for table in sorted(inspector.get_table_names(schema))
            }

    mine, expected = seen(ours), seen(theirs)
    assert mine == expected


def _connected(side: Side) -> object:
    import psycopg

    return psycopg.connect(side.dsn)
