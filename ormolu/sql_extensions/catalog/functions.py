"""The functions of PostgreSQL's system catalogs, each as a template over the catalog's own tables."""

from __future__ import annotations

from ormolu.sql_extensions.catalog.documents import JSON_FUNCTIONS
from ormolu.sql_extensions.catalog.privileges import ACLS, FREE_PRIVILEGES, PRIVILEGES
from ormolu.sql_extensions.catalog.sources import TABLE_FUNCTIONS
from ormolu.sql_extensions.catalog.statistics import STATISTICS
from ormolu.sql_extensions.catalog.texts import TEXTS

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
_TO_REGTYPE = """
(SELECT min(_key) FROM pg_catalog._type_names
    WHERE _1 = _value OR lower(replace(_1, '"', '')) IN (_value, _name, concat(_schema, '.', _name)))
"""
# By their number, from 0.
_ENCODING_WORDS = """
    SQL_ASCII EUC_JP EUC_CN EUC_KR EUC_TW EUC_JIS_2004 UTF8 MULE_INTERNAL LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6
    LATIN7 LATIN8 LATIN9 LATIN10 WIN1256 WIN1258 WIN866 WIN874 KOI8R WIN1251 WIN1252 ISO_8859_5 ISO_8859_6 ISO_8859_7
    ISO_8859_8 WIN1250 WIN1253 WIN1254 WIN1255 WIN1257 KOI8U SJIS BIG5 GBK UHC GB18030 JOHAB SHIFT_JIS_2004
"""
_ENCODINGS = repr(_ENCODING_WORDS.split())
_VECTOR_TYPES = """
(SELECT coalesce(string_agg(_t._value, ', ' ORDER BY _v._n), '') FROM (SELECT unnest(_1) AS _o,
    generate_subscripts(_1, 1) AS _n) AS _v JOIN pg_catalog._type_names AS _t ON _t._key = _v._o)
"""

_NULL_TEXT = "CAST(NULL AS VARCHAR)"
_ZERO = "CAST(0 AS BIGINT)"
_IS_GIVEN = "(_1 IS NOT NULL)"


# A relation by its OID, or by its name as text.
_VIEW = """
(SELECT _value FROM pg_catalog._view_texts WHERE _key = _1)
"""
_INDEX_METHOD = """
(_2 IN ('can_order', 'can_unique', 'can_multi_col', 'can_exclude', 'can_include') AND _1 = 403)
"""
_INDEX_COLUMN = """
CASE _3 WHEN 'asc' THEN true WHEN 'desc' THEN false WHEN 'nulls_first' THEN false WHEN 'nulls_last' THEN true
    WHEN 'orderable' THEN true WHEN 'distance_orderable' THEN false WHEN 'returnable' THEN true
    WHEN 'search_array' THEN true WHEN 'search_nulls' THEN true END
"""


# What has no comment is described in words.
_OF_OBJECT = "FROM pg_catalog._descriptions WHERE _object = _1 AND _position = 0"
_WORDS = "(SELECT _value FROM pg_catalog._words WHERE _object = _1)"


def _by_key(table: str, value: str = "_value") -> str:
    return f"(SELECT {value} FROM pg_catalog.{table} WHERE _key = _1)"  # noqa: S608  # our own names


def _by_name(table: str, name: str) -> str:
    return f"(SELECT min(_key) FROM pg_catalog.{table} WHERE {name} = _1)"  # noqa: S608  # our own names


