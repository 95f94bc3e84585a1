"""The HTTP application: a start page, health, metrics, and the Iceberg catalog below /iceberg."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from ormolu.errors import OrmoluError
from ormolu.server.http.answers import Refusal, on_error, on_refusal
from ormolu.server.http.iceberg_catalog import IcebergCatalog
from ormolu.server.http.measurements import Measurements
from ormolu.server.http.start_page import start_page

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "X-Frame-Options": "DENY"}


@dataclass(frozen=True, slots=True)
class HttpSettings:
    version: str
    psql: Callable[[], str]  # the url to connect to, known once the port is
    check: Callable[[], None]  # raises where the catalog cannot be reached


def application(settings: HttpSettings, catalog: IcebergCatalog, measurements: Measurements) -> Starlette:
    def start(request: Request) -> Response:
        iceberg = str(request.url.replace(path="/iceberg", query=""))
        page = start_page(version=settings.version, psql=settings.psql(), catalog=iceberg)
        return HTMLResponse(page, headers=HEADERS)

    def health(_: Request) -> Response:
        try:
            settings.check()
        except OrmoluError as error:
            return JSONResponse({"status": "unavailable", "reason": error.message}, 503)
        return JSONResponse({"status": "ok", "version": settings.version})

    def metrics(_: Request) -> Response:
        return Response(measurements.text(), media_type=METRICS_TYPE)

    return Starlette(
        routes=[
            Route("/", start),
            Route("/health", health),
            Route("/metrics", metrics),
            Mount("/iceberg", routes=catalog.routes()),
        ],
        exception_handlers={Refusal: on_refusal, OrmoluError: on_error},
    )
