"""The types of PostgreSQL that this server holds: OIDs, DuckDB's and Iceberg's counterparts, in one table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ormolu.errors import FeatureNotSupported, InvalidParameterValue, UndefinedObject

NUMERIC_PRECISION_MAX = 38
_SINGLE_BITS, _DOUBLE_BITS = 24, 53
_LENGTHS = ("varchar", "bpchar", "bit", "varbit")


@dataclass(frozen=True, slots=True)
class ScalarType:
    """One row of the table: `duckdb` is the type in queries, `stored` the type in Parquet files.

    `length` is PostgreSQL's typlen (-1 for variable).
    """

    name: str
    oid: int
    array_oid: int
    length: int
    duckdb: str
    stored: str
    iceberg: str


# name, oid, array oid, typlen, DuckDB in queries, DuckDB in files, Iceberg
SCALARS: dict[str, ScalarType] = {
    row[0]: ScalarType(*row)
    for row in (
        ("bool", 16, 1000, 1, "BOOLEAN", "BOOLEAN", "boolean"),
        ("int2", 21, 1005, 2, "SMALLINT", "INTEGER", "int"),
        ("int4", 23, 1007, 4, "INTEGER", "INTEGER", "int"),
        ("int8", 20, 1016, 8, "BIGINT", "BIGINT", "long"),
        ("float4", 700, 1021, 4, "FLOAT", "FLOAT", "float"),
        ("float8", 701, 1022, 8, "DOUBLE", "DOUBLE", "double"),
        ("numeric", 1700, 1231, -1, "DECIMAL", "DECIMAL", "decimal"),
        ("text", 25, 1009, -1, "VARCHAR", "VARCHAR", "string"),
        ("varchar", 1043, 1015, -1, "VARCHAR", "VARCHAR", "string"),
        ("bpchar", 1042, 1014, -1, "VARCHAR", "VARCHAR", "string"),
        ("name", 19, 1003, 64, "VARCHAR", "VARCHAR", "string"),
        ("bytea", 17, 1001, -1, "BLOB", "BLOB", "binary"),
        ("date", 1082, 1182, 4, "DATE", "DATE", "date"),
        ("time", 1083, 1183, 8, "TIME", "TIME", "time"),
        ("timetz", 1266, 1270, 12, "TIME WITH TIME ZONE", "VARCHAR", "string"),
        ("timestamp", 1114, 1115, 8, "TIMESTAMP", "TIMESTAMP", "timestamp"),
        ("timestamptz", 1184, 1185, 8, "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE", "timestamptz"),
        ("interval", 1186, 1187, 16, "INTERVAL", "VARCHAR", "string"),
        ("uuid", 2950, 2951, 16, "UUID", "UUID", "uuid"),
        ("json", 114, 199, -1, "JSON", "VARCHAR", "string"),
        ("jsonb", 3802, 3807, -1, "JSON", "VARCHAR", "string"),
        # Zeros and ones as text, which sorts as PostgreSQL sorts bits.
        ("bit", 1560, 1561, -1, "VARCHAR", "VARCHAR", "string"),
        ("varbit", 1562, 1563, -1, "VARCHAR", "VARCHAR", "string"),
        ("inet", 869, 1041, -1, "VARCHAR", "VARCHAR", "string"),
        ("xml", 142, 143, -1, "VARCHAR", "VARCHAR", "string"),
        # Of the system catalogs only. An OID, and what names an object by its OID, is a BIGINT in queries;
        # results show reg* types and vectors as text.
        ("oid", 26, 1028, 4, "BIGINT", "BIGINT", "long"),
        ('"char"', 18, 1002, 1, "VARCHAR", "VARCHAR", "string"),
        ("regproc", 24, 1008, 4, "BIGINT", "VARCHAR", "string"),
        ("regprocedure", 2202, 2207, 4, "BIGINT", "VARCHAR", "string"),
        ("regoper", 2203, 2208, 4, "BIGINT", "VARCHAR", "string"),
        ("regoperator", 2204, 2209, 4, "BIGINT", "VARCHAR", "string"),
        ("regclass", 2205, 2210, 4, "BIGINT", "VARCHAR", "string"),
        ("regtype", 2206, 2211, 4, "BIGINT", "VARCHAR", "string"),
        ("regrole", 4096, 4097, 4, "BIGINT", "VARCHAR", "string"),
        ("regnamespace", 4089, 4090, 4, "BIGINT", "VARCHAR", "string"),
        ("regcollation", 4191, 4192, 4, "BIGINT", "VARCHAR", "string"),
        ("regconfig", 3734, 3735, 4, "BIGINT", "VARCHAR", "string"),
        ("regdictionary", 3769, 3770, 4, "BIGINT", "VARCHAR", "string"),
        ("int2vector", 22, 1006, -1, "SMALLINT[]", "VARCHAR", "string"),
        ("oidvector", 30, 1013, -1, "BIGINT[]", "VARCHAR", "string"),
        ("xid", 28, 1011, 4, "BIGINT", "BIGINT", "long"),
        ("cid", 29, 1012, 4, "BIGINT", "BIGINT", "long"),
        ("xid8", 5069, 271, 8, "BIGINT", "BIGINT", "long"),
        ("tid", 27, 1010, 6, "VARCHAR", "VARCHAR", "string"),
        ("pg_node_tree", 194, 0, -1, "VARCHAR", "VARCHAR", "string"),
        ("pg_ndistinct", 3361, 0, -1, "VARCHAR", "VARCHAR", "string"),
        ("pg_dependencies", 3402, 0, -1, "VARCHAR", "VARCHAR", "string"),
        ("pg_mcv_list", 5017, 0, -1, "VARCHAR", "VARCHAR", "string"),
        ("aclitem", 1033, 1034, 12, "VARCHAR", "VARCHAR", "string"),
        ("anyarray", 2277, 0, -1, "VARCHAR", "VARCHAR", "string"),
        ("pg_lsn", 3220, 3221, 8, "VARCHAR", "VARCHAR", "string"),
        ("void", 2278, 0, 4, "VARCHAR", "VARCHAR", "string"),
        ("unknown", 705, 0, -2, "VARCHAR", "VARCHAR", "string"),
        ("record", 2249, 2287, -1, "VARCHAR", "VARCHAR", "string"),
        ("cstring", 2275, 1263, -2, "VARCHAR", "VARCHAR", "string"),
    )
}

ALIASES = {
    "boolean": "bool",
    "smallint": "int2",
    "integer": "int4",
    "int": "int4",
    "bigint": "int8",
    "real": "float4",
    "double precision": "float8",
    "double": "float8",
    "float": "float8",
    "decimal": "numeric",
    "character varying": "varchar",
    "string": "text",
    "character": "bpchar",
    "char": "bpchar",
    "time without time zone": "time",
    "time with time zone": "timetz",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "bit varying": "varbit",
    "dec": "numeric",
    "nchar": "bpchar",
    "national character": "bpchar",
    "national char": "bpchar",
    "national character varying": "varchar",
    "national char varying": "varchar",
}
# Without a length these are of length 1.
_SINGLE = frozenset(("char", "character", "nchar", "national char", "national character", "bit"))

# Types of PostgreSQL that have no counterpart here.
_WITHOUT_COUNTERPART = """
    cidr macaddr macaddr8 money tsvector tsquery point line lseg box path polygon circle jsonpath refcursor
    txid_snapshot pg_snapshot int4range int8range numrange tsrange tstzrange daterange int4multirange
    int8multirange nummultirange tsmultirange tstzmultirange datemultirange
