"""Requests to addresses that people gave us: to public hosts alone.

A name is looked up once, what it means is judged, and that very address is connected
to: a name that means another one a moment later leads nowhere. No redirects, no proxy
of the environment, no cookies, no more of an answer than is needed, and no longer than
the deadline.
"""

import socket
from collections.abc import Iterator
from concurrent.futures import Future
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Thread
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import idna
from django.conf import settings
from requests import ConnectionError as NotReachedError
from requests import PreparedRequest, Response, Session
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.util import connection

from animecollections.ops.deadlines import (
    Watched,
    WatchedAdapter,
    deadline,
    seconds_left,
)

Address = IPv4Address | IPv6Address

SECONDS = (5, 10)  # to connect, to answer
SECONDS_IN_ALL = 15
MOST_ADDRESSES = 4  # of a name, each of which may take the seconds to connect
MOST_READ = 4096  # bytes of an answer
NAT64 = IPv6Network("64:ff9b::/96")
# What Python takes to be global, and is nowhere on the internet: site-local addresses,
# gateways of one's own to IPv4, wherever in the bits they carry it, and `::10.0.0.7`.
OF_ONES_OWN = tuple(map(IPv6Network, ("fec0::/10", "64:ff9b:1::/48", "::/96")))
LONGEST_ADDRESS = 1000


class NotPublicError(OSError):
    """The host is none of the public internet, or there is none."""


def what_is_wrong(url: str) -> str:
    """A sentence about an address that somebody gave; "" for a good one. What its name
    means is judged when it is used.
    """
    if len(url) > LONGEST_ADDRESS or not url.isascii() or not url.isprintable():
        return "Send an address of at most 1,000 characters."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "This is no address."
    if is_allowed_privately(host, port or 443):
        return ""
    if parts.scheme != "https" or not host or parts.username or parts.password:
        return "Send an address that begins with https:// and has no password in it."
    is_name = "." in host and not host.endswith((".local", ".internal", ".localhost"))
    try:
        is_public = all(map(is_global, meanings_of(ip_address(host))))
    except ValueError:
        is_public = is_name
    return "" if is_public else "Send an address of the public internet."


def in_ascii(url: str) -> str:
    """The address with the name of its host as it is looked up: of bücher.example
    xn--bcher-kva.example. What is no name is left as it is.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host.isascii():
            return url
        name = idna.encode(host, uts46=True).decode()
    except ValueError:  # an IDNAError is one
        return url
    place = parts.netloc.casefold().replace(host, name)
    return urlunsplit(parts._replace(netloc=place))


def is_allowed_privately(host: str, port: int) -> bool:
    """What the operator has in the own network; there HTTP will do."""
    return f"{host}:{port}" in settings.PRIVATE_HOSTS


def public_addresses(host: str, port: int) -> list[str]:
    """What the name means, without what is not public; NotPublicError for none."""
    addresses = look_up(host, port)
    if is_allowed_privately(host, port):
        return addresses
    public = [one for one in addresses if all(map(is_global, meanings_of(one)))]
    if not public:
        raise NotPublicError(f"{host} is no host of the public internet.")
    return public


def look_up(host: str, port: int) -> list[str]:
    """In a thread of its own: the system waits for a silent server of names as long as
    it likes, and cannot be told otherwise.
    """
    seconds = seconds_left(SECONDS[0])
    found: Future[Any] = Future()

    def look() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # noqa: BLE001  (who waits for it raises it)
            found.set_exception(error)

    Thread(target=look, daemon=True, name="look up").start()
    return [str(address[0]) for *_, address in found.result(seconds)]


def meanings_of(address: str | Address) -> Iterator[Address]:
    """An address, and the one that it carries through a gateway."""
    ip = ip_address(address)
    yield ip
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            yield ip.ipv4_mapped
        if ip.sixtofour:
            yield ip.sixtofour
        if ip in NAT64:
            yield IPv4Address(int(ip) & 0xFFFF_FFFF)


def is_global(ip: Address) -> bool:
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        return True  # the one that it carries is judged
    if any(ip in network for network in OF_ONES_OWN):
        return False
    return ip.is_global and not ip.is_multicast


class Pinned:
    """Connects to an address that was judged, under the name that was asked for."""

    def _new_conn(self) -> socket.socket:
        me: Any = self
        failure: OSError | None = None
        try:
            found = public_addresses(me._dns_host, me.port)
            for address in found[:MOST_ADDRESSES]:
                seconds = seconds_left(me.timeout)
                try:
                    return connection.create_connection(
                        (address, me.port), seconds, socket_options=me.socket_options
                    )
                except OSError as error:
                    failure = error
        except OSError as error:
            failure = error
        raise NewConnectionError(me, str(failure)) from failure


class PinnedHTTP(Watched, Pinned, HTTPConnection):
    pass


class PinnedHTTPS(Watched, Pinned, HTTPSConnection):
    pass


class PublicAdapter(WatchedAdapter):
    connections = (PinnedHTTP, PinnedHTTPS)

    def __init__(self, seconds_in_all: float | None = None) -> None:
        self.seconds_in_all = seconds_in_all or SECONDS_IN_ALL
        super().__init__()

    def send(self, request: PreparedRequest, **more: Any) -> Response:  # type: ignore[override]
        parts = urlsplit(request.url or "")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        is_private = is_allowed_privately(parts.hostname or "", port)
        if parts.scheme != "https" and not is_private:
            raise NotPublicError("Only https:// is asked.")
        more |= {"stream": True, "timeout": SECONDS}
        with deadline(self.seconds_in_all) as until:
            try:
                response = super().send(request, **more)
                response._content = response.raw.read(MOST_READ, decode_content=False)
            except HTTPError as error:
                raise NotReachedError(error, request=request) from error
            finally:
                self.close()
            if until.is_over:  # what was cut off may seem whole
                raise NotReachedError("too slow", request=request)
        return response


class PublicSession(Session):
    """`with PublicSession() as session: session.post(…)`. Whatever fails is an OSError
    (requests.RequestException, NotPublicError).
    """

    def __init__(self, seconds_in_all: float | None = None) -> None:
        super().__init__()
        self.trust_env = False
        for scheme in ("https://", "http://"):
            self.mount(scheme, PublicAdapter(seconds_in_all))

    def request(self, *args: Any, **more: Any) -> Response:
        return super().request(*args, **(more | {"allow_redirects": False}))
