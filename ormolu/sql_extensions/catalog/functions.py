"""The functions of PostgreSQL's system catalogs, each as an expression over the catalog's own tables.

A template names its arguments _1, _2, ...; the tables it reads start with an underscore and so do their
columns, so that a column in an argument never means one of theirs.
"""

from __future__ import annotations

from functools import cache

import sqlglot
from sqlglot import exp

_FORMAT_TYPE = """
CASE WHEN _1 = 0 THEN '-' ELSE (SELECT CASE
    WHEN coalesce(_2, -1) < 4 THEN _value
    WHEN _1 = 1700 THEN concat('numeric(', ((_2 - 4) >> 16) & 65535, ',', (_2 - 4) & 65535, ')')
    WHEN _1 = 1231 THEN concat('numeric(', ((_2 - 4) >> 16) & 65535, ',', (_2 - 4) & 65535, ')[]')
    WHEN _1 IN (1042, 1043) THEN concat(_value, '(', _2 - 4, ')')
    WHEN _1 IN (1014, 1015) THEN concat(replace(_value, '[]', ''), '(', _2 - 4, ')[]')
    ELSE _value END FROM pg_catalog._type_names WHERE _key = _1) END
"""
_SIZE_PRETTY = """
CASE WHEN abs(_1) < 10240 THEN concat(_1, ' bytes')
    WHEN abs(_1) < 10485760 THEN concat(CAST(round(_1 / 1024.0) AS BIGINT), ' kB')
    WHEN abs(_1) < 10737418240 THEN concat(CAST(round(_1 / 1048576.0) AS BIGINT), ' MB')
    WHEN abs(_1) < 10995116277760 THEN concat(CAST(round(_1 / 1073741824.0) AS BIGINT), ' GB')
    ELSE concat(CAST(round(_1 / 1099511627776.0) AS BIGINT), ' TB') END
"""
_QUOTE_IDENT = """
CASE WHEN regexp_full_match(_1, '[a-z_][a-z0-9_]*') THEN _1 ELSE concat('"', replace(_1, '"', '""'), '"') END
"""
_TO_REGTYPE = """
(SELECT min(_key) FROM pg_catalog._type_names WHERE _value = lower(_1) OR _name = lower(_1)
    OR concat(_schema, '.', _name) = lower(_1)
    OR _value = CASE lower(_1) WHEN 'int' THEN 'integer' WHEN 'decimal' THEN 'numeric'
        WHEN 'float' THEN 'double precision' END)
"""

_NULL_TEXT = "CAST(NULL AS VARCHAR)"
_ZERO = "CAST(0 AS BIGINT)"
_IS_GIVEN = "(_1 IS NOT NULL)"


def _by_key(table: str, value: str = "_value") -> str:
    return f"(SELECT {value} FROM pg_catalog.{table} WHERE _key = _1)"  # noqa: S608  # our own names


def _by_name(table: str, name: str) -> str:
    return f"(SELECT min(_key) FROM pg_catalog.{table} WHERE {name} = _1)"  # noqa: S608  # our own names


