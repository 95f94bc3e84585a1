"""Serving the HTTP application from a thread and a loop of its own, apart from the analysts' sessions."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from ormolu.errors import InvalidParameterValue

BACKLOG = 128
CONNECTIONS_MAX = 200
KEEP_ALIVE_SECONDS = 5
STOP_SECONDS = 5


class HttpListener:
    """Bound when it is made; `port` is the one that was taken, for 0 a free one."""

    def __init__(self, host: str, port: int, *, certificate: Path | None, key: Path | None) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise InvalidParameterValue(
                f"cannot listen on {host}:{port}: {error.strerror}",
                hint="Give another --http-port; 0 takes a free one.",
            ) from error
        self.port: int = self._socket.getsockname()[1]
        self.scheme = "http" if certificate is None else "https"
        self._certificate, self._key = certificate, key
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, application: Starlette) -> None:
        config = uvicorn.Config(
            application,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=BACKLOG,
            limit_concurrency=CONNECTIONS_MAX,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=STOP_SECONDS,
            ssl_certfile=self._certificate,
            ssl_keyfile=self._key,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="http", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(STOP_SECONDS + 1)
        self._socket.close()
