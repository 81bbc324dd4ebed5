"""gunicorn's ASGI worker, whose connections cannot use up the process.

Its own closes a connection that is idle between two requests, but waits for the first
one for ever, and takes connections until there are no files left. Here

- a connection that has not sent a whole header within `keepalive` seconds is closed;
- one that does not take what was written to it is ended;
- past `worker_connections` one makes room for the next, of the network that has most of
  them: the one that is idle for longest, or else the oldest;
- what the loop has to say when there are no files left is said once in a while;
- when the process is to end, nothing that was on its way is cut off.

And no answer names the server's program.
"""

import asyncio
import logging
import socket
from http import HTTPStatus
from itertools import chain
from time import monotonic
from typing import Any

import orjson
from gunicorn.asgi import protocol
from gunicorn.workers import gasgi

from animecollections.api.client_ip import network
from animecollections.api.errors import ApiError
from animecollections.api.failures import failure_body
from animecollections.db.ids import new_id

logger = logging.getLogger(__name__)

MOST_HEADER_BYTES = 64 * 1024
SECONDS_TO_TAKE = 200  # a piece of an answer; a megabyte at 5 KB a second
SECONDS_BETWEEN_LINES = 10
REFUSALS = {  # by gunicorn's status
    400: "bad_request",
    414: "address_too_long",
    431: "headers_too_large",
    501: "bad_request",
}

protocol._CACHED_SERVER_HEADER = b""


class Connection(protocol.ASGIProtocol):  # type: ignore[misc]
    """Idle is one that is waited for: for its first header, or for the next."""

    network = ""
    header_bytes = 0
    end_soon: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.network = network(peer[0]) if isinstance(peer, tuple) else ""
        self.worker.open.add(self)
        self._arm_keepalive_timer()
        if self.worker.nr_conns > self.worker_connections:
            self.worker.make_room(self)

    @property
    def worker_connections(self) -> int:
        return int(self.worker.worker_connections)

    # gunicorn calls these two when it begins and ends to wait for a header.

    def _arm_keepalive_timer(self) -> None:
        super()._arm_keepalive_timer()
        self.worker.idle.add(self)

    def _cancel_keepalive_timer(self) -> None:
        super()._cancel_keepalive_timer()
        self.worker.idle.remove(self)

    def _will_close(self, request: object, response_requires_close: bool) -> bool:
        will: bool = super()._will_close(request, response_requires_close)
        return will or self.worker.is_leaving

    async def _handle_websocket(self, *args: object) -> None:
        """The kernel ends a connection whose client takes nothing for a minute
        (gunicorn.conf.py). A device that was asleep shall still read why it was closed.
        """
        option = getattr(socket, "TCP_USER_TIMEOUT", None)
        sock = self.transport.get_extra_info("socket")
        if option and sock.family in (socket.AF_INET, socket.AF_INET6):
            sock.setsockopt(socket.IPPROTO_TCP, option, SECONDS_TO_TAKE * 1000)
        await super()._handle_websocket(*args)

    # asyncio calls these two when what was written has to wait, and when it is taken.

    def pause_writing(self) -> None:
        super().pause_writing()
        self.end_soon = self.worker.loop.call_later(
            SECONDS_TO_TAKE, self.transport.abort
        )

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.end_soon is not None:
            self.end_soon.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.worker.open.remove(self)
        if self.end_soon is not None:
            self.end_soon.cancel()

    def data_received(self, data: bytes) -> None:
        """Each field has a limit, and their number; a hundred of them would be 800 KB
        that anybody may keep waiting here.
        """
        try:
            super().data_received(data)
        except ValueError:  # a Content-Length of thousands of digits
            self._send_error_response(400, "")
            self._close_transport()
            return
        if self._current_request is not None or self._callback_parser is None:
            self.header_bytes = 0
            return
        self.header_bytes += len(data)
        if self.header_bytes > MOST_HEADER_BYTES and not self._closed:
            self._send_error_response(431, "")
            self._close_transport()

    def _send_error_response(self, status: int, message: str, *more: object) -> None:
        """What cannot be read as a request is answered as the application would;
        gunicorn's message may repeat what was sent. Of a WebSocket's handshake and of a
        fault its own answer is sent.
        """
        code = REFUSALS.get(status)
        if code is None or self._websocket:
            super()._send_error_response(status, message, *more)
            return
        error, own_id = ApiError(code), new_id().hex
        body = orjson.dumps(failure_body(error, own_id))
        head = [
            f"HTTP/1.1 {error.status_code} {HTTPStatus(error.status_code).phrase}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            f"X-Request-Id: {own_id}",
            "X-Content-Type-Options: nosniff",
            "Connection: close",
        ]
        self._safe_write("\r\n".join([*head, "", ""]).encode() + body)


