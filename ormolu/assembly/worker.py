"""A worker process, and the command that starts one."""

from __future__ import annotations

import logging
import os
import sys

from ormolu.assembly.foundation import lay_foundation, now
from ormolu.config import Config
from ormolu.garbage import end_loading
from ormolu.scheduler.worker import die_with_parent
from ormolu.scheduler.worker import work as work_on


def work(config: Config, *, name: str, is_embedded: bool) -> None:
    """Be a worker process until told to stop."""
    from ormolu.scheduler.runner import Runner  # with all that runs need; the server starts without it

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")
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
