"""How files are read: the options of FORMAT, and the engine's query that yields a file's rows as they came."""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlglot import exp

from ormolu.connectors.source import Engine
from ormolu.definitions import Format
from ormolu.errors import (
    BadCopyFileFormat,
    CharacterNotInRepertoire,
    FeatureNotSupported,
    InvalidParameterValue,
    OrmoluError,
    UndefinedFile,
)

FILE_COLUMN = "__ormolu_file"
ORDER_COLUMN = "__ormolu_order"
HEADER_BYTES_MAX = 1_000_000
SCANNED_BYTES = 1024 * 1024
LINE_BYTES_MAX = 2 * 1024 * 1024  # DuckDB reserves 16 times as much for each reader
LINE_BYTES_MIN = 64 * 1024
OBJECT_BYTES_MAX = 16 * 1024 * 1024
DIGITS_MAX = 38
OWN_COPY_OPTIONS = frozenset(("repeat", "file_name"))  # what COPY takes beyond PostgreSQL's options
_ENGINE_ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "ascii": "utf-8",
    "iso8859-1": "latin-1",
    "utf-16": "utf-16",
}
_ENCODINGS_THERE_ARE = "There are utf-8, latin-1 and utf-16."
_DELIMITERS = (",", ";", "\t", "|")
_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".pq": "parquet",
}


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """`text` is PostgreSQL's COPY text format; a delimiter of None is found by looking at the header."""

    has_header: bool = True
    delimiter: str | None = None
    quote: str = '"'
    escape: str = '"'
    null: str = ""
    encoding: str = "utf-8"
    is_text: bool = False
    force_null: bool = False  # a quoted empty value is NULL too


TEXT_DIALECT = CsvDialect(has_header=False, delimiter="\t", quote="", escape="", null="\\N", is_text=True)


@dataclass(frozen=True, slots=True)
class FileFormat:
    name: str  # csv, json, ndjson, parquet
    dialect: CsvDialect = CsvDialect()


def file_format(declared: Format | None, path: str) -> FileFormat:
    """The format that FORMAT declares, else the one that the file's name tells."""
    if declared is None:
        name = _SUFFIXES.get(Path(path.removesuffix(".gz")).suffix.lower())
        if name is None:
            raise InvalidParameterValue(
                f'the format of "{path}" is not known from its name', hint="Add FORMAT csv, json, ndjson or parquet."
            )
        return FileFormat(name)
    options = {item.name: str(item.value) for item in declared.options.items}
    name = declared.name.lower()
    return _named_format(name, options, TEXT_DIALECT if name == "text" else CsvDialect())


def copy_format(declared: Format | None, options: Mapping[str, str], *, names_columns: bool = False) -> FileFormat:
    """The source's FORMAT where COPY says nothing about its data, else what PostgreSQL would read."""
    if is_postgres_copy(options, names_columns=names_columns):
        declared = None
    base = {} if declared is None else {item.name: str(item.value) for item in declared.options.items}
    name = options.get("format", declared.name if declared is not None else "text").lower()
    start = TEXT_DIALECT if name == "text" else CsvDialect(has_header=False, delimiter=",")
    return _named_format(name, {**base, **options}, start)


def is_postgres_copy(options: Mapping[str, str], *, names_columns: bool) -> bool:
    """Whether COPY names columns or gives an option of PostgreSQL's: then all is read as PostgreSQL does."""
    return names_columns or not options.keys() <= OWN_COPY_OPTIONS


def _named_format(name: str, options: Mapping[str, str], start: CsvDialect) -> FileFormat:
    match name:
        case "csv" | "text":
            return FileFormat("csv", _dialect(options, start))
        case "json" | "ndjson" | "parquet":
            return FileFormat(name)
        case "jsonl":
            return FileFormat("ndjson")
        case _:
            raise FeatureNotSupported(
                f"FORMAT {name} is not supported yet", hint="There are csv, text, json, ndjson and parquet."
            )