# name -> template by the number of arguments; None stands for any number.
TEMPLATES: dict[str, dict[int | None, str]] = {
    "format_type": {2: _FORMAT_TYPE},
    "pg_get_userbyid": {1: _by_key("_role_names")},
    "pg_get_expr": {2: "_1", 3: "_1"},
    "pg_get_indexdef": {
        1: _by_key("_index_texts"),
        3: _by_key("_index_texts", "CASE WHEN _2 = 0 THEN _value ELSE list_extract(_columns, _2) END"),
    },
    "pg_get_viewdef": {1: _by_key("_view_texts"), 2: _by_key("_view_texts")},
    "pg_get_function_arguments": {1: _by_key("_function_texts", "_arguments")},
    "pg_get_function_identity_arguments": {1: _by_key("_function_texts", "_identity_arguments")},
    "pg_get_function_result": {1: _by_key("_function_texts", "_result")},
    "pg_get_function_sqlbody": {1: _NULL_TEXT},
    "pg_get_functiondef": {1: _NULL_TEXT},
    "pg_get_function_arg_default": {2: _NULL_TEXT},
    "pg_get_triggerdef": {None: _NULL_TEXT},
    "pg_get_ruledef": {None: _NULL_TEXT},
    "pg_get_partkeydef": {1: _NULL_TEXT},
    "pg_get_partition_constraintdef": {1: _NULL_TEXT},
    "pg_get_statisticsobjdef_columns": {1: _NULL_TEXT},
    "pg_get_serial_sequence": {2: _NULL_TEXT},
    "pg_relation_filepath": {1: _NULL_TEXT},
    "pg_collation_actual_version": {1: _NULL_TEXT},
    "pg_tablespace_location": {1: "''"},
    "col_description": {
        2: "(SELECT _value FROM pg_catalog._descriptions WHERE _object = _1 AND _class = 1259 AND _position = _2)"
    },
    "obj_description": {
        1: "(SELECT min(_value) FROM pg_catalog._descriptions WHERE _object = _1 AND _position = 0)",
        2: "(SELECT _value FROM pg_catalog._descriptions WHERE _object = _1 AND _class = _2 AND _position = 0)",
    },
    "shobj_description": {2: "(SELECT _value FROM pg_catalog._shared_descriptions WHERE _object = _1 AND _class = _2)"},
    "pg_encoding_to_char": {
        1: "CASE _1 WHEN 6 THEN 'UTF8' WHEN 0 THEN 'SQL_ASCII' WHEN 8 THEN 'LATIN1' WHEN 24 THEN 'WIN1252' ELSE '' END"
    },
    "pg_char_to_encoding": {
        1: "CASE upper(_1) WHEN 'UTF8' THEN 6 WHEN 'SQL_ASCII' THEN 0 WHEN 'LATIN1' THEN 8 ELSE -1 END",
    },
    "getdatabaseencoding": {0: "'UTF8'"},
    "pg_type_is_visible": {1: _by_key("_type_names", "_schema = 'pg_catalog'")},
    "pg_function_is_visible": {1: _IS_GIVEN},
    "pg_operator_is_visible": {1: _IS_GIVEN},
    "pg_opclass_is_visible": {1: _IS_GIVEN},
    "pg_opfamily_is_visible": {1: _IS_GIVEN},
    "pg_collation_is_visible": {1: _IS_GIVEN},
    "pg_conversion_is_visible": {1: _IS_GIVEN},
    "pg_statistics_obj_is_visible": {1: _IS_GIVEN},
    "pg_ts_config_is_visible": {1: _IS_GIVEN},
    "pg_ts_dict_is_visible": {1: _IS_GIVEN},
    "pg_ts_parser_is_visible": {1: _IS_GIVEN},
    "pg_ts_template_is_visible": {1: _IS_GIVEN},
    "pg_relation_size": {1: _ZERO, 2: _ZERO},
    "pg_table_size": {1: _ZERO},
    "pg_total_relation_size": {1: _ZERO},
    "pg_indexes_size": {1: _ZERO},
    "pg_database_size": {1: _ZERO},
    "pg_tablespace_size": {1: _ZERO},
    "pg_size_pretty": {1: _SIZE_PRETTY},
    "pg_advisory_unlock_all": {0: "''"},
    "pg_is_in_recovery": {0: "false"},
    "pg_is_wal_replay_paused": {0: "false"},
    "pg_my_temp_schema": {0: _ZERO},
    "pg_is_other_temp_schema": {1: "false"},
    "pg_relation_is_publishable": {1: "false"},
    "pg_relation_is_updatable": {2: "0"},
    "pg_column_is_updatable": {3: "false"},
    "pg_partition_ancestors": {1: "_1"},
    "pg_partition_root": {1: "_1"},
    "quote_ident": {1: _QUOTE_IDENT},
    "array_remove": {2: "list_filter(_1, lambda _e: _e IS DISTINCT FROM _2)"},
    "array_upper": {2: "nullif(len(_1), 0)"},
    "array_lower": {2: "CASE WHEN len(_1) > 0 THEN 1 END"},
    "to_regtype": {1: _TO_REGTYPE},
    "to_regnamespace": {1: _by_name("_schema_names", "_value")},
    "to_regrole": {1: _by_name("_role_names", "_value")},
    "to_regproc": {1: _by_name("_function_texts", "_name")},
    "to_regprocedure": {1: _by_name("_function_texts", "_signature")},
    "to_regoper": {1: _by_name("_operator_names", "_name")},
    "to_regoperator": {1: _by_name("_operator_names", "_signature")},
    "to_regcollation": {1: _by_name("_collation_names", "_value")},
    "current_setting": {
        1: "(SELECT _value FROM pg_catalog._settings WHERE _key = lower(_1))",
        2: "(SELECT _value FROM pg_catalog._settings WHERE _key = lower(_1))",
    },
    "inet_server_addr": {0: _NULL_TEXT},
    "inet_client_addr": {0: _NULL_TEXT},
    "inet_server_port": {0: "CAST(NULL AS INTEGER)"},
    "inet_client_port": {0: "CAST(NULL AS INTEGER)"},
}

