"""Bodies are read before a thread is taken: how large one may be, and how slow.

What is small is read from anybody. More is read only where the address takes it and
who sends it is signed in; the application refuses the rest from the headers alone, by
its own rules (413, 401). All bodies together, and those of one client, have a limit.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from tempfile import SpooledTemporaryFile
from typing import Any, NamedTuple

from django.core.handlers.wsgi import get_path_info
from django.urls import Resolver404, resolve
from rest_framework.permissions import AllowAny

from animecollections.api.errors import ApiError
from animecollections.api.views import ApiViewSet
from animecollections.server.turns import busy

Receive = Callable[[], Any]

SMALL = ApiViewSet.max_body
IN_MEMORY = 1024 * 1024  # bytes of a body; what is more of it waits on the disk
SECONDS, BYTES_PER_SECOND = 20, 8 * 1024  # a body may take so long, and for its length
# A body that is not read, once it is answered.
SECONDS_TO_PASS_OVER, SECONDS_OF_SILENCE = 5, 0.5
SHARE = 4  # of what is held, one client's may be a quarter


class ClientGoneError(Exception):
    """No answer reaches it."""


class RequestBodies:
    """largest: bytes of one. most: bytes of all that are held at once."""

    def __init__(self, *, largest: int, most: int) -> None:
        self.largest, self.most = largest, most
        self.held: Counter[str] = Counter()  # by client
        self.size = 0

    def rule(self, environ: dict[str, object]) -> "Rule":
        rule = rule_at(get_path_info(environ))
        return rule._replace(largest=min(rule.largest, self.largest))

    async def read(self, length: int, client: str, receive: Receive) -> "Body":
        body = Body(self, client)
        try:
            async with asyncio.timeout(SECONDS + length / BYTES_PER_SECOND):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientGoneError
                    body.add(message.get("body", b""))
                    if not message.get("more_body"):
                        body.file.seek(0)
                        return body
        except TimeoutError:
            body.release()
            raise ApiError("body_too_slow") from None
        except BaseException:
            body.release()
            raise

    def count(self, client: str, size: int) -> None:
        self.size += size
        self.held[client] += size
        if not self.held[client]:
            del self.held[client]

    def are_too_many(self, client: str) -> bool:
        return self.size > self.most or self.held[client] > self.most // SHARE


class Body:
    """One, held until it is released; only the loop adds and releases."""

    def __init__(self, bodies: RequestBodies, client: str) -> None:
        self.bodies, self.client, self.size = bodies, client, 0
        self.file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        self.bodies.count(self.client, len(piece))
        if self.bodies.are_too_many(self.client):
            raise busy()
        self.file.write(piece)

    def release(self) -> None:
        if not self.file.closed:
            self.bodies.count(self.client, -self.size)
            self.file.close()


class Rule(NamedTuple):
    largest: int
    needs_sign_in: bool


@lru_cache(1000)
def rule_at(path: str) -> Rule:
    """Of the view at this address; asked for bodies that are not small."""
    try:
        view = getattr(resolve(path).func, "cls", None)
    except Resolver404:
        return Rule(0, needs_sign_in=True)
    if view is None:  # the admin: Django's own limit is the last
        return Rule(2**63, needs_sign_in=True)
    is_open = AllowAny in getattr(view, "permission_classes", ())
    return Rule(getattr(view, "max_body", SMALL), needs_sign_in=not is_open)


async def pass_over(receive: Receive, *, most: int) -> None:
    """Throws a body away that nobody reads, as long as it comes. A client that is still
    sending would lose its answer, were the connection closed under it (TCP resets it).
    """
    until = asyncio.get_running_loop().time() + SECONDS_TO_PASS_OVER
    size = 0
    with suppress(TimeoutError):
        while size <= most:
            soon = asyncio.get_running_loop().time() + SECONDS_OF_SILENCE
            async with asyncio.timeout_at(min(soon, until)):
                message = await receive()
            if message["type"] != "http.request" or not message.get("more_body"):
                return
            size += len(message.get("body", b""))
