"""Settings: file, environment, flags; the later wins."""

from __future__ import annotations

from pathlib import Path

import pytest

from ormolu.assembly.worker import worker_environment
from ormolu.config import Config, load_config
from ormolu.errors import InvalidParameterValue


def test_the_later_source_wins(tmp_path: Path) -> None:
    file = tmp_path / "ormolu.toml"
    file.write_text('port = 1\nworkers = 1\ndata = "from-file"\n')
    config = load_config(file, {"ORMOLU_WORKERS": "2", "ORMOLU_PORT": "2", "PATH": "/bin"}, {"port": 3, "host": None})
    assert (config.port, config.workers, config.data, config.host) == (3, 2, Path("from-file"), "127.0.0.1")


def test_nothing_said_gives_the_defaults() -> None:
    assert load_config(None, {}, {}) == Config()


def test_an_unknown_setting_of_a_file_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    file = tmp_path / "ormolu.toml"
    file.write_text("prot = 1\n")
    with pytest.raises(InvalidParameterValue) as raised:
        load_config(file, {}, {})
    assert "prot" in raised.value.message and "port" in (raised.value.hint or "")


@pytest.mark.parametrize("flags", [{"port": "x"}, {"workers": -1}, {"tls_cert": Path("a.crt")}])
def test_what_cannot_be_is_refused(flags: dict[str, object]) -> None:
    with pytest.raises(InvalidParameterValue):
        load_config(None, {}, flags)


def test_beyond_loopback_tls_or_a_word_is_needed() -> None:
    with pytest.raises(InvalidParameterValue) as raised:
        load_config(None, {}, {"host": "0.0.0.0"})
    assert "--tls" in (raised.value.hint or "")
    assert load_config(None, {}, {"host": "0.0.0.0", "tls": "auto"}).host == "0.0.0.0"
    assert load_config(None, {}, {"host": "0.0.0.0", "allow_plaintext": True}).allow_plaintext


def test_the_catalog_lies_in_the_folder_unless_it_is_said() -> None:
    assert Config(data=Path("/srv/lake")).catalog_url == "sqlite:////srv/lake/catalog.db"
    team = Config(catalog="postgresql+psycopg://lake@db/lake")
    assert team.catalog_url.startswith("postgresql") and not team.is_embedded


def test_a_worker_knows_where_its_server_listens() -> None:
    """Beyond loopback only allowed folders are read: the worker must not think itself on loopback."""
    config = load_config(None, {}, {"host": "0.0.0.0", "tls": "auto", "data": "/srv/lake"})
    worker = load_config(None, worker_environment(config), {})
    assert (worker.host, worker.is_loopback) == ("0.0.0.0", False)
    assert worker.secret_key_file == Path("/srv/lake/secret.key")


def test_folders_of_the_environment_are_separated_as_paths_are() -> None:
    assert load_config(None, {"ORMOLU_ALLOW_DIR": "/a:/b"}, {}).allow_dir == (Path("/a"), Path("/b"))


def test_an_engine_counts_less_than_a_run_may_take() -> None:
    assert Config(job_memory="1GB").engine_memory == "590MB"
    assert Config(job_memory="80%").engine_memory == "80%"  # DuckDB's own spelling
