"""A peer that is not installed: a skip that is counted by name on a developer's machine, a failure in CI."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(peer: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{peer} is not installed: tests/install_peers does it")
    pytest.skip(f"{peer} is not installed")
