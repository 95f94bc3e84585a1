"""`python -m ormolu.demo FOLDER` writes the inputs of the retail example below FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from ormolu.demo.data import write_retail


def main(arguments: list[str]) -> int:
    match arguments:
        case [folder]:
            written = write_retail(Path(folder))
        case _:
            sys.stderr.write("usage: python -m ormolu.demo FOLDER\n")
            return 2
    sys.stdout.write(
        f"{written.folder}: {written.daily_files} daily files with {written.sales_lines} lines, "
        f"1 file with {written.injected_lines} injected faults, {written.product_rows} products\n"
    )
    return 0


sys.exit(main(sys.argv[1:]))
