"""What the tests of bulk share: pictures of every kind, and a server on loopback."""

import io
import tarfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from PIL import Image


def grey(value: int, size: tuple[int, int] = (6, 4)) -> Image.Image:
    """One even picture, to be told from others by its value."""
    return Image.new("L", size, value)


def png(value: int = 0) -> bytes:
    """The bytes of an even PNG."""
    stream = io.BytesIO()
    grey(value).save(stream, "PNG")
    return stream.getvalue()


def save(path: Path, value: int = 0) -> str:
    """An even picture in the format of its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    grey(value).save(path)
    return str(path)


def pages(path: Path, values, **how) -> str:
    """A file of several even pictures: PDF, TIFF, GIF or WebP, by its suffix."""
    first, *others = [grey(value).convert("RGB") for value in values]
    first.save(path, save_all=True, append_images=others, **how)
    return str(path)


def shard(path: Path, members: dict[str, bytes]) -> str:
    """A tar archive."""
    with tarfile.open(path, "w") as tar:
        for name, content in members.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            tar.addfile(about, io.BytesIO(content))
    return str(path)


def value_of(item) -> int:
    """The middle value of an even picture, as the reader would get it."""
    from kuzushiji.images import read_image

    return int(np.median(read_image(item.open(), item.name)))


class Site:
    """What a server gives: a path to (status, headers, body), or to a function of the handler."""

    def __init__(self) -> None:
        self.paths: dict = {}
        self.asked: list[str] = []
        self.address = ""

    def put(self, path: str, body: bytes, type: str = "image/png", status: int = 200, **headers: str) -> str:
        """Adds an answer, and gives its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.paths[path] = (status, {"Content-Type": type, **named}, body)
        return self.address + path


@contextmanager
def serving():
    """A server on loopback while the block runs."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            site.asked.append(self.path)
            answer = site.paths.get(self.path, (404, {}, b""))
            if callable(answer):
                answer(self)
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
