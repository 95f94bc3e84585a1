"""has_*_privilege, membership, and access control lists."""

from __future__ import annotations

# A role is given by name or OID; what everybody has been granted counts too.
_PRIVILEGE = """
(SELECT _is_superuser OR EXISTS (SELECT 1 FROM pg_catalog._privileges AS _p
    WHERE _p._kind = '{kind}' AND (list_contains(_r._groups, _p._role) OR _p._role = 'public')
    AND {object}
    AND list_contains(str_split(upper(replace(CAST(_3 AS VARCHAR), ' ', '')), ','), _p._privilege))
 FROM pg_catalog._role_names AS _r
 WHERE _r._value = CAST(_1 AS VARCHAR) OR CAST(_r._key AS VARCHAR) = CAST(_1 AS VARCHAR))
"""
_BY_OID = "_p._key = _2"
_BY_NAME_OR_OID = (
    "(CAST(_p._key AS VARCHAR) = CAST(_2 AS VARCHAR) OR _p._name = replace(CAST(_2 AS VARCHAR), '\"', ''))"
)
# Whoever reads the system's own tables needs no grant.
_TABLE = (
    """
CASE WHEN _2 < 16384 THEN regexp_matches(upper(CAST(_3 AS VARCHAR)), 'SELECT') OR """
    + _PRIVILEGE.format(kind="table", object=_BY_OID)
    + " ELSE "
    + _PRIVILEGE.format(kind="table", object=_BY_OID)
    + " END"
)
_SCHEMA = (
    """
CASE WHEN CAST(_2 AS VARCHAR) IN ('pg_catalog', 'information_schema', '11')
    AND regexp_matches(upper(CAST(_3 AS VARCHAR)), 'USAGE') THEN true ELSE """
    + _PRIVILEGE.format(kind="schema", object=_BY_NAME_OR_OID)
    + " END"
)
_HAS_ROLE = """
(SELECT _r._is_superuser OR list_contains(_r._groups, (SELECT min(_g._value) FROM pg_catalog._role_names AS _g
    WHERE _g._value = CAST(_2 AS VARCHAR) OR CAST(_g._key AS VARCHAR) = CAST(_2 AS VARCHAR)))
 FROM pg_catalog._role_names AS _r
 WHERE _r._value = CAST(_1 AS VARCHAR) OR CAST(_r._key AS VARCHAR) = CAST(_1 AS VARCHAR))
"""

# name -> (how many arguments without the role, template over role, object, privilege)
PRIVILEGES: dict[str, tuple[int, str]] = {
    "has_table_privilege": (2, _TABLE),
    "has_any_column_privilege": (2, _TABLE),
    "has_schema_privilege": (2, _SCHEMA),
    "has_database_privilege": (2, _PRIVILEGE.format(kind="database", object=_BY_NAME_OR_OID)),
    "pg_has_role": (2, _HAS_ROLE),
}
# Whose object is a relation, given by name or OID.
OF_RELATIONS = frozenset({"has_table_privilege", "has_any_column_privilege"})
# Everybody may use these: functions, types and languages are the system's own.
FREE_PRIVILEGES = frozenset(
    {"has_function_privilege", "has_type_privilege", "has_language_privilege", "has_sequence_privilege"}
    | {"has_tablespace_privilege", "has_parameter_privilege", "has_foreign_data_wrapper_privilege"}
    | {"has_server_privilege"}
)

# The rows of an access control list, one struct an item and privilege.
ACL_ROWS = """
(SELECT list(struct_pack(grantor := _grantor, grantee := _grantee, privilege_type := _privilege,
    is_grantable := _is_grantable) ORDER BY _item, _position)
 FROM pg_catalog._acl_items WHERE list_contains(_1, _item))
"""
ACL_FIELDS = ("grantor", "grantee", "privilege_type", "is_grantable")

ACLS: dict[str, dict[int | None, str]] = {
    "acldefault": {
        2: """
(SELECT list(_item ORDER BY _item DESC) FROM (SELECT DISTINCT _item FROM pg_catalog._acl_items
    WHERE _default = _1 AND _owner = _2) AS _defaults)
"""
    },
}
