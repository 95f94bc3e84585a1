"""The lake as an Iceberg REST catalog that only reads: any Iceberg engine finds the tables a role may SELECT.

Source: Apache Iceberg, REST catalog specification (open-api/rest-catalog-open-api.yaml).
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from pyiceberg.table.metadata import TableMetadata
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ormolu.catalog.grants import Access
from ormolu.catalog.lake import Head, Lake
from ormolu.definitions import TableName
from ormolu.server.http.answers import NO_CONTENT, Refusal
from ormolu.server.http.tokens import TOKEN_SECONDS, Tokens

PAGE_SIZE_MAX = 1000
METRICS_BYTES_MAX = 1024 * 1024
FORM_BYTES_MAX = 16 * 1024
SEPARATOR = "\x1f"  # between the levels of a namespace
READING = (
    "GET /v1/{prefix}/namespaces",
    "GET /v1/{prefix}/namespaces/{namespace}",
    "HEAD /v1/{prefix}/namespaces/{namespace}",
    "GET /v1/{prefix}/namespaces/{namespace}/tables",
    "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics",
)


@dataclass(frozen=True, slots=True)
class Visible:
    """The tables at one head that a role may read."""

    head: Head
    access: Access

    def tables(self, schema: str | None = None) -> list[TableName]:
        named = (name for name in self.head.pointers if schema in (None, name.schema))
        return sorted(name for name in named if self.access.has("SELECT", name))

    def namespaces(self) -> list[str]:
        return sorted({name.schema for name in self.tables()})


@dataclass(frozen=True, slots=True)
class IcebergCatalog:
    """`find_lake` gives the lake of a prefix, a database's name.

    `access` reads a role's rights in it as they are now: None where it may not connect.
    """

    tokens: Tokens
    find_lake: Callable[[str], Lake | None]
    access: Callable[[str, str], Access | None]
    default_prefix: str

    def routes(self) -> list[Route]:
        tables = "/v1/{prefix}/namespaces/{namespace}/tables"
        return [
            Route("/v1/config", self.config),
            Route("/v1/oauth/tokens", self.issue_token, methods=["POST"]),
            Route("/v1/{prefix}/namespaces", self.namespaces),
            Route("/v1/{prefix}/namespaces/{namespace}", self.namespace),
            Route(tables, self.tables),
            Route(tables + "/{table}", self.table),
            Route(tables + "/{table}/metrics", self.take_metrics, methods=["POST"]),
            Route("/v1/{prefix}/namespaces/{namespace}/views", self.views),
            Route("/v1/{prefix}/namespaces/{namespace}/views/{view}", self.view),
            Route("/v1/{path:path}", self.refuse, methods=["GET", "POST", "PUT", "DELETE", "PATCH"]),
        ]

    # --- who asks --------------------------------------------------------------------------------------------------

    async def issue_token(self, request: Request) -> Response:
        """OAuth 2's client credentials, in the header or the form: the client is a role, the secret its password."""
        given = dict(parse_qsl((await _body(request, FORM_BYTES_MAX)).decode("utf-8", "replace")))
        if given.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        role, password = _basic(request) or (given.get("client_id", ""), given.get("client_secret", ""))
        token = await run_in_threadpool(self.tokens.issue, role, password)
        body = {"access_token": token, "token_type": "bearer", "expires_in": TOKEN_SECONDS}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    def _role(self, request: Request) -> str:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        role = self.tokens.role_of(token.strip()) if scheme.lower() == "bearer" else None
        if role is None:
            raise Refusal(401, "NotAuthorizedException", "a bearer token is needed: POST /iceberg/v1/oauth/tokens")
        return role

    def _visible(self, request: Request) -> Visible:
        role = self._role(request)
        prefix = request.path_params["prefix"]
        lake = self.find_lake(prefix)
        if lake is None:
            raise Refusal(404, "NoSuchWarehouseException", f'database "{prefix}" does not exist')
        access = self.access(role, prefix)
        if access is None:
            raise Refusal(403, "ForbiddenException", f'permission denied for database "{prefix}"')
        return Visible(lake.head(), access)

    # --- what there is ---------------------------------------------------------------------------------------------

    def config(self, request: Request) -> Response:
        self._role(request)
        prefix = request.query_params.get("warehouse") or self.default_prefix
        if self.find_lake(prefix) is None:
            raise Refusal(404, "NoSuchWarehouseException", f'database "{prefix}" does not exist')
        return JSONResponse({"defaults": {}, "overrides": {"prefix": prefix}, "endpoints": list(READING)})

    def namespaces(self, request: Request) -> Response:
        visible = self._visible(request)
        parent = request.query_params.get("parent")
        if parent is not None and parent not in visible.namespaces():
            raise _no_namespace(parent)
        names = [] if parent is not None else visible.namespaces()
        page, following = _page(request, names)
        return JSONResponse({"namespaces": [[name] for name in page], "next-page-token": following})

    def namespace(self, request: Request) -> Response:
        _, name = self._named(request)
        return _headless(request) or JSONResponse({"namespace": [name], "properties": {}})

    def tables(self, request: Request) -> Response:
        visible, schema = self._named(request)
        page, following = _page(request, [name.name for name in visible.tables(schema)])
        identifiers = [{"namespace": [schema], "name": name} for name in page]
        return JSONResponse({"identifiers": identifiers, "next-page-token": following})

    def table(self, request: Request) -> Response:
        location, metadata = self._metadata(request)
        etag = f'"{location.rsplit("/", 1)[-1]}"'
        if request.headers.get("If-None-Match") == etag:
            return Response(status_code=304, headers={"ETag": etag})
        body: dict[str, Any] = {
            "metadata-location": location,
            "metadata": metadata.model_dump(mode="json", by_alias=True, exclude_none=True),
            "config": {},
        }
        return _headless(request) or JSONResponse(body, headers={"ETag": etag})

    async def take_metrics(self, request: Request) -> Response:
        """Engines report what a scan cost; nothing is kept of it."""
        await run_in_threadpool(self._metadata, request)
        await _body(request, METRICS_BYTES_MAX)
        return Response(status_code=NO_CONTENT)

    def views(self, request: Request) -> Response:
        self._named(request)
        return JSONResponse({"identifiers": []})

    def view(self, request: Request) -> Response:
        _, schema = self._named(request)
        raise Refusal(404, "NoSuchViewException", f'view "{schema}.{request.path_params["view"]}" does not exist')

    def refuse(self, request: Request) -> Response:
        self._role(request)
        if request.method in ("GET", "HEAD"):
            raise Refusal(404, "NoSuchEndpointException", "there is nothing under this path")
        raise Refusal(403, "ForbiddenException", "this catalog only reads: tables are changed in SQL")

    def _named(self, request: Request) -> tuple[Visible, str]:
        visible, schema = self._visible(request), str(request.path_params["namespace"])
        if schema not in visible.namespaces():
            raise _no_namespace(schema)
        return visible, schema

    def _metadata(self, request: Request) -> tuple[str, TableMetadata]:
        visible = self._visible(request)
        name = TableName(str(request.path_params["namespace"]), str(request.path_params["table"]))
        found = visible.head.find_table(name) if visible.access.has("SELECT", name) else None
        if found is None:
            raise Refusal(404, "NoSuchTableException", f'table "{name}" does not exist')
        return found.metadata_location, found.metadata


