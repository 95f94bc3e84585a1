"""From the startup message to AuthenticationOk: which protocol is spoken, and the steps of proving who is there."""

from __future__ import annotations

from ormolu.server import messages as m
from ormolu.server import responses
from ormolu.server.authentication import ScramExchange
from ormolu.server.protocol import MINOR_VERSION_MAX

# Protocol 3.2 made the key of a cancel request longer: chapter 55.2.1.1 of PostgreSQL 18.
SHORT_KEY_BYTES, LONG_KEY_BYTES = 4, 32
_LONG_KEYS_SINCE = 2


class LogIn:
    """One log-in under way; `step` computes a proof, and belongs in the thread pool."""

    def __init__(self, startup: m.StartupMessage, exchange: ScramExchange | None) -> None:
        """No `exchange` for a client whose certificate has said who it is."""
        self.startup = startup
        self.exchange = exchange
        self._has_begun = False

    @property
    def role(self) -> str:
        return self.startup.parameters["user"]

    @property
    def key_bytes(self) -> int:
        return LONG_KEY_BYTES if self._minor_version >= _LONG_KEYS_SINCE else SHORT_KEY_BYTES

    @property
    def _minor_version(self) -> int:
        return min(self.startup.minor_version, MINOR_VERSION_MAX)

    def opening(self) -> bytes:
        """What of the startup is not spoken here, and the request to prove oneself."""
        answer = b""
        if self.startup.minor_version > MINOR_VERSION_MAX or self.startup.unknown_options:
            answer = responses.negotiate_protocol_version(self._minor_version, self.startup.unknown_options)
        if self.exchange is not None:
            answer += responses.authentication_sasl(self.exchange.mechanisms)
        return answer

    def step(self, data: bytes) -> tuple[bytes, bool]:
        """Answer one message of the exchange; True with the last. 28P01 where the proof is wrong."""
        assert self.exchange is not None
        if not self._has_begun:
            self._has_begun = True
            return responses.authentication_sasl_continue(self.exchange.first(data)), False
        return responses.authentication_sasl_final(self.exchange.final(data)), True
