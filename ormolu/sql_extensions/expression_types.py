"""The PostgreSQL type of one expression: casts, operators, functions and aggregates, as far as the tree tells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from ormolu.errors import FeatureNotSupported, UndefinedObject
from ormolu.sql_extensions.types import SCALARS, DataType, data_type


@dataclass(frozen=True, slots=True)
class TypeOf:
    """How to look up what an expression refers to."""

    column: Callable[[exp.Column], DataType | None]
    subquery: Callable[[exp.Expr], DataType | None]


def _type(name: str) -> DataType:
    return data_type(name)


UNKNOWN = _type("unknown")  # of a string literal and NULL, until something gives it a type
_TEXT, _BOOL, _INT4, _INT8, _NUMERIC = (_type(name) for name in ("text", "bool", "int4", "int8", "numeric"))
_OID = _type("oid")
_FLOAT8, _DATE, _TIMESTAMP, _TIMESTAMPTZ, _INTERVAL = (
    _type(name) for name in ("float8", "date", "timestamp", "timestamptz", "interval")
)

_NUMBERS = ("int2", "int4", "int8", "numeric", "float4", "float8")  # each takes the ones before it
_TEXTS = ('"char"', "name", "bpchar", "varchar", "text")  # text is preferred

# What a function returns, whatever its arguments; sqlglot's names and PostgreSQL's.
_RESULTS = {
    "text": """
        version format_type pg_get_expr pg_get_constraintdef pg_get_indexdef pg_get_viewdef
        pg_get_functiondef pg_get_function_arguments pg_get_function_identity_arguments
        pg_get_function_result pg_get_ruledef pg_get_triggerdef pg_get_partkeydef pg_get_serial_sequence
        pg_get_statisticsobjdef_columns pg_tablespace_location pg_size_pretty obj_description
        col_description shobj_description array_to_string arraytostring string_agg groupconcat concat
        concatws concat_ws upper lower initcap left right lpad rpad pad ltrim rtrim btrim trim repeat
        replace reverse substring substr split_part splitpart translate md5 to_char tochar timetostr
        format quote_ident quote_literal quote_nullable current_setting set_config regexp_replace
        regexpreplace overlay to_hex jsonextractscalar json_extract_path_text pg_describe_object
        pg_export_snapshot chr encode jsonb_typeof json_typeof pg_collation_actual_version
        pg_get_function_arg_default pg_get_partition_constraintdef pg_relation_filepath
    """,
    "name": """
        pg_get_userbyid current_database currentdatabase current_schema currentschema current_user
        currentuser session_user sessionuser current_catalog currentcatalog current_role
        pg_encoding_to_char getdatabaseencoding pg_client_encoding
    """,
    "name[]": """
        current_schemas currentschemas
    """,
    "boolean": """
        has_table_privilege has_schema_privilege has_database_privilege has_column_privilege
        has_any_column_privilege has_function_privilege has_sequence_privilege has_type_privilege
        has_tablespace_privilege has_language_privilege pg_has_role pg_table_is_visible pg_type_is_visible
        pg_function_is_visible pg_operator_is_visible pg_collation_is_visible pg_conversion_is_visible
        pg_opclass_is_visible pg_opfamily_is_visible pg_ts_config_is_visible pg_ts_dict_is_visible
        pg_ts_parser_is_visible pg_ts_template_is_visible pg_statistics_obj_is_visible pg_is_in_recovery
        pg_relation_is_publishable pg_is_other_temp_schema pg_is_wal_replay_paused pg_advisory_unlock
        pg_try_advisory_lock bool_and bool_or every logicaland logicalor pg_index_column_has_property
        pg_cancel_backend pg_terminate_backend startswith starts_with regexplike
    """,
    "integer": """
        length char_length character_length octet_length bytelength position strpos strposition
        array_length array_upper array_lower array_ndims cardinality arraysize ascii pg_backend_pid
        pg_char_to_encoding inet_server_port inet_client_port generate_subscripts width_bucket
    """,
    "bigint": """
        count rownumber row_number rank dense_rank denserank pg_relation_size pg_table_size
        pg_total_relation_size pg_indexes_size pg_database_size pg_tablespace_size txid_current regr_count
    """,
    "double precision": """
        random rand exp ln cume_dist cumedist percent_rank percentrank corr regr_slope regr_intercept
        regr_r2 pi
    """,
    "timestamp with time zone": """
        now currenttimestamp current_timestamp transaction_timestamp statement_timestamp clock_timestamp
        pg_postmaster_start_time pg_conf_load_time to_timestamp strtotime
    """,
    "timestamp without time zone": """
        localtimestamp currentdatetime
    """,
    "date": """
        current_date currentdate to_date strtodate make_date
    """,
    "interval": """
        age justify_days justify_hours justify_interval make_interval
    """,
    "json": """
        json_build_object json_build_array json_agg row_to_json to_json json_object
    """,
    "jsonb": """
        jsonb_build_object jsonb_build_array jsonb_agg to_jsonb
    """,
    "oid": """
        pg_my_temp_schema to_regtypeoid lo_create
    """,
    "regclass": """
        to_regclass pg_partition_root pg_partition_ancestors
    """,
    "regtype": """
        to_regtype pg_typeof
    """,
    "regproc": """
        to_regproc
    """,
    "regprocedure": """
        to_regprocedure
    """,
    "regnamespace": """
        to_regnamespace
    """,
    "regrole": """
        to_regrole
    """,
    "void": """
        pg_sleep pg_advisory_unlock_all pg_advisory_lock pg_notify
    """,
    "inet": """
        inet_server_addr inet_client_addr
    """,
    "uuid": """
        gen_random_uuid uuid
    """,
    "text[]": """
        string_to_array stringtoarray split regexp_split_to_array regexpsplit regexp_match
    """,
    "xid8": """
        pg_current_xact_id
    """,
    "pg_lsn": """
        pg_current_wal_lsn pg_last_wal_replay_lsn pg_last_wal_receive_lsn
    """,
    "numeric": """
        to_number tonumber div
    """,
}
_FUNCTIONS = {name: _type(result) for result, names in _RESULTS.items() for name in names.split()}

# Whose result has the type of its first argument.
_SAME = frozenset(
    {"abs", "nullif", "lag", "lead", "firstvalue", "first_value", "lastvalue", "last_value", "nthvalue", "nth_value"}
    | {"array_remove", "array_append", "array_cat", "arrayremove", "arrayappend", "arrayconcat", "mode"}
)


def expression_type(expression: exp.Expr, names: TypeOf) -> DataType | None:  # noqa: C901, PLR0911, PLR0912
    """The type, or None where the tree does not tell."""

    def of(inner: exp.Expr) -> DataType | None:
        return expression_type(inner, names)

    match expression:
        case exp.Alias() | exp.Paren() | exp.Collate() | exp.Filter() | exp.Window() | exp.WithinGroup():
            return of(expression.this)
        case exp.Distinct():
            return of(expression.expressions[0])
        case exp.Ordered() | exp.Order() | exp.IgnoreNulls() | exp.RespectNulls():
            return of(expression.this)
        case exp.Column():
            return names.column(expression)
        case exp.Cast():
            return cast_type(expression.to)
        case exp.Literal():
            return _literal_type(expression)
        case exp.Null():
            return UNKNOWN
        case exp.Subquery() | exp.Select() | exp.SetOperation():
            return names.subquery(expression)
        case exp.Boolean() | exp.Predicate() | exp.Connector() | exp.Not() | exp.Operator():
            return _BOOL
        case exp.Case():
            branches = [branch.args["true"] for branch in expression.args["ifs"]]
            default = expression.args.get("default")
            return common_type([UNKNOWN if default is None else of(default), *(of(branch) for branch in branches)])
        case exp.Coalesce() | exp.Greatest() | exp.Least():
            return common_type([of(each) for each in (expression.this, *expression.expressions)])
        case exp.Array():
            return _array_of(expression, of)
        case exp.Bracket():
            return _subscripted(expression, of)
        case exp.Dot():
            return _member(expression, of)
        case exp.Extract():
            return _NUMERIC
        case exp.Neg():
            return of(expression.this)
        case exp.DPipe():
            return _concatenated(of(expression.left), of(expression.right))
        case exp.Add() | exp.Sub() | exp.Mul() | exp.Div() | exp.Mod():
            return _arithmetic(expression, of(expression.left), of(expression.right))
        case exp.BitwiseAnd() | exp.BitwiseOr() | exp.BitwiseXor():
            return common_type((of(expression.left), of(expression.right)))
        case exp.Func():
            return _function_type(expression, of)
        case _:
            return None


def cast_type(target: exp.Expr) -> DataType | None:
    """The type that a cast names; None where it is none of ours."""
    if isinstance(target, exp.ObjectIdentifier):
        spelling = str(target.this).lower()
    else:
        spelling = target.sql(dialect="postgres").lower().removeprefix("pg_catalog.")
    try:
        return data_type(spelling)
    except (UndefinedObject, FeatureNotSupported):
        return None


def _literal_type(literal: exp.Literal) -> DataType:
    if literal.is_string:
        return UNKNOWN
    if not literal.is_int:
        return _NUMERIC
    value = int(literal.name)
    if value < 1 << 31:
        return _INT4
    return _INT8 if value < 1 << 63 else _NUMERIC


def common_type(types: Iterable[DataType | None]) -> DataType | None:
    """What UNION, CASE and COALESCE make of several types; modifiers stay where all agree."""
    seen = list(types)
    known = [each for each in seen if each != UNKNOWN]
    if not known:
        return UNKNOWN if seen else None
    if any(each is None for each in known):
        return None
    found = [each for each in known if each is not None]
    first = found[0]
    if all(each == first for each in seen):
        return first
    if all((each.scalar, each.dimensions) == (first.scalar, first.dimensions) for each in found):
        return replace(first, modifiers=()) if first.scalar.name != "bpchar" else first
    if any(each.dimensions for each in found):
        return None
    names = {each.scalar.name for each in found}
    if names <= {*_NUMBERS}:
        return DataType(SCALARS[max(names, key=_NUMBERS.index)])
    if names <= {"oid", "int2", "int4", "int8"}:
        return _OID
    if names <= {*_TEXTS}:  # the first that takes the others; text takes "char", no other does
        plain = [each.scalar.name for each in found if each.scalar.name != '"char"']
        return DataType(SCALARS["text" if found[0].scalar.name == '"char"' and "text" in plain else plain[0]])
    if names <= {"date", "timestamp", "timestamptz"}:
        return _TIMESTAMPTZ if "timestamptz" in names else _TIMESTAMP
    return None


def _array_of(array: exp.Array, of: Callable[[exp.Expr], DataType | None]) -> DataType | None:
    element = common_type([of(each) for each in array.expressions])
    if element is None:
        return None
    if element == UNKNOWN:
        element = _TEXT
    return replace(element, dimensions=element.dimensions + 1 if element.dimensions == 0 else element.dimensions)


_VECTORS = {"int2vector": _type("int2"), "oidvector": _type("oid")}


def element_type(array: DataType | None) -> DataType | None:
    if array is None:
        return None
    if not array.dimensions:
        return _VECTORS.get(array.scalar.name)
    return replace(array, dimensions=0)


def _subscripted(bracket: exp.Bracket, of: Callable[[exp.Expr], DataType | None]) -> DataType | None:
    array = of(bracket.this)
    if any(isinstance(each, exp.Slice) for each in bracket.expressions):
        return array
    return element_type(array)


def _member(dot: exp.Dot, of: Callable[[exp.Expr], DataType | None]) -> DataType | None:
    """`pg_catalog.f(x)` is f(x); a field of `_pg_expandarray` is its element x or its position n."""
    member = dot.expression
    if isinstance(member, exp.Func):
        return of(member)
    inner = dot.this.unnest()
    function = inner.expression if isinstance(inner, exp.Dot) else inner
    if isinstance(function, exp.Anonymous) and function.name.lower() == "_pg_expandarray":
        return _INT4 if member.name == "n" else element_type(of(function.expressions[0]))
    return None


def _concatenated(left: DataType | None, right: DataType | None) -> DataType | None:
    for each in (left, right):
        if each is not None and each.dimensions:
            return each
    names = {each.scalar.name for each in (left, right) if each is not None}
    if "jsonb" in names or "bytea" in names or "bit" in names:
        return next(
            each for each in (left, right) if each is not None and each.scalar.name in ("jsonb", "bytea", "bit")
        )
    return _TEXT if names & {*_TEXTS, "unknown"} else None


def _arithmetic(operation: exp.Expr, left: DataType | None, right: DataType | None) -> DataType | None:
    if left is None or right is None or left.dimensions or right.dimensions:
        return None
    left, right = (right if left == UNKNOWN else left), (left if right == UNKNOWN else right)
    names = (left.scalar.name, right.scalar.name)
    if all(name in _NUMBERS for name in names):
        if "float4" in names and names != ("float4", "float4"):
            return _FLOAT8
        return DataType(SCALARS[max(names, key=_NUMBERS.index)])
    return _time_arithmetic(operation, names)


def _time_arithmetic(operation: exp.Expr, names: tuple[str, str]) -> DataType | None:
    is_minus = isinstance(operation, exp.Sub)
    match names:
        case ("date", "date") if is_minus:
            return _INT4
        case ("date", "int2" | "int4") | ("int2" | "int4", "date"):
            return _DATE
        case ("timestamp" | "date", "interval") | ("interval", "timestamp" | "date"):
            return _TIMESTAMP
        case ("timestamptz", "interval") | ("interval", "timestamptz"):
            return _TIMESTAMPTZ
        case ("timestamp" | "timestamptz" | "date", "timestamp" | "timestamptz" | "date") if is_minus:
            return _INTERVAL
        case ("interval", _) | (_, "interval"):
            return _INTERVAL
        case _:
            return None


_SUMS = {"int2": _INT8, "int4": _INT8, "int8": _NUMERIC, "numeric": _NUMERIC}
_AVERAGES = {"int2": _NUMERIC, "int4": _NUMERIC, "int8": _NUMERIC, "numeric": _NUMERIC, "float4": _FLOAT8}


def function_name(function: exp.Expr) -> str:
    """PostgreSQL's name where sqlglot keeps it, else sqlglot's own word for the function."""
    return function.name.lower() if isinstance(function, exp.Anonymous) else function.key


def _arguments(function: exp.Expr) -> Sequence[exp.Expr]:
    if isinstance(function, exp.Anonymous):
        return function.expressions
    first = function.args.get("start", function.this)
    return [first] if isinstance(first, exp.Expr) else function.expressions


def _function_type(function: exp.Expr, of: Callable[[exp.Expr], DataType | None]) -> DataType | None:
    name = function_name(function)
    if name in _FUNCTIONS:
        return _FUNCTIONS[name]
    arguments = _arguments(function)
    first = of(arguments[0]) if arguments else None
    if first is None:
        return None
    scalar = first.scalar.name
    match name:
        case "sum":
            return _SUMS.get(scalar, first)
        case "avg":
            return _AVERAGES.get(scalar, first)
        case "min" | "max":
            return (
                _TEXT
                if scalar in ("varchar", "name", "unknown") and not first.dimensions
                else replace(first, modifiers=())
            )
        case "array_agg" | "arrayagg":
            return replace(_TEXT if first == UNKNOWN else first, dimensions=1, modifiers=())
        case "unnest" | "explode":
            return element_type(first)
        case "generate_series" | "generateseries" | "explodinggenerateseries":
            return first
        case "round" | "ceil" | "floor" | "trunc" | "sign":
            return _FLOAT8 if scalar in ("float4", "float8", "int2", "int4", "int8") else _NUMERIC
        case "timestamptrunc":
            return _TIMESTAMPTZ if scalar == "date" else replace(first, modifiers=())
        case _:
            return replace(first, modifiers=()) if name in _SAME else None
