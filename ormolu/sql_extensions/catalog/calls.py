"""Which functions a query over the system catalogs may call: those here, and no other."""

from __future__ import annotations

from sqlglot import exp

from ormolu.sql_extensions.catalog.functions import CATALOG_FUNCTIONS
from ormolu.sql_extensions.expression_types import function_name

# Calls whose meaning DuckDB shares, by PostgreSQL's name where sqlglot keeps it, else by sqlglot's.
_NAMES = """
    abs all and any array array_agg array_append array_cat array_length array_position array_remove
    array_to_string arrayagg arrayappend arrayconcat arraycontains arraycontainsall arrayoverlaps arrayposition
    arrayremove arraysize arraytostring ascii avg bool_and bool_or btrim cardinality case cast ceil ceiling
    char_length chr coalesce collate concat concat_ws concatws count current_database current_setting
    current_user currentcatalog currentdatabase currentdate currentrole currentschema currentschemas currentversion
    currenttimestamp currentuser dense_rank denserank distinct every exists encode explode explodinggenerateseries
    extract firstvalue floor format generate_series generateseries greatest groupconcat if ilike initcap
    json_build_object jsonarrayagg jsonbextract jsonbextractscalar jsonbuildobject jsonextract jsonextractscalar
    jsonobject lag lastvalue lead least left length like list
    logicaland logicalor lower lpad ltrim max md5 min mod not now nullif operator or pad pg_backend_pid position
    rank regexp_replace regexpilike regexplike regexpreplace repeat replace reverse right round row_number
    rownumber rpad rtrim sessionuser sign split split_part splitpart starts_with startswith string_agg
    string_to_array stringtoarray strpos strposition struct substr substring sum timestamptrunc tochar translate
    trim trycast unnest upper version
"""
_SHARED = frozenset(_NAMES.split())


def is_callable(function: exp.Func) -> bool:
    name = function_name(function)
    return name in _SHARED or name in CATALOG_FUNCTIONS
