"""How a table's files are laid out: how large they are, and how they are packed."""

from __future__ import annotations

from dataclasses import dataclass

from ormolu.definitions import Options
from ormolu.sql_extensions.options.values import find_bytes

TARGET_FILE_BYTES = 256 * 1024 * 1024
COMPRESSION = "zstd"
PARQUET_VERSION = 1  # its encodings are read by every engine; those of 2 are smaller and decoded in half of the time


@dataclass(frozen=True, slots=True)
class Layout:
    compression: str = COMPRESSION
    file_bytes: int = TARGET_FILE_BYTES
    parquet_version: int = PARQUET_VERSION


def layout_of(options: Options) -> Layout:
    """What the options `compression`, `target_file_size` and `parquet_version` say."""
    size = find_bytes(options.text("target_file_size", ""))
    return Layout(
        compression=options.text("compression", COMPRESSION),
        file_bytes=size or TARGET_FILE_BYTES,
        parquet_version=int(options.text("parquet_version", str(PARQUET_VERSION))),
    )
