"""Password verifiers as PostgreSQL stores them."""

from __future__ import annotations

import secrets
from base64 import b64decode, b64encode
from hashlib import pbkdf2_hmac, sha256
from hmac import compare_digest, digest

from scramp.core import ScramException
from scramp.utils import saslprep

from ormolu.errors import InvalidParameterValue

SCRAM_ITERATIONS = 4096  # PostgreSQL's
SCRAM_SALT_BYTES = 16
VERIFIER_PREFIX = "SCRAM-SHA-256$"


def make_verifier(password: str, *, salt: bytes | None = None, iterations: int = SCRAM_ITERATIONS) -> str:
    """PostgreSQL's `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` (RFC 5803); one that is given stays.

    As in PostgreSQL, a password that SASLprep refuses is taken as it is.
    """
    if password.startswith(VERIFIER_PREFIX):
        return password
    if not password:
        raise InvalidParameterValue("a password cannot be empty")
    salt = secrets.token_bytes(SCRAM_SALT_BYTES) if salt is None else salt
    try:
        prepared = saslprep(password)
    except ScramException:
        prepared = password
    salted = pbkdf2_hmac("sha256", prepared.encode(), salt, iterations)
    stored_key = sha256(digest(salted, b"Client Key", "sha256")).digest()
    server_key = digest(salted, b"Server Key", "sha256")
    return f"{VERIFIER_PREFIX}{iterations}:{_text(salt)}${_text(stored_key)}:{_text(server_key)}"


def fits(verifier: str, password: str) -> bool:
    """Whether a password is the one that the verifier was made of."""
    head, _, keys = verifier.removeprefix(VERIFIER_PREFIX).partition("$")
    iterations, _, salt = head.partition(":")
    if not keys or not password or password.startswith(VERIFIER_PREFIX):
        return False
    return compare_digest(make_verifier(password, salt=b64decode(salt), iterations=int(iterations)), verifier)


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
