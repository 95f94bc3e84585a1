"""Answers in the words of the Iceberg REST specification, errors included."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ormolu.errors import InsufficientPrivilege, InvalidPassword, OrmoluError

NO_CONTENT = 204


class Refusal(Exception):
    """An error as the specification models it: `kind` is one of its exception names."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind


def refused(refusal: Refusal) -> JSONResponse:
    body = {"error": {"message": str(refusal), "type": refusal.kind, "code": refusal.status}}
    headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else None
    return JSONResponse(body, refusal.status, headers=headers)


async def on_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return refused(error)


async def on_error(_: Request, error: Exception) -> Response:
    """An error of ours, in HTTP's terms; its text is made for users and holds no secret."""
    assert isinstance(error, OrmoluError)
    match error:
        case InvalidPassword():
            return refused(Refusal(401, "NotAuthorizedException", error.message))
        case InsufficientPrivilege():
            return refused(Refusal(403, "ForbiddenException", error.message))
        case _:
            return refused(Refusal(503, "ServiceUnavailableException", error.message))
