"""Google's XML uploads, as DuckDB sends them, in front of a server that takes only JSON's."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.peers.unreliable import UnreliableStore

ROOT = Path(__file__).parents[2]
Answer = tuple[int, list[tuple[str, str]], bytes]
OBJECT = re.compile(r"^/(?!storage/|upload/|download/|_internal/|resumable)([^/]+)/(.+)$")


class GoogleFrontDoor(UnreliableStore):
    """PUT of an object, and multipart uploads whose parts are kept until the last; all else passes as it is."""

    def __init__(self, store: str) -> None:
        super().__init__(store)
        self._parts: dict[str, dict[int, bytes]] = {}

    def forward(self, handler: BaseHTTPRequestHandler, body: bytes) -> Answer:
        parts = urlsplit(handler.path)
        found = OBJECT.match(parts.path)
        if found is None or handler.command not in ("PUT", "POST"):
            return super().forward(handler, body)
        query = parse_qs(parts.query, keep_blank_values=True)
        if "uploads" in query:
            upload = f"upload-{len(self._parts)}"
            self._parts[upload] = {}
            return (
                200,
                [],
                f"<InitiateMultipartUploadResult><UploadId>{upload}</UploadId></InitiateMultipartUploadResult>".encode(),
            )
        if "partNumber" in query:
            number = int(query["partNumber"][0])
            self._parts[query["uploadId"][0]][number] = body
            return 200, [("ETag", f'"{number}"')], b""
        if "uploadId" in query:
            pieces = self._parts[query["uploadId"][0]]
            body = b"".join(pieces[number] for number in sorted(pieces))
        status, _, content = self._upload(found[1], unquote(found[2]), body)
        if status != 200:
            return status, [], content
        return (
            200,
            [("ETag", '"whole"')],
            b"<CompleteMultipartUploadResult><ETag>whole</ETag></CompleteMultipartUploadResult>",
        )

    def _upload(self, bucket: str, name: str, body: bytes) -> Answer:
        assert self.store.hostname is not None
        connection = HTTPConnection(self.store.hostname, self.store.port, timeout=60)
        try:
            target = f"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={quote(name, safe='')}"
            connection.request("POST", target, body, {"Content-Type": "application/octet-stream"})
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


def start(store: str) -> tuple[subprocess.Popen[str], str]:
    """A front door in a process of its own, with its address: Google's library holds Python's lock as it waits."""
    process = subprocess.Popen([sys.executable, "-m", __name__, store], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


if __name__ == "__main__":
    with GoogleFrontDoor(sys.argv[1]).running() as door:
        print(door.endpoint, flush=True)
        signal.pause()
