"""The live feed: a WebSocket a device, told of what its user's other devices do.

docs/sync.md tells the messages and the codes a socket is closed with.
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from uuid import UUID

import orjson
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.db import Error
from django.http import HttpRequest

from animecollections.api.cross_site import our_origins
from animecollections.api.errors import ApiError
from animecollections.api.parsing import read_json
from animecollections.api.rendering import OPTIONS
from animecollections.identity import Account, SignIn
from history.log.cursors import Cursor
from profiles.accounts.authentication import account_behind
from profiles.accounts.middleware import read_old_cookie
from profiles.accounts.sessions import digest, is_key, key_of
from profiles.sync import tickets
from profiles.sync.feed import feed

MOST_BYTES_SENT = 4096
MOST_FRAMES, PER_SECONDS = 60, 60
MOST_BYTES_WAITING = 1024 * 1024
SECONDS_TO_TAKE = 30  # a message, once it is its turn

BINARY = 1003
TOO_MANY_FRAMES = 1008
TOO_LARGE = 1009
NOT_NOW = 1013
SIGN_IN = 4401
OTHER_ACCOUNT = 4409
TOO_SLOW = 4408
TOO_SLOW_REASON = "Too slow: connect again, and sync."
# A token in an address ends up in logs; nobody shall get used to it.
TOKENS = frozenset(("token", "access", "access_token", "jwt", "refresh"))


class LiveSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One socket. Only `connect` and `receive` wait for the network; what the feed has
    for it is put in line, and a line that grows too long ends the socket.
    """

    # No channel of its own: the feed listens for all sockets of the process.
    channel_layer_alias = ""

    user_id: UUID
    sign_in: SignIn

    def __init__(self) -> None:
        super().__init__()
        self.line: asyncio.Queue[str] = asyncio.Queue()
        self.bytes_waiting = 0
        self.frames: deque[float] = deque(maxlen=MOST_FRAMES)
        self.look = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()
        self.has_ended = False
        self.new_key = ""  # its digest, until it was looked up

    async def connect(self) -> None:
        request = handshake(self.scope)
        try:
            is_refused = not is_welcome(request)
        except SuspiciousOperation:  # a host that is not ours, a thousand parameters
            is_refused = True
        if is_refused:
            await self.close()  # not accepted yet: the handshake gets a 403
            return
        await self.accept()
        try:
            known = await database_sync_to_async(who_comes)(request)
            if known is None:
                self.end(SIGN_IN, "Sign in first.")
                return
            self.user_id, self.sign_in = known
            if request.GET.get("account", str(self.user_id)) != str(self.user_id):
                self.end(OTHER_ACCOUNT, "Another account is signed in here now.")
                return
            await feed.add(self)
            # Read after the feed knows the socket, so that nothing falls between.
            account = await self.account()
        except Error:
            self.end(NOT_NOW, "Try again soon.")
            return
        if account is None:
            self.end(SIGN_IN, "Sign in first.")
            return
        self.say("hello", account)
        self.run(self.write())
        self.run(self.keep_checking())

    async def disconnect(self, code: int) -> None:
        self.has_ended = True
        self.clear()

    def clear(self) -> None:
        if hasattr(self, "user_id"):
            feed.remove(self)
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self.line = asyncio.Queue()  # nobody sends it any more

    def end(self, code: int, reason: str) -> None:
        """Closes without waiting for the device, which may not be listening."""
        if self.has_ended:
            return
        self.has_ended = True
        self.clear()
        self.run(self.close(code, reason))

    def run(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    # --- Out ---------------------------------------------------------------------

    def say(self, kind: str, account: Account) -> None:
        at = account.revisions
        message = {"type": kind, "cursor": str(Cursor.at(at)), "revision": at.user}
        self.offer(orjson.dumps(message, option=OPTIONS).decode())

    def offer(self, text: str) -> None:
        if self.has_ended:
            return
        self.bytes_waiting += len(text)
        if self.bytes_waiting > MOST_BYTES_WAITING:
            self.end(TOO_SLOW, TOO_SLOW_REASON)
        else:
            self.line.put_nowait(text)

    async def write(self) -> None:
        while True:
            text = await self.line.get()
            try:
                async with asyncio.timeout(SECONDS_TO_TAKE):
                    await self.send(text_data=text)
            except TimeoutError:
                self.end(TOO_SLOW, TOO_SLOW_REASON)
                return
            except OSError:  # gone; `disconnect` is on its way
                return
            self.bytes_waiting -= len(text)

    # --- The sign-in behind it ---------------------------------------------------

    def check_soon(self, renewed: Sequence[str] = ()) -> None:
        """renewed: the digests of the key that a session had, and of its new one."""
        if renewed and (self.new_key or digest(self.sign_in.key)) == renewed[0]:
            self.new_key = renewed[1]
        self.look.set()

    async def keep_checking(self) -> None:
        """Pings, each with the cursor of the sign-in check that it comes from: a device
        that missed a message learns it here, and a signed-out one is disconnected.
        """
        while True:
            # Not all sockets of a restarted server in the same moment.
            pause = settings.LIVE_PING_SECONDS * random.uniform(0.8, 1)  # noqa: S311
            try:
                async with asyncio.timeout(pause):
                    await self.look.wait()
            except TimeoutError:
                pass
            self.look.clear()
            try:
                account = await self.account()
            except Error:
                continue
            if account is None:
                self.end(SIGN_IN, "Signed out: sign in again.")
                return
            self.say("ping", account)

    async def account(self) -> Account | None:
        while self.new_key:  # another one may come while this is looked up
            await self.take_new_key()
        found = await database_sync_to_async(account_behind)(self.sign_in, self.user_id)
        return found if isinstance(found, Account) else None

    async def take_new_key(self) -> None:
        """A change of the password gave the session another key: the socket goes on."""
        wanted = self.new_key
        key = await database_sync_to_async(key_of)(wanted, self.user_id)
        if self.new_key != wanted:
            return
        if key is not None:
            self.sign_in = SignIn("session", key)
        self.new_key = ""

    # --- In ----------------------------------------------------------------------

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None
    ) -> None:
        """Devices have little to say: a ping. Nonsense is told to be nonsense."""
        if self.has_ended:
            return
        now = time.monotonic()
        if len(self.frames) == MOST_FRAMES and now - self.frames[0] < PER_SECONDS:
            self.end(TOO_MANY_FRAMES, "Too many messages.")
            return
        self.frames.append(now)
        if text_data is None:
            self.end(BINARY, "Send text.")
            return
        raw = text_data.encode()
        if len(raw) > MOST_BYTES_SENT:
            self.end(TOO_LARGE, f"Send at most {MOST_BYTES_SENT} bytes.")
            return
        self.offer(orjson.dumps(answer_to(raw)).decode())