def _no_namespace(name: str) -> Refusal:
    return Refusal(404, "NoSuchNamespaceException", f'schema "{name.replace(SEPARATOR, ".")}" does not exist')


def _basic(request: Request) -> tuple[str, str] | None:
    """Client and secret of HTTP's basic authentication, each percent-encoded (RFC 6749, 2.3.1)."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (Base64Error, UnicodeDecodeError) as error:
        raise Refusal(400, "BadRequestException", "malformed basic authentication") from error
    return unquote_plus(client), unquote_plus(secret)


async def _body(request: Request, bytes_max: int) -> bytes:
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > bytes_max:
            raise Refusal(413, "BadRequestException", f"the request is longer than {bytes_max} bytes")
    return bytes(body)


def _headless(request: Request) -> Response | None:
    return Response(status_code=NO_CONTENT) if request.method == "HEAD" else None


def _page(request: Request, names: Sequence[str]) -> tuple[list[str], str | None]:
    """The names after the token, which is the last name of the page before."""
    size = min(max(_number(request.query_params.get("pageSize")), 1), PAGE_SIZE_MAX)
    after = request.query_params.get("pageToken") or ""
    rest = [name for name in names if name > after]
    page = rest[:size]
    return page, page[-1] if len(rest) > size else None


def _number(text: str | None) -> int:
    if text is None:
        return PAGE_SIZE_MAX
    if not text.isascii() or not text.isdigit():
        raise Refusal(400, "BadRequestException", f'pageSize cannot be "{text}"')
    return int(text[:9])
