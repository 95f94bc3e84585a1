"""The values that one session has given its settings.

Names compare without regard to case; what may not be set answers 55P02 as PostgreSQL does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ormolu.errors import CannotChangeRuntimeParameter, FeatureNotSupported, UndefinedObject
from ormolu.server.setting_table import SETTINGS, Setting, any_value, milliseconds

# Names in a startup message that are not settings.
_STARTUP_ONLY = frozenset(("user", "database", "options", "replication"))
_OPTION = re.compile(r"(?:-c\s*|--)((?:\\.|[^\s=])+)=((?:\\.|\S)*)")


def start_settings(parameters: Mapping[str, str], *, role: str, is_superuser: bool = False) -> Settings:
    """The settings of a new session: what the startup message asked for, its `options=-c name=value` included."""
    settings = Settings()
    settings.fix("session_authorization", role)
    settings.fix("is_superuser", "on" if is_superuser else "off")
    for name, value in _OPTION.findall(parameters.get("options", "")):
        settings.start(name.replace("-", "_"), re.sub(r"\\(.)", r"\1", value))
    for name, value in parameters.items():
        if name not in _STARTUP_ONLY:
            settings.start(name, value)
    return settings


@dataclass(slots=True)
class Settings:
    """One session's values; a transaction that is rolled back takes its changes with it."""

    _values: dict[str, str] = field(default_factory=dict)
    _startup: dict[str, str] = field(default_factory=dict)
    _before_transaction: dict[str, str] | None = None
    _local: dict[str, str] = field(default_factory=dict)
    generation: int = 0
    _timeout: tuple[int, float] = (-1, 0.0)  # the generation it was read in, and its seconds

    def start(self, name: str, value: str) -> None:
        """Set a value that RESET goes back to: what the startup message, or the role, said."""
        key, checked = self._checked(name, value)
        self._startup[key] = checked
        self.generation += 1

    def fix(self, name: str, value: str) -> None:
        """Set what only the server may: server_version, is_superuser, session_authorization."""
        self._startup[name.lower()] = value

    def get(self, name: str) -> str:
        key = name.lower()
        for values in (self._local, self._values, self._startup):
            if key in values:
                return values[key]
        return _find(name).default

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
            self._values.clear()
            self._local.clear()
        else:
            setting = _find(name)
            if setting.is_read_only:
                raise _cannot_change(setting)
            self._values.pop(name.lower(), None)
            self._local.pop(name.lower(), None)
        self.generation += 1

    def all(self) -> list[tuple[str, str, str]]:
        """Name, value and description of each, as SHOW ALL lists them."""
        own = sorted(set(self._values) - set(SETTINGS))
        rows = [(row.name, self.get(row.name), row.description) for row in SETTINGS.values()]
        return sorted(rows + [(name, self._values[name], "") for name in own], key=lambda row: row[0].lower())

    def reported(self) -> dict[str, str]:
        return {row.name: self.get(row.name) for row in SETTINGS.values() if row.is_reported}

    def begin(self) -> None:
        if self._before_transaction is None:
            self._before_transaction = dict(self._values)

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

    def _checked(self, name: str, value: str) -> tuple[str, str]:
        setting = _find(name)
        if setting.is_read_only:
            raise _cannot_change(setting)
        if setting.name in _IDENTITIES:
            return name.lower(), self._own_identity(setting.name, value)
        return name.lower(), setting.check(setting.name, value)

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

    @property
    def statement_timeout_seconds(self) -> float:
        generation, seconds = self._timeout
        if generation != self.generation:
            seconds = milliseconds("statement_timeout", self.get("statement_timeout")) / 1000
            self._timeout = self.generation, seconds
        return seconds

    @property
    def is_repeatable_read(self) -> bool:
        return self.get("transaction_isolation") in ("repeatable read", "serializable")


# The settings that say who acts, and the words that mean the role that logged in.
_IDENTITIES = {"role": ("none", "default"), "session_authorization": ("default",)}
_IDENTITY_STATEMENTS = {"role": "SET ROLE", "session_authorization": "SET SESSION AUTHORIZATION"}


def _find(name: str) -> Setting:
    setting = SETTINGS.get(name.lower())
    if setting is not None:
        return setting
    if "." in name:
        # A name with a dot belongs to an extension, and any may be set (PostgreSQL 15, chapter 20.16).
        return Setting(name, "", any_value, "")
    raise UndefinedObject(f'unrecognized configuration parameter "{name}"', hint=_nearest(name))


def _nearest(name: str) -> str | None:
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), SETTINGS, n=1)
    return f'Perhaps you meant "{SETTINGS[near[0]].name}".' if near else None


def _cannot_change(setting: Setting) -> CannotChangeRuntimeParameter:
    return CannotChangeRuntimeParameter(f'parameter "{setting.name}" cannot be changed')
