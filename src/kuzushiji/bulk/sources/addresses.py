"""Which hosts may be asked: those of the public internet, unless private ones are allowed.

A manifest names addresses that nobody has looked at. Fetched blindly, they would let its author reach what
only this machine can: services on loopback, the local network, a cloud's metadata. The resolved IP address is
checked, and the connection goes to that very address, so that a name cannot change between the two.
"""

from __future__ import annotations

import ipaddress
import socket

from kuzushiji.errors import KuzushijiError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PrivateAddressError(KuzushijiError):
    """The host is on a private network or on this machine."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet.

    >>> is_public("8.8.8.8"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if inner:
            return is_public(str(inner))
    special = ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_multicast
    return ip.is_global and not (special or ip.is_reserved or ip.is_unspecified)


def resolve(host: str, port: int, allow_private: bool) -> list[str]:
    """The IP addresses of a host, all of them checked.

    Args:
        host: a name or an IP address.
        port: where it is asked.
        allow_private: private ones are fine too.

    Raises:
        PrivateAddressError: one of them is private.
        OSError: the name is not known.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise OSError(f"{host!r} is no host name") from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not allow_private and not all(map(is_public, addresses)):
        raise PrivateAddressError(
            f"{host} is on a private network or on this machine; --allow-private permits it"
        )
    return addresses
