"""Who is there: SCRAM bound to TLS, client certificates, and the protocol versions that are agreed on."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ormolu.server.authentication import write_verifier
from ormolu.server.listener import ListenerSettings, Server
from ormolu.server.tls import make_certificate, server_tls
from tests.wire.conftest import PASSWORD, ROLE, House

VERIFIER = write_verifier(PASSWORD, b"0123456789abcdef")
NEVER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Authority:
    """Signs certificates for the names that tests want."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.crt"

    def sign(self, common_name: str) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
        certificate, file = self.folder / f"{common_name}.crt", self.folder / f"{common_name}.key"
        _write(
            certificate, file, key, _built(subject, key, self.name, is_authority=False).sign(self.key, hashes.SHA256())
        )
        return certificate, file


def _built(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, issuer: x509.Name, *, is_authority: bool
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )


def _write(certificate: Path, file: Path, key: ec.EllipticCurvePrivateKey, signed: x509.Certificate) -> None:
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def new_authority(folder: Path) -> Authority:
    folder.mkdir(exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an authority")])
    authority = Authority(folder, key, name)
    signed = _built(name, key, name, is_authority=True).sign(key, hashes.SHA256())
    _write(authority.certificate, folder / "ca.key", key, signed)
    return authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return new_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def guarded(house: House, authority: Authority) -> Iterator[str]:
    """A server that takes client certificates; gives the start of a conninfo."""
    folder = authority.folder
    make_certificate(folder / "server.crt", folder / "server.key", host_names=("127.0.0.1",), now=datetime.now(UTC))
    tls = server_tls(folder / "server.crt", folder / "server.key", client_ca=authority.certificate)
    server = Server(
        ListenerSettings(tls=tls, requires_tls=True, threads=2),
        find_verifier=lambda role: VERIFIER if role == ROLE else None,
        open_context=house.open_context,
        handler=house.handler,
        may_log_in=lambda role: role in (ROLE, "machine"),
    )
    port = asyncio.run_coroutine_threadsafe(server.start(), house.loop).result(10)
    yield f"host=127.0.0.1 port={port} dbname=shop sslmode=require"
    asyncio.run_coroutine_threadsafe(server.stop(0.1), house.loop).result(10)


# --- channel binding ---


def test_a_log_in_is_bound_to_its_channel(house: House) -> None:
    with psycopg.connect(house.conninfo, sslmode="require", channel_binding="require") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.parametrize("sslmode", ["require", "disable"])
def test_a_client_that_does_not_bind_may_still_log_in(house: House, sslmode: str) -> None:
    with psycopg.connect(house.conninfo, sslmode=sslmode, channel_binding="disable") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_wrong_password_over_a_bound_channel_is_a_wrong_password(house: House) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(house.conninfo, sslmode="require", channel_binding="require", password="no")


def sasl(port: int, mechanism: bytes, first: bytes) -> bytes:
    """What a server answers to a first message of SCRAM over TLS."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(struct.pack("!ii", 8, 80877103))
        assert raw.recv(1) == b"S"
        with context.wrap_socket(raw) as wire:
            startup = struct.pack("!i", 3 << 16) + f"user\0{ROLE}\0database\0shop\0\0".encode()
            wire.sendall(struct.pack("!i", len(startup) + 4) + startup)
            assert b"SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0" in wire.recv(1000)
            body = mechanism + b"\0" + struct.pack("!i", len(first)) + first
            wire.sendall(b"p" + struct.pack("!i", len(body) + 4) + body)
            return wire.recv(1000)


@pytest.mark.parametrize(
    ("mechanism", "first", "words"),
    [
        (b"SCRAM-SHA-256", b"y,,n=,r=abc", b"SCRAM channel binding negotiation error"),
        (b"SCRAM-SHA-256", b"p=tls-server-end-point,,n=,r=abc", b"includes channel binding data"),
        (b"SCRAM-SHA-256-PLUS", b"n,,n=,r=abc", b"does not include channel binding data"),
        (b"SCRAM-SHA-256-PLUS", b"p=tls-unique,,n=,r=abc", b'unsupported SCRAM channel-binding type "tls-unique"'),
        (b"SCRAM-SHA-1", b"n,,n=,r=abc", b"invalid SASL authentication mechanism"),
    ],
)
def test_a_downgrade_is_refused(house: House, mechanism: bytes, first: bytes, words: bytes) -> None:
    answer = sasl(house.port, mechanism, first)
    assert answer[:1] == b"E"
    assert words in answer


# --- certificates ---


@pytest.mark.parametrize("role", [ROLE, "machine"])
def test_a_certificate_logs_in_the_role_that_it_names(guarded: str, authority: Authority, role: str) -> None:
    certificate, key = authority.sign(role)
    with psycopg.connect(f"{guarded} user={role}", sslcert=str(certificate), sslkey=str(key)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (role,)


@pytest.mark.parametrize(("named", "role"), [("machine", ROLE), ("nobody", "nobody"), (ROLE.upper(), ROLE)])
def test_a_certificate_of_another_or_of_no_role_is_refused(
    guarded: str, authority: Authority, named: str, role: str
) -> None:
    certificate, key = authority.sign(named)
    with pytest.raises(psycopg.OperationalError, match=f'certificate authentication failed for user "{role}"'):
        psycopg.connect(f"{guarded} user={role}", sslcert=str(certificate), sslkey=str(key), password=PASSWORD)


def test_a_certificate_of_an_unknown_authority_is_refused(guarded: str, tmp_path: Path) -> None:
    certificate, key = new_authority(tmp_path / "other").sign(ROLE)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"{guarded} user={ROLE}", sslcert=str(certificate), sslkey=str(key), password=PASSWORD)


def test_without_a_certificate_the_password_counts(guarded: str) -> None:
    with psycopg.connect(f"{guarded} user={ROLE}", password=PASSWORD, channel_binding="require") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(f"{guarded} user=machine", password=PASSWORD)


def test_who_must_encrypt_and_does_not_is_refused(guarded: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="encrypted connections only"):
        psycopg.connect(f"{guarded} user={ROLE}".replace("require", "disable"), password=PASSWORD)


# --- versions ---


def opening(port: int, version: int, *options: str) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        names = b"".join(f"{option}\0on\0".encode() for option in options)
        body = struct.pack("!i", version) + f"user\0{ROLE}\0database\0shop\0".encode() + names + b"\0"
        raw.sendall(struct.pack("!i", len(body) + 4) + body)
        return raw.recv(1000)


@pytest.mark.parametrize(
    ("minor", "options", "spoken"),
    [(0, (), None), (2, (), None), (3, (), 2), (9999, (), 2), (0, ("_pq_.shiny",), 0), (7, ("_pq_.a", "_pq_.b"), 2)],
)
def test_an_unknown_version_or_option_is_negotiated(
    house: House, minor: int, options: tuple[str, ...], spoken: int | None
) -> None:
    answer = opening(house.port, 3 << 16 | minor, *options)
    if spoken is None:
        assert answer[:1] == b"R"
        return
    names = b"".join(option.encode() + b"\0" for option in options)
    body = struct.pack("!ii", 3 << 16 | spoken, len(options)) + names
    assert answer.startswith(b"v" + struct.pack("!i", len(body) + 4) + body + b"R")


def test_another_major_version_is_refused(house: House) -> None:
    assert b"unsupported frontend protocol 2.0: server supports 3.0 to 3.2" in opening(house.port, 2 << 16)


def test_gssapi_encryption_is_not_spoken(house: House) -> None:
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as raw:
        raw.sendall(struct.pack("!ii", 8, 80877104))
        assert raw.recv(1) == b"N"


def sleep_in_thread(connection: psycopg.Connection[Any], seconds: float, told: list[object]) -> threading.Thread:
    def sleep() -> None:
        try:
            told.append(connection.execute(f"SELECT pg_sleep({seconds}), 'slept'".encode()).fetchone())
        except psycopg.Error as error:
            told.append(error.sqlstate)

    thread = threading.Thread(target=sleep)
    thread.start()
    return thread


@pytest.mark.parametrize("version", ["3.0", "3.2"])
def test_a_cancel_request_stops_what_runs(house: House, version: str) -> None:
    told: list[object] = []
    with psycopg.connect(house.conninfo, max_protocol_version=version, autocommit=True) as connection:
        assert connection.pgconn.full_protocol_version == 30000 + int(version[-1])
        thread = sleep_in_thread(connection, 30, told)
        while thread.is_alive():
            connection.cancel_safe(timeout=10)
            thread.join(0.1)
    assert told == ["57014"]


@pytest.mark.parametrize("secret", [b"\0\0\0\0", b"", b"x" * 32, b"x" * 256])
def test_a_cancel_request_with_a_wrong_key_cancels_nothing(house: House, secret: bytes) -> None:
    told: list[object] = []
    with house.connect() as connection:
        thread = sleep_in_thread(connection, 0.3, told)
        with socket.create_connection(("127.0.0.1", house.port), timeout=10) as raw:
            body = struct.pack("!ii", 80877102, connection.info.backend_pid) + secret
            raw.sendall(struct.pack("!i", len(body) + 4) + body)
            raw.recv(100)
        thread.join(20)
    assert told == [("", "slept")]