def answer_to(raw: bytes) -> dict[str, object]:
    try:
        message = read_json(raw)
        kind = message.get("type") if isinstance(message, dict) else None
        if kind == "ping":
            return {"type": "pong"}
        raise ApiError("invalid", sentence='Send only {"type": "ping"}.')
    except ApiError as error:
        return {"type": "error", "code": error.code, "error": error.sentence}


def handshake(scope: Any) -> ASGIRequest:
    """The request that wants to become a socket, to be asked like any other."""
    scheme = "https" if scope["scheme"] == "wss" else "http"
    # No body, so no charset: some make the query unreadable.
    headers = [pair for pair in scope["headers"] if pair[0] != b"content-type"]
    more = {"method": "GET", "scheme": scheme, "headers": headers}
    request = ASGIRequest({**scope, **more}, BytesIO())
    read_old_cookie(request)
    return request


def is_welcome(request: HttpRequest) -> bool:
    """A cookie comes from our own pages or trusted frontends, and says so (a page of
    anybody's can open a socket, and the browser would send the cookie along).
    """
    if not TOKENS.isdisjoint(request.GET):
        return False
    if "ticket" in request.GET:
        return True
    origin = request.headers.get("Origin")
    if origin is None:
        return settings.SESSION_COOKIE_NAME not in request.COOKIES
    return origin.lower() in our_origins(request)


def who_comes(request: HttpRequest) -> tuple[UUID, SignIn] | None:
    # Anyone who brings a ticket, an empty one too, stands or falls with it: the cookie
    # counts only where the Origin was looked at.
    if "ticket" in request.GET:
        return tickets.redeem(ticket=request.GET["ticket"])
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not is_key(key):
        return None
    sign_in = SignIn("session", str(key))
    account = account_behind(sign_in)
    return (account.id, sign_in) if account else None