"""
UNSUPPORTED = frozenset(_WITHOUT_COUNTERPART.split())
# What clients may name for parameters of them.
UNSUPPORTED_OIDS = {
    650: "cidr", 829: "macaddr", 774: "macaddr8", 790: "money", 3614: "tsvector", 3615: "tsquery", 600: "point",
    628: "line", 601: "lseg", 603: "box", 602: "path", 604: "polygon", 718: "circle", 4072: "jsonpath",
    3904: "int4range", 3926: "int8range", 3906: "numrange", 3908: "tsrange", 3910: "tstzrange", 3912: "daterange",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DataType:
    """A PostgreSQL type as a column has it: a scalar, its modifiers, and how many array dimensions.

    `modifiers` are the numbers in parentheses: (18, 2) for numeric(18,2), (200,) for varchar(200).
    `fields` are the names and types of a record's values.
    """

    scalar: ScalarType
    modifiers: tuple[int, ...] = ()
    dimensions: int = 0
    fields: tuple[tuple[str, DataType], ...] = ()

    @property
    def oid(self) -> int:
        return self.scalar.array_oid if self.dimensions else self.scalar.oid

    @property
    def type_modifier(self) -> int:
        """PostgreSQL's atttypmod: -1 where there is none."""
        match self.scalar.name, self.modifiers:
            case "numeric", (precision, scale):
                return ((precision << 16) | (scale & 0xFFFF)) + 4
            case (("varchar" | "bpchar"), (length,)):
                return length + 4
            case (("bit" | "varbit"), (length,)):
                return length
            case (("time" | "timetz" | "timestamp" | "timestamptz"), (digits,)):
                return digits
            case _:
                return -1

    @property
    def length(self) -> int:
        return -1 if self.dimensions else self.scalar.length

    @property
    def duckdb(self) -> str:
        """The type in queries."""
        return self._in_duckdb(self.scalar.duckdb)

    @property
    def stored(self) -> str:
        """The type in Parquet files."""
        return self._in_duckdb(self.scalar.stored)

    def _in_duckdb(self, base: str) -> str:
        if base == "DECIMAL":
            precision, scale = self.modifiers or (NUMERIC_PRECISION_MAX, 10)
            base = f"DECIMAL({precision},{scale})"
        return base + "[]" * self.dimensions

    def __str__(self) -> str:
        """PostgreSQL's format_type: `numeric(18,2)`, `character varying(200)`, `text[]`."""
        spelled = {
            "bool": "boolean",
            "int2": "smallint",
            "int4": "integer",
            "int8": "bigint",
            "float4": "real",
            "float8": "double precision",
            "varchar": "character varying",
            "bpchar": "character",
            "time": "time without time zone",
            "timetz": "time with time zone",
            "timestamp": "timestamp without time zone",
            "timestamptz": "timestamp with time zone",
            "varbit": "bit varying",
        }.get(self.scalar.name, self.scalar.name)
        modifiers = f"({','.join(map(str, self.modifiers))})" if self.modifiers else ""
        return spelled + modifiers + "[]" * self.dimensions


