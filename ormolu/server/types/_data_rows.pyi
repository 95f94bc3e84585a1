from collections.abc import Sequence
from typing import Any

from ormolu.server.types.compiled_rows import Source

def bytes_max(rows: int, columns: Sequence[Source], /) -> int: ...
def write(target: Any, letter: bytes, rows: int, columns: Sequence[Source], /) -> int: ...
