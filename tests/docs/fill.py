"""Write what the server really answers into a page's text blocks: `python -m tests.docs.fill docs/statements/copy.md`.

Read the difference before you commit it: an answer is not right because it was given. Blocks with a line `...` or
a `…` are left as they are.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.docs.pages import Page, matches, read_page
from tests.docs.psql_session import clear, run_page
from tests.peers.ormolu import OrmoluServer

RUN = re.compile(r"(?<=[ (])run \d+\b")  # the number depends on what ran before


def fill(page: Page, server: OrmoluServer) -> None:
    lines = page.path.read_text().splitlines()
    for example, printed in reversed(run_page(page, server)):
        for each in printed[:-1] if example.block.is_error else printed:
            if each.has_failed:
                print(f"{page.name}:{example.block.line}: {each.statement}\n{each.messages}")
        if example.block.is_error and not printed[-1].has_failed:
            print(f"{page.name}:{example.block.line}: does not fail\n{printed[-1].text}")
        if example.output is None or not printed or matches(example.output.text, printed[-1].text):
            continue
        if _is_in_part(example.output.text):
            print(f"{page.name}:{example.output.line}: differs\n{printed[-1].text}")
            continue
        start = example.output.line - 1
        end = start + len(example.output.text.splitlines()) if example.output.text else start
        lines[start:end] = [RUN.sub("run …", line.rstrip()) for line in printed[-1].text.splitlines()]
    page.path.write_text("\n".join(lines) + "\n")


def _is_in_part(text: str) -> bool:
    return "…" in text.replace("run …", "") or "..." in text.splitlines()


def main(paths: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = OrmoluServer(Path(folder) / "lake").start()
        try:
            for path in paths:
                fill(read_page(Path(path).resolve()), server)
                clear(server)
        finally:
            server.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
