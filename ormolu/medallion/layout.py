"""How a table's files are laid out: how large they are, and how they are packed."""

from __future__ import annotations

from dataclasses import dataclass

from ormolu.definitions import Options
from ormolu.sql_extensions.options.values import find_bytes

TARGET_FILE_BYTES = 256 * 1024 * 1024
COMPRESSION = "zstd"


@dataclass(frozen=True, slots=True)
class Layout:
    compression: str = COMPRESSION
    file_bytes: int = TARGET_FILE_BYTES


def layout_of(options: Options) -> Layout:
    """What the options `compression` and `target_file_size` say."""
    size = find_bytes(options.text("target_file_size", ""))
    return Layout(options.text("compression", COMPRESSION), size or TARGET_FILE_BYTES)
