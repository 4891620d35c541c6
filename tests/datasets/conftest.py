import hashlib
import http.server
import threading
import time

import numpy as np
import pytest

from cnnkit.datasets import Source, _download

PAYLOAD = np.random.default_rng(7).bytes(600_000)


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Keep every test away from the user's cache and from `CNNKIT_DATA`."""
    monkeypatch.setenv("CNNKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("CNNKIT_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(_download, "PAUSE_SECONDS", 0)
    return tmp_path


class Server(http.server.ThreadingHTTPServer):
    """Answers with `payload`; `faults` says what goes wrong, one a request."""

    daemon_threads = True
    payload = PAYLOAD
    requests = 0
    pause = 0.0

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults = []

    def source(self, file="thing.npz", **changes):
        fields = {
            "name": "thing",
            "url": f"http://127.0.0.1:{self.server_port}/{file}",
            "sha256": hashlib.sha256(self.payload).hexdigest(),
            "size_bytes": len(self.payload),
            "file": file,
            "accepts": (file,),
        }
        return Source(**{**fields, **changes})

    def handle_error(self, request, client_address):
        """Say nothing of clients that were killed."""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests += 1
        fault = self.server.faults.pop(0) if self.server.faults else "none"
        if isinstance(fault, int):
            return self.send_error(fault)
        payload = self.server.payload
        self.send_response(200)
        if fault != "cut, length not told":
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if fault == "altered":
            payload = payload[:1000] + bytes([payload[1000] ^ 1]) + payload[1001:]
        if fault.startswith("cut"):
            payload = payload[: len(payload) // 2]
        for start in range(0, len(payload), 20_000):
            self.wfile.write(payload[start : start + 20_000])
            time.sleep(self.server.pause)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
