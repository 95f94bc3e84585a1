"""Bearer tokens: who asks over HTTP, proved once with the role's password."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from ormolu.errors import InvalidPassword

TOKEN_SECONDS = 3600
SECRET_BYTES_MAX = 1024

Seal = Callable[[str], str]
Unseal = Callable[[str, int], "str | None"]  # a token and its age in seconds at most; None for any other text


@dataclass(frozen=True, slots=True)
class Tokens:
    """`is_role` tells whether a role may log in now, `has_password` whether a password is its own."""

    seal: Seal
    unseal: Unseal
    is_role: Callable[[str], bool]
    has_password: Callable[[str, str], bool]

    def issue(self, role: str, password: str) -> str:
        """A token of the role; 28P01 for a wrong password and for a role that does not exist alike."""
        if len(password.encode()) > SECRET_BYTES_MAX or not self.has_password(role, password):
            raise InvalidPassword(f'password authentication failed for user "{role}"')
        return self.seal(json.dumps({"role": role}))

    def role_of(self, token: str) -> str | None:
        """The role that a token is of; None once it is too old, or the role may no longer log in."""
        text = self.unseal(token, TOKEN_SECONDS)
        if text is None:
            return None
        role = str(json.loads(text)["role"])
        return role if self.is_role(role) else None
