"""Time zones by IANA's names, PostgreSQL's abbreviations and plain offsets."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from ormolu.sql_extensions.values.calendar import DAY, DAY_SECONDS, SECOND, civil

# Hours east of UTC of the abbreviations that PostgreSQL knows by default and whose offset never moved.
_ABBREVIATIONS = {
    name: round(hours * 3600)
    for hours, names in {
        0: "gmt utc uct wet z zulu",
        1: "bst cet met wetdst",
        2: "cest cetdst eet mest metdst sast ist_",
        3: "eest eetdst eat msk_ trt_",
        3.5: "irst_",
        4: "msd_ gst_",
        5: "uzt pkt mvt",
        5.5: "ist_india",
        7: "ict wib_ cxt",
        8: "awst sgt_ hkt pht_ wita_ cct_",
        9: "jst kst wit_",
        9.5: "acst",
        10: "aest chst",
        10.5: "acdt",
        11: "aedt",
        12: "nzst",
        13: "nzdt",
        -1: "azot_",
        -2: "fnt_",
        -2.5: "ndt",
        -3: "adt brt_ pmst pmdt_ uyt_ clst_",
        -3.5: "nst nft_",
        -4: "ast edt bot_",
        -5: "est cdt",
        -6: "cst mdt",
        -7: "mst pdt",
        -8: "pst akdt",
        -9: "akst hdt",
        -10: "hst ckt taht",
    }.items()
    for name in names.split()
    if not name.endswith("_") and "_" not in name
}
_ABBREVIATIONS["ist"] = 2 * 3600
_POSIX = re.compile(r"[a-z]{3,}([+-])(\d{1,2})(?::?(\d{2}))?$", re.IGNORECASE)
_PYTHON_YEARS = (2, 9998)


@lru_cache(maxsize=1024)
def zone_name(word: str) -> str | None:
    """IANA's own spelling of a name, whatever its case; None where there is none."""
    if not re.fullmatch(r"[A-Za-z0-9_+/-]+", word):
        return None
    return _by_lower_name().get(word.lower())


@lru_cache(maxsize=1)
def _by_lower_name() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def find_offset(word: str) -> int | None:
    """Seconds east of UTC of an abbreviation or of POSIX's form (UTC+3 is three hours west); None for others."""
    if word.lower() in _ABBREVIATIONS:
        return _ABBREVIATIONS[word.lower()]
    if (posix := _POSIX.match(word)) and zone_name(word) is None:
        seconds = int(posix[2]) * 3600 + int(posix[3] or 0) * 60
        return -seconds if posix[1] == "+" else seconds
    return None


_PLAIN_OFFSET = re.compile(r"([+-]?)(\d{1,2})(?::(\d{2}))?$")


def posix_offset(word: str) -> int | None:
    """Seconds east of UTC where a zone is asked for: as `find_offset`, and of `+02`, which is west there too."""
    plain = _PLAIN_OFFSET.match(word)
    if plain is None:
        return find_offset(word)
    seconds = int(plain[2]) * 3600 + int(plain[3] or 0) * 60
    return seconds if plain[1] == "-" else -seconds


def offset_of_local(moment: int, zone: str) -> int:
    """Seconds east of UTC at a wall clock's time; at a change of clocks as PostgreSQL reads it, with the smaller."""
    if zone == "UTC":
        return 0
    info = ZoneInfo(zone)
    local = _datetime(moment)
    offsets = [info.utcoffset(local.replace(fold=fold)) for fold in (0, 1)]
    return min(int(offset.total_seconds()) for offset in offsets if offset is not None)


def offset_at(moment: int, zone: str) -> tuple[int, str]:
    """Seconds east of UTC at a moment in UTC, and the abbreviation in use then."""
    if zone == "UTC":
        return 0, "UTC"
    info = ZoneInfo(zone)
    there = _datetime(moment).replace(tzinfo=ZoneInfo("UTC")).astimezone(info)
    offset = there.utcoffset()
    assert offset is not None
    return int(offset.total_seconds()), there.tzname() or ""


def _datetime(moment: int) -> datetime:
    """The moment, or one of the same clock rules 400 years apart where Python's calendar ends."""
    days, rest = divmod(moment, DAY)
    year, month, day = civil(days)
    if year < _PYTHON_YEARS[0]:
        year, month, day = 2, 1, 3
    elif year > _PYTHON_YEARS[1]:
        year = 2400 + year % 400
    return datetime(year, month, day) + timedelta(seconds=rest // SECOND % DAY_SECONDS, microseconds=rest % SECOND)
