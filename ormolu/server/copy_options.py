"""The options of COPY, checked as PostgreSQL 15 checks them.

Source: PostgreSQL 15, "COPY".
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum

from ormolu.errors import (
    FeatureNotSupported,
    InvalidColumnReference,
    InvalidParameterValue,
    InvalidSyntax,
    ObjectNotInPrerequisiteState,
    UndefinedColumn,
)

_TRUE, _FALSE = ("true", "on", "1"), ("false", "off", "0")
_OPTIONS = ("format", "header", "delimiter", "null", "quote", "escape", "encoding", "freeze",
            "force_quote", "force_not_null", "force_null")  # fmt: skip
# Letters that mean something after a backslash, or in a number, cannot part columns of the text format.
_NO_DELIMITER = "\\.abcdefghijklmnopqrstuvwxyz0123456789"
EVERY_COLUMN = "*"
# PostgreSQL's names of encodings that Python calls otherwise, without their dashes and underscores.
_ENCODINGS = {"utf8": "utf-8", "unicode": "utf-8", "sqlascii": "utf-8", "latin9": "iso8859-15", "latin10": "iso8859-16",
              "euckr": "euc_kr", "eucjp": "euc_jp", "euccn": "gb2312", "sjis": "cp932", "shiftjis": "cp932",
              "uhc": "cp949", "johab": "johab", "koi8": "koi8-r", "win": "cp1251", "alt": "cp866"}  # fmt: skip
_ENCODINGS |= {f"latin{number}": f"latin{number}" for number in range(1, 9)}
_ENCODINGS |= {f"win{page}": f"cp{page}" for page in (866, 874, *range(1250, 1259))}
_ENCODINGS |= {f"windows{page}": f"cp{page}" for page in (866, 874, *range(1250, 1259))}
_ENCODINGS |= {f"iso8859{part}": f"iso8859-{part}" for part in range(1, 17)}


class Header(Enum):
    NONE = "false"
    NAMES = "true"
    MATCH = "match"  # the names must be those of the columns


class CopyForm(Enum):
    TEXT = "text"
    CSV = "csv"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """What COPY does; a column list is `("*",)` for all columns."""

    form: CopyForm = CopyForm.TEXT
    header: Header = Header.NONE
    delimiter: str = "\t"
    null: str = "\\N"
    quote: str = '"'
    escape: str = '"'
    encoding: str = "utf-8"
    force_quote: tuple[str, ...] = ()
    force_not_null: tuple[str, ...] = ()
    force_null: tuple[str, ...] = ()

    @property
    def is_csv(self) -> bool:
        return self.form is CopyForm.CSV

    @property
    def is_utf8(self) -> bool:
        return self.encoding == "utf-8"


def copy_options(given: Mapping[str, str], *, is_from: bool) -> CopyOptions:
    """Read the options; what is unknown or contradicts itself is refused."""
    for name in given:
        if name not in _OPTIONS:
            raise InvalidSyntax(f'option "{name}" not recognized')
    form = _form(given.get("format", "text"))
    header = _header(given["header"], is_from=is_from) if "header" in given else Header.NONE
    if _boolean("freeze", given.get("freeze", "false")) and is_from:
        raise ObjectNotInPrerequisiteState(
            "cannot perform COPY FREEZE because the table was not created or truncated in the current subtransaction"
        )
    encoding = _encoding(given["encoding"]) if "encoding" in given else "utf-8"
    if form is CopyForm.BINARY:
        for option in ("delimiter", "null"):
            if option in given:
                raise InvalidSyntax(f"cannot specify {option.upper()} in BINARY mode")
    is_csv = form is CopyForm.CSV
    quote = given.get("quote", '"')
    options = CopyOptions(
        form=form,
        header=header,
        delimiter=given.get("delimiter", "," if is_csv else "\t"),
        null=given.get("null", "" if is_csv else "\\N"),
        quote=quote,
        escape=given.get("escape", quote),
        encoding=encoding,
        force_quote=_columns(given, "force_quote"),
        force_not_null=_columns(given, "force_not_null"),
        force_null=_columns(given, "force_null"),
    )
    _check_characters(options, given)
    _check_forced(options, given, is_from=is_from)
    return options


def _form(name: str) -> CopyForm:
    if name not in ("text", "csv", "binary"):
        raise InvalidParameterValue(f'COPY format "{name}" not recognized')
    return CopyForm(name)


def _header(value: str, *, is_from: bool) -> Header:
    if value.lower() == "match":
        if not is_from:
            raise FeatureNotSupported('cannot use "match" with HEADER in COPY TO')
        return Header.MATCH
    if value.lower() not in (*_TRUE, *_FALSE):
        raise InvalidSyntax('header requires a Boolean value or "match"')
    return Header.NAMES if value.lower() in _TRUE else Header.NONE


def _boolean(name: str, value: str) -> bool:
    if value.lower() not in (*_TRUE, *_FALSE):
        raise InvalidSyntax(f"{name} requires a Boolean value")
    return value.lower() in _TRUE


def _encoding(name: str) -> str:
    """Python's name of the encoding."""
    spelled = _ENCODINGS.get("".join(letter for letter in name.lower() if letter.isalnum()))
    if spelled is None:
        raise InvalidParameterValue('argument to option "encoding" must be a valid encoding name')
    codecs.lookup(spelled)
    return spelled


