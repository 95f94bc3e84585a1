"""Values of secrets: encrypted in the catalog, or kept elsewhere and fetched when they are needed."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, Engine, delete, insert, select, update

from ormolu.catalog.database import in_transaction, reading
from ormolu.catalog.schema import secrets
from ormolu.definitions import Secret
from ormolu.errors import (
    DataCorrupted,
    InsufficientPrivilege,
    InvalidParameterValue,
    OperatingSystemError,
    UndefinedFile,
    UndefinedObject,
)

SECRET_BYTES_MAX = 64 * 1024
ENVIRONMENT_RESERVED = "ORMOLU_"  # the server's own settings, the admin's password among them
ENVIRONMENT_OFFERED = "ORMOLU_SECRET_"
FILE_DIRECTORIES = (Path("/run/secrets"), Path("/var/run/secrets"))


class SecretValue:
    """A value that shows itself only when asked: `repr`, `str` and logs see stars."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "SecretValue('***')"

    __str__ = __repr__

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a secret value is not pickled")


class Secrets:
    """The secrets of one database. `key_file` is made on first use and readable by its owner alone."""

    def __init__(
        self,
        engine: Engine,
        *,
        database: str,
        key_file: Path,
        environment: Mapping[str, str],
        directories: Sequence[Path] = FILE_DIRECTORIES,
    ) -> None:
        self._engine = engine
        self._database = database
        self._key_file = key_file
        self._environment = environment
        self._directories = tuple(directory.resolve() for directory in directories)

    def __repr__(self) -> str:
        return f"Secrets({self._database})"

    def over(self, engine: Engine) -> Secrets:
        """The same secrets, over another view of the database: a transaction's."""
        return Secrets(
            engine,
            database=self._database,
            key_file=self._key_file,
            environment=self._environment,
            directories=self._directories,
        )

    def of(self, database: str) -> Secrets:
        """Those of another database."""
        return Secrets(
            self._engine,
            database=database,
            key_file=self._key_file,
            environment=self._environment,
            directories=self._directories,
        )

    def put(self, name: str, value: str, *, at: datetime) -> None:
        """Keep a literal value, in place of an older one."""
        in_transaction(self._engine, lambda connection: self.put_in(connection, name, value, at=at))

    def put_in(self, connection: Connection, name: str, value: str, *, at: datetime) -> None:
        """`put` inside the transaction of a commit."""
        if len(value.encode()) > SECRET_BYTES_MAX:
            raise InvalidParameterValue(f"a secret holds at most {SECRET_BYTES_MAX} bytes")
        is_ours = (secrets.c.database == self._database) & (secrets.c.name == name)
        connection.execute(delete(secrets).where(is_ours))
        connection.execute(
            insert(secrets).values(
                database=self._database, name=name, ciphertext=self._encrypt(name, value), changed_at=at
            )
        )

    def copy_in(self, connection: Connection, database: str, *, at: datetime) -> None:
        """Give another database all values, encrypted as its own, inside the transaction that makes it."""
        other = self.of(database)
        ours = select(secrets.c.name, secrets.c.ciphertext).where(secrets.c.database == self._database)
        for row in connection.execute(ours).all():
            other.put_in(connection, row.name, self._decrypt(row.name, row.ciphertext), at=at)

    def drop(self, name: str) -> None:
        """Forget a value; one that is not there is no error: the secret may be kept elsewhere."""
        in_transaction(self._engine, lambda connection: self.drop_in(connection, name))

    def drop_in(self, connection: Connection, name: str) -> None:
        connection.execute(delete(secrets).where((secrets.c.database == self._database) & (secrets.c.name == name)))

    def read(self, secret: Secret) -> SecretValue:
        """The value that the definition names, wherever it is kept."""
        match secret.options.find("backend"):
            case None | "literal":
                return SecretValue(self._stored(secret.name))
            case "env":
                return SecretValue(self._from_environment(secret.options.text("name", secret.name)))
            case "file":
                return SecretValue(self._from_file(secret.options.text("name", secret.name)))
            case other:
                raise InvalidParameterValue(f'unknown secret backend "{other}"', hint="Use 'env' or 'file'.")

    def rotate_key(self) -> int:
        """Encrypt all values, of every database, under a new key; the number of values."""
        old = self._keys()
        both = (Fernet.generate_key(), *old)
        self._write_keys(both)
        cipher = MultiFernet([Fernet(key) for key in both])

        def encrypt_again(connection: Connection) -> int:
            rows = connection.execute(select(secrets.c.database, secrets.c.name, secrets.c.ciphertext)).all()
            for row in rows:
                connection.execute(
                    update(secrets)
                    .where((secrets.c.database == row.database) & (secrets.c.name == row.name))
                    .values(ciphertext=cipher.rotate(row.ciphertext))
                )
            return len(rows)

        count = in_transaction(self._engine, encrypt_again)
        self._write_keys(both[:1])
        return count

    def _stored(self, name: str) -> str:
        wanted = select(secrets.c.ciphertext).where((secrets.c.database == self._database) & (secrets.c.name == name))
        with reading(self._engine) as connection:
            ciphertext = connection.execute(wanted).scalar()
        if ciphertext is None:
            raise UndefinedObject(f'secret "{name}" has no value', hint=f"CREATE SECRET {name} AS '...' comes first.")
        return self._decrypt(name, ciphertext)

    def _from_environment(self, variable: str) -> str:
        if variable.startswith(ENVIRONMENT_RESERVED) and not variable.startswith(ENVIRONMENT_OFFERED):
            raise InsufficientPrivilege(f"the environment variable {variable} is the server's own")
        value = self._environment.get(variable)
        if value is None:
            raise UndefinedObject(f"the environment variable {variable} is not set")
        return value

    def _from_file(self, name: str) -> str:
        """Only below the directories meant for secrets: a file is otherwise a way to read the server's disk."""
        for directory in self._directories:
            path = (directory / name).resolve()
            if path.is_relative_to(directory) and path.is_file():
                if path.stat().st_size > SECRET_BYTES_MAX:
                    raise InvalidParameterValue(f"the secret file {name} is larger than {SECRET_BYTES_MAX} bytes")
                return path.read_text().rstrip("\r\n")
        raise UndefinedFile(
            f"the secret file {name} does not exist",
            hint="It is looked for in " + ", ".join(str(directory) for directory in self._directories) + ".",
        )

    # --- encryption: the name is inside, so that one secret's ciphertext is of no use under another name ----------

    def seal(self, text: str) -> str:
        """A token that only servers with this key can make and read."""
        return self._cipher().encrypt(json.dumps({"token": text}).encode()).decode()

    def unseal(self, token: str, seconds: int) -> str | None:
        """What `seal` was given; None when that is longer ago than `seconds`, and for any other text."""
        try:
            plain = json.loads(self._cipher().decrypt(token.encode(), ttl=seconds))
        except InvalidToken:
            return None
        return str(plain["token"]) if isinstance(plain, dict) and "token" in plain else None

    def _encrypt(self, name: str, value: str) -> bytes:
        plain = json.dumps([self._database, name, value])
        return self._cipher().encrypt(plain.encode())

    def _decrypt(self, name: str, ciphertext: bytes) -> str:
        try:
            database, of_name, value = json.loads(self._cipher().decrypt(ciphertext))
        except InvalidToken:
            raise DataCorrupted(
                f'secret "{name}" cannot be decrypted', hint=f"Is {self._key_file} the key it was stored under?"
            ) from None
        if (database, of_name) != (self._database, name):
            raise DataCorrupted(f'secret "{name}" holds the value of another secret')
        return str(value)

    def _cipher(self) -> MultiFernet:
        return MultiFernet([Fernet(key) for key in self._keys()])

    def _keys(self) -> tuple[bytes, ...]:
        """Newest first."""
        if not self._key_file.exists():
            self._write_first_key()
        mode = stat.S_IMODE(self._key_file.stat().st_mode)
        if mode & 0o077:
            raise OperatingSystemError(
                f"others can read the key file {self._key_file}", hint=f"chmod 600 {self._key_file}"
            )
        return tuple(self._key_file.read_bytes().split())

    def _write_first_key(self) -> None:
        """Of several processes that start at once, one makes the key."""
        draft = self._draft((Fernet.generate_key(),))
        try:
            os.link(draft, self._key_file)
        except FileExistsError:
            return
        finally:
            draft.unlink()

    def _write_keys(self, keys: Sequence[bytes]) -> None:
        self._draft(keys).replace(self._key_file)

    def _draft(self, keys: Sequence[bytes]) -> Path:
        self._key_file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._key_file.with_name(f"{self._key_file.name}.{uuid4()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b"\n".join(keys) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return draft
