"""What several clauses share: options, schedules, violations, times and zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ormolu.definitions import (
    Action,
    AfterUpstream,
    Cron,
    DailyAt,
    Escalation,
    Every,
    Kind,
    Never,
    Option,
    Options,
    OptionValue,
    Schedule,
    SecretReference,
    Violation,
    WeeklyOn,
    Word,
)
from ormolu.errors import InvalidParameterValue, InvalidSyntax
from ormolu.sql_extensions.cron import cron_times
from ormolu.sql_extensions.options.values import KnownOption, checked, find_time, interval
from ormolu.sql_extensions.parser.cursor import Cursor, hint_for
from ormolu.sql_extensions.tokens import TokenKind

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LAYER_UPSTREAM = {"bronze": "bronze", "silver": "bronze", "gold": "silver"}


@dataclass(frozen=True, slots=True)
class WrittenOption:
    """An option before it is checked: which options there are may stand later in the statement (TYPE)."""

    name: str
    value: OptionValue
    name_position: int
    value_position: int


@dataclass(slots=True)
class Scope:
    """The statement that clauses are read for; collects the options of all its WITHs."""

    kind: Kind
    options: list[WrittenOption] = field(default_factory=list)

    @property
    def upstream_schema(self) -> str | None:
        """The schema of an unqualified name after FROM."""
        return _LAYER_UPSTREAM.get(self.kind.schema or "")

    @property
    def own_schema(self) -> str | None:
        """The schema of an unqualified name that is referred to."""
        return self.kind.schema


# --- options ----------------------------------------------------------------------------------------------------------


def written_options(cursor: Cursor) -> tuple[WrittenOption, ...]:
    """`( name = value, ... )`."""
    if cursor.take("(", ")"):
        return ()
    return cursor.in_parentheses(lambda: written_option(cursor))


def written_option(cursor: Cursor) -> WrittenOption:
    name_position = cursor.position()
    name = cursor.name("an option")
    if not cursor.take("="):
        cursor.unexpected("=")
    return WrittenOption(name, _option_value(cursor), name_position, cursor.before())


def _option_value(cursor: Cursor) -> OptionValue:
    if cursor.at_string():
        return cursor.string()
    if cursor.at_number() or cursor.at("-"):
        number = cursor.number()
        cursor.take("%")
        return int(number) if number == number.to_integral_value() else number
    if cursor.at("SECRET") and cursor.peek().kind in (TokenKind.WORD, TokenKind.IDENTIFIER):
        cursor.advance()
        return SecretReference(cursor.name("a secret"))
    if not cursor.at_name():
        cursor.unexpected("a value")
    return _word_value(cursor)


def _word_value(cursor: Cursor) -> OptionValue:
    """`true`, `ops`, or `bronze.orders (id)`."""
    if cursor.at_any("TRUE", "FALSE"):
        return cursor.advance().word == "TRUE"
    parts = [cursor.name()]
    while cursor.take("."):
        parts.append(cursor.name())
    text = ".".join(parts)
    if cursor.at("("):
        text += f" ({', '.join(cursor.names('a column'))})"
    return Word(text)


def as_options(written: tuple[WrittenOption, ...] | list[WrittenOption], known: Mapping[str, KnownOption]) -> Options:
    """The options, each known, checked, and given once."""
    found: dict[str, Option] = {}
    for option in written:
        row = known.get(option.name)
        if row is None:
            raise InvalidSyntax(
                f'unrecognized option "{option.name}"',
                hint=hint_for(option.name, sorted(known)) or "It takes no options.",
                position=option.name_position,
            )
        _refuse_twice(option, found)
        found[option.name] = Option(option.name, checked(row, option.value, position=option.value_position))
    return Options(tuple(found[name] for name in sorted(found)))


def as_free_options(written: tuple[WrittenOption, ...] | list[WrittenOption]) -> Options:
    """Options of names that only the user knows: tags, attributes, contacts, a template's roles."""
    found: dict[str, Option] = {}
    for option in written:
        _refuse_twice(option, found)
        found[option.name] = Option(option.name, option.value)
    return Options(tuple(found[name] for name in sorted(found)))


def _refuse_twice(option: WrittenOption, found: Mapping[str, Option]) -> None:
    if option.name in found:
        raise InvalidSyntax(f'option "{option.name}" is given twice', position=option.name_position)


# --- violations -------------------------------------------------------------------------------------------------------