def _columns(given: Mapping[str, str], option: str) -> tuple[str, ...]:
    if option not in given:
        return ()
    return tuple(given[option].split(","))


def _check_characters(options: CopyOptions, given: Mapping[str, str]) -> None:
    delimiter, is_csv = options.delimiter, options.is_csv
    if len(delimiter.encode()) != 1:
        raise FeatureNotSupported("COPY delimiter must be a single one-byte character")
    if delimiter in "\r\n":
        raise InvalidParameterValue("COPY delimiter cannot be newline or carriage return")
    if "\r" in options.null or "\n" in options.null:
        raise InvalidParameterValue("COPY null representation cannot use newline or carriage return")
    if options.form is CopyForm.TEXT and delimiter in _NO_DELIMITER:
        raise InvalidParameterValue(f'COPY delimiter cannot be "{delimiter}"')
    if options.form is CopyForm.BINARY and options.header is not Header.NONE:
        raise FeatureNotSupported("cannot specify HEADER in BINARY mode")
    for option in ("quote", "escape"):
        if option in given and not is_csv:
            raise FeatureNotSupported(f"COPY {option} available only in CSV mode")
        if is_csv and len(getattr(options, option).encode()) != 1:
            raise FeatureNotSupported(f"COPY {option} must be a single one-byte character")
    if is_csv and delimiter == options.quote:
        raise InvalidParameterValue("COPY delimiter and quote must be different")
    if options.form is not CopyForm.BINARY and delimiter in options.null:
        raise FeatureNotSupported("COPY delimiter must not appear in the NULL specification")
    if is_csv and options.quote in options.null:
        raise FeatureNotSupported("CSV quote character must not appear in the NULL specification")


def _check_forced(options: CopyOptions, given: Mapping[str, str], *, is_from: bool) -> None:
    for option, words, only_from in (
        ("force_quote", "force quote", False),
        ("force_not_null", "force not null", True),
        ("force_null", "force null", True),
    ):
        if option not in given:
            continue
        if not options.is_csv:
            raise FeatureNotSupported(f"COPY {words} available only in CSV mode")
        if is_from is not only_from:
            raise FeatureNotSupported(f"COPY {words} only available using COPY {'FROM' if only_from else 'TO'}")
        if given[option] == EVERY_COLUMN and only_from:
            raise InvalidParameterValue(f'argument to option "{option}" must be a list of column names')


def check_columns(
    options: CopyOptions, copied: Collection[str], known: Collection[str], *, relation: str | None = None
) -> None:
    """The columns that the options name must be among those of the copy; `relation` is what is copied, if no query."""
    for option in ("force_quote", "force_not_null", "force_null"):
        for name in getattr(options, option):
            if name == EVERY_COLUMN or name in copied:
                continue
            if name not in known:
                of = f' of relation "{relation}"' if relation is not None else ""
                raise UndefinedColumn(f'column "{name}"{of} does not exist')
            raise InvalidColumnReference(f'{option.upper()} column "{name}" not referenced by COPY')
