"""SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, the server's side; nobody learns from it whether a role exists.

Source: RFC 5802, RFC 7677, RFC 5929; PostgreSQL 15, chapter 55.3.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass

from scramp import ScramMechanism

from ormolu.errors import InvalidAuthorizationSpecification, InvalidPassword, ProtocolViolation

MECHANISM = "SCRAM-SHA-256"
MECHANISM_PLUS = "SCRAM-SHA-256-PLUS"
BINDING_TYPE = "tls-server-end-point"
ITERATIONS = 4096
_SALT_BYTES = 16
_VERIFIER = re.compile(r"^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$")

FindVerifier = Callable[[str], "str | None"]


@dataclass(frozen=True, slots=True)
class Verifier:
    """What is stored of a password, in the parts of PostgreSQL's text `SCRAM-SHA-256$4096:salt$stored:server`."""

    salt: bytes
    stored_key: bytes
    server_key: bytes
    iterations: int


def read_verifier(text: str) -> Verifier | None:
    """Read PostgreSQL's text form; None for anything else, such as an MD5 hash."""
    match = _VERIFIER.match(text)
    if match is None:
        return None
    try:
        salt, stored_key, server_key = (b64decode(match[part], validate=True) for part in (2, 3, 4))
    except Base64Error:
        return None
    return Verifier(salt, stored_key, server_key, int(match[1]))


def write_verifier(password: str, salt: bytes, iterations: int = ITERATIONS) -> str:
    """Make the text to store for a password."""
    salt, stored_key, server_key, count = ScramMechanism(MECHANISM).make_auth_info(password, iterations, salt)
    parts = [b64encode(part).decode() for part in (salt, stored_key, server_key)]
    return f"{MECHANISM}${count}:{parts[0]}${parts[1]}:{parts[2]}"


_FIRST = re.compile(
    r"^(?P<header>(?:(?P<binds>[ny])|p=(?P<type>[A-Za-z0-9.-]+)),(?:a=[^,]*)?,)"
    r"(?P<bare>n=[^,]*,r=(?P<nonce>[\x21-\x2b\x2d-\x7e]+)(?:,.*)?)$",
    re.DOTALL,
)
_FINAL = re.compile(r"^(?P<bare>c=(?P<binding>[^,]*),r=(?P<nonce>[^,]*)(?:,.*)?),p=(?P<proof>[^,]*)$", re.DOTALL)


class ScramExchange:
    """One client's exchange: give `first` the client's first message, `final` its last.

    Written here because scramp refuses the empty user name that libpq sends; the name inside the exchange is
    ignored, and the startup message's counts.
    """

    def __init__(
        self,
        role: str,
        find_verifier: FindVerifier,
        *,
        secret: bytes,
        nonce: str,
        end_point: bytes | None = None,
    ) -> None:
        """`end_point` is the TLS channel's, where there is one: the client may, and a wary one will, bind to it."""
        self._role = role
        self._find_verifier = find_verifier
        self._secret = secret
        self._nonce = nonce
        self._end_point = end_point
        self._verifier: Verifier | None = None
        self._is_known = False
        self._header = ""
        self._messages = ""

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """What the client may choose from, the best first."""
        return (MECHANISM,) if self._end_point is None else (MECHANISM_PLUS, MECHANISM)

    def _look_up(self) -> Verifier:
        text = self._find_verifier(self._role)
        found = None if text is None else read_verifier(text)
        self._is_known = found is not None
        return found or self._invented()

    def _invented(self) -> Verifier:
        """The same invented salt each time a name is asked for, and keys that no password fits."""
        seed = hmac.digest(self._secret, self._role.encode(), "sha256")
        keys = hmac.digest(self._secret, seed, "sha512")
        return Verifier(seed[:_SALT_BYTES], keys[:32], keys[32:], ITERATIONS)

    def first(self, data: bytes) -> str:
        """Answer the SASLInitialResponse with the server's first message."""
        name, separator, rest = data.partition(b"\0")
        if not separator or len(rest) < 4 or int.from_bytes(rest[:4], "big", signed=True) != len(rest) - 4:
            raise ProtocolViolation("malformed SASL message")
        if name.decode("latin-1") not in self.mechanisms:
            raise ProtocolViolation("client selected an invalid SASL authentication mechanism")
        match = _FIRST.match(_ascii(rest[4:]))
        if match is None:
            raise ProtocolViolation("malformed SCRAM message")
        self._check_binding(match["type"], match["binds"], is_plus=name == MECHANISM_PLUS.encode())
        self._verifier = self._look_up()
        self._header = match["header"]
        self._nonce = match["nonce"] + self._nonce
        salt = b64encode(self._verifier.salt).decode()
        answer = f"r={self._nonce},s={salt},i={self._verifier.iterations}"
        self._messages = f"{match['bare']},{answer}"
        return answer

    def _check_binding(self, kind: str | None, binds: str | None, *, is_plus: bool) -> None:
        """The client binds where it said it would; who could but believes we cannot has been lied to on the way."""
        if is_plus != (kind is not None):
            without = "" if is_plus else " without channel binding"
            raise ProtocolViolation(
                f"client selected SCRAM-SHA-256{'-PLUS' if is_plus else ''}{without}, but the SCRAM message "
                f"{'does not include' if is_plus else 'includes'} channel binding data"
            )
        if kind is not None and kind != BINDING_TYPE:
            raise ProtocolViolation(f'unsupported SCRAM channel-binding type "{kind}"')
        if binds == "y" and self._end_point is not None:
            raise InvalidAuthorizationSpecification(
                "SCRAM channel binding negotiation error",
                detail="The client supports SCRAM channel binding but thinks the server does not. "
                "However, this server does support channel binding.",
            )

    def final(self, data: bytes) -> str:
        """Check the client's proof; gives the server's, or raises 28P01."""
        assert self._verifier is not None
        match = _FINAL.match(_ascii(data))
        if match is None or match["nonce"] != self._nonce:
            raise ProtocolViolation("malformed SCRAM message")
        bound = self._end_point if self._header.startswith("p=") and self._end_point is not None else b""
        if match["binding"] != b64encode(self._header.encode() + bound).decode():
            raise InvalidAuthorizationSpecification("SCRAM channel binding check failed")
        signed = f"{self._messages},{match['bare']}".encode()
        signature = hmac.digest(self._verifier.stored_key, signed, "sha256")
        is_right = hmac.compare_digest(_stored_key(match["proof"], signature), self._verifier.stored_key)
        if not (is_right and self._is_known):
            raise InvalidPassword(f'password authentication failed for user "{self._role}"')
        return "v=" + b64encode(hmac.digest(self._verifier.server_key, signed, "sha256")).decode()


def _ascii(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise ProtocolViolation("malformed SCRAM message") from error


def _stored_key(proof: str, signature: bytes) -> bytes:
    """The stored key that the client's proof amounts to."""
    try:
        given = b64decode(proof, validate=True)
    except Base64Error as error:
        raise ProtocolViolation("malformed SCRAM message") from error
    if len(given) != len(signature):
        raise ProtocolViolation("malformed SCRAM message")
    client_key = bytes(left ^ right for left, right in zip(given, signature, strict=True))
    return hashlib.sha256(client_key).digest()