def _dialect(options: Mapping[str, str], start: CsvDialect) -> CsvDialect:
    dialect = start
    for option, value in options.items():
        match option.lower():
            case "header":
                dialect = replace(dialect, has_header=_is_on(value))
            case "delimiter" | "delim" | "sep":
                dialect = replace(dialect, delimiter=_one_character(option, value))
            case "quote":
                quote = _one_character(option, value)
                dialect = replace(dialect, quote=quote, escape=quote if "escape" not in options else dialect.escape)
            case "escape":
                dialect = replace(dialect, escape=_one_character(option, value))
            case "null":
                dialect = replace(dialect, null=value)
            case "encoding":
                dialect = replace(dialect, encoding=_encoding(value))
            case _:
                continue
    return dialect


def _is_on(value: str) -> bool:
    return value.lower() in ("true", "on", "1", "yes", "match", "")


def _one_character(option: str, value: str) -> str:
    text = {"\\t": "\t", "tab": "\t"}.get(value, value)
    if len(text) != 1:
        raise InvalidParameterValue(f"{option} must be one character, not '{value}'")
    return text


def _encoding(value: str) -> str:
    spelled = value.lower().replace("utf8", "utf-8").replace("latin1", "latin-1").replace("win125", "cp125")
    try:
        name = codecs.lookup(spelled).name
    except LookupError as error:
        raise InvalidParameterValue(f"encoding '{value}' is not known", hint=_ENCODINGS_THERE_ARE) from error
    if name not in _ENGINE_ENCODINGS:
        raise FeatureNotSupported(
            f"encoding {value} is not supported yet", hint=f"Convert the file to utf-8. {_ENCODINGS_THERE_ARE}"
        )
    return name


@dataclass(frozen=True, slots=True)
class TextHead:
    """The first record of a delimited file: its delimiter, and the names or the number of its columns."""

    delimiter: str
    names: tuple[str, ...]


def read_head(path: Path, dialect: CsvDialect, *, title: str | None = None) -> TextHead | None:
    """The head of a file; None for an empty one. 22P04 where names repeat. `title` is what messages call the file."""
    title = title or path.name
    _refuse_zero_bytes(path, dialect, title)
    text = _first_text(path, dialect, title)
    if not text.strip("\r\n"):
        return None
    delimiter = dialect.delimiter or _delimiter(text)
    first = _first_record(text, delimiter, dialect)
    if not dialect.has_header:
        return TextHead(delimiter, tuple(f"column{number}" for number in range(1, len(first) + 1)))
    names = tuple(name.strip() or f"column{number}" for number, name in enumerate(first, start=1))
    seen: set[str] = set()
    for name in names:
        if name.lower() in seen:
            raise BadCopyFileFormat(f'{title}, line 1: column "{name}" appears twice', hint="Rename one of them.")
        seen.add(name.lower())
    return TextHead(delimiter, names)


def _refuse_zero_bytes(path: Path, dialect: CsvDialect, title: str) -> None:
    """The whole file is looked at: that takes a hundredth of the time it takes to load it."""
    if dialect.encoding.startswith(("utf-16", "utf-32")) or path.suffix == ".gz":
        return
    with open_bytes(path) as stream:
        while data := stream.read(SCANNED_BYTES):
            if b"\0" in data:
                raise zero_byte(title)


def zero_byte(title: str, detail: str | None = None) -> CharacterNotInRepertoire:
    return CharacterNotInRepertoire(
        f'{title}: invalid byte sequence for encoding "UTF8": 0x00',
        detail=detail,
        hint="Text holds no zero bytes: take them out, or say what encoding it is.",
    )


def _first_text(path: Path, dialect: CsvDialect, title: str) -> str:
    try:
        with open_bytes(path) as stream:
            data = stream.read(HEADER_BYTES_MAX)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadCopyFileFormat(
            f"{title}: this is no whole gzip file", hint="The file may have been cut off: send it again."
        ) from error
    try:
        decoder = codecs.getincrementaldecoder(dialect.encoding)()
        return decoder.decode(data).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise CharacterNotInRepertoire(
            f"{title} is not valid {dialect.encoding}: byte {error.start + 1}",
            hint="Say what it is: FORMAT csv (encoding = 'latin-1').",
        ) from error


def open_bytes(path: Path):  # type: ignore[no-untyped-def]  # gzip's and open's streams share no public type
    try:
        return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")
    except FileNotFoundError as error:
        raise UndefinedFile(f'file "{path.name}" does not exist') from error