class ByNetwork:
    """Connections by network, each in the order in which they came."""

    def __init__(self) -> None:
        self.known: dict[str, dict[Connection, None]] = {}

    def add(self, connection: Connection) -> None:
        self.known.setdefault(connection.network, {})[connection] = None

    def remove(self, connection: Connection) -> None:
        found = self.of(connection.network)
        found.pop(connection, None)
        if not found:
            self.known.pop(connection.network, None)

    def of(self, network: str) -> dict[Connection, None]:
        return self.known.get(network, {})

    def largest(self) -> str:
        return max(self.known, key=lambda name: len(self.known[name]))


class Worker(gasgi.ASGIWorker):  # type: ignore[misc]
    is_leaving = False

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.open, self.idle = ByNetwork(), ByNetwork()
        self.next_line: dict[str, float] = {}

    def make_room(self, newest: Connection) -> None:
        """Busy ones count too: one that sends its body slowly, or a socket, is no more
        than a network's own, and would else keep all others out.
        """
        self.say_rarely(
            f"More than {self.worker_connections} connections: some are closed"
        )
        network = self.open.largest()
        for connection in chain(self.idle.of(network), self.open.of(network)):
            if connection is not newest:
                break
        connection._cancel_keepalive_timer()
        self.open.remove(connection)  # once: it is lost in the loop's next turn
        connection.transport.abort()

    def handle_exit_signal(self) -> None:
        """gunicorn closes a connection behind any answer once it was told to end, also
        behind one that had said that the connection stays. So it is told when the
        application is done, and until then each answer says what will be.
        """
        if "leave" not in self.state:
            super().handle_exit_signal()
        elif not self.is_leaving:
            self.is_leaving = True
            self.leaving = self.loop.create_task(self.leave())

    async def leave(self) -> None:
        try:
            self.stop_accepting()
            await self.state["leave"](lambda: bool(self.open.known))
        finally:
            self.handle_quit_signal()

    def stop_accepting(self) -> None:
        """At once, and leaves what waits at the socket to another process: while a
        release takes over from another both listen there (docs/deployment.md). The
        socket itself gunicorn closes, within a second: asyncio drops a connection that
        it has taken and not yet set up when that happens.
        """
        for server in self.servers:
            for listening in server.sockets:
                self.loop.remove_reader(listening.fileno())

    def say_rarely(self, text: str) -> None:
        now = monotonic()
        if now >= self.next_line.get(text, 0):
            self.next_line[text] = now + SECONDS_BETWEEN_LINES
            logger.warning("%s", text)

    def _setup_event_loop(self) -> None:
        super()._setup_event_loop()
        self.loop.set_exception_handler(self.loop_failed)

    def loop_failed(
        self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]
    ) -> None:
        """asyncio takes connections in turns of a hundred; without files each of them
        fails, and again a second later.
        """
        error = context.get("exception")
        if isinstance(error, OSError) and "socket.accept()" in context["message"]:
            self.say_rarely(f"No connection can be taken: {error.strerror}")
        else:
            loop.default_exception_handler(context)


gasgi.ASGIProtocol = Connection  # its worker makes them by this name
