"""Object stores of the tests' own, each a process on a free port that keeps everything in memory."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from pyarrow.fs import AzureFileSystem

from tests.peers.missing import missing

FOLDER = Path(__file__).parent / "object_stores"
START_SECONDS_MAX = 60.0
BUCKET = "lakes"
AZURE_ACCOUNT = "devstoreaccount1"  # with its key, as Microsoft publishes them for the emulator
AZURE_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
S3_KEY, S3_SECRET = "AKIATESTING", "a-secret-of/S3+tests"


@dataclass(frozen=True)
class StorePeer:
    """A store with one empty bucket; `variables` are what a server's environment has to hold."""

    scheme: str
    endpoint: str
    variables: Mapping[str, str]
    secrets: tuple[str, ...]

    def warehouse(self, prefix: str) -> str:
        return f"{self.scheme}://{BUCKET}/{prefix}"

    def behind(self, endpoint: str) -> StorePeer:
        """The same store, reached through a proxy."""
        moved = {name: value.replace(self.endpoint, endpoint) for name, value in self.variables.items()}
        return replace(self, endpoint=endpoint, variables=moved)


@pytest.fixture(scope="session")
def s3_peer() -> Iterator[StorePeer]:
    """Moto: it keeps objects and checks no signature."""
    program = FOLDER / ".venv" / "bin" / "moto_server"
    if not program.exists():
        missing("moto, a store that speaks S3,")
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    with _running([str(program), "-H", "127.0.0.1", "-p", str(port)], port):
        _request(f"{endpoint}/{BUCKET}", "PUT")
        yield StorePeer(
            "s3",
            endpoint,
            {
                "AWS_ACCESS_KEY_ID": S3_KEY,
                "AWS_SECRET_ACCESS_KEY": S3_SECRET,
                "AWS_REGION": "us-east-1",
                "AWS_ENDPOINT_URL": endpoint,
            },
            secrets=(S3_KEY, S3_SECRET),
        )


@pytest.fixture(scope="session")
def azure_peer() -> Iterator[StorePeer]:
    """Azurite, with the account and key that it is known by."""
    program = FOLDER / "node_modules" / ".bin" / "azurite-blob"
    if not program.exists():
        missing("azurite, a store that speaks Azure's protocol,")
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    argv = [str(program), "--inMemoryPersistence", "--skipApiVersionCheck", "--silent", "--blobPort", str(port)]
    with _running(argv, port):
        AzureFileSystem(
            account_name=AZURE_ACCOUNT,
            account_key=AZURE_KEY,
            blob_storage_authority=f"127.0.0.1:{port}",
            dfs_storage_authority=f"127.0.0.1:{port}",
            blob_storage_scheme="http",
            dfs_storage_scheme="http",
        ).create_dir(BUCKET)
        parts = (
            "DefaultEndpointsProtocol=http",
            f"AccountName={AZURE_ACCOUNT}",
            f"AccountKey={AZURE_KEY}",
            f"BlobEndpoint={endpoint}/{AZURE_ACCOUNT}",
        )
        yield StorePeer("az", endpoint, {"AZURE_STORAGE_CONNECTION_STRING": ";".join(parts)}, secrets=(AZURE_KEY,))


@contextmanager
def _running(argv: Sequence[str], port: int, **variables: str) -> Iterator[None]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log, env=os.environ | variables)
        try:
            end = time.monotonic() + START_SECONDS_MAX
            while not _answers(port):
                if process.poll() is not None or time.monotonic() > end:
                    log.seek(0)
                    raise AssertionError(f"{argv[0]} did not start: {log.read().decode(errors='replace')[-2000:]}")
                time.sleep(0.05)
            yield
        finally:
            process.kill()  # it keeps nothing; azurite would wait for every connection to end
            process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _request(url: str, method: str, body: bytes = b"", **headers: str) -> bytes:
    asked = Request(url, method=method, data=body, headers=headers)
    try:
        with urlopen(asked, timeout=10) as answer:
            content: bytes = answer.read()
            return content
    except HTTPError as error:
        raise AssertionError(f"{method} {url}: {error.status} {error.read()!r}") from error


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
