"""The inputs that a relative path finds: written when first asked for, and mended where they are not whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from ormolu.demo.data import FAULTS_FILE, SALES_FOLDER, SHOP_DATABASE, write_retail
from ormolu.demo.inputs import cache_folder, example_input


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    write_retail(folder)
    return folder


def names_and_bytes(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("[!.]*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_inputs_that_are_not_whole_are_written_again(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache = cache_folder()
    (cache / SALES_FOLDER).mkdir(parents=True)  # of one that was killed at once
    assert example_input(Path("retail/sales")) == cache / SALES_FOLDER
    assert names_and_bytes(cache) == names_and_bytes(inputs)
    for file in list((cache / SALES_FOLDER).glob("sales_2*"))[:3]:
        file.unlink()
    for file in (cache / SALES_FOLDER / FAULTS_FILE, cache / SHOP_DATABASE):
        file.write_bytes(file.read_bytes()[:40])
    assert example_input(Path("retail/shop.sqlite")) == cache / SHOP_DATABASE
    assert names_and_bytes(cache) == names_and_bytes(inputs)
    untouched = {file: file.stat().st_mtime_ns for file in cache.rglob("*")}
    assert example_input(Path("retail/sales")) is not None
    assert {file: file.stat().st_mtime_ns for file in cache.rglob("*")} == untouched


def test_a_path_that_is_not_of_the_example_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert example_input(Path("retail/../secret")) is None
    assert example_input(Path("/retail/sales")) is None
    assert example_input(Path("orders/sales")) is None
    assert not cache_folder().exists()
