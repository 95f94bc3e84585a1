"""The pages of the documentation as what they are made of: files to write, statements to run, output to expect.

A page's fenced blocks run from top to bottom. The words after the three backticks say what a block is:

    sql               statements; none may fail
    sql error         statements of which the last must fail
    text              what psql prints for the last statement of the block before; a line `...` stands for any lines
                      and a `…` in a line for anything
    csv sales/a.csv   a file below the folder that holds the server's data directory (csv, json)
    sqlite shop.db    a script that makes an SQLite database there

Any other word (`syntax`, `sh`, `mermaid`, `toml` ...) is for readers alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(?P<words>[^`]*)$")
LINK = re.compile(r"(?<!!)\[[^\]\n]+\]\((?P<target>[^)\s]+)\)")
_NO_PAGES = {"decisions", "node_modules", ".venv"}
FILE_FORMATS = ("csv", "json", "sqlite")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `line` is where its text begins, counted from 1."""

    words: tuple[str, ...]
    text: str
    line: int

    @property
    def is_sql(self) -> bool:
        return self.words[:1] == ("sql",)

    @property
    def is_error(self) -> bool:
        return self.words == ("sql", "error")

    @property
    def is_output(self) -> bool:
        return self.words == ("text",)

    @property
    def is_file(self) -> bool:
        return len(self.words) == 2 and self.words[0] in FILE_FORMATS


@dataclass(frozen=True, slots=True)
class Example:
    """A block that is run, with the block of the output that follows it, if one does."""

    block: Block
    output: Block | None = None


@dataclass(frozen=True, slots=True)
class Page:
    path: Path
    blocks: tuple[Block, ...]

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def examples(self) -> list[Example]:
        """What is run, in order: files and statements."""
        found: list[Example] = []
        for block in self.blocks:
            if block.is_sql or block.is_file:
                found.append(Example(block))
            elif block.is_output and found and found[-1].block.is_sql and found[-1].output is None:
                found[-1] = replace(found[-1], output=block)
        return found

    @property
    def links(self) -> list[str]:
        """The targets inside the repository that the page's prose links to."""
        prose = re.sub(r"^```.*?^```", "", self.path.read_text(), flags=re.MULTILINE | re.DOTALL)
        targets = (match["target"] for match in LINK.finditer(prose))
        return [target for target in targets if "://" not in target and not target.startswith("#")]


def read_page(path: Path) -> Page:
    return Page(path, tuple(_blocks(path.read_text().splitlines())))


def _blocks(lines: list[str]) -> Iterator[Block]:
    words: tuple[str, ...] | None = None
    body: list[str] = []
    for number, line in enumerate(lines, start=1):
        fence = FENCE.match(line)
        if fence is None:
            body.append(line)
        elif words is None:
            words, body = tuple(fence["words"].split()), []
        else:
            yield Block(words, "\n".join(body), number - len(body))
            words = None


def all_pages() -> list[Page]:
    """README.md, the pages of docs/ and of clients/; decisions are not about use."""
    paths = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "clients").rglob("*.md"))]
    return [read_page(path) for path in paths if not _NO_PAGES & set(path.parts)]


def statements(text: str) -> list[str]:
    """The statements of a block as psql will see them, each with the data that COPY FROM STDIN sends along.

    A statement of the documentation ends with the line that ends in `;` or in a command of psql, outside `$$`.
    """
    found: list[str] = []
    lines: list[str] = []
    is_copying = False
    for line in text.splitlines():
        lines.append(line)
        if is_copying:
            is_done = line == "\\."
        else:
            code = line.split("--", 1)[0].rstrip()
            is_quoted = "\n".join(lines).count("$$") % 2 == 1
            is_done = not is_quoted and (code.endswith(";") or re.search(r"\\[a-z]\S*[^;']*$", code) is not None)
            if is_done and re.match(r"\s*COPY\b.*\bFROM STDIN\b", " ".join(lines), re.IGNORECASE | re.DOTALL):
                is_copying, is_done = True, False
        if is_done:
            found.append("\n".join(lines))
            lines, is_copying = [], False
    if is_copying:  # a COPY that is refused before it takes data
        found.append("\n".join(lines))
    elif any(line.strip() and not line.strip().startswith("--") for line in lines):
        raise AssertionError(f"a statement does not end: {lines}")
    return found


def matches(expected: str, printed: str) -> bool:
    """Whether the output is as expected: a line `...` stands for any lines, the sign `…` in a line for anything.

    Spaces at the end of a line do not count.
    """
    return _match(_trimmed(expected), _trimmed(printed))


def _trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def _match(expected: list[str], printed: list[str]) -> bool:
    if not expected:
        return not printed
    if expected[0] == "...":
        return any(_match(expected[1:], printed[at:]) for at in range(len(printed) + 1))
    pattern = ".*".join(re.escape(part) for part in expected[0].split("…"))
    return bool(printed) and re.fullmatch(pattern, printed[0]) is not None and _match(expected[1:], printed[1:])
