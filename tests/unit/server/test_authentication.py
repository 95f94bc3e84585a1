"""SCRAM-SHA-256 against the client's side of scramp."""

from __future__ import annotations

import pytest
from scramp import ScramClient

from ormolu.errors import InvalidPassword, ProtocolViolation
from ormolu.server.authentication import MECHANISM, ScramExchange, read_verifier, write_verifier

VERIFIER = write_verifier("pencil", b"0123456789abcdef")


def exchange(role: str) -> ScramExchange:
    return ScramExchange(role, lambda name: VERIFIER if name == "ann" else None, secret=b"s" * 32, nonce="server")


def initial(message: str) -> bytes:
    return MECHANISM.encode() + b"\0" + len(message).to_bytes(4, "big") + message.encode()


def log_in(role: str, password: str) -> None:
    server, client = exchange(role), ScramClient([MECHANISM], role, password)
    client.set_server_first(server.first(initial(client.get_client_first())))
    client.set_server_final(server.final(client.get_client_final().encode()))


def test_the_right_password_logs_in_and_proves_the_server_too() -> None:
    log_in("ann", "pencil")


@pytest.mark.parametrize(("role", "password"), [("ann", "pen"), ("nobody", "pencil")])
def test_a_wrong_password_and_an_unknown_role_fail_alike(role: str, password: str) -> None:
    with pytest.raises(InvalidPassword, match=f'password authentication failed for user "{role}"'):
        log_in(role, password)


def test_an_unknown_role_is_shown_the_same_salt_each_time() -> None:
    first = initial("n,,n=,r=abc")
    assert exchange("nobody").first(first) == exchange("nobody").first(first)


@pytest.mark.parametrize(
    "data", [b"", b"SCRAM-SHA-256", b"MD5\0\0\0\0\0", initial("n,,n=x"), initial("p=tls,,n=,r=a"), b"\xff\0"]
)
def test_a_malformed_message_is_a_violation_of_the_protocol(data: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        exchange("ann").first(data)


def test_a_verifier_that_is_none_is_not_read() -> None:
    assert read_verifier("md5abcdef") is None
    assert read_verifier(VERIFIER) is not None
