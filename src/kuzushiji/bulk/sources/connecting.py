"""Connections to hosts that were checked, shut at a deadline."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import urllib.request
from contextlib import suppress
from urllib.parse import urlsplit

from kuzushiji.bulk.sources.addresses import PrivateAddressError, is_public, resolve
from kuzushiji.errors import KuzushijiError

CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 30.0


class PassingError(Exception):
    """What went wrong may go right the next time, after ``wait`` seconds if the server gives them."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class Limit:
    """Shuts a connection at the deadline, also one whose server sends a byte now and then."""

    def __init__(self, deadline: float) -> None:
        left = max(0.1, deadline - time.monotonic())
        self.seconds = min(CONNECT_SECONDS, left)
        self._sock: socket.socket | None = None
        self._timer = threading.Timer(left, self._shut)
        self._timer.daemon = True
        self._timer.start()

    def holds(self, sock: socket.socket) -> None:
        """Takes the connection to shut."""
        self._sock = sock

    def end(self) -> None:
        """Nothing is shut any more."""
        self._timer.cancel()

    def _shut(self) -> None:
        if self._sock is not None:
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)


class ThroughProxy(http.client.HTTPConnection):
    """To the proxy that the user's environment names; it resolves the host, so only bare IPs are checked."""


def connect(
    scheme: str, host: str, port: int, allow_private: bool, limit: Limit
) -> http.client.HTTPConnection:
    """An open connection to a host that was checked, or to the proxy that the environment names.

    Raises:
        KuzushijiError: the host may not be asked, or its certificate is not valid.
        PassingError: it cannot be reached now.
    """
    seconds = limit.seconds
    proxy = urllib.request.getproxies().get(scheme)
    if proxy and not urllib.request.proxy_bypass(host):
        return _proxied(proxy, scheme, host, port, allow_private, seconds)
    try:
        addresses = resolve(host, port, allow_private)
    except OSError as e:
        raise PassingError(f"{host} is unreachable ({reason(e)})") from None
    for left, address in zip(range(len(addresses) - 1, -1, -1), addresses, strict=True):
        try:
            sock = socket.create_connection((address, port), timeout=seconds)
            break
        except OSError as e:
            if not left:
                raise PassingError(f"{host} is unreachable ({reason(e)})") from None
    sock.settimeout(SILENCE_SECONDS)
    limit.holds(sock)
    if scheme == "https":
        try:
            context = ssl.create_default_context()
            sock = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
            limit.holds(sock)
            sock.do_handshake()
        except ssl.SSLCertVerificationError as e:
            sock.close()
            raise KuzushijiError(f"the certificate of {host} is not valid ({e.verify_message})") from None
        except OSError as e:
            sock.close()
            raise PassingError(f"{host} is unreachable ({reason(e)})") from None
    connection = http.client.HTTPConnection(host, port)
    connection.sock = sock
    return connection


def _proxied(
    proxy: str, scheme: str, host: str, port: int, allow_private: bool, seconds: float
) -> http.client.HTTPConnection:
    if not allow_private and _is_private_literal(host):
        raise PrivateAddressError(f"{host} is on a private network or on this machine")
    place = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if scheme == "https":
        connection = http.client.HTTPSConnection(place.hostname or "", place.port or 8080, timeout=seconds)
        connection.set_tunnel(host, port)
        return connection
    return ThroughProxy(place.hostname or "", place.port or 8080, timeout=seconds)


def _is_private_literal(host: str) -> bool:
    try:
        return host.lower() == "localhost" or not is_public(host)
    except ValueError:
        return False


def reason(e: BaseException) -> str:
    """What an error of the net says, in a few words."""
    if isinstance(e, TimeoutError):
        return "no answer in time"
    return str(getattr(e, "strerror", None) or e or type(e).__name__)
