"""What the tests of the data sets build their stand-ins with, and a server that misbehaves on demand."""

from __future__ import annotations

import hashlib
import io
import tarfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from PIL import Image

from kuzushiji.datasets import registry


def pinned(path: str, content: bytes) -> registry.RemoteFile:
    return registry.RemoteFile(
        path, len(content), hashlib.md5(content).hexdigest(), hashlib.sha256(content).hexdigest()
    )


def npz(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, array)
    return out.getvalue()


def png(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def write_tar(path: Path, images: dict[str, bytes]) -> None:
    """A tar of members ``name -> content``, in the order given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as t:
        for name, content in images.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            t.addfile(info, io.BytesIO(content))


class Server:
    """Serves a folder over loopback HTTP; ``faults`` is a list of what to do wrong, one a request."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.faults: list[str] = []
        self.etag = '"v1"'
        self.ranges: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None: ...

            def do_GET(self) -> None:
                outer.answer(self)

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/"

    def answer(self, h: BaseHTTPRequestHandler) -> None:
        fault = self.faults.pop(0) if self.faults else ""
        asked = h.headers.get("Range")
        self.ranges.append(asked)
        path = self.root / h.path.lstrip("/")
        if fault.isdigit():
            return h.send_error(int(fault))
        if fault == "html":
            h.send_response(200)
            h.end_headers()
            h.wfile.write(b"\n<!DOCTYPE html><title>moved</title>")
            return None
        if not path.is_file():
            return h.send_error(404)
        data = path.read_bytes()
        start = int(asked[6:-1]) if asked and fault != "norange" else 0
        if h.headers.get("If-Range", self.etag) != self.etag:
            start = 0
        if start and start >= len(data):
            h.send_response(416)
            h.send_header("Content-Range", f"bytes */{len(data)}")
            return h.end_headers()
        h.send_response(206 if start else 200)
        if start:
            h.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        h.send_header("Content-Length", str(len(data) - start))
        h.send_header("ETag", self.etag)
        h.end_headers()
        body = data[start:]
        h.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
        return None
