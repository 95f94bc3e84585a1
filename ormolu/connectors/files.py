"""Connections of TYPE files whose url is a folder of this machine."""

from __future__ import annotations

import glob
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ormolu.connectors.source import (
    Engine,
    Extract,
    ReadRequest,
    SourceColumn,
    SourceFile,
    SourceTable,
)
from ormolu.definitions import SourceForm
from ormolu.errors import FeatureNotSupported, InsufficientPrivilege, InvalidParameterValue, UndefinedFile

FILES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class LocalFiles:
    """A folder; `allows` decides whether the server's configuration lets it be read."""

    name: str
    root: Path
    allows: Callable[[Path], bool]

    @property
    def system(self) -> str:
        return "files"

    def test(self) -> str:
        self._check()
        count = sum(1 for _ in self.root.iterdir())
        return f"{self.root}: {count} entries"

    def tables(self, pattern: str | None = None) -> list[SourceTable]:
        self._check()
        shown = _glob_of_like(pattern) if pattern else "**/*"
        return [
            SourceTable(file.path, "file", bytes=file.size)
            for file in self._listed(shown)
            if "/." not in f"/{file.path}"
        ]

    def describe(self, form: SourceForm, target: str) -> tuple[SourceColumn, ...]:
        """Files say nothing of their columns until they are read."""
        return ()

    def files(self, target: str) -> tuple[SourceFile, ...]:
        self._check()
        found = self._listed(target)
        if not found and not glob.has_magic(target):
            raise UndefinedFile(
                f'file "{target}" does not exist', hint=f"SHOW TABLES FROM CONNECTION {self.name} lists what is there."
            )
        return tuple(found)

    def clock(self, column: SourceColumn) -> str | None:
        return None

    def read(self, request: ReadRequest, engine: Engine) -> Extract:
        raise FeatureNotSupported(
            f"a connection of TYPE files is read with FILES, not {request.form.value}", hint="FILES 'folder/*.csv'"
        )

    def close(self) -> None:
        return

    def _check(self) -> None:
        if not self.allows(self.root):
            raise InsufficientPrivilege(
                f"reading {self.root} is not allowed", hint="Start the server with --allow-dir for this folder."
            )
        if not self.root.is_dir():
            raise UndefinedFile(f'folder "{self.root}" does not exist', hint="Look at the connection's url.")

    def _listed(self, pattern: str) -> list[SourceFile]:
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
            raise InvalidParameterValue(
                f"FILES '{pattern}' must stay below the connection's url", hint="Give a path relative to the url."
            )
        base = self.root.resolve()
        found: list[SourceFile] = []
        for path in sorted(glob.glob(pattern, root_dir=base, recursive=True)):  # noqa: PTH207 - links stay links
            file = (base / path).resolve()
            if not file.is_file():
                continue
            if not file.is_relative_to(base) and not self.allows(file):
                raise InsufficientPrivilege(
                    f'"{path}" is a link to a place that is not allowed',
                    hint="Put the file itself there, or start the server with --allow-dir for the folder of the other.",
                )
            try:
                found.append(_source_file(path, file))
            except FileNotFoundError:
                continue  # it was there a moment ago
            if len(found) > FILES_MAX:
                raise InvalidParameterValue(f"FILES '{pattern}' names more than {FILES_MAX} files", hint="Narrow it.")
        return found


def _source_file(path: str, file: Path) -> SourceFile:
    status = file.stat()
    return SourceFile(
        path=path,
        location=str(file),
        size=status.st_size,
        modified_at=datetime.fromtimestamp(status.st_mtime_ns // 1000 / 1_000_000, tz=UTC),
        etag=f"{status.st_mtime_ns}-{status.st_size}",
    )


def _glob_of_like(pattern: str) -> str:
    """SQL's LIKE as a glob; a glob stays one."""
    if glob.has_magic(pattern):
        return pattern
    return glob.escape(pattern).replace("%", "*").replace("_", "?")
