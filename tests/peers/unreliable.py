"""A store behind a proxy that fails as it is told: refusals, silence, cut connections, at chosen requests."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP = {"transfer-encoding", "connection", "keep-alive", "content-length"}
BUSY = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"


@dataclass
class Fault:
    """What happens to the requests that match, after the first `spared` of them: `action` is a status, or a word.

    `cut` closes the connection with nothing answered, `lost` does so after the store has done what was asked, `half`
    in the middle of the answer, and `short` gives that half as if it were all; `slow` waits for `seconds` first.
    """

    matching: str
    action: int | str
    times: int = 1_000_000
    spared: int = 0
    seconds: float = 0.0
    met: int = 0


class UnreliableStore:
    """Requests as `METHOD /bucket/key?query`; faults are tried in order, and one with `times` left is taken."""

    def __init__(self, store: str) -> None:
        self.store = urlsplit(store)
        self.requests: list[str] = []
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[UnreliableStore]:
        thread = threading.Thread(target=self._server.serve_forever, name="unreliable store", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    @contextmanager
    def failing(self, *faults: Fault) -> Iterator[None]:
        with self._lock:
            self._faults = list(faults)
        try:
            yield
        finally:
            with self._lock:
                self._faults = []

    def take(self, request: str) -> Fault | None:
        with self._lock:
            self.requests.append(request)
            for fault in self._faults:
                if re.search(fault.matching, request):
                    fault.met += 1
                    if fault.spared < fault.met <= fault.spared + fault.times:
                        return fault
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = _body(self)
                fault = proxy.take(f"{self.command} {self.path}")
                action = None if fault is None else fault.action
                if fault is not None and fault.seconds:
                    time.sleep(fault.seconds)
                if action == "cut":
                    self.close_connection = True
                    return
                if isinstance(action, int):
                    self._answer(action, [("Content-Type", "application/xml")], BUSY)
                    return
                status, headers, content = proxy.forward(self, body)
                if action == "lost":
                    self.close_connection = True
                    return
                if action == "short":
                    content = content[: len(content) // 2]
                self._answer(status, headers, content, is_half=action == "half")

            def _answer(
                self, status: int, headers: list[tuple[str, str]], content: bytes, *, is_half: bool = False
            ) -> None:
                self.send_response_only(status)
                given = dict(headers).get("Content-Length") if self.command == "HEAD" else None
                for name, value in headers:
                    if name.lower() not in HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", given or str(0 if self.command == "HEAD" else len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content[: len(content) // 2] if is_half else content)
                self.close_connection = self.close_connection or is_half

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 - http.server's names

            def log_message(self, *_: object) -> None:
                """Requests are kept in `requests`."""

        return Handler

    def forward(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        assert self.store.hostname is not None
        connection = HTTPConnection(self.store.hostname, self.store.port, timeout=60)
        try:
            headers = {name: value for name, value in handler.headers.items() if name.lower() not in HOP}
            headers.pop("Expect", None)
            connection.request(handler.command, handler.path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if "chunked" not in handler.headers.get("Transfer-Encoding", ""):
        return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    parts: list[bytes] = []
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        parts.append(handler.rfile.read(size))
        handler.rfile.readline()
    while handler.rfile.readline().strip():
        continue
    return b"".join(parts)
