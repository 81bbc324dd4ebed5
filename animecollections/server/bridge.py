"""HTTP for a WSGI application on an ASGI server, with threads that stay.

Django under ASGI gets a new thread, and so a new database connection, for each request.
Here a fixed pool serves, and only while there is something to compute: a request's body
is read before it takes a thread, and while its answer is being sent it holds none. So
neither a client that uploads slowly nor one that does not read keeps others waiting.
Who gets a thread, and whose body is read, say turns.py and request_bodies.py.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache, partial
from io import BytesIO
from threading import Lock
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit
from wsgiref.util import FileWrapper

from animecollections.api.errors import ApiError
from animecollections.api.middleware import REFUSAL
from animecollections.api.simulating import DROPPED, HELD_BACK
from animecollections.server.request_bodies import (
    SMALL,
    Body,
    ClientGoneError,
    RequestBodies,
    pass_over,
)
from animecollections.server.senders import Senders, is_signed_in
from animecollections.server.turns import Places, Turns, give_back

Scope = dict[str, Any]
Environ = dict[str, Any]
Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]

PIECE = 1024 * 1024  # bytes of an answer that are made, then sent, at once
SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))
WITHOUT_PREFIX = {"content-length": "CONTENT_LENGTH", "content-type": "CONTENT_TYPE"}


class DroppedError(asyncio.CancelledError):
    """gunicorn ends a connection on it without another byte, as where a client left."""


class Bridge:
    """wsgi: the application. What says it has a larger body than is read from it is
    answered by the application, which then finds none, from the headers alone.
    """

    def __init__(
        self,
        wsgi: Callable[..., object],
        *,
        threads: int,
        line: int,
        bodies: RequestBodies,
        senders: Senders,
    ) -> None:
        self.wsgi, self.bodies, self.senders = wsgi, bodies, senders
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="http")
        self.turns = Turns(threads=threads, line=line)
        self.busy = 0  # requests that are not answered to the end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        environ = environ_of(scope)
        answer = Answer(self.wsgi, environ)
        self.busy += 1
        try:
            piece = await self.begin(answer, receive)
            await hold_back(environ)
            await send_headers(send, answer.status, answer.headers)
            await self.send_rest(answer, piece, send)
            if answer.is_body_unread and "HTTP_EXPECT" not in environ:
                await pass_over(receive, most=self.bodies.largest)
        except ClientGoneError:
            await send_headers(send, 400, [(b"content-length", b"0")])
            await send({"type": "http.response.body"})
        finally:
            self.busy -= 1
            answer.is_left = True
            if answer.has_more:  # the client left in the middle
                self.threads.submit(answer.close)

    async def begin(self, answer: "Answer", receive: Receive) -> bytes:
        """The first piece: of the application's answer, or of a refusal, which is made
        here on the loop. It asks nobody, and there may be no thread to make it in.
        """
        environ = answer.environ
        client = self.senders.client(environ)
        is_write = environ["REQUEST_METHOD"] not in SAFE_METHODS
        body = None
        try:
            body = await self.read_body(answer, client, receive)
            places = await self.turns.take(client, is_write=is_write)
        except BaseException as error:  # also where a client that waits has left
            if body is not None:
                body.release()
            if not isinstance(error, ApiError):
                raise
            environ[REFUSAL] = error
            return answer.begin()
        piece: bytes = await self.compute(answer.begin, places, body)
        self.senders.learn(environ)
        return piece

    async def compute(
        self, work: Callable[[], object], places: Places, body: Body | None = None
    ) -> Any:
        """In a thread, which keeps its places until it is done: also where the client
        has left, which ends no more than the waiting for it.
        """

        loop = asyncio.get_running_loop()
        told: asyncio.Future[Any] = loop.create_future()

        def tell(done: Future[object]) -> None:
            give_back(places)
            if body is not None:
                body.release()
            if told.done():  # the client has left
                return
            if (error := done.exception()) is not None:
                told.set_exception(error)
            else:
                told.set_result(done.result())

        def tell_loop(done: Future[object]) -> None:
            with suppress(RuntimeError):  # closed: the process ends
                loop.call_soon_threadsafe(tell, done)

        self.threads.submit(work).add_done_callback(tell_loop)
        return await told

    async def read_body(
        self, answer: "Answer", client: str, receive: Receive
    ) -> Body | None:
        """Chunks of an unknown length the application refuses (411)."""
        environ = answer.environ
        text = environ.get("CONTENT_LENGTH", "")
        length = int(text) if text.isascii() and text.isdigit() else 0
        answer.is_body_unread = length > 0 or "HTTP_TRANSFER_ENCODING" in environ
        if not length:
            return None
        if length > SMALL and not await self.may_send(environ, client, length):
            return None
        body = await self.bodies.read(length, client, receive)
        answer.is_body_unread = False
        environ["wsgi.input"] = body.file
        return body

    async def may_send(self, environ: Environ, client: str, length: int) -> bool:
        rule = self.bodies.rule(environ)
        if length > rule.largest:
            return False
        if not rule.needs_sign_in or self.senders.knows(environ):
            return True
        places = await self.turns.take(client, is_write=False)
        return bool(await self.compute(partial(is_signed_in, environ), places))

    async def send_rest(self, answer: "Answer", piece: bytes, send: Send) -> None:
        run = asyncio.get_running_loop().run_in_executor
        has_body = answer.environ["REQUEST_METHOD"] != "HEAD"
        while answer.has_more:
            if has_body:
                await send_piece(send, piece, has_more=True)
            piece = await run(self.threads, answer.read)
        await send_piece(send, piece if has_body else b"", has_more=False)


class Answer:
    """What the application answers, a piece at a time; an iterator that it gave is
    read and closed in the threads of the pool, not always by the same one.
    """

    def __init__(self, wsgi: Callable[..., object], environ: Environ) -> None:
        self.wsgi, self.environ = wsgi, environ
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.chunks: Any = ()
        self.rest: Iterator[bytes] = iter(())
        self.has_more = False
        self.is_body_unread = False
        # A client that leaves has the answer closed, perhaps while it is made.
        self.lock = Lock()
        self.is_left = False

    def begin(self) -> bytes:
        with self.lock:
            self.chunks = self.wsgi(self.environ, self.start)
            self.rest = iter(self.chunks)
            self.has_more = True
        return self.read()

    def start(self, status: str, headers: list[tuple[str, str]], *_: object) -> None:
        self.status = int(status[:3])
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in headers
        ]

    def read(self) -> bytes:
        with self.lock:
            chunks, size = [], 0
            while self.has_more and size < PIECE and not self.is_left:
                try:
                    chunk = next(self.rest, None)
                except BaseException:
                    self.finish()
                    raise
                if chunk is None:
                    self.finish()
                else:
                    chunks.append(chunk)
                    size += len(chunk)
        if self.is_left:
            self.close()
        return b"".join(chunks)

    def close(self) -> None:
        """Without waiting: who reads at this moment closes it afterwards."""
        self.is_left = True
        if self.lock.acquire(blocking=False):
            try:
                if self.has_more:
                    self.finish()
            finally:
                self.lock.release()

    def finish(self) -> None:
        self.has_more = False
        if hasattr(self.chunks, "close"):
            self.chunks.close()


def environ_of(scope: Scope) -> Environ:
    """As PEP 3333 has it: bytes as Latin-1 text, the path without its escapes."""
    host, port = scope.get("server") or ("localhost", 80)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path_of(scope)).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 80),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": scope["client"][0] if scope.get("client") else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.file_wrapper": in_large_blocks,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        key, text = key_of(name), value.decode("latin-1")
        # HTTP/2 may split cookies into headers of their own (RFC 9113, 8.2.3).
        between = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{between}{text}" if key in environ else text
    return environ


def path_of(scope: Scope) -> bytes:
    """A request line may name a whole address (RFC 9112, 3.2.2): its path counts."""
    path: bytes = scope["raw_path"]
    return path if path.startswith(b"/") else urlsplit(path).path or b"/"


@lru_cache(1000)
def key_of(name: bytes) -> str:
    text = name.decode("latin-1")
    return WITHOUT_PREFIX.get(text) or f"HTTP_{text.upper().replace('-', '_')}"


def in_large_blocks(file: Any, _size: int = 0) -> FileWrapper:
    return FileWrapper(file, PIECE)


async def hold_back(environ: Environ) -> None:
    """The answer that a sandbox wants late, or not at all. No thread waits with it."""
    if HELD_BACK in environ:
        await asyncio.sleep(environ[HELD_BACK])
    if DROPPED in environ:
        raise DroppedError


async def send_headers(
    send: Send, status: int, headers: list[tuple[bytes, bytes]]
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def send_piece(send: Send, piece: bytes, *, has_more: bool) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": has_more})
