"""The hash of Iceberg's bucket transform (Murmur3, 32 bits, seed 0) over Arrow columns; NULL stays NULL.

Specification, appendix B: integers, dates and times are hashed as 8 bytes, little-endian; texts as UTF-8; numerics as
the fewest big-endian bytes that hold their unscaled value.
"""

from __future__ import annotations

import mmh3
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ormolu.engine.native import NativeFunction

Words = npt.NDArray[np.uint32]
_FIRST, _SECOND, _ADDED = np.uint32(0xCC9E2D51), np.uint32(0x1B873593), np.uint32(0xE6546B64)
_FINAL_FIRST, _FINAL_SECOND = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_EIGHT_BYTES, _FIVE = np.uint32(8), np.uint32(5)


def hash_long(column: pa.ChunkedArray) -> pa.Array:
    values: npt.NDArray[np.int64] = pc.fill_null(column, 0).to_numpy()
    low, high = values.astype(np.uint32), (values >> 32).astype(np.uint32)
    mixed = _mixed(_mixed(np.zeros(len(values), np.uint32), low), high) ^ _EIGHT_BYTES
    mixed = _folded(mixed, 16) * _FINAL_FIRST
    mixed = _folded(mixed, 13) * _FINAL_SECOND
    mixed = _folded(mixed, 16)
    return pa.array(mixed.view(np.int32), mask=np.asarray(column.is_null()))


def _mixed(state: Words, word: Words) -> Words:
    """One round: the next four bytes go in."""
    return _rotated(state ^ (_rotated(word * _FIRST, 15) * _SECOND), 13) * _FIVE + _ADDED


def _rotated(word: Words, bits: int) -> Words:
    return (word << np.uint32(bits)) | (word >> np.uint32(32 - bits))


def _folded(word: Words, bits: int) -> Words:
    return word ^ (word >> np.uint32(bits))


def hash_bytes(column: pa.ChunkedArray) -> pa.Array:
    hashes = [None if value is None else mmh3.hash(value) for value in column.to_pylist()]
    return pa.array(hashes, pa.int32())


def hash_decimal(column: pa.ChunkedArray) -> pa.Array:
    """Numerics come as text, with all digits of their scale."""
    hashes = [None if text is None else mmh3.hash(_unscaled(text)) for text in column.to_pylist()]
    return pa.array(hashes, pa.int32())


def _unscaled(text: str) -> bytes:
    number = int(text.replace(".", ""))
    bits = number.bit_length() if number >= 0 else (~number).bit_length()
    return number.to_bytes(bits // 8 + 1, "big", signed=True)


HASH_FUNCTIONS: tuple[NativeFunction, ...] = (
    NativeFunction("iceberg_hash_long", ("BIGINT",), "INTEGER", hash_long),
    NativeFunction("iceberg_hash_bytes", ("BLOB",), "INTEGER", hash_bytes),
    NativeFunction("iceberg_hash_decimal", ("VARCHAR",), "INTEGER", hash_decimal),
)
