"""PostgreSQL's words for an interval (IntervalStyle postgres)."""

from __future__ import annotations


def interval_text(months: int, days: int, microseconds: int) -> str:
    """Write `1 year 2 mons -3 days +04:05:06.7`: a part after a negative one says its plus."""
    years, months = int(months / 12), months - int(months / 12) * 12
    parts: list[str] = []
    is_before = False
    for number, unit in ((years, "year"), (months, "mon"), (days, "day")):
        if number:
            sign = "+" if is_before and number > 0 else ""
            parts.append(f"{sign}{number} {unit}{'' if number == 1 else 's'}")
            is_before = number < 0
    if microseconds or not parts:
        sign = "-" if microseconds < 0 else "+" if is_before else ""
        parts.append(sign + _clock(abs(microseconds)))
    return " ".join(parts)


def _clock(microseconds: int) -> str:
    seconds, fraction = divmod(microseconds, 1_000_000)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{fraction:06d}".rstrip("0") if fraction else text
