"""Files of a warehouse in another place: what names a path inside Iceberg's metadata is written anew.

Source: Apache Iceberg table specification, version 2 (manifests, manifest lists, table metadata).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import fastavro
from pyiceberg.io import FileIO

COPY_BYTES = 1024 * 1024
METADATA_SUFFIX = ".metadata.json"
AVRO_SUFFIX = ".avro"


@dataclass(slots=True)
class Relocation:
    """From below any of `olds` to below `new`, all without a slash at the end. Manifests go before their lists."""

    olds: Sequence[str]
    new: str
    lengths: dict[str, int] = field(default_factory=dict)  # of the manifests written, by their new paths

    def moved(self, path: str) -> str:
        inner = sorted(self.olds, key=len, reverse=True)  # one may lie in another
        old = next((each for each in inner if path.startswith(f"{each}/")), None)
        return path if old is None else self.new + path.removeprefix(old)

    def transfer(self, io: FileIO, path: str, target: str) -> None:
        """Write the file at `path` to `target`; as it is where nothing moves, or where it names no paths."""
        if set(self.olds) == {self.new} or not path.endswith((METADATA_SUFFIX, AVRO_SUFFIX)):
            copy_file(io, path, target)
            return
        with io.new_input(path).open() as source:
            content = source.read()
        written = self._json(content) if path.endswith(METADATA_SUFFIX) else self._avro(content)
        if path.endswith(AVRO_SUFFIX):
            self.lengths[target] = len(written)
        with io.new_output(target).create(overwrite=True) as stream:
            stream.write(written)

    def _json(self, content: bytes) -> bytes:
        return json.dumps(self._value(json.loads(content)), separators=(",", ":")).encode()

    def _avro(self, content: bytes) -> bytes:
        reader = fastavro.reader(BytesIO(content))
        assert isinstance(reader.writer_schema, dict), "Iceberg's files hold records"
        records = [self._record(record) for record in reader]
        notes = {name: text for name, text in reader.metadata.items() if not name.startswith("avro.")}
        written = BytesIO()
        fastavro.writer(written, reader.writer_schema, records, codec=reader.codec, metadata=notes)
        return written.getvalue()

    def _record(self, record: Any) -> dict[str, Any]:  # Any: one record of fastavro, a dict
        moved: dict[str, Any] = self._value(record)
        if moved.get("manifest_path") in self.lengths:
            moved["manifest_length"] = self.lengths[moved["manifest_path"]]
        return moved

    def _value(self, value: Any) -> Any:  # Any: JSON's and Avro's values
        match value:
            case str():
                return self.moved(value)
            case dict():
                return {name: self._value(inner) for name, inner in value.items()}
            case list():
                return [self._value(inner) for inner in value]
            case _:
                return value


def in_order(paths: Iterable[str]) -> list[str]:
    """Manifests before the lists that give their lengths, which Iceberg calls `snap-...`."""
    return sorted(paths, key=lambda path: (path.endswith(AVRO_SUFFIX), "/snap-" in path, path))


def copy_file(io: FileIO, path: str, target: str) -> None:
    with io.new_input(path).open() as source, io.new_output(target).create(overwrite=True) as stream:
        while block := source.read(COPY_BYTES):
            stream.write(block)
