"""The flags that `serve` and `worker` share, and how they become a Config."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ormolu.config import Config, load_config

Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS = (
    click.option("--config", "file", type=click.Path(path_type=Path, exists=True), help="A TOML file of settings."),
    click.option("--data", type=click.Path(path_type=Path), help="The folder of the lake. [default: ./lakehouse]"),
    click.option("--catalog", help="The catalog database: sqlite:///... or postgresql+psycopg://..."),
    click.option(
        "--warehouse", help="Where tables are kept: a folder, s3://, abfss:// or gs://... [default: DATA/warehouse]"
    ),
    click.option("--database", help="The database. [default: lakehouse]"),
    click.option(
        "--secret-key",
        type=click.Path(path_type=Path),
        help="The key file of the secrets; servers that share a catalog share it. [default: DATA/secret.key]",
    ),
    click.option("--job-memory", help="Memory of one run's engine. [default: 1GB]"),
    click.option("--threads", type=int, help="Threads of an engine. [default: the cores]"),
    click.option(
        "--allow-dir",
        multiple=True,
        type=click.Path(path_type=Path),
        help="A folder that connections of type files may read; may be repeated. [default: any, on loopback]",
    ),
)


def with_settings(command: Command) -> Command:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def config_of(file: Path | None, **flags: Any) -> Config:  # Any: click's values, typed by Config
    return load_config(file, os.environ, flags)


DEFAULT_URL = "postgresql://admin@127.0.0.1:7432/lakehouse"


def url_option(command: Command) -> Command:
    return click.option(
        "--url", envvar="ORMOLU_URL", default=DEFAULT_URL, show_default=True, help="The server to talk to."
    )(command)
