"""TLS for the wire: a certificate from files, or one that the server makes for itself."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ormolu.errors import InvalidParameterValue

CERTIFICATE_DAYS = 825


@dataclass(frozen=True, slots=True)
class ServerTls:
    """`end_point` is what tls-server-end-point binds a log-in to: the hash of the server's certificate (RFC 5929)."""

    context: ssl.SSLContext
    end_point: bytes


def server_tls(certificate: Path, key: Path, *, client_ca: Path | None = None) -> ServerTls:
    """TLS 1.2 or newer. With `client_ca` a client may show a certificate of that authority, and is whom it names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
        end_point = _end_point(x509.load_pem_x509_certificate(certificate.read_bytes()))
    except (OSError, ssl.SSLError, ValueError) as error:
        raise InvalidParameterValue(
            f'could not load the TLS certificate "{certificate}" with the key "{key}": {error}',
            hint="Both must be PEM files that belong together.",
        ) from error
    if client_ca is not None:
        _accept_clients(context, client_ca)
    return ServerTls(context, end_point)


def _accept_clients(context: ssl.SSLContext, client_ca: Path) -> None:
    try:
        context.load_verify_locations(client_ca)
    except (OSError, ssl.SSLError) as error:
        raise InvalidParameterValue(
            f'could not load the authority of client certificates "{client_ca}": {error}',
            hint="A PEM file with the certificates of those who sign them.",
        ) from error
    context.verify_mode = ssl.CERT_OPTIONAL


def _end_point(certificate: x509.Certificate) -> bytes:
    """MD5 and SHA-1 give way to SHA-256 (RFC 5929, 4.1); so does a signature that names no hash, as Ed25519 does."""
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None or isinstance(algorithm, hashes.MD5 | hashes.SHA1):
        algorithm = hashes.SHA256()
    return certificate.fingerprint(algorithm)


def common_name(wire: ssl.SSLObject | None) -> str | None:
    """Whom the client's certificate names; None where it showed none. It was verified in the handshake."""
    shown = None if wire is None else wire.getpeercert()
    if not shown:
        return None
    parts: Any = shown.get("subject", ())  # the typeshed's type is a union of all fields' shapes
    return next((str(value) for part in parts for name, value in part if name == "commonName"), "")


def make_certificate(certificate: Path, key: Path, *, host_names: tuple[str, ...], now: datetime) -> None:
    """Write a self-made certificate and its key, the key readable by the owner alone."""
    private_key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host_names[0])])
    names = x509.SubjectAlternativeName([_general_name(host) for host in host_names])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private_key, hashes.SHA256())
    )
    key.touch(mode=0o600)
    key.write_bytes(
        private_key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
