"""A server in the foreground, and one inside another program."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ormolu.assembly.foundation import ADMIN
from ormolu.assembly.running import PASSWORD_FILE, Running
from ormolu.assembly.worker import fork_workers
from ormolu.config import Config
from ormolu.garbage import end_loading
from ormolu.scheduler.worker_processes import WorkerProcess

# Long results are encoded by threads that let go of Python only when asked to. Measured beside a stream of 1M rows:
# half of the small queries take 2.4 ms, with Python's own 5 ms 6.2 ms; the stream's CPU differs by less than the noise.
SWITCH_SECONDS = 0.0002


def serve(config: Config, say: Callable[[str], None], *, with_demo: bool = False) -> None:
    """Run a server in the foreground until SIGTERM or SIGINT; then drain, abandon what is left, and return."""
    forked = fork_workers(config)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(_serve(config, forked, say, with_demo=with_demo))


async def _serve(
    config: Config, forked: Mapping[str, WorkerProcess], say: Callable[[str], None], *, with_demo: bool
) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    running = await asyncio.to_thread(Running, config, forked=forked)
    port = await running.start()
    try:
        if running.new_password is not None:
            say(f"password of {ADMIN}: {running.new_password}  (also in {config.data / PASSWORD_FILE})")
        if with_demo:
            await asyncio.to_thread(_tell_demo, running, port, say)
        end_loading()
        say(f"ready: psql '{running.url(port)}'")
        if running.web_address is not None:
            say(f"web: {running.web_address}")
        await stopping.wait()
    finally:
        await running.stop()


def _tell_demo(running: Running, port: int, say: Callable[[str], None]) -> None:
    """Load the retail example over the wire, as anybody would."""
    import psycopg

    from ormolu.demo.story import tell

    password = (running.config.data / PASSWORD_FILE).read_text().strip()
    with psycopg.connect(running.url(port), password=password, autocommit=True) as connection:
        tell(connection, say)


@contextmanager
def embedded_server(data: Path) -> Iterator[str]:
    """A server on free ports for as long as the block runs; gives its url, password included."""
    config = Config(data=data, port=0, http_port=-1)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="server", daemon=True)
    thread.start()
    running = Running(config)
    port = asyncio.run_coroutine_threadsafe(running.start(), loop).result()
    password = (data / PASSWORD_FILE).read_text().strip()
    try:
        yield f"postgresql://{ADMIN}:{password}@{config.host}:{port}/{config.database}"
    finally:
        asyncio.run_coroutine_threadsafe(running.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