_ACTIONS = {
    ("WARN",): Action.WARN,
    ("QUARANTINE",): Action.QUARANTINE,
    ("DISCARD",): Action.DISCARD,
    ("FAIL", "UPDATE"): Action.FAIL,
    ("FAIL",): Action.FAIL,
    ("SET", "NULL"): Action.SET_NULL,
    ("SET", "DEFAULT"): Action.SET_DEFAULT,
    ("SET", "UNKNOWN"): Action.SET_UNKNOWN,
    ("DROP", "ROW"): Action.DISCARD,
    ("REJECT",): Action.QUARANTINE,
}
"""FAIL UPDATE, DROP ROW and REJECT are what migrants write; a rejected row is kept, as nothing said to lose it."""


def find_violation(cursor: Cursor) -> Violation | None:
    """`ON VIOLATION action [OR action ABOVE n%]...`, where it stands next."""
    if not (cursor.take("ON", "VIOLATION") or cursor.take("ON", "FAIL")):
        return None
    action = _action(cursor)
    escalations: list[Escalation] = []
    while cursor.take("OR"):
        escalated = _action(cursor)
        cursor.expect("ABOVE")
        escalations.append(Escalation(escalated, normal(cursor.percent())))
    return Violation(action, tuple(escalations))


def _action(cursor: Cursor) -> Action:
    action = next((action for words, action in _ACTIONS.items() if cursor.take(*words)), None)
    if action is None:
        cursor.unexpected(*(action.value for action in Action))
    return action


def normal(number: Decimal) -> Decimal:
    """Without trailing zeros and exponents, so that 5% and 5.0% are the same."""
    return Decimal(int(number)) if number == number.to_integral_value() else number.normalize()


# --- schedules --------------------------------------------------------------------------------------------------------


def read_schedule(cursor: Cursor) -> Schedule:
    """What follows SCHEDULE."""
    match cursor.expect_any("EVERY", "DAILY", "WEEKLY", "CRON", "AFTER", "NEVER"):
        case "EVERY":
            return Every(read_interval(cursor))
        case "DAILY":
            cursor.expect("AT")
            return DailyAt(read_time(cursor), find_zone(cursor))
        case "WEEKLY":
            cursor.expect("ON")
            day = read_day(cursor)
            cursor.expect("AT")
            return WeeklyOn(day, read_time(cursor), find_zone(cursor))
        case "CRON":
            return Cron(_cron(cursor), find_zone(cursor))
        case "AFTER":
            cursor.expect("UPSTREAM")
            return AfterUpstream(read_interval(cursor) if cursor.take("AT", "MOST", "EVERY") else None)
        case _:
            return Never()


def _cron(cursor: Cursor) -> str:
    text = " ".join(cursor.string("a cron expression in quotes").split())
    cron_times(text, position=cursor.before())
    return text


def read_interval(cursor: Cursor) -> str:
    """A PostgreSQL interval in quotes, longer than nothing; kept as it was written."""
    if cursor.at_number():
        shown = cursor.token.value
        raise InvalidParameterValue(
            f"{shown} has no unit", hint=f"Write an interval in quotes: '{shown} minutes'.", position=cursor.position()
        )
    text = " ".join(cursor.string("an interval in quotes").split())
    if interval(text, position=cursor.before()).total_seconds() <= 0:
        raise InvalidParameterValue(f"the interval '{text}' is empty", position=cursor.before())
    return text


def read_time(cursor: Cursor) -> time:
    text = cursor.string("a time such as '08:00'")
    found = find_time(text)
    if found is None:
        raise InvalidParameterValue(
            f"invalid time: '{text}'", hint="Write hours and minutes: '08:00'.", position=cursor.before()
        )
    return found


def read_day(cursor: Cursor) -> str:
    """A day of the week, as `mon` ... `sun`."""
    if not cursor.at_name() or cursor.token.value not in (*DAYS, *_DAY_NAMES):
        cursor.unexpected(*_DAY_NAMES)
    return cursor.name()[:3]


def find_zone(cursor: Cursor) -> str | None:
    """`TIME ZONE 'z'`, where it stands next."""
    if not cursor.take("TIME", "ZONE"):
        return None
    name = cursor.string("a time zone in quotes")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidParameterValue(
            f'time zone "{name}" not recognized', hint="Such as 'Europe/Paris'.", position=cursor.before()
        ) from error
    return name


def read_notify(cursor: Cursor) -> tuple[str, ...]:
    """`(owner | consumers | channel, ...)`."""
    return cursor.names("owner, consumers or a channel")


def read_comment(cursor: Cursor) -> str:
    return cursor.string("a comment in quotes")
