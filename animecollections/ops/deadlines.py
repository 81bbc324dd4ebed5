"""A deadline for all of a request to somebody else's server: TLS, headers, body.

The timeouts of requests are for each read: a server that sends a byte now and then
keeps a thread of ours for as long as it likes. Here the connection is shut down when
time is up, and whatever waits for it fails at once.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Timer
from time import monotonic
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Deadline:
    """What is open until then. Looking up a name is the system's, and has its own."""

    def __init__(self, seconds: float) -> None:
        self.ends_at = monotonic() + seconds
        self.is_over = False
        self.open: list[socket.socket] = []

    def watch(self, connection: socket.socket) -> None:
        """Through another handle of it: TLS takes the connection's own away."""
        self.open.append(connection.dup())
        if self.is_over:
            self.end()

    def end(self) -> None:
        self.is_over = True
        for connection in self.open:
            with suppress(OSError):  # the other side may be quicker
                connection.shutdown(socket.SHUT_RDWR)


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """For the connections that a WatchedAdapter makes within."""
    until = Deadline(seconds)
    timer = Timer(seconds, until.end)
    timer.daemon = True
    timer.start()  # first: where no thread can be had, no deadline may stay behind
    token = _current.set(until)
    try:
        yield until
    finally:
        _current.reset(token)
        timer.cancel()
        timer.join()  # or it might shut down what gets the same number next
        for connection in until.open:
            connection.close()


def seconds_left(most: float) -> float:
    """Of these those that the deadline leaves; TimeoutError where it is over. For what
    waits before there is a socket to watch.
    """
    until = _current.get()
    left = most if until is None else min(most, until.ends_at - monotonic())
    if left <= 0:
        raise TimeoutError("too slow")
    return left


class Watched:
    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        if until := _current.get():
            until.watch(made)
        return made


class WatchedHTTP(Watched, HTTPConnection):
    pass


class WatchedHTTPS(Watched, HTTPSConnection):
    pass


class WatchedAdapter(HTTPAdapter):
    """Its connections end with the `deadline` in which they are made. Close it within:
    one that is kept would be watched no more.
    """

    connections: tuple[type[HTTPConnection], type[HTTPSConnection]] = (
        WatchedHTTP,
        WatchedHTTPS,
    )

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        http, https = self.connections
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": http}),
            "https": type("Pool", (HTTPSConnectionPool,), {"ConnectionCls": https}),
        }
