"""Housekeeping goes on after a time that failed."""

from __future__ import annotations

import asyncio

import pytest

from ormolu.assembly.running import repeat


def test_a_time_that_fails_is_logged_and_the_next_one_comes(caplog: pytest.LogCaptureFixture) -> None:
    times: list[int] = []

    def work() -> None:
        times.append(len(times))
        if len(times) == 1:
            raise OSError("the store did not answer")

    async def twice() -> None:
        task = asyncio.create_task(repeat(work, every=0.001))
        while len(times) < 3:
            await asyncio.sleep(0.001)
        task.cancel()

    asyncio.run(asyncio.wait_for(twice(), 10))
    assert "work failed" in caplog.text
    assert "the store did not answer" in caplog.text
