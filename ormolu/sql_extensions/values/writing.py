"""Values written as PostgreSQL writes them in a session's styles, from the engine's own text."""

from __future__ import annotations

from collections.abc import Callable

from ormolu.sql_extensions.values import moments
from ormolu.sql_extensions.values.interval_forms import write_interval
from ormolu.sql_extensions.values.intervals import read_interval
from ormolu.sql_extensions.values.jsons import read_jsonb
from ormolu.sql_extensions.values.moment_forms import date_text, moment_text, zoned_text
from ormolu.sql_extensions.values.style import PLAIN, ValueStyle
from ormolu.sql_extensions.values.texts import escaped_bytes

Write = Callable[[str, ValueStyle], str]


def write_value(engine_text: str, name: str, style: ValueStyle) -> str:
    """The text of a value that the engine wrote as `engine_text`; a bytea comes in hexadecimal."""
    return _WRITERS[name](engine_text, style)


def _read(text: str) -> str:
    return text.replace("(BC)", "").strip() + " BC" if "(BC)" in text else text


def _bytea(text: str, style: ValueStyle) -> str:
    return escaped_bytes(bytes.fromhex(text)) if style.bytea_form == "escape" else f"\\x{text.lower()}"


_WRITERS: dict[str, Write] = {
    "date": lambda text, style: date_text(moments.read_date(_read(text), PLAIN), style),
    "timestamp": lambda text, style: moment_text(moments.read_timestamp(_read(text), PLAIN), style),
    "timestamptz": lambda text, style: zoned_text(moments.read_timestamptz(_read(text), PLAIN), style),
    "interval": lambda text, style: write_interval(read_interval(text), style.interval_form),
    "bytea": _bytea,
    "jsonb": lambda text, _: read_jsonb(text),
}
