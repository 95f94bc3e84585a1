"""The settings of a server: a TOML file, then `ORMOLU_*` in the environment, then flags; the later wins."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from ormolu.errors import InvalidParameterValue
from ormolu.sql_extensions.options.values import find_bytes, interval

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PREFIX = "ORMOLU_"
HTTP_PORT = 7480
ENGINE_SHARE = 0.55  # of a run's memory: with 50M rows the process holds twice what the engine counts


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, with its default. Sizes are DuckDB's spelling: `1GB`."""

    data: Path = Path("lakehouse")
    host: str = "127.0.0.1"
    port: int = 7432
    http_port: int = HTTP_PORT  # -1: nothing over HTTP
    workers: int = 2
    database: str = "lakehouse"
    catalog: str = ""  # sqlite:///... inside `data` when empty, or postgresql+psycopg://...
    warehouse: str = ""  # a folder inside `data` when empty, or s3://bucket/prefix
    tls: str = ""  # "auto" for a self-made certificate
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = None  # whose certificates log a client in as the role they name
    allow_plaintext: bool = False  # needed to listen beyond loopback without TLS
    allow_dir: tuple[Path, ...] = ()  # folders that `files` connections may read; any, while on loopback
    query_memory: str = "2GB"
    job_memory: str = "1GB"
    cache_size: str = "2GB"  # disk inside `data` for native copies of tables; 0 for none
    result_cache: str = "64MB"  # memory for results that are asked for again; 0 for none
    run_retention: str = "400 days"  # how long runs and the audit log are kept
    threads: int = 0  # of an engine; the machine's cores when 0
    query_threads: int = 8  # statements at work at once
    connections: int = 500
    timezone: str = "UTC"
    admin_password: str = ""
    secret_key: Path | None = None  # the key of the secrets; servers that share a catalog share it

    @property
    def catalog_url(self) -> str:
        return self.catalog or f"sqlite:///{self.data.absolute() / 'catalog.db'}"

    @property
    def secret_key_file(self) -> Path:
        return self.secret_key or self.data.absolute() / "secret.key"

    @property
    def warehouse_location(self) -> str:
        return self.warehouse.rstrip("/") or str(self.data.absolute() / "warehouse")

    @property
    def cache_bytes(self) -> int:
        """The room for native copies; 22023 where it is no size."""
        return _bytes("--cache-size", self.cache_size, "'2GB'")

    @property
    def result_bytes(self) -> int:
        """The room for results that are kept; 22023 where it is no size."""
        return _bytes("--result-cache", self.result_cache, "'64MB'")

    @property
    def is_embedded(self) -> bool:
        return self.catalog_url.startswith("sqlite")

    @property
    def is_loopback(self) -> bool:
        return self.host in LOOPBACK

    @property
    def engine_memory(self) -> str:
        """What a run's engine may count as its own: the allocator holds more than that while rows come and go."""
        given = find_bytes(self.job_memory)
        return self.job_memory if given is None else f"{max(1, int(given * ENGINE_SHARE) // 10**6)}MB"

    @property
    def engine_threads(self) -> int:
        return self.threads or os.cpu_count() or 1

    def check(self) -> Config:
        """Refuse what must not start: 22023 with the setting that would put it right."""
        has_tls = self.tls == "auto" or (self.tls_cert is not None and self.tls_key is not None)
        if not self.is_loopback and not has_tls and not self.allow_plaintext:
            raise InvalidParameterValue(
                f"refusing to listen on {self.host} without TLS",
                hint="Give --tls-cert and --tls-key, --tls auto, or --allow-plaintext.",
            )
        if (self.tls_cert is None) != (self.tls_key is None):
            raise InvalidParameterValue("--tls-cert and --tls-key belong together")
        if self.tls_client_ca is not None and not has_tls:
            raise InvalidParameterValue(
                "--tls-client-ca needs TLS", hint="Give --tls-cert and --tls-key, or --tls auto."
            )
        interval(self.run_retention)
        if self.workers < 0:
            raise InvalidParameterValue("--workers counts worker processes: 0 or more")
        return self


def _bytes(flag: str, text: str, example: str) -> int:
    size = 0 if text == "0" else find_bytes(text)
    if size is None:
        raise InvalidParameterValue(f"{flag} cannot be {text!r}", hint=f"{example}, or 0 for none.")
    return size


def load_config(file: Path | None, environment: Mapping[str, str], flags: Mapping[str, Any]) -> Config:
    """Merge the three sources; 22023 names an unknown or ill-formed setting."""
    values: dict[str, Any] = {}
    if file is not None:
        with file.open("rb") as stream:
            values |= {name.replace("-", "_"): value for name, value in tomllib.load(stream).items()}
    names = {item.name for item in fields(Config)}
    values |= {
        name[len(PREFIX) :].lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name[len(PREFIX) :].lower() in names
    }
    values |= {name: value for name, value in flags.items() if value is not None and value != ()}
    unknown = values.keys() - names
    if unknown:
        raise InvalidParameterValue(
            f"unknown setting {sorted(unknown)[0]!r}", hint=f"There are: {', '.join(sorted(names))}"
        )
    hints = get_type_hints(Config)
    return Config(**{name: _typed(name, value, hints[name]) for name, value in values.items()}).check()


def _typed(name: str, value: Any, wanted: Any) -> Any:
    try:
        if wanted is bool:
            return value if isinstance(value, bool) else str(value).lower() in ("1", "true", "on", "yes")
        if wanted is int:
            return int(value)
        if wanted == tuple[Path, ...]:
            parts = value.split(os.pathsep) if isinstance(value, str) else value
            return tuple(Path(part) for part in parts)
        if wanted is Path or wanted == Path | None:
            return Path(value)
    except (TypeError, ValueError) as error:
        raise InvalidParameterValue(f"setting {name} cannot be {value!r}") from error
    return str(value)