_SPELLING = re.compile(
    r"^\s*(?P<base>\"char\"|\"?pg_catalog\"?\.\"?[a-z_][a-z0-9_]*\"?|[a-z_][a-z0-9_ ]*?)\s*"
    r"(\(\s*(?P<first>\d+)\s*(,\s*(?P<second>-?\d+)\s*)?\))?\s*"
    r"(?P<zone>with(out)? time zone)?\s*(?P<arrays>(\[\s*\d*\s*\]\s*)*)$"
)


@lru_cache(maxsize=4096)
def data_type(spelling: str) -> DataType:
    """Read a type as PostgreSQL spells it; 42704 where there is none of that name, 0A000 where it cannot be held."""
    match = _SPELLING.match(spelling.lower())
    if match is None:
        raise UndefinedObject(f'type "{spelling}" does not exist')
    base = " ".join(f"{match['base']} {match['zone'] or ''}".split())
    if base.startswith(("pg_catalog.", '"pg_catalog".')):
        base = base.partition(".")[2].strip('"')
    if base == "float" and match["first"] is not None:
        base = _float_of(int(match["first"]))
    scalar = SCALARS.get(ALIASES.get(base, base))
    if base in UNSUPPORTED:
        raise FeatureNotSupported(f"type {base} is not supported", hint="Keep such values as text.")
    if scalar is None:
        raise UndefinedObject(f'type "{spelling}" does not exist')
    if match["first"] is None:
        return DataType(scalar, (1,) if base in _SINGLE else (), match["arrays"].count("["))
    modifiers = _modifiers(scalar, match["first"], match["second"], spelling)
    return DataType(scalar, modifiers, match["arrays"].count("["))


def _float_of(bits: int) -> str:
    if not 1 <= bits <= _DOUBLE_BITS:
        raise InvalidParameterValue(f"precision for type float must be between 1 and {_DOUBLE_BITS} bits")
    return "float4" if bits <= _SINGLE_BITS else "float8"


def _modifiers(scalar: ScalarType, first: str, second: str | None, spelling: str) -> tuple[int, ...]:
    if scalar.name == "numeric":
        if int(first) > NUMERIC_PRECISION_MAX:
            raise FeatureNotSupported(
                f"type {spelling} has more than {NUMERIC_PRECISION_MAX} digits",
                hint=f"Declare numeric({NUMERIC_PRECISION_MAX},s) or text.",
            )
        if int(first) < 1:
            raise InvalidParameterValue("NUMERIC precision 0 must be between 1 and 1000")
        if not 0 <= int(second or 0) <= int(first):
            raise FeatureNotSupported(
                f"type {spelling} has a scale below zero or above its precision", hint="Declare a scale between them."
            )
        return (int(first), int(second or 0))
    if scalar.name not in _LENGTHS:
        return ()
    if int(first) < 1:
        raise InvalidParameterValue(f"length for type {scalar.name} must be at least 1")
    return (int(first),)


_FROM_DUCKDB = {scalar.duckdb: name for name, scalar in reversed(SCALARS.items())} | {
    "VARCHAR": "text",
    "JSON": "json",
    "TINYINT": "int2",
    "UTINYINT": "int2",
    "USMALLINT": "int4",
    "UINTEGER": "int8",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TIME WITH TIME ZONE": "timetz",
    '"NULL"': "text",
    "NULL": "text",
    "INVALID": "text",
    "BIT": "varbit",
    "TIME_NS": "time",
}
_DECIMAL = re.compile(r"^DECIMAL\((\d+),(\d+)\)$")


@lru_cache(maxsize=4096)
def from_duckdb(spelling: str) -> DataType:
    """The PostgreSQL type that shows a DuckDB type: enums as text, structs and maps as json, hugeint as numeric."""
    dimensions = 0
    while spelling.endswith("]"):
        spelling, dimensions = spelling[: spelling.rindex("[")], dimensions + 1
    if decimal := _DECIMAL.match(spelling):
        return DataType(SCALARS["numeric"], (int(decimal[1]), int(decimal[2])), dimensions)
    if spelling in ("HUGEINT", "UHUGEINT", "UBIGINT", "BIGNUM"):
        return DataType(SCALARS["numeric"], (NUMERIC_PRECISION_MAX, 0), dimensions)
    if spelling.startswith(("STRUCT(", "MAP(", "UNION(")):
        return DataType(SCALARS["json"], (), dimensions)
    return DataType(SCALARS[_FROM_DUCKDB.get(spelling, "text")], (), dimensions)
