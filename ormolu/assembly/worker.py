"""A worker process, and the two ways in which a server comes to its own."""

from __future__ import annotations

import logging
import os
import socket
import sys
from functools import partial
from pathlib import Path

import duckdb

from ormolu.assembly.foundation import lay_foundation, now
from ormolu.config import Config
from ormolu.garbage import end_loading
from ormolu.scheduler.runner import Runner
from ormolu.scheduler.worker import die_with_parent, show_as
from ormolu.scheduler.worker import work as work_on
from ormolu.scheduler.worker_processes import ForkedWorker


def work(config: Config, *, name: str, is_embedded: bool) -> None:
    """Be a worker process until told to stop."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
    show_as(name)
    if is_embedded:
        die_with_parent()
    base = lay_foundation(config)
    queue = base.tenant(config.database).queue
    runner = Runner(
        lambda database: base.tenant(database).lake,
        queue,
        now,
        lambda lake: base.tenant(lake.database).connect_over(lake),
        base.open_engine,
    )
    end_loading()
    work_on(name, queue, runner, now=now, is_embedded=is_embedded)


def worker_names(config: Config) -> list[str]:
    """Servers that share a catalog have workers of different names."""
    prefix = "worker" if config.is_embedded else f"{socket.gethostname()}-{os.getpid()}"
    return [f"{prefix}-{number}" for number in range(1, config.workers + 1)]


def worker_log(config: Config) -> Path:
    return config.data / "logs" / "workers.log"


def fork_workers(config: Config) -> dict[str, ForkedWorker]:
    """The server's first workers, by name, to be asked for before it has threads; none where forking is not safe."""
    forked: dict[str, ForkedWorker] = {}
    if sys.platform != "linux":
        return forked
    duckdb.default_connection().close()  # made with the module, used by nobody: it has a thread
    for name in worker_names(config):
        become = partial(work, config, name=name, is_embedded=True)
        forked[name] = ForkedWorker(become, worker_log(config), earlier=tuple(forked.values()))
    return forked


def worker_argv(config: Config) -> list[str]:
    """The command that starts a worker of this configuration; secrets travel in the environment."""
    argv = [sys.executable, "-m", "ormolu", "worker", "--embedded", "--data", str(config.data.absolute())]
    argv += ["--database", config.database, "--job-memory", config.job_memory, "--threads", str(config.engine_threads)]
    argv += ["--warehouse", config.warehouse_location]
    for folder in config.allow_dir:
        argv += ["--allow-dir", str(folder.absolute())]
    return argv


def worker_environment(config: Config) -> dict[str, str]:
    """What no command line should show, and where the server listens: that decides which folders may be read."""
    return os.environ | {
        "ORMOLU_CATALOG": config.catalog_url,
        "ORMOLU_HOST": config.host,
        "ORMOLU_ALLOW_PLAINTEXT": "true",  # a worker listens nowhere
        "ORMOLU_SECRET_KEY": str(config.secret_key_file),
    }
