"""HTTP for a WSGI application on an ASGI server, with threads that stay.

Django under ASGI gets a new thread, and so a new database connection, for each request.
Here a fixed pool serves, and only while there is something to compute: a request's body
is read before it takes a thread, and while its answer is being sent it holds none. So
neither a client that uploads slowly nor one that does not read keeps others waiting.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import IO, Any
from urllib.parse import unquote_to_bytes, urlsplit
from wsgiref.util import FileWrapper

Scope = dict[str, Any]
Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]

IN_MEMORY = 1024 * 1024  # bytes of a body; what is more of it waits on the disk
PIECE = 1024 * 1024  # bytes of an answer that are made, then sent, at once
WITHOUT_PREFIX = {"content-length": "CONTENT_LENGTH", "content-type": "CONTENT_TYPE"}


class Bridge:
    """wsgi: the application. largest: bytes of a body; what says it has more is
    answered by the application, which then finds no body, from the headers alone.
    """

    def __init__(self, wsgi: Callable[..., Any], *, threads: int, largest: int) -> None:
        self.wsgi, self.largest = wsgi, largest
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="http")
        self.busy = 0  # requests that are not answered to the end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.busy += 1
        try:
            body = await read_body(scope, receive, self.largest)
            if body is None:  # gone, or silent for too long
                await send_headers(send, 400, [(b"content-length", b"0")])
                await send({"type": "http.response.body"})
                return
            await self.answer(environ_of(scope, body), send)
        finally:
            self.busy -= 1

    async def answer(self, environ: dict[str, Any], send: Send) -> None:
        run = asyncio.get_running_loop().run_in_executor
        answer = Answer()
        try:
            piece = await run(self.threads, answer.begin, self.wsgi, environ)
            await send_headers(send, answer.status, answer.headers)
            has_body = environ["REQUEST_METHOD"] != "HEAD"
            while answer.has_more:
                if has_body:
                    await send_piece(send, piece, has_more=True)
                piece = await run(self.threads, answer.read)
            await send_piece(send, piece if has_body else b"", has_more=False)
        finally:
            if answer.has_more:  # the client left in the middle
                self.threads.submit(answer.close)


class Answer:
    """What the application answers, a piece at a time; an iterator that it gave is
    read and closed in the threads of the pool, not always by the same one.
    """

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.chunks: Any = ()
        self.has_more = False
        # A client that leaves has the answer closed, perhaps while it is read.
        self.lock = Lock()

    def begin(self, wsgi: Callable[..., Any], environ: dict[str, Any]) -> bytes:
        self.chunks = wsgi(environ, self.start)
        self.rest: Iterator[bytes] = iter(self.chunks)
        self.has_more = True
        return self.read()

    def start(self, status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        self.status = int(status[:3])
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in headers
        ]

    def read(self) -> bytes:
        with self.lock:
            chunks, size = [], 0
            while self.has_more and size < PIECE:
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
            return b"".join(chunks)

    def close(self) -> None:
        with self.lock:
            if self.has_more:
                self.finish()

    def finish(self) -> None:
        self.has_more = False
        if hasattr(self.chunks, "close"):
            self.chunks.close()


async def read_body(scope: Scope, receive: Receive, largest: int) -> IO[bytes] | None:
    """The whole body, or None if it does not come to its end.

    Chunks of an unknown length are not read: the application refuses them (411).
    """
    length = next(
        (value for name, value in scope["headers"] if name == b"content-length"), b"0"
    )
    if not length.isdigit() or not 0 < int(length) <= largest:
        return BytesIO()
    body = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body.write(message.get("body", b""))
        if not message.get("more_body"):
            body.seek(0)
            return body


def environ_of(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
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
        "wsgi.input": body,
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


async def send_headers(
    send: Send, status: int, headers: list[tuple[bytes, bytes]]
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def send_piece(send: Send, piece: bytes, *, has_more: bool) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": has_more})
