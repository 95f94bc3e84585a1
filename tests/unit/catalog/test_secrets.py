from __future__ import annotations

import logging
import pickle
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from ormolu.catalog.database import open_database
from ormolu.catalog.schema import secrets
from ormolu.catalog.secrets import SECRET_BYTES_MAX, Secrets
from ormolu.definitions import Option, Options, Secret
from ormolu.errors import (
    DataCorrupted,
    InsufficientPrivilege,
    InvalidParameterValue,
    OperatingSystemError,
    UndefinedFile,
    UndefinedObject,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def secret(secret_name: str, /, **options: str) -> Secret:
    return Secret(secret_name, Options(tuple(Option(key, value) for key, value in sorted(options.items()))))


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path}/catalog.db")


@pytest.fixture
def store(engine: Engine, tmp_path: Path) -> Secrets:
    offered = tmp_path / "offered"
    offered.mkdir()
    (offered / "token").write_text("from a file\n")
    environment = {"TOKEN": "from outside", "ORMOLU_ADMIN_PASSWORD": "x", "ORMOLU_SECRET_A": "y"}
    return Secrets(
        engine, database="shop", key_file=tmp_path / "secret.key", environment=environment, directories=[offered]
    )


def test_a_value_is_encrypted_at_rest_and_comes_back(store: Secrets, engine: Engine, tmp_path: Path) -> None:
    store.put("password", "p'ä ss\n", at=NOW)
    assert store.read(secret("password")).reveal() == "p'ä ss\n"
    with engine.connect() as connection:
        assert b"ss\n" not in connection.execute(select(secrets.c.ciphertext)).scalar_one()
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    store.put("password", "second", at=NOW)
    assert store.read(secret("password")).reveal() == "second"
    store.drop("password")
    store.drop("password")
    with pytest.raises(UndefinedObject):
        store.read(secret("password"))


def test_a_value_shows_itself_only_when_asked(store: Secrets, caplog: pytest.LogCaptureFixture) -> None:
    store.put("password", "hunter2", at=NOW)
    value = store.read(secret("password"))
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").info("%s %r %s", value, value, [value])
    assert "hunter2" not in caplog.text + repr(value) + str(value) + f"{value}" + repr(store)
    with pytest.raises(TypeError):
        pickle.dumps(value)


def test_values_may_live_in_the_environment_or_in_a_file(store: Secrets) -> None:
    assert store.read(secret("a", backend="env", name="TOKEN")).reveal() == "from outside"
    assert store.read(secret("a", backend="env", name="ORMOLU_SECRET_A")).reveal() == "y"
    assert store.read(secret("a", backend="file", name="token")).reveal() == "from a file"


def test_the_servers_own_settings_and_files_are_out_of_reach(store: Secrets, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("no")
    with pytest.raises(InsufficientPrivilege):
        store.read(secret("a", backend="env", name="ORMOLU_ADMIN_PASSWORD"))
    for name in ("../outside", str(tmp_path / "outside"), "missing"):
        with pytest.raises(UndefinedFile):
            store.read(secret("a", backend="file", name=name))
    with pytest.raises(UndefinedObject):
        store.read(secret("a", backend="env", name="MISSING"))
    with pytest.raises(InvalidParameterValue):
        store.read(secret("a", backend="vault"))


def test_a_key_is_rotated_and_the_values_stay(store: Secrets, engine: Engine, tmp_path: Path) -> None:
    store.put("a", "1", at=NOW)
    store.put("b", "2", at=NOW)
    before = (tmp_path / "secret.key").read_bytes()
    assert store.rotate_key() == 2
    after = (tmp_path / "secret.key").read_bytes()
    assert after != before and len(after.split()) == 1
    assert [store.read(secret(name)).reveal() for name in "ab"] == ["1", "2"]


def test_a_ciphertext_is_of_no_use_under_another_name(store: Secrets, engine: Engine) -> None:
    store.put("mine", "1", at=NOW)
    with engine.begin() as connection:
        connection.execute(update(secrets).values(name="yours"))
    with pytest.raises(DataCorrupted):
        store.read(secret("yours"))


def test_a_key_that_others_can_read_or_that_is_not_ours_is_refused(store: Secrets, tmp_path: Path) -> None:
    store.put("a", "1", at=NOW)
    key = tmp_path / "secret.key"
    key.chmod(0o644)
    with pytest.raises(OperatingSystemError):
        store.read(secret("a"))
    key.unlink()
    with pytest.raises(DataCorrupted) as caught:
        store.read(secret("a"))
    assert caught.value.__cause__ is None


def test_a_value_has_a_limit(store: Secrets) -> None:
    with pytest.raises(InvalidParameterValue):
        store.put("a", "x" * (SECRET_BYTES_MAX + 1), at=NOW)
