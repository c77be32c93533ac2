"""Keeps other web pages away from a server on this machine.

A page on the internet can make a browser send requests to ``127.0.0.1`` (cross-site request forgery), and can
point its own domain name at it (DNS rebinding). Against the second the Host header must name an address or a
name we answer to; against the first, Origin and Sec-Fetch-Site must say that the request is our own page's.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
from collections.abc import Iterable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kuzushiji.errors import exhausted

log = logging.getLogger("kuzushiji.web")

LOOPBACK = ("127.0.0.1", "localhost", "::1")

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}

_LATER = {"Retry-After": "1"}
_HOST = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.%]+)\]|(?P<name>[^:\[\]]+))(?::(?P<port>\d{1,5}))?")


def host_name(header: str) -> str | None:
    """The host of a Host header, lower case, without its port; None where it is malformed.

    >>> host_name("LocalHost:8000"), host_name("[::1]:8000"), host_name("a:b:c")
    ('localhost', '::1', None)
    """
    match = _HOST.fullmatch(header.strip())
    return (match["v6"] or match["name"]).lower() if match else None


def allowed_hosts(bound: str, extra: Iterable[str] = ()) -> frozenset[str]:
    """The names a server answers to.

    Args:
        bound: the address it is bound to; ``0.0.0.0`` and ``::`` mean every address of this machine, and
            then any Host that is a bare IP address is fine too (a rebound name never is): ``*ip`` says so.
        extra: further names, e.g. the name that colleagues on the local network type.

    >>> sorted(allowed_hosts("127.0.0.1"))
    ['127.0.0.1', '::1', 'localhost']
    >>> "*ip" in allowed_hosts("0.0.0.0")
    True
    """
    names = {*LOOPBACK, *(name.lower() for name in extra)}
    names.add("*ip" if bound in ("0.0.0.0", "::", "") else bound.lower().strip("[]"))  # noqa: S104
    return frozenset(names)


def refusal(headers: Headers, scheme: str, method: str, path: str, hosts: frozenset[str]) -> str | None:
    """Why a request is not answered, in one line, or None for one that is fine.

    Args:
        headers: the request's headers.
        scheme: ``http`` or ``https``.
        method: its method.
        path: its path; what is below ``/api/`` is guarded against being embedded in other sites.
        hosts: the names that the server answers to (:func:`allowed_hosts`).
    """
    host_headers = headers.getlist("host")
    name = host_name(host_headers[0]) if len(host_headers) == 1 else None
    if name is None or not (name in hosts or ("*ip" in hosts and _is_address(name))):
        return (
            "this server does not answer to that Host; open it by its address, or start it with --allow-host"
        )
    origin = headers.get("origin")
    if origin is not None and origin.lower() != f"{scheme}://{host_headers[0].strip()}".lower():
        return "this server answers only to its own page (Origin is another one)"
    site = headers.get("sec-fetch-site", "same-origin")
    safe_visit = method in ("GET", "HEAD") and not path.startswith("/api/")
    if site not in ("same-origin", "none") and not safe_visit:
        return "this server answers only to its own page (Sec-Fetch-Site is another site)"
    return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """ASGI middleware, the outermost: refuses foreign requests, sets headers, makes a crash a JSON error."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], debug: bool = False) -> None:
        self.app = app
        self.hosts = hosts
        self.debug = debug

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one connection (see the ASGI specification for the arguments)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def secured(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if "cache-control" not in headers:
                    headers["Cache-Control"] = "no-store" if scope["path"].startswith("/api/") else "no-cache"
            await send(message)

        reason = refusal(Headers(scope=scope), scope["scheme"], scope["method"], scope["path"], self.hosts)
        if reason:
            await JSONResponse({"error": reason}, 403)(scope, receive, secured)
            return
        try:
            await self.app(scope, receive, secured)
        except asyncio.CancelledError:  # the server ends, and has waited as long as it does
            if not started:
                await JSONResponse({"error": "the server is being stopped"}, 503)(scope, receive, secured)
        except Exception as e:
            if exhausted(e):
                status, text = 503, "the server is out of memory or open files; try again in a moment"
                log.error("out of memory or open files: %s", e)
            else:
                status, text = 500, "the server failed on this request; its log says why"
                where = scope["method"], scope["path"]
                log.error("%s %s: %s: %s", *where, type(e).__name__, e, exc_info=self.debug)
            if not started:  # else uvicorn ends the connection, as the answer is not whole
                await JSONResponse({"error": text}, status, _LATER if status == 503 else None)(
                    scope, receive, secured
                )