# name -> template by the number of arguments; None stands for any number.
TEMPLATES: dict[str, dict[int | None, str]] = {
    **STATISTICS,
    **TEXTS,
    **ACLS,
    "pg_get_viewdef": {1: _VIEW, 2: _VIEW},
    "pg_get_functiondef": {1: _by_key("_function_texts", "_definition")},
    "pg_get_triggerdef": {1: _NULL_TEXT, 2: _NULL_TEXT},
    "pg_get_ruledef": {1: _NULL_TEXT, 2: _NULL_TEXT},
    "pg_get_statisticsobjdef": {1: _NULL_TEXT},
    "txid_current": {0: "CAST(3 AS BIGINT)"},
    "txid_current_if_assigned": {0: "CAST(3 AS BIGINT)"},
    "pg_current_xact_id": {0: "CAST(3 AS BIGINT)"},
    "pg_snapshot_xmin": {1: "CAST(3 AS BIGINT)"},
    "age": {1: "CAST(3 - CAST(_1 AS BIGINT) AS INTEGER)"},
    "mxid_age": {1: "CAST(0 AS INTEGER)"},
    "pg_indexam_has_property": {2: _INDEX_METHOD},
    "pg_index_has_property": {2: "_2 IN ('index_scan', 'bitmap_scan', 'backward_scan', 'clusterable')"},
    "pg_index_column_has_property": {3: _INDEX_COLUMN},
    "pg_describe_object": {3: "CAST(NULL AS VARCHAR)"},
    "pg_client_encoding": {0: "'UTF8'"},
    "pg_sequence_last_value": {1: "CAST(NULL AS BIGINT)"},
    "row_security_active": {1: "false"},
    "pg_is_in_backup": {0: "false"},
    "pg_jit_available": {0: "false"},
    "pg_database_collation_actual_version": {1: _NULL_TEXT},
    "pg_encoding_max_length": {1: "4"},
    "pg_notification_queue_usage": {0: "CAST(0 AS DOUBLE)"},
    "current_query": {0: "''"},
    "format_type": {2: _FORMAT_TYPE},
    "oidvectortypes": {1: _VECTOR_TYPES},
    "pg_get_userbyid": {1: _by_key("_role_names")},
    "pg_get_expr": {2: "_1", 3: "_1"},
    "pg_get_indexdef": {
        1: _by_key("_index_texts"),
        3: _by_key("_index_texts", "CASE WHEN _2 = 0 THEN _value ELSE list_extract(_columns, _2) END"),
    },
    "pg_get_function_arguments": {1: _by_key("_function_texts", "_arguments")},
    "pg_get_function_identity_arguments": {1: _by_key("_function_texts", "_identity_arguments")},
    "pg_get_function_result": {1: _by_key("_function_texts", "_result")},
    "pg_get_function_sqlbody": {1: _NULL_TEXT},
    "pg_get_function_arg_default": {2: _NULL_TEXT},
    "pg_get_partkeydef": {1: _NULL_TEXT},
    "pg_get_partition_constraintdef": {1: _NULL_TEXT},
    "pg_get_statisticsobjdef_columns": {1: _NULL_TEXT},
    "pg_get_serial_sequence": {2: _NULL_TEXT},
    "pg_collation_actual_version": {1: _NULL_TEXT},
    "col_description": {
        2: "(SELECT _value FROM pg_catalog._descriptions WHERE _object = _1 AND _class = 1259 AND _position = _2)"
    },
    "obj_description": {
        1: f"coalesce((SELECT min(_value) {_OF_OBJECT}), {_WORDS})",
        2: f"coalesce((SELECT _value {_OF_OBJECT} AND _class = _2), CASE WHEN _2 = 1259 THEN {_WORDS} END)",
    },
    "shobj_description": {2: "(SELECT _value FROM pg_catalog._shared_descriptions WHERE _object = _1 AND _class = _2)"},
    "pg_encoding_to_char": {1: f"coalesce(list_extract({_ENCODINGS}, CAST(_1 AS BIGINT) + 1), '')"},
    "pg_char_to_encoding": {1: f"coalesce(list_position({_ENCODINGS}, upper(_1)), 0) - 1"},
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
    "btrim": {1: "trim(_1)", 2: "trim(_1, _2)"},
    "array_fill": {2: "list_transform(range(_2[1]), lambda _i: _1)"},
    "array_cat": {2: "list_concat(_1, _2)"},
    "cardinality": {1: "coalesce(len(_1), 0)"},
    "array_ndims": {1: "CASE WHEN len(_1) > 0 THEN 1 END"},
    "to_hex": {1: "lower(to_hex(_1))"},
    "regexp_match": {2: "nullif(regexp_extract_all(_1, _2)[1:1], [])"},
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
    "to_regdictionary": {1: "(SELECT min(_d.oid) FROM pg_catalog.pg_ts_dict AS _d WHERE _d.dictname = _1)"},
    "to_regconfig": {1: "(SELECT min(_c.oid) FROM pg_catalog.pg_ts_config AS _c WHERE _c.cfgname = _1)"},
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
    "regdictionary": "(SELECT _d.dictname FROM pg_catalog.pg_ts_dict AS _d WHERE _d.oid = _1)",
    "regconfig": "(SELECT _c.cfgname FROM pg_catalog.pg_ts_config AS _c WHERE _c.oid = _1)",
}

# Rewritten by code, not by a template.
_REWRITTEN = frozenset(
    {"current_schemas", "current_schema", "generate_subscripts", "_pg_expandarray"}
    | {"pg_get_keywords", "pg_get_constraintdef", "pg_table_is_visible", "to_regclass", "has_column_privilege"}
    | {"format", "aclexplode", "ts_token_type", "pg_postmaster_start_time", "pg_conf_load_time"}
)

CATALOG_FUNCTIONS: frozenset[str] = (
    frozenset(TEMPLATES) | frozenset(PRIVILEGES) | FREE_PRIVILEGES | JSON_FUNCTIONS | TABLE_FUNCTIONS | _REWRITTEN
)