def _delimiter(text: str) -> str:
    line = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=lambda candidate: (line.count(candidate), -_DELIMITERS.index(candidate)))


def _first_record(text: str, delimiter: str, dialect: CsvDialect) -> list[str]:
    if not dialect.quote:
        return text.split("\n", 1)[0].removesuffix("\r").split(delimiter)
    reader: Iterator[list[str]] = csv.reader(
        text.splitlines(keepends=True),
        delimiter=delimiter,
        quotechar=dialect.quote,
        escapechar=None if dialect.escape == dialect.quote else dialect.escape,
    )
    return next(reader)


def delimited_query(
    paths: Sequence[str], head: TextHead, dialect: CsvDialect, *, largest_bytes: int = LINE_BYTES_MAX
) -> str:
    """Files with one head, every column as text; the file's path is the last column.

    `largest_bytes` is the size of the largest file where it is known: no line is longer, and memory is kept for one.
    """
    columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in head.names)
    options = [
        f"columns = {{{columns}}}",
        "auto_detect = false",
        f"header = {'true' if dialect.has_header else 'false'}",
        f"delim = {_text(head.delimiter)}",
        f"quote = {_text(dialect.quote)}",
        f"escape = {_text(dialect.escape)}",
        f"nullstr = {_text(dialect.null)}",
        f"allow_quoted_nulls = {'true' if dialect.force_null else 'false'}",
        "null_padding = false",
        "strict_mode = true",
        f"encoding = {_text(_ENGINE_ENCODINGS[dialect.encoding])}",
        f"max_line_size = {max(LINE_BYTES_MIN, min(LINE_BYTES_MAX, largest_bytes + 1))}",
        f"filename = {_text(FILE_COLUMN)}",
    ]
    selected = [
        f"{_unescaped(_name(name))} AS {_name(name)}" if dialect.is_text else _name(name) for name in head.names
    ]
    return (
        f"SELECT {', '.join([*selected, _name(FILE_COLUMN)])} "  # noqa: S608 - names and texts are quoted
        f"FROM read_csv([{', '.join(map(_text, paths))}], {', '.join(options)})"
    )


def _unescaped(value: str) -> str:
    """COPY's backslash sequences undone (PostgreSQL, COPY, "Text Format"); octal and hex ones are not."""
    inner = f"replace({value}, '\\\\', chr(1))"
    for sequence, code in (("n", 10), ("t", 9), ("r", 13), ("b", 8), ("f", 12), ("v", 11)):
        inner = f"replace({inner}, '\\{sequence}', chr({code}))"
    inner = f"replace(replace({inner}, '\\', ''), chr(1), '\\')"
    return f"CASE WHEN contains({value}, '\\') THEN {inner} ELSE {value} END"


def json_query(paths: Sequence[str], kind: str, engine: Engine) -> tuple[str, tuple[str, ...]]:
    """JSON files with every key of any object as a text column, in order of first appearance; none, no query."""
    layout = "newline_delimited" if kind == "ndjson" else "auto"
    files = f"[{', '.join(map(_text, paths))}]"
    options = f"format = '{layout}', maximum_object_size = {OBJECT_BYTES_MAX}"
    keys = engine.rows(
        "SELECT key FROM (SELECT unnest(keys) AS key, row, generate_subscripts(keys, 1) AS place FROM "  # noqa: S608
        f"(SELECT json_keys(json) AS keys, row_number() OVER () AS row FROM read_json_objects({files}, {options}))) "
        "GROUP BY key ORDER BY min(row), min(place)"
    )
    names = tuple(str(row[0]) for row in keys)
    if "" in names:
        raise BadCopyFileFormat("an object has a key without a name", hint="A column needs a name: give the key one.")
    _refuse_others(files, options, paths, engine)
    columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in names)
    if not names:
        return "", ()
    selected = ", ".join(map(_name, (*names, FILE_COLUMN)))
    return (
        f"SELECT {selected} FROM read_json({files}, {options}, columns = {{{columns}}}, "  # noqa: S608 - quoted
        f"filename = {_text(FILE_COLUMN)})",
        names,
    )


