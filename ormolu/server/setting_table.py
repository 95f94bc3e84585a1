"""The settings that exist: their defaults, what each accepts, and how SHOW prints it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ormolu.errors import InvalidParameterValue

SERVER_VERSION = "15.0"
SERVER_VERSION_NUM = "150000"
APPLICATION_NAME_CHARACTERS_MAX = 63
TIMEOUT_MILLISECONDS_MAX = 2_147_483_647

Check = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Setting:
    """`check` gives a typed value as SHOW prints it; clients are told of a reported one whenever it changes."""

    name: str
    default: str
    check: Check
    description: str
    is_reported: bool = False
    is_read_only: bool = False
    context: str = "user"  # who may set it, and when: PostgreSQL's own word, chapter 54.24


def any_value(_: str, value: str) -> str:
    return value


def invalid(name: str, value: str, hint: str | None = None) -> InvalidParameterValue:
    return InvalidParameterValue(f'invalid value for parameter "{name}": "{value}"', hint=hint)


_TRUE, _FALSE = ("on", "true", "yes", "1", "t", "y"), ("off", "false", "no", "0", "f", "n")


def boolean(name: str, value: str) -> str:
    if value.lower() in _TRUE:
        return "on"
    if value.lower() in _FALSE:
        return "off"
    raise InvalidParameterValue(f'parameter "{name}" requires a Boolean value')


def one_of(*choices: str) -> Check:
    def check(name: str, value: str) -> str:
        if value.lower() not in choices:
            raise invalid(name, value, f"Available values: {', '.join(choices)}.")
        return value.lower()

    return check


def integer(low: int, high: int) -> Check:
    def check(name: str, value: str) -> str:
        if not re.fullmatch(r"[+-]?\d+", value.strip()):
            raise invalid(name, value)
        if not low <= int(value) <= high:
            raise InvalidParameterValue(f'{value} is outside the valid range for parameter "{name}" ({low} .. {high})')
        return str(int(value))

    return check


_UNITS = {"": 1, "us": 0.001, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(name: str, value: str) -> int:
    """Read a time as PostgreSQL does: a plain number is milliseconds, else us, ms, s, min, h or d."""
    match = re.fullmatch(r"\s*([+-]?\d+(?:\.\d*)?)\s*([a-z]*)\s*", value)
    if match is None or match[2] not in _UNITS:
        hint = 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".'
        raise invalid(name, value, None if match is None else hint)
    number = round(float(match[1]) * _UNITS[match[2]])
    if not 0 <= number <= TIMEOUT_MILLISECONDS_MAX:
        raise InvalidParameterValue(
            f'{number} ms is outside the valid range for parameter "{name}" (0 .. {TIMEOUT_MILLISECONDS_MAX})'
        )
    return number


def _duration(name: str, value: str) -> str:
    number = milliseconds(name, value)
    for unit, factor in reversed(_UNITS.items()):
        if number and unit and number % factor == 0:
            return f"{int(number // factor)}{unit}"
    return str(number)


def _encoding(name: str, value: str) -> str:
    """Text is UTF-8 on this wire; SQL_ASCII says that the client takes bytes as they come."""
    spelled = re.sub(r"[^a-z0-9]", "", value.lower())
    if spelled in ("utf8", "unicode"):
        return "UTF8"
    if spelled == "sqlascii":
        return "SQL_ASCII"
    raise invalid(name, value, "Use UTF8.")


_DATE_ORDERS = {"mdy": "MDY", "us": "MDY", "noneuropean": "MDY", "dmy": "DMY", "european": "DMY", "ymd": "YMD"}


_DATE_FORMS = {"iso": "ISO", "sql": "SQL", "postgres": "Postgres", "german": "German"}


def _date_style(name: str, value: str) -> str:
    return date_style_after(name, value, "ISO, MDY")


def date_style_after(name: str, value: str, current: str) -> str:
    """A form, an order of day and month, or both; what is not said stays, but German says the order too."""
    current_form, _, current_order = current.partition(", ")
    forms: set[str] = set()
    orders: set[str] = set()
    for word in re.split(r"[\s,]+", value.lower().strip()):
        if word in _DATE_ORDERS:
            orders.add(_DATE_ORDERS[word])
        elif word in _DATE_FORMS:
            forms.add(_DATE_FORMS[word])
        elif word != "default":
            raise invalid(name, value)
    if len(forms) > 1 or len(orders) > 1:
        raise invalid(name, value, "Conflicting DateStyle specifications.")
    order = "DMY" if "German" in forms else current_order
    return f"{forms.pop() if forms else current_form}, {orders.pop() if orders else order}"


_OFFSET = re.compile(r"^([+-]?)(\d{1,2})(?::?(\d{2}))?$")


def _time_zone(name: str, value: str) -> str:
    zone = value.strip()
    if zone.upper() in ("UTC", "GMT", "Z", "ZULU", "DEFAULT", "LOCAL"):
        return "UTC" if zone.upper() != "GMT" else "GMT"
    if offset := _OFFSET.match(zone):
        return _fixed_zone(name, value, offset)
    try:
        return ZoneInfo(zone).key
    except (KeyError, ValueError, OSError) as error:
        for known in _zones():
            if known.lower() == zone.lower():
                return known
        raise invalid(name, value, "Name a zone as in Europe/Paris.") from error


def _fixed_zone(name: str, value: str, offset: re.Match[str]) -> str:
    """Whole hours are the Etc zones, whose sign is the other way round."""
    hours, minutes = int(offset[2]), int(offset[3] or 0)
    if hours > 14 or minutes:
        raise invalid(name, value, "Name a zone as in Europe/Paris.")
    if not hours:
        return "UTC"
    return f"Etc/GMT{'+' if offset[1] == '-' else '-'}{hours}"


def _zones() -> Iterable[str]:
    from zoneinfo import available_timezones

    return available_timezones()


def _application_name(_: str, value: str) -> str:
    printable = "".join(letter if " " <= letter <= "~" else "?" for letter in value)
    return printable[:APPLICATION_NAME_CHARACTERS_MAX]


_LEVELS = one_of("debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error")


def _least_message(name: str, value: str) -> str:
    return _LEVELS(name, "debug2" if value.lower() == "debug" else value)


_ISOLATION = one_of("read committed", "repeatable read", "serializable", "read uncommitted")


def _rows(*rows: Setting) -> dict[str, Setting]:
    return {row.name.lower(): row for row in rows}


SETTINGS: Mapping[str, Setting] = _rows(
    Setting("application_name", "", _application_name, "What the client calls itself.", is_reported=True),
    Setting("bytea_output", "hex", one_of("hex", "escape"), "The text form of bytea."),
    Setting("check_function_bodies", "on", boolean, "Accepted; there are no function bodies."),
    Setting("client_encoding", "UTF8", _encoding, "The encoding of text on the wire.", is_reported=True),
    Setting("client_min_messages", "notice", _least_message, "The least severe message that is sent."),
    Setting("DateStyle", "ISO, MDY", _date_style, "How dates are written.", is_reported=True),
    Setting("default_transaction_isolation", "read committed", _ISOLATION, "The isolation of new transactions."),
    Setting("default_transaction_read_only", "off", boolean, "Whether new transactions only read.", is_reported=True),
    Setting("default_transaction_deferrable", "off", boolean, "Accepted; no transaction waits for another."),
    Setting("extra_float_digits", "1", integer(-15, 3), "Accepted; floats are written in their shortest exact form."),
    Setting("idle_in_transaction_session_timeout", "0", _duration, "How long a transaction may stay idle."),
    Setting("idle_session_timeout", "0", _duration, "How long a session may stay idle outside a transaction."),
    Setting("in_hot_standby", "off", boolean, "Whether this is a standby.", is_reported=True, is_read_only=True),
    Setting("integer_datetimes", "on", boolean, "Timestamps are integers.", is_reported=True, is_read_only=True),
    Setting("IntervalStyle", "postgres", one_of("postgres", "postgres_verbose", "sql_standard", "iso_8601"),
            "How intervals are written.", is_reported=True),
    Setting("is_superuser", "off", boolean, "Whether the role is a superuser.", is_reported=True, is_read_only=True),
    Setting("jit", "off", boolean, "Accepted; the engine decides."),
    Setting("lake_notices", "on", boolean, "Whether answers explain themselves with notices."),
    Setting("lc_collate", "C", any_value, "The sort order of text.", is_read_only=True),
    Setting("lc_ctype", "C.UTF-8", any_value, "The classes of characters.", is_read_only=True),
    Setting("lc_messages", "C", any_value, "The language of messages."),
    Setting("lc_monetary", "C", any_value, "How money is written."),
    Setting("lock_timeout", "0", _duration, "How long to wait for a lock."),
    Setting("max_identifier_length", "63", any_value, "The longest name.", is_read_only=True),
    Setting("max_index_keys", "32", any_value, "The most columns of an index.", is_read_only=True),
    Setting("metric_sum", "error", one_of("error", "warn", "allow"), "What SUM of a non-additive measure does."),
    Setting("refresh_mode", "wait", one_of("wait", "background"), "Whether a statement waits for the run it starts."),
    Setting("result_cache", "on", boolean, "Whether results that were kept are given again."),
    Setting("role", "none", any_value, "The role whose rights count."),
    Setting("row_security", "on", boolean, "Row policies always hold."),
    Setting("search_path", "gold, silver, bronze", any_value, "The schemas searched for a name without one."),
    Setting("server_encoding", "UTF8", any_value, "The encoding of stored text.", is_reported=True, is_read_only=True),
    Setting("server_version", SERVER_VERSION, any_value, "The version of PostgreSQL that is spoken.", is_reported=True,
            is_read_only=True),
    Setting("server_version_num", SERVER_VERSION_NUM, any_value, "The same as a number.", is_read_only=True),
    Setting("session_authorization", "", any_value, "The role that logged in.", is_reported=True),
    Setting("standard_conforming_strings", "on", one_of("on"), "Backslashes are ordinary in strings.",
            is_reported=True),
    Setting("statement_timeout", "0", _duration, "How long a statement may run."),
    Setting("TimeZone", "UTC", _time_zone, "The zone of timestamps.", is_reported=True),
    Setting("transaction_deferrable", "off", boolean, "Accepted; no transaction waits for another."),
    Setting("transaction_isolation", "read committed", _ISOLATION, "The isolation of this transaction."),
    Setting("transaction_read_only", "off", boolean, "Whether this transaction only reads."),
    Setting("xmloption", "content", any_value, "Accepted; there is no xml parsing."),
)  # fmt: skip
