"""`ormolu export`: the rows of a table or a query as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psycopg
from psycopg import sql

from ormolu.cli.client import connected
from ormolu.cli.settings import url_option

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_AT_ONCE = 10_000
SHEET_ROWS_MAX = 1_048_575  # beside the heading
CELL_CHARACTERS_MAX = 32_767
EXACT_INTEGER_MAX = 2**53  # Excel counts in doubles
NUMERIC_DIGITS = 38
_WIDE = Context(prec=2 * NUMERIC_DIGITS)
NUMERIC = 1700


@click.command()
@click.argument("what")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sql", "is_query", is_flag=True, help="WHAT is a query, not a table.")
@url_option
def export(what: str, file: Path, is_query: bool, url: str) -> None:
    """Write rows to FILE: .csv, .parquet or .xlsx (Excel).

    \b
    ormolu export gold.daily_sales daily_sales.xlsx
    ormolu export --sql 'SELECT region, sum(sales) FROM gold.daily_sales GROUP BY 1' regions.parquet
    """
    write = _WRITERS.get(file.suffix.lower())
    if write is None:
        raise click.UsageError(f"the file's name must end in one of {', '.join(_WRITERS)}")
    query = sql.Composed([sql.SQL(what.rstrip().rstrip(";"))]) if is_query else _all_of(what)
    part = file.with_name(f"{file.name}.part")
    with connected(url) as connection:
        try:
            rows = write(connection, query, part)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    part.replace(file)
    click.echo(f"{file}: {rows} rows")


def _all_of(table: str) -> sql.Composed:
    return sql.SQL("SELECT * FROM {}").format(sql.Identifier(*table.split(".")))


def _write_csv(connection: psycopg.Connection, query: sql.Composed, file: Path) -> int:
    cursor = connection.cursor()
    copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER true)").format(query)
    with cursor.copy(copy) as blocks, file.open("wb") as target:
        for block in blocks:
            target.write(block)
    return cursor.rowcount


def _batches(connection: psycopg.Connection, query: sql.Composed) -> Iterator[tuple[Any, list[tuple[Any, ...]]]]:
    """The description and some rows at a time; once without rows where there are none."""
    with connection.transaction(), connection.cursor("export", binary=True) as cursor:
        cursor.execute(query)
        rows = cursor.fetchmany(ROWS_AT_ONCE)
        yield cursor.description, rows
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield cursor.description, rows


# --- Parquet ---------------------------------------------------------------------------------------------------


def _write_parquet(connection: psycopg.Connection, query: sql.Composed, file: Path) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    writer, count = None, 0
    schema = pa.schema([])
    for description, rows in _batches(connection, query):
        if writer is None:
            schema = _schema(connection, query, description)
            writer = parquet.ParquetWriter(file, schema, compression="zstd")
        columns = list(zip(*rows, strict=True)) or [()] * len(schema)
        arrays = [_array(values, kind) for values, kind in zip(columns, schema.types, strict=True)]
        writer.write_batch(pa.record_batch(arrays, schema=schema))
        count += len(rows)
    assert writer is not None
    writer.close()
    return count


def _array(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_string(kind):
        values = [value if value is None or isinstance(value, str) else _text(value) for value in values]
    elif pa.types.is_decimal(kind):
        values = [_at_scale(value, kind.scale) if isinstance(value, Decimal) else value for value in values]
    return pa.array(values, kind)


def _at_scale(value: Decimal, scale: int) -> Decimal:
    """A quotient shows digits of its own, which may be more than its column keeps."""
    return value.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP, context=_WIDE)


def _text(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _schema(connection: psycopg.Connection, query: sql.Composed, description: Any) -> pa.Schema:
    import pyarrow as pa

    open_numerics = [column.name for column in description if column.type_code == NUMERIC and column.scale is None]
    scales = _scales(connection, query, open_numerics)
    fields = []
    for column in description:
        kind = _arrow_type(column.type_code)
        if column.type_code == NUMERIC:
            scale = column.scale if column.scale is not None else scales[column.name]
            kind = pa.decimal128(column.precision or NUMERIC_DIGITS, scale)
        fields.append(pa.field(column.name, kind))
    return pa.schema(fields)


def _scales(connection: psycopg.Connection, query: sql.Composed, names: Sequence[str]) -> dict[str, int]:
    """How many decimals the values of unbounded numerics have at most."""
    if not names:
        return {}
    largest = sql.SQL(", ").join(sql.SQL("coalesce(max(scale({})), 0)").format(sql.Identifier(name)) for name in names)
    found = connection.execute(sql.SQL("SELECT {} FROM ({}) AS q").format(largest, query)).fetchone()
    assert found is not None
    return dict(zip(names, map(int, found), strict=True))


def _arrow_type(oid: int) -> pa.DataType:
    """PostgreSQL's type as Arrow's; text for every type that Arrow has none for."""
    import pyarrow as pa

    plain = {
        16: pa.bool_(),
        17: pa.binary(),
        20: pa.int64(),
        21: pa.int16(),
        23: pa.int32(),
        700: pa.float32(),
        701: pa.float64(),
        1082: pa.date32(),
        1083: pa.time64("us"),
        1114: pa.timestamp("us"),
        1184: pa.timestamp("us", "UTC"),
    }
    items = {1000: 16, 1005: 21, 1007: 23, 1016: 20, 1021: 700, 1022: 701, 1009: 25, 1015: 25, 1182: 1082, 1115: 1114}
    if oid in items:
        return pa.list_(_arrow_type(items[oid]))
    return plain.get(oid, pa.string())


# --- Excel -----------------------------------------------------------------------------------------------------


def _write_sheet(connection: psycopg.Connection, query: sql.Composed, file: Path) -> int:
    try:
        from xlsxwriter import Workbook
    except ImportError as error:
        raise click.ClickException("writing .xlsx needs XlsxWriter\nHINT: pip install 'ormolu[excel]'") from error

    count = 0
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(file), {**options, "strings_to_numbers": False, "nan_inf_to_errors": True}) as book:
        sheet = book.add_worksheet()
        heading = book.add_format({"bold": True, "bottom": 1})
        formats = {"date": book.add_format({"num_format": "yyyy-mm-dd"})}
        formats["datetime"] = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for description, rows in _batches(connection, query):
            if count == 0:
                sheet.freeze_panes(1, 0)
                for place, column in enumerate(description):
                    sheet.write_string(0, place, column.name, heading)
            if count + len(rows) > SHEET_ROWS_MAX:
                raise click.ClickException(f"a sheet holds {SHEET_ROWS_MAX} rows\nHINT: export .csv or .parquet")
            for number, row in enumerate(rows, start=count + 1):
                for place, value in enumerate(row):
                    _write_cell(sheet, number, place, value, formats)
            count += len(rows)
    return count


def _write_cell(sheet: Any, row: int, place: int, value: object, formats: dict[str, Any]) -> None:
    """Text is written as text, whatever it looks like: a value must not become a formula."""
    from datetime import UTC, date, datetime

    match value:
        case None:
            pass
        case bool():
            sheet.write_boolean(row, place, value)
        case int() if abs(value) <= EXACT_INTEGER_MAX:
            sheet.write_number(row, place, value)
        case float() | Decimal():
            sheet.write_number(row, place, value)
        case datetime() if value.year >= 1900:
            naive = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
            sheet.write_datetime(row, place, naive, formats["datetime"])
        case date() if value.year >= 1900:
            sheet.write_datetime(row, place, value, formats["date"])
        case _:
            text = value if isinstance(value, str) else _text(value)
            sheet.write_string(row, place, text[:CELL_CHARACTERS_MAX])


_WRITERS = {".csv": _write_csv, ".parquet": _write_parquet, ".xlsx": _write_sheet}