# An OID as the text of its reg* type; regclass depends on the search path.
NAMES = {
    "regproc": "CASE WHEN _1 = 0 THEN '-' ELSE " + _by_key("_function_texts", "_name") + " END",
    "regprocedure": "CASE WHEN _1 = 0 THEN '-' ELSE " + _by_key("_function_texts", "_signature") + " END",
    "regoper": "CASE WHEN _1 = 0 THEN '0' ELSE " + _by_key("_operator_names", "_name") + " END",
    "regoperator": "CASE WHEN _1 = 0 THEN '0' ELSE " + _by_key("_operator_names", "_signature") + " END",
    "regtype": "CASE WHEN _1 = 0 THEN '-' ELSE " + _by_key("_type_names") + " END",
    "regrole": _by_key("_role_names"),
    "regnamespace": _by_key("_schema_names"),
    "regcollation": _by_key("_collation_names"),
}

_PRIVILEGE_TEMPLATE = """
(SELECT _is_superuser OR EXISTS (SELECT 1 FROM pg_catalog._privileges AS _p
    WHERE _p._kind = '{kind}' AND (list_contains(_r._groups, _p._role) OR _p._role = 'public')
    AND (CAST(_p._key AS VARCHAR) = CAST(_2 AS VARCHAR) OR _p._name = CAST(_2 AS VARCHAR))
    AND list_contains(str_split(upper(replace(CAST(_3 AS VARCHAR), ' ', '')), ','), _p._privilege))
 FROM pg_catalog._role_names AS _r
 WHERE _r._value = CAST(_1 AS VARCHAR) OR CAST(_r._key AS VARCHAR) = CAST(_1 AS VARCHAR))
"""
_HAS_ROLE = """
(SELECT _r._is_superuser OR list_contains(_r._groups, (SELECT min(_g._value) FROM pg_catalog._role_names AS _g
    WHERE _g._value = CAST(_2 AS VARCHAR) OR CAST(_g._key AS VARCHAR) = CAST(_2 AS VARCHAR)))
 FROM pg_catalog._role_names AS _r
 WHERE _r._value = CAST(_1 AS VARCHAR) OR CAST(_r._key AS VARCHAR) = CAST(_1 AS VARCHAR))
"""

# name -> (how many arguments without the role, template over role, object, privilege)
PRIVILEGES: dict[str, tuple[int, str]] = {
    "has_table_privilege": (2, _PRIVILEGE_TEMPLATE.format(kind="table")),
    "has_any_column_privilege": (2, _PRIVILEGE_TEMPLATE.format(kind="table")),
    "has_schema_privilege": (2, _PRIVILEGE_TEMPLATE.format(kind="schema")),
    "has_database_privilege": (2, _PRIVILEGE_TEMPLATE.format(kind="database")),
    "pg_has_role": (2, _HAS_ROLE),
}
# Everybody may use these: functions, types and languages are the system's own.
FREE_PRIVILEGES = frozenset(
    {"has_function_privilege", "has_type_privilege", "has_language_privilege", "has_sequence_privilege"}
    | {"has_tablespace_privilege", "has_parameter_privilege"}
)

# Rewritten by code, not by a template.
_REWRITTEN = frozenset(
    {"current_schemas", "current_schema", "generate_subscripts", "json_build_object", "_pg_expandarray"}
    | {"pg_get_keywords", "pg_get_constraintdef", "pg_table_is_visible", "to_regclass", "has_column_privilege"}
)

CATALOG_FUNCTIONS: frozenset[str] = frozenset(TEMPLATES) | frozenset(PRIVILEGES) | FREE_PRIVILEGES | _REWRITTEN


@cache
def _parsed(template: str) -> exp.Expr:
    return sqlglot.parse_one(template.strip(), read="duckdb")


def filled(template: str, arguments: list[exp.Expr]) -> exp.Expr:
    """The template's tree with the arguments in their places."""
    given = {f"_{position}": argument for position, argument in enumerate(arguments, start=1)}
    tree = _parsed(template).copy()

    def put(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name in given:
            argument = given[node.name].copy()
            return argument if isinstance(argument, exp.Literal | exp.Column | exp.Func) else exp.paren(argument)
        return node

    return tree.transform(put, copy=False)
