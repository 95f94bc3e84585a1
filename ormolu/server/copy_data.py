"""What COPY FROM STDIN receives, made into the plain csv that a load reads: other encodings, binary, forced NULLs.

Plain csv: commas, double quotes, NULL is an empty field without quotes, and every value stands in quotes.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import Protocol

from ormolu.errors import BadCopyFileFormat, CharacterNotInRepertoire, FeatureNotSupported, ProgramLimitExceeded
from ormolu.server.copy_binary import RECORD_BYTES_MAX, BinaryRows, Write, plain_line
from ormolu.server.copy_options import CopyOptions, Header
from ormolu.sql_extensions.types import DataType

PLAIN_OPTIONS = {"format": "csv", "delimiter": ",", "quote": '"', "escape": '"', "null": ""}


class CopyReader(Protocol):
    """Takes the client's bytes as they come, cut anywhere; `finish` says that there are no more."""

    def feed(self, data: bytes) -> None: ...

    def finish(self) -> None: ...


class AsTheyCome:
    """The load reads them itself."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def feed(self, data: bytes) -> None:
        self._write(data)

    def finish(self) -> None:
        """Nothing is held back."""


class Transcoded:
    """Text in another encoding, on its way to UTF-8."""

    def __init__(self, encoding: str, following: CopyReader) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._encoding = encoding
        self._following = following

    def feed(self, data: bytes) -> None:
        self._following.feed(self._decoded(data, is_last=False))

    def finish(self) -> None:
        self._following.feed(self._decoded(b"", is_last=True))
        self._following.finish()

    def _decoded(self, data: bytes, *, is_last: bool) -> bytes:
        try:
            return self._decoder.decode(data, is_last).encode()
        except UnicodeDecodeError as error:
            wrong = error.object[error.start : error.end].hex(" ")
            raise CharacterNotInRepertoire(
                f'invalid byte sequence for encoding "{self._encoding}": 0x{wrong}'
            ) from error


class ForcedNulls:
    """csv of which some columns are NULL though quoted, or not NULL though not."""

    def __init__(self, options: CopyOptions, names: Sequence[str], write: Write) -> None:
        self._options = options
        self._names = names
        self._write = write
        self._text = StringIO(newline="")
        self._size = 0

    def feed(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > RECORD_BYTES_MAX:
            raise ProgramLimitExceeded(f"COPY with FORCE_NULL or FORCE_NOT_NULL takes at most {RECORD_BYTES_MAX} bytes")
        try:
            self._text.write(data.decode())
        except UnicodeDecodeError as error:
            raise CharacterNotInRepertoire('invalid byte sequence for encoding "UTF8"') from error

    def finish(self) -> None:
        has_header = self._options.header is not Header.NONE
        for number, record in enumerate(csv_records(self._text.getvalue(), self._options)):
            if number == 0 and has_header:
                self._write(plain_line([text for text, _ in record]))
                continue
            if len(record) != len(self._names):
                raise BadCopyFileFormat(
                    f"line {number + 1}: {len(record)} columns where {len(self._names)} are expected"
                )
            pairs = zip(record, self._names, strict=True)
            self._write(plain_line([self._value(*field, name) for field, name in pairs]))

    def _value(self, text: str, is_quoted: bool, name: str) -> str | None:
        options = self._options
        if text != options.null:
            return text
        if is_quoted:
            return None if name in options.force_null else text
        return text if name in options.force_not_null else None


def csv_records(text: str, options: CopyOptions) -> Iterator[list[tuple[str, bool]]]:
    """The records of a csv text, each field with whether it had quotes."""
    field: list[str] = []
    record: list[tuple[str, bool]] = []
    in_quotes = is_quoted = False
    at, end = 0, len(text)
    while at < end:
        letter = text[at]
        if in_quotes:
            following = text[at + 1] if at + 1 < end else ""
            if letter == options.escape and following and following in (options.quote, options.escape):
                field.append(following)
                at += 1
            elif letter == options.quote:
                in_quotes = False
            else:
                field.append(letter)
        elif letter == options.quote:
            in_quotes = is_quoted = True
        elif letter == options.delimiter:
            record.append(("".join(field), is_quoted))
            field, is_quoted = [], False
        elif letter in "\r\n":
            if letter == "\r" and text[at + 1 : at + 2] == "\n":
                at += 1
            record.append(("".join(field), is_quoted))
            if record == [("\\.", False)]:
                return
            yield record
            field, record, is_quoted = [], [], False
        else:
            field.append(letter)
        at += 1
    if in_quotes:
        raise BadCopyFileFormat("unterminated CSV quoted field")
    if field or record or is_quoted:
        record.append(("".join(field), is_quoted))
        if record != [("\\.", False)]:
            yield record


def check_header(first: Sequence[str], names: Sequence[str]) -> None:
    """HEADER MATCH."""
    if len(first) != len(names):
        raise BadCopyFileFormat(f"wrong number of fields in header line: got {len(first)}, expected {len(names)}")
    for number, (found, name) in enumerate(zip(first, names, strict=True), start=1):
        if found != name:
            raise BadCopyFileFormat(
                f'column name mismatch in header line field {number}: got "{found}", expected "{name}"'
            )


class HeaderMatched:
    """Looks at the first line, and passes everything on."""

    def __init__(self, options: CopyOptions, names: Sequence[str], following: CopyReader) -> None:
        self._options = options
        self._names = names
        self._following = following
        self._first = b""
        self._is_checked = False

    def feed(self, data: bytes) -> None:
        if not self._is_checked:
            self._first += data
            if b"\n" in self._first:
                self._check()
            elif len(self._first) > RECORD_BYTES_MAX:
                raise ProgramLimitExceeded(f"a row of COPY holds at most {RECORD_BYTES_MAX} bytes")
        self._following.feed(data)

    def finish(self) -> None:
        if not self._is_checked and self._first:
            self._check()
        self._following.finish()

    def _check(self) -> None:
        self._is_checked = True
        line = self._first.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
        options = self._options
        if options.is_csv:
            first = [text for text, _ in next(csv_records(line, options), [])]
        else:
            first = line.split(options.delimiter)
        check_header(first, self._names)
        self._first = b""


def reader_for(
    options: CopyOptions, names: Sequence[str], types: Sequence[DataType] | None, write: Write
) -> tuple[CopyReader, dict[str, str]]:
    """How data with these options is read, and the options with which the load reads what is written."""
    header = "false" if options.header is Header.NONE else "true"
    if options.form.value == "binary":
        if types is None:
            raise FeatureNotSupported(
                "COPY in binary format needs declared columns",
                hint="CREATE BRONZE SOURCE ... (id int, ...) FROM UPLOAD declares them.",
            )
        return BinaryRows(types, write), {**PLAIN_OPTIONS, "header": "false"}
    reader: CopyReader
    if options.force_null or options.force_not_null:
        reader = ForcedNulls(options, names, write)
        passed = {**PLAIN_OPTIONS, "header": header}
    else:
        reader = AsTheyCome(write)
        passed = {"format": options.form.value, "header": header, "delimiter": options.delimiter, "null": options.null}
        if options.is_csv:
            passed |= {"quote": options.quote, "escape": options.escape}
    if options.header is Header.MATCH:
        reader = HeaderMatched(options, names, reader)
    if not options.is_utf8:
        reader = Transcoded(options.encoding, reader)
    return reader, passed
