"""Row values: PostgreSQL's text of a record, and its binary form."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from ormolu.sql_extensions.types import DataType

# pyarrow has no type stubs: its arrays are Any here.
Values = Any
_NEEDS_QUOTES = re.compile(rb'^$|[\s"\\(),]')
_COUNT = struct.Struct("!i")
_FIELD = struct.Struct("!Ii")
_NULL = -1


def record_text(kind: DataType, values: Values, write: Callable[[DataType, Values], Values]) -> Values:
    """`(1,a,"b c")`: NULL is nothing at all."""
    if not pa.types.is_struct(values.type):
        return values
    columns = [write(type, column).to_pylist() for (_, type), column in _fields(kind, values)]
    rows = zip(*columns, strict=True) if columns else iter([()] * len(values))
    there = values.is_valid().to_pylist()
    texts = [b"(" + b",".join(map(_item, row)) + b")" if is_there else None
             for row, is_there in zip(rows, there, strict=True)]  # fmt: skip
    return pa.array(texts, pa.binary())


def _fields(kind: DataType, values: Values) -> list[tuple[tuple[str, DataType], Values]]:
    return list(zip(kind.fields, values.flatten(), strict=True))


def _item(text: bytes | None) -> bytes:
    if text is None:
        return b""
    if _NEEDS_QUOTES.search(text):
        doubled = text.replace(b"\\", b"\\\\").replace(b'"', b'""')
        return b'"' + doubled + b'"'
    return text


def record_binary(kind: DataType, values: Values, write: Callable[[DataType, Values], Values]) -> Values:
    """The number of fields, then each field's OID, length and bytes."""
    columns = [_bytes(write(type, column)) for (_, type), column in _fields(kind, values)]
    oids = [type.oid for _, type in kind.fields]
    rows = zip(*columns, strict=True) if columns else iter([()] * len(values))
    there = values.is_valid().to_pylist()
    found = [_record(oids, row) if is_there else None for row, is_there in zip(rows, there, strict=True)]
    return pa.array(found, pa.binary())


def _bytes(encoded: Values) -> list[bytes | None]:
    if isinstance(encoded, np.ndarray):
        return list(encoded.view(f"V{encoded.dtype.itemsize}").tolist())
    return list(encoded.to_pylist())


def _record(oids: list[int], row: tuple[bytes | None, ...]) -> bytes:
    parts = [_COUNT.pack(len(oids))]
    for oid, item in zip(oids, row, strict=True):
        parts.append(_FIELD.pack(oid, _NULL if item is None else len(item)))
        if item is not None:
            parts.append(item)
    return b"".join(parts)
