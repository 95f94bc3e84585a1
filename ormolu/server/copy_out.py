"""COPY TO STDOUT in PostgreSQL's csv and text formats, a whole batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ormolu.errors import FeatureNotSupported, InvalidParameterValue, InvalidSyntax
from ormolu.server import responses
from ormolu.server.encoder_pool import EncoderPool
from ormolu.server.outcomes import ResultColumn
from ormolu.server.rowstream import RowStream
from ormolu.server.types.encoders import join_lines
from ormolu.server.types.text import TextStyle, text_values

# pyarrow has no type stubs: its arrays are Any here.
Values = Any
_TRUE = ("", "true", "on", "1", "yes", "t")
_BACKSLASHED = (
    ("\\", "\\\\"),
    ("\b", "\\b"),
    ("\f", "\\f"),
    ("\n", "\\n"),
    ("\r", "\\r"),
    ("\t", "\\t"),
    ("\v", "\\v"),
)
_OPTIONS = frozenset(
    ("format", "header", "delimiter", "null", "quote", "escape", "encoding", "force_quote", "freeze", "oids")
)


@dataclass(frozen=True, slots=True)
class CopyFormat:
    """How rows are written; `force_quote` names columns, or `*` for all."""

    is_csv: bool = False
    has_header: bool = False
    delimiter: str = "\t"
    null: str = "\\N"
    quote: str = '"'
    escape: str = '"'
    force_quote: frozenset[str] = frozenset()


def copy_format(options: Mapping[str, str]) -> CopyFormat:
    """Read the options of COPY TO; what is unknown or contradicts itself is refused."""
    unknown = [name for name in options if name not in _OPTIONS]
    if unknown:
        raise InvalidSyntax(f'option "{unknown[0]}" not recognized')
    name = options.get("format", "text").lower()
    if name == "binary":
        raise FeatureNotSupported("COPY in binary format is not supported", hint="Use FORMAT csv or text.")
    if name not in ("csv", "text"):
        raise InvalidParameterValue(f'COPY format "{name}" not recognized')
    is_csv = name == "csv"
    if options.get("encoding", "utf8").lower().replace("-", "") not in ("utf8", "unicode"):
        raise FeatureNotSupported(f'COPY to encoding "{options["encoding"]}" is not supported', hint="Use UTF8.")
    quote = _character(options, "quote", '"')
    return CopyFormat(
        is_csv=is_csv,
        has_header=options.get("header", "false").lower() in _TRUE,
        delimiter=_character(options, "delimiter", "," if is_csv else "\t"),
        null=options.get("null", "" if is_csv else "\\N"),
        quote=quote,
        escape=_character(options, "escape", quote),
        force_quote=frozenset(name.strip().strip("()") for name in options.get("force_quote", "").split(",") if name),
    )


def _character(options: Mapping[str, str], name: str, default: str) -> str:
    value = options.get(name, default)
    if len(value.encode()) != 1 or value in "\r\n":
        raise InvalidParameterValue(f"COPY {name} must be a single one-byte character")
    return value


class CopyWriter:
    """Writes a result as the messages of a copy out: CopyOutResponse, one CopyData a row, CopyDone."""

    def __init__(self, columns: tuple[ResultColumn, ...], options: Mapping[str, str], style: TextStyle) -> None:
        self._columns = columns
        self._format = copy_format(options)
        self._style = style

    def messages(self, stream: RowStream, encoders: EncoderPool) -> Iterator[bytes | memoryview]:
        yield responses.copy_out(len(self._columns))
        if self._format.has_header:
            names = pa.array([[column.name] for column in self._columns]).flatten()
            cells = [self._cell(names.slice(at, 1), column.name) for at, column in enumerate(self._columns)]
            yield self._lines(cells)
        try:
            yield from encoders.encoded(stream.take(None), self.encode)
        finally:
            stream.close()
        yield responses.COPY_DONE
        yield responses.command_complete(f"COPY {stream.rows_taken}")

    def encode(self, batch: pa.RecordBatch) -> bytes | memoryview:
        """Write a batch, one CopyData a row: drivers count on that, though the protocol does not promise it."""
        if not self._columns:
            return responses.copy_data(b"\n") * int(batch.num_rows)
        cells = [
            self._cell(text_values(column.type, values, self._style).cast(pa.string()), column.name)
            for column, values in zip(self._columns, batch.columns, strict=True)
        ]
        return self._lines(cells)

    def _lines(self, cells: list[Values]) -> memoryview:
        line = pc.binary_join_element_wise(*cells, self._format.delimiter)
        return join_lines(pc.binary_join_element_wise(line, "\n", "").cast(pa.binary()))

    def _cell(self, text: Values, name: str) -> Values:
        written = self._csv(text, name) if self._format.is_csv else self._plain(text)
        return pc.fill_null(written, self._format.null)

    def _plain(self, text: Values) -> Values:
        if not pc.any(
            pc.match_substring_regex(text, r"[\\\x08\f\n\r\t\v" + _in_class(self._format.delimiter) + "]")
        ).as_py():
            return text
        for letter, written in _BACKSLASHED:
            text = pc.replace_substring(text, letter, written)
        if self._format.delimiter in dict(_BACKSLASHED):
            return text
        return pc.replace_substring(text, self._format.delimiter, "\\" + self._format.delimiter)

    def _csv(self, text: Values, name: str) -> Values:
        style = self._format
        if {name, "*"} & style.force_quote:
            needs = pc.is_valid(text)
        else:
            special = _in_class(style.delimiter) + _in_class(style.quote)
            needs = pc.match_substring_regex(text, rf"[{special}\n\r]|^\\\.$")
            needs = pc.or_kleene(needs, pc.equal(text, style.null))
            if not pc.any(needs).as_py():
                return text
        escaped = text if style.escape == style.quote else pc.replace_substring(text, style.escape, style.escape * 2)
        escaped = pc.replace_substring(escaped, style.quote, style.escape + style.quote)
        return pc.if_else(needs, pc.binary_join_element_wise(style.quote, escaped, style.quote, ""), text)


def _in_class(letter: str) -> str:
    """A character as a regular expression's class takes it."""
    return f"\\x{ord(letter):02x}"
