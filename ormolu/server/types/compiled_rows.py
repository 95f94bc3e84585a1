"""DataRows written by compiled code, where the package was built with it (decision 10).

It writes plain values of common types straight from Arrow's buffers. Every other column is encoded by `text` and
`binary` first, and so is a column in which it meets a value that is not plain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum, auto
from functools import cache
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from ormolu.server.types.text import TextStyle
from ormolu.sql_extensions.types import DataType

# pyarrow has no type stubs: its types, arrays and buffers are Any here.
Values = Any
# Form, offset, width, and Arrow's buffers: validity, data, offsets.
Source = tuple[int, int, int, Any, Any, Any]


class Form(IntEnum):
    """How one value is written; the order is that of the C++."""

    BYTES = 0
    ITEMS = auto()
    SWAPPED = auto()
    BOOL_TEXT = auto()
    BOOL_BINARY = auto()
    INTEGER_TEXT = auto()
    FLOAT_TEXT = auto()
    NUMERIC_TEXT = auto()
    NUMERIC_BINARY = auto()
    DATE_TEXT = auto()
    DATE_BINARY = auto()
    TIMESTAMP_TEXT = auto()
    TIMESTAMPTZ_TEXT = auto()
    TIMESTAMP_BINARY = auto()


class RowWriter(Protocol):
    """What the compiled module gives."""

    def bytes_max(self, rows: int, columns: Sequence[Source], /) -> int:
        """How many bytes the rows take at most."""

    def write(self, target: Any, letter: bytes, rows: int, columns: Sequence[Source], /) -> int:
        """Write the rows; gives their bytes, or -1 - the column that holds an odd value."""


@cache
def find_writer() -> RowWriter | None:
    """None where no compiler was at hand when the package was installed."""
    try:
        from ormolu.server.types import _data_rows
    except ImportError:
        return None
    return _data_rows


def write_rows(
    writer: RowWriter, letter: bytes, rows: int, sources: list[Source], encode: Callable[[int], Values]
) -> memoryview:
    """All rows as messages; `encode` writes a whole column that holds an odd value."""
    while True:
        target = pa.allocate_buffer(writer.bytes_max(rows, sources))
        written = writer.write(target, letter, rows, sources)
        if written >= 0:
            return memoryview(target)[:written]
        odd = -1 - written
        sources[odd] = encoded(encode(odd))


def find_source(kind: DataType, values: Values, style: TextStyle | None) -> Source | None:
    """The column as it is, where its values can be written from it; `style` None is the binary form."""
    if kind.dimensions or kind.fields or (style is not None and not style.is_plain):
        return None
    forms = _BINARY if style is None else _TEXT_UTC if style.time_zone == "UTC" else _TEXT
    find_form = forms.get(kind.scalar.name)
    found = None if find_form is None else find_form(values.type)
    return None if found is None else _source(*found, values)


def encoded(values: Values) -> Source:
    """A column that is encoded already: a binary array, or items of fixed width."""
    if isinstance(values, np.ndarray):
        return (Form.ITEMS, 0, values.dtype.itemsize, None, values.view(np.uint8), None)
    validity, offsets, data = values.buffers()
    return (Form.BYTES, values.offset, 0, validity if values.null_count else None, data, offsets)


def _source(form: Form, width: int, values: Values) -> Source:
    validity, data = values.buffers()
    return (form, values.offset, width, validity if values.null_count else None, data, None)


Found = tuple[Form, int] | None
FindForm = Callable[[Any], Found]


def _only(arrow: Any, form: Form, width: int = 0) -> FindForm:
    return lambda kind: (form, width) if kind == arrow else None


def _integer_text(kind: Any) -> Found:
    return (Form.INTEGER_TEXT, kind.bit_width // 8) if pa.types.is_signed_integer(kind) else None


def _numeric(form: Form) -> FindForm:
    return lambda kind: (form, kind.scale) if pa.types.is_decimal128(kind) and kind.scale >= 0 else None


def _zoned(form: Form) -> FindForm:
    return lambda kind: (form, 0) if pa.types.is_timestamp(kind) and kind.unit == "us" and kind.tz else None


_TEXT: dict[str, FindForm] = {
    "bool": _only(pa.bool_(), Form.BOOL_TEXT),
    "int2": _integer_text,
    "int4": _integer_text,
    "int8": _integer_text,
    "float4": _only(pa.float32(), Form.FLOAT_TEXT, 4),
    "float8": _only(pa.float64(), Form.FLOAT_TEXT, 8),
    "numeric": _numeric(Form.NUMERIC_TEXT),
    "date": _only(pa.date32(), Form.DATE_TEXT),
    "timestamp": _only(pa.timestamp("us"), Form.TIMESTAMP_TEXT),
}
_TEXT_UTC = _TEXT | {"timestamptz": _zoned(Form.TIMESTAMPTZ_TEXT)}
_BINARY: dict[str, FindForm] = {
    "bool": _only(pa.bool_(), Form.BOOL_BINARY),
    "int2": _only(pa.int16(), Form.SWAPPED, 2),
    "int4": _only(pa.int32(), Form.SWAPPED, 4),
    "int8": _only(pa.int64(), Form.SWAPPED, 8),
    "float4": _only(pa.float32(), Form.SWAPPED, 4),
    "float8": _only(pa.float64(), Form.SWAPPED, 8),
    "numeric": _numeric(Form.NUMERIC_BINARY),
    "date": _only(pa.date32(), Form.DATE_BINARY),
    "time": _only(pa.time64("us"), Form.SWAPPED, 8),
    "timestamp": _only(pa.timestamp("us"), Form.TIMESTAMP_BINARY),
    "timestamptz": _zoned(Form.TIMESTAMP_BINARY),
}
