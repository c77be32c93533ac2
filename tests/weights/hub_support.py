"""A Hub on loopback: serves one folder as a model's repository, and keeps what was asked."""

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMITS = {"main": "a" * 40, "v1": "b" * 40}


class Hub:
    """What the server has and was asked for.

    Attributes:
        repos: for each ``owner/name`` and revision, the folder of its files.
        asked: (method, path) of every request.
        cards: (repository type, text) of every card that was sent to be validated.
    """

    def __init__(self):
        self.repos, self.asked, self.cards = {}, [], []


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_HEAD(self):
        self._file(body=False)

    def do_GET(self):
        self._file(body=True)

    def do_POST(self):
        self.hub.asked.append(("POST", self.path))
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.hub.cards.append((sent["repoType"], sent["content"]))
        self._answer(200, b"{}")

    def _file(self, body):
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append((self.command, path))
        repo, _, rest = path.strip("/").partition("/resolve/")
        revision, _, name = rest.partition("/")
        revisions = self.hub.repos.get(repo)
        if not revisions:
            return self._answer(404, b"", {"X-Error-Code": "RepoNotFound"})
        known = {COMMITS[each]: each for each in revisions}
        revision = known.get(revision, revision)
        if revision not in revisions:
            return self._answer(404, b"", {"X-Error-Code": "RevisionNotFound"})
        commit = {"X-Repo-Commit": COMMITS[revision]}
        file = Path(revisions[revision], name)
        if not file.is_file():
            return self._answer(404, b"", {"X-Error-Code": "EntryNotFound", **commit})
        data = file.read_bytes()
        headers = {"ETag": f'"{hashlib.sha256(data).hexdigest()}"', **commit}
        return self._answer(200, data, headers, body)

    def _answer(self, code, data, headers=None, body=True):
        self.send_response(code)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def log_message(self, *words):
        """Says nothing."""


@contextmanager
def serving():
    """The `Hub` and its address."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
