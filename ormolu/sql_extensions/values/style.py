"""What of a session's settings shows in values, and in how their text is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ValueStyle:
    """DateStyle is `date_form` (ISO, SQL, Postgres, German) and `date_order` (MDY, DMY, YMD).

    `now` is the transaction's time, for words as `today`; None where nobody may ask for it.
    """

    time_zone: str = "UTC"
    date_form: str = "ISO"
    date_order: str = "MDY"
    interval_form: str = "postgres"
    bytea_form: str = "hex"
    float_digits: int = 1
    now: datetime | None = None

    @property
    def is_plain(self) -> bool:
        """Whether dates, intervals, floats and bytes are written as by default."""
        forms = (self.date_form, self.interval_form, self.bytea_form)
        return forms == ("ISO", "postgres", "hex") and self.float_digits > 0

    @property
    def text(self) -> str:
        """What of it a function of the engine is told."""
        return "|".join((self.time_zone, self.date_form, self.date_order, self.interval_form, self.bytea_form))


def written_style(text: str) -> ValueStyle:
    """The style that `text` was made of."""
    zone, form, order, interval_form, bytea_form = text.split("|")
    return ValueStyle(zone, form, order, interval_form, bytea_form)


def date_style(value: str) -> tuple[str, str]:
    """The form and the order that a value of DateStyle names."""
    form, _, order = value.partition(", ")
    return form, order


PLAIN = ValueStyle()