def _refuse_others(files: str, options: str, paths: Sequence[str], engine: Engine) -> None:
    """A record is an object: a number or a list in its place would be a row of nothing."""
    others = engine.rows(
        f"SELECT filename, json_type(json) FROM read_json_objects({files}, {options}, filename = true) "  # noqa: S608
        "WHERE json_type(json) <> 'OBJECT' LIMIT 1"
    )
    if others:
        location, kind = others[0]
        raise BadCopyFileFormat(
            f"{Path(str(location)).name}: {str(kind).lower()} where an object is expected",
            hint='Each record is an object, as {"column": value}: alone, one a line, or in a list.',
        )


def refuse_wide_decimals(path: str, engine: Engine, *, title: str) -> None:
    """The engine would read them as double precision and lose digits."""
    wide = engine.rows(
        f"SELECT name, precision FROM parquet_schema({_text(path)}) WHERE precision > {DIGITS_MAX} LIMIT 1"  # noqa: S608
    )
    if wide:
        raise FeatureNotSupported(
            f'{title}: column "{wide[0][0]}" has {wide[0][1]} digits, more than {DIGITS_MAX}',
            hint="Write it with fewer digits, or as text.",
        )


def parquet_query(paths: Sequence[str]) -> str:
    """Parquet files with union of their columns, and each row's number in its file."""
    files = f"[{', '.join(map(_text, paths))}]"
    return (
        f"SELECT * FROM read_parquet({files}, union_by_name = true, "  # noqa: S608 - paths are quoted
        f"filename = {_text(FILE_COLUMN)}, hive_partitioning = false)"
    )


def broken_file(error: OrmoluError, paths: Sequence[str], *, title: str | None = None) -> OrmoluError:
    """An engine's complaint about a file as COPY would word it: the file, the line, and what stands there.

    `title` is what the user calls the file, where it is not the file's own name. What the engine said in full is the
    error's cause.
    """
    text = str(error.__cause__ or error.detail or error.message)
    facts = dict(_facts(text))
    file = title or Path(facts.get("file", paths[0] if paths else "")).name
    place = f"{file}, line {facts['line']}" if "line" in facts else file
    if "unicode" in text or "not utf-8 encoded" in text or "invalid UTF-8" in text:
        return CharacterNotInRepertoire(
            f"{place}: not valid utf-8", hint="Say what it is: FORMAT csv (encoding = 'latin-1')."
        )
    if "Expected Number of Columns" in text:
        complaint = next(line for line in text.splitlines() if "Expected Number of Columns" in line)
        expected, found = (part.strip() for part in complaint.split("Columns:")[1].split("Found:"))
        return BadCopyFileFormat(
            f"{place}: {found} columns where {expected} are expected",
            hint="Is the delimiter right? A value that holds it must be quoted.",
        )
    if "state machine reached an invalid state" in text:
        return BadCopyFileFormat(
            f"{file}: its lines end in different ways",
            hint="End them all alike: dos2unix, or a text editor, does that.",
        )
    if "Maximum line size" in text:
        return BadCopyFileFormat(
            f"{place}: the line is longer than {LINE_BYTES_MAX // 1024 // 1024} MB",
            hint="Is a quote missing? Longer values come as ndjson (16 MB an object) or parquet.",
        )
    if "unterminated quote" in text.lower() or "quote should be" in text.lower():
        return BadCopyFileFormat(
            f"{place}: a quoted value does not end", hint="The file may have been cut off: send it again."
        )
    if "No magic bytes" in text or "Footer length" in text or "too small to be a Parquet file" in text:
        return BadCopyFileFormat(
            f"{place}: this is no whole Parquet file", hint="The file may have been cut off: send it again."
        )
    if "CSV Error" in text or "JSON" in text or "Parquet" in text:
        reason = next((line for line in text.splitlines()[1:] if line and not line.startswith("Original")), text)
        return BadCopyFileFormat(f"{place}: {reason.strip()}", hint="Look at that line, or at FORMAT's options.")
    return error


def _facts(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if "Error on Line:" in line:
            yield "line", line.rsplit(":", 1)[1].strip()
        elif line.strip().startswith("file ="):
            yield "file", line.split("=", 1)[1].strip()


def _name(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql(dialect="duckdb")


def _text(value: str) -> str:
    return exp.Literal.string(value).sql(dialect="duckdb")
