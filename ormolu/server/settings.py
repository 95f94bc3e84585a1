"""The values that one session has given its settings.

Names compare without regard to case; what may not be set answers 55P02 as PostgreSQL does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ormolu.errors import CannotChangeRuntimeParameter, FeatureNotSupported, InsufficientPrivilege, UndefinedObject
from ormolu.server.accepted_settings import accepted_settings
from ormolu.server.setting_table import SETTINGS, Setting, any_value, date_style_after, milliseconds

# Names in a startup message that are not settings.
_STARTUP_ONLY = frozenset(("user", "database", "options", "replication"))
_OPTION = re.compile(r"(?:-c\s*|--)((?:\\.|[^\s=])+)=((?:\\.|\S)*)")
# Outside a transaction these say how the next one will be.
_DEFAULTS = {f"transaction_{each}": f"default_transaction_{each}" for each in ("isolation", "read_only", "deferrable")}
# RESET ALL leaves a transaction as it is (PostgreSQL 15, GUC_NO_RESET_ALL).
_KEPT_BY_RESET_ALL = frozenset((*_DEFAULTS, "session_authorization", "role"))


def start_settings(parameters: Mapping[str, str], *, role: str, is_superuser: bool = False) -> Settings:
    """The settings of a new session: what the startup message asked for, its `options=-c name=value` included."""
    settings = Settings()
    settings.fix("session_authorization", role)
    settings.fix("is_superuser", "on" if is_superuser else "off")
    for name, value in _OPTION.findall(parameters.get("options", "")):
        settings.start(re.sub(r"\\(.)", r"\1", name).replace("-", "_"), re.sub(r"\\(.)", r"\1", value))
    for name, value in parameters.items():
        if name not in _STARTUP_ONLY:
            settings.start(name, value)
    return settings


@dataclass(frozen=True, slots=True)
class SettingValues:
    """What was set at one moment, for the session and for its transaction."""

    session: Mapping[str, str]
    local: Mapping[str, str]


@dataclass(slots=True)
class Settings:
    """One session's values; a transaction that is rolled back takes its changes with it."""

    _values: dict[str, str] = field(default_factory=dict)
    _startup: dict[str, str] = field(default_factory=dict)
    _before_transaction: dict[str, str] | None = None
    _local: dict[str, str] = field(default_factory=dict)
    generation: int = 0
    _timeouts: dict[str, float] = field(default_factory=dict)
    _timeouts_generation: int = -1
    _shown: tuple[int, list[tuple[str, str, str]]] = (-1, [])

    def start(self, name: str, value: str) -> None:
        """Set a value that RESET goes back to: what the startup message, or the role, said."""
        key, checked = self._checked(name, value, at_start=True)
        self._startup[key] = checked
        self.generation += 1

    def fix(self, name: str, value: str) -> None:
        """Set what only the server may: server_version, is_superuser, session_authorization."""
        self._startup[name.lower()] = value
        self.generation += 1

    def get(self, name: str) -> str:
        key = name.lower()
        for values in (self._local, self._values, self._startup):
            if key in values:
                return values[key]
        if key in _DEFAULTS:
            return self.get(_DEFAULTS[key])
        setting = _find(name)
        if setting.context == _CUSTOM:
            raise UndefinedObject(f'unrecognized configuration parameter "{name}"')
        return setting.default

    def find(self, name: str) -> str | None:
        try:
            return self.get(name)
        except UndefinedObject:
            return None

    def set(self, name: str, value: str | None, *, is_local: bool = False) -> str:
        """Set a value, or go back to the default with None; gives the value as SHOW prints it."""
        if value is None:
            self.reset(name)
            return self.get(name)
        key, checked = self._checked(name, value)
        (self._local if is_local else self._values)[key] = checked
        if not is_local:
            self._local.pop(key, None)
        self.generation += 1
        return checked

    def reset(self, name: str) -> None:
        if name.lower() == "all":
            self._values = {key: value for key, value in self._values.items() if key in _KEPT_BY_RESET_ALL}
            self._local = {key: value for key, value in self._local.items() if key in _KEPT_BY_RESET_ALL}
        else:
            setting = _find(name)
            self._check_settable(setting)
            self._values.pop(name.lower(), None)
            if setting.context == _CUSTOM and name.lower() not in self._startup:
                self._values[name.lower()] = setting.default
            self._local.pop(name.lower(), None)
        self.generation += 1

    def all(self) -> list[tuple[str, str, str]]:
        """Name, value and description of each, as SHOW ALL lists them."""
        generation, rows = self._shown
        if generation == self.generation:
            return rows
        known = {**accepted_settings(), **SETTINGS}
        rows = [(row.name, self.get(row.name), row.description) for row in known.values()]
        own = {**self._startup, **self._values, **self._local}.keys() - known.keys()
        rows = sorted(rows + [(name, self.get(name), "") for name in own], key=lambda row: row[0].lower())
        self._shown = self.generation, rows
        return rows

    def reported(self) -> dict[str, str]:
        return {row.name: self.get(row.name) for row in SETTINGS.values() if row.is_reported}

    def begin(self) -> None:
        if self._before_transaction is None:
            self._before_transaction = dict(self._values)

    def values(self) -> SettingValues:
        return SettingValues(dict(self._values), dict(self._local))

    def go_back(self, values: SettingValues) -> None:
        """To what a savepoint remembers."""
        if (values.session, values.local) != (self._values, self._local):
            self._values, self._local = dict(values.session), dict(values.local)
            self.generation += 1

    def commit(self) -> None:
        self._before_transaction = None
        self._end_local()

    def rollback(self) -> None:
        if self._before_transaction is not None and self._before_transaction != self._values:
            self._values = self._before_transaction
            self.generation += 1
        self._before_transaction = None
        self._end_local()

    def _end_local(self) -> None:
        if self._local:
            self._local.clear()
            self.generation += 1

    def _checked(self, name: str, value: str, *, at_start: bool = False) -> tuple[str, str]:
        setting = _find(name)
        self._check_settable(setting, at_start=at_start)
        if setting.name in _IDENTITIES:
            return name.lower(), self._own_identity(setting.name, value)
        if setting.name == "DateStyle":
            return name.lower(), date_style_after(setting.name, value, self.get(setting.name))
        return name.lower(), setting.check(setting.name, value)

    def _check_settable(self, setting: Setting, *, at_start: bool = False) -> None:
        if setting.context == "superuser" or (setting.context == "superuser-backend" and at_start):
            if self.get("is_superuser") != "on":
                raise InsufficientPrivilege(f'permission denied to set parameter "{setting.name}"')
            return
        is_startable = at_start and setting.context in ("backend", "superuser-backend")
        if setting.is_read_only or (setting.context in _UNCHANGEABLE and not is_startable):
            raise CannotChangeRuntimeParameter(
                f'parameter "{setting.name}" {_UNCHANGEABLE.get(setting.context, "cannot be changed")}'
            )

    def _own_identity(self, name: str, value: str) -> str:
        """A session keeps the role that logged in: to take another's would seem to change its rights."""
        own = self.get("session_authorization")
        if value == own or value.lower() in _IDENTITIES[name]:
            return own if value == own or name == "session_authorization" else "none"
        raise FeatureNotSupported(
            f'{_IDENTITY_STATEMENTS[name]} "{value}" is not supported: a session keeps the role that logged in',
            hint=f'Connect as "{value}".',
        )

    @property
    def time_zone(self) -> str:
        return self.get("timezone")

    @property
    def search_path(self) -> tuple[str, ...]:
        names = (name.strip().strip('"') for name in self.get("search_path").split(","))
        return tuple(name for name in names if name)

    def timeout_seconds(self, name: str) -> float:
        """A setting that is a time; 0 where it is off."""
        if self._timeouts_generation != self.generation:
            self._timeouts.clear()
            self._timeouts_generation = self.generation
        if name not in self._timeouts:
            self._timeouts[name] = milliseconds(name, self.get(name)) / 1000
        return self._timeouts[name]

    @property
    def is_repeatable_read(self) -> bool:
        return self.get("transaction_isolation") in ("repeatable read", "serializable")


_CUSTOM = "custom"
# The settings that say who acts, and the words that mean the role that logged in.
_IDENTITIES = {"role": ("none", "default"), "session_authorization": ("default",)}
_IDENTITY_STATEMENTS = {"role": "SET ROLE", "session_authorization": "SET SESSION AUTHORIZATION"}


def _find(name: str) -> Setting:
    setting = SETTINGS.get(name.lower())
    if setting is None:
        setting = accepted_settings().get(name.lower())
    if setting is not None:
        return setting
    if "." in name:
        # A name with a dot belongs to an extension, and any may be set (PostgreSQL 15, chapter 20.16).
        return Setting(name, "", any_value, "", context=_CUSTOM)
    raise UndefinedObject(f'unrecognized configuration parameter "{name}"', hint=_nearest(name))


def _nearest(name: str) -> str | None:
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), SETTINGS, n=1)
    return f'Perhaps you meant "{SETTINGS[near[0]].name}".' if near else None


# Why a setting cannot be set, by its context.
_UNCHANGEABLE = {
    "internal": "cannot be changed",
    "postmaster": "cannot be changed without restarting the server",
    "sighup": "cannot be changed now",
    "backend": "cannot be set after connection start",
    "superuser-backend": "cannot be set after connection start",
}
