"""The table of settings and one session's values."""

from __future__ import annotations

import pytest

from ormolu.errors import CannotChangeRuntimeParameter, FeatureNotSupported, InvalidParameterValue, UndefinedObject
from ormolu.server.setting_table import SETTINGS
from ormolu.server.settings import Settings, start_settings


@pytest.mark.parametrize(
    ("name", "typed", "shown"),
    [
        ("timezone", "europe/paris", "Europe/Paris"), ("TimeZone", "+02", "Etc/GMT-2"), ("TimeZone", "utc", "UTC"),
        ("DateStyle", "iso, dmy", "ISO, DMY"), ("DateStyle", "german", "German, DMY"),
        ("DateStyle", "sql", "SQL, MDY"), ("IntervalStyle", "ISO_8601", "iso_8601"),
        ("bytea_output", "escape", "escape"), ("client_encoding", "utf-8", "UTF8"), ("extra_float_digits", "3", "3"),
        ("statement_timeout", "2s", "2s"), ("statement_timeout", "1500", "1500ms"), ("statement_timeout", "0", "0"),
        ("statement_timeout", "120s", "2min"), ("lake_notices", "false", "off"),
        ("refresh_mode", "BACKGROUND", "background"),
        ("application_name", "caf\u00e9", "caf?"), ("my.setting", "anything", "anything"),
    ],
)  # fmt: skip
def test_a_value_is_kept_as_it_is_shown(name: str, typed: str, shown: str) -> None:
    settings = Settings()
    assert settings.set(name, typed) == settings.get(name) == shown


def test_a_date_style_keeps_what_is_not_said() -> None:
    settings = Settings()
    for typed, shown in (
        ("SQL, DMY", "SQL, DMY"), ("ISO", "ISO, DMY"), ("YMD", "ISO, YMD"), ("German", "German, DMY"),
        ("MDY", "German, MDY"),
    ):  # fmt: skip
        assert settings.set("DateStyle", typed) == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [("TimeZone", "Mars/Olympus"), ("DateStyle", "French"), ("DateStyle", "ISO, German"),
     ("client_encoding", "EBCDIC"), ("lake_notices", "maybe"),
     ("extra_float_digits", "many"), ("statement_timeout", "soon"), ("metric_sum", "perhaps"),
     ("standard_conforming_strings", "off")],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_refused(name: str, value: str) -> None:
    with pytest.raises(InvalidParameterValue):
        Settings().set(name, value)


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UndefinedObject) as caught:
        Settings().set("statment_timeout", "1s")
    assert caught.value.hint == 'Perhaps you meant "statement_timeout".'


def test_what_only_the_server_may_say_is_refused() -> None:
    with pytest.raises(CannotChangeRuntimeParameter):
        Settings().set("server_version", "16")


@pytest.mark.parametrize("name", ["role", "ROLE", "session_authorization"])
def test_the_role_of_another_is_refused_and_ones_own_is_kept(name: str) -> None:
    settings = start_settings({"user": "ann"}, role="ann")
    with pytest.raises(FeatureNotSupported) as caught:
        settings.set(name, "bob")
    assert caught.value.hint == 'Connect as "bob".'
    assert settings.set(name, "ann") == "ann"
    settings.set(name, None)
    assert settings.get(name) in ("none", "ann")
    assert settings.set("role", "none") == "none"
    with pytest.raises(FeatureNotSupported):
        start_settings({"user": "ann", "options": f"-c {name}=bob"}, role="ann")


def test_reset_goes_back_to_what_the_startup_said() -> None:
    settings = start_settings(
        {"user": "ann", "TimeZone": "Asia/Tokyo", "options": "-c statement_timeout=5s"}, role="ann"
    )
    settings.set("TimeZone", "UTC")
    settings.reset("timezone")
    assert settings.get("TimeZone") == "Asia/Tokyo"
    settings.set("statement_timeout", "0")
    settings.set("statement_timeout", None)
    assert settings.timeout_seconds("statement_timeout") == 5.0


def test_a_rolled_back_transaction_takes_its_settings_along() -> None:
    settings = Settings()
    settings.set("application_name", "before")
    settings.begin()
    settings.set("application_name", "inside")
    settings.set("TimeZone", "Asia/Tokyo", is_local=True)
    settings.rollback()
    assert (settings.get("application_name"), settings.get("TimeZone")) == ("before", "UTC")
    settings.begin()
    settings.set("application_name", "kept")
    settings.set("TimeZone", "Asia/Tokyo", is_local=True)
    settings.commit()
    assert (settings.get("application_name"), settings.get("TimeZone")) == ("kept", "UTC")


def test_every_default_passes_its_own_check() -> None:
    for setting in SETTINGS.values():
        assert setting.check(setting.name, setting.default) == setting.default


def test_show_all_lists_each_once() -> None:
    names = [name for name, _, _ in Settings().all()]
    assert len(names) == len(set(names)) >= len(SETTINGS)
    assert {"work_mem", "enable_seqscan", "TimeZone"} <= set(names)
