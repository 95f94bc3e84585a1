"""The private calls of pyiceberg were read in one version; another needs another reading."""

from __future__ import annotations

from importlib.metadata import version

from ormolu.catalog.staging import PYICEBERG_VERSION, SNAPSHOTS_MAX


def test_pyiceberg_is_the_version_whose_private_calls_were_read() -> None:
    assert version("pyiceberg") == PYICEBERG_VERSION


def test_metadata_keeps_a_bounded_number_of_snapshots() -> None:
    assert SNAPSHOTS_MAX <= 200
