"""The way from a commit to the sockets of its user, in whichever process they are.

Writes happen in threads; what they tell goes to the server's own event loop and from
there through the channel layer, in memory or Redis. Each process listens, for all its
sockets at once, to the users who have any. A message that gets lost costs nothing:
devices compare cursors, and every ping carries one.
"""

import asyncio
import atexit
import logging
import threading
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from typing import Any, Protocol
from uuid import UUID, uuid4

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import Error, transaction

from animecollections.api.rendering import OPTIONS
from animecollections.db.free_json import to_bytes
from animecollections.ops.metrics import SOCKETS
from history.log.commit_hooks import Note
from profiles.sync import changes as sync
from profiles.sync.parts import SYNCED

logger = logging.getLogger(__name__)

Event = dict[str, Any]
# Of one commit; with more, devices sync. A search may have 4 KB of filters.
MOST_ENTRIES = 100
MOST_OF_A_PART = 20
MOST_SOCKETS = 20
MOST_WAITING = 10_000
SECONDS_BETWEEN_ECHOES = 5
SECONDS_TO_TRY_AGAIN = 1
SECONDS_TO_HEAR = 3

GOING_AWAY = 1012
GOODBYE = "The server restarts: connect again."
TOO_MANY_SOCKETS = 4429


class Socket(Protocol):
    """What the feed knows of a device. None of these waits."""

    user_id: UUID

    def offer(self, text: str) -> None: ...

    def check_soon(self, renewed: Sequence[str] = ()) -> None: ...

    def end(self, code: int, reason: str) -> None: ...


class Feed:
    """One a process: tells the commits of this one, hears those of all."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.layer: Any = None
        self.channel = ""
        self.sockets: dict[UUID, list[Socket]] = {}
        self.waiting: asyncio.Queue[tuple[str, Event]]
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.echo: asyncio.Event | None = None
        self.is_out = False  # told once an outage, not once a message
        self.is_stopping = False
        self.starting = threading.Lock()

    # --- The process's life ------------------------------------------------------

    def start(self) -> None:
        """On the server's own loop, before the first request."""
        self.is_stopping = False
        self.channel = f"feed.{uuid4().hex}"
        self.start_telling()
        self.run("listen", self.listen())
        if settings.REDIS_URL:
            self.run("echo", self.keep_hearing())

    def start_telling(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.layer = get_channel_layer()
        self.waiting = asyncio.Queue(MOST_WAITING)
        self.run("send", self.send())

    def run(self, name: str, work: Coroutine[object, object, None]) -> None:
        self.tasks[name] = asyncio.create_task(work)

    def stop(self) -> None:
        """Sends the devices elsewhere; they come back to another process. What is still
        written here is told to the end.
        """
        self.is_stopping = True
        for socket in self.all_sockets():
            socket.end(GOING_AWAY, GOODBYE)
        for name in {"listen", "echo"} & self.tasks.keys():
            self.tasks[name].cancel()

    # --- Telling, from any thread ------------------------------------------------

    def publish(self, note: Note) -> None:
        """Called after each commit: some microseconds, whatever Redis does."""
        is_told = len(note.anime_ids) <= MOST_ENTRIES and all(
            ids is not None and len(ids) <= MOST_OF_A_PART for ids in note.ids.values()
        )
        told = note.ids if is_told else {}
        event = {
            "type": "changed",
            "since": note.since,
            "revision": note.revision,
            "anime_ids": note.anime_ids if is_told else None,
            "ids": {name: [*map(str, ids or ())] for name, ids in told.items()},
            "operation_id": str(note.operation_id),
            "client_id": note.client_id or None,
        }
        self.tell(note.user_id, event)

    def tell_playing(self, user_id: UUID, message: dict[str, Any]) -> None:
        """What a player plays: to the sockets as it is, and nowhere kept."""
        self.tell(user_id, {"type": "playing", "message": message})

    def check_sign_ins(self, user_id: UUID, renewed: Sequence[str] = ()) -> None:
        """Has each socket look at its own, after a commit that may have ended some.

        renewed: the digests of a session's old and new key, if it got another.
        """
        event = {"type": "check", "renewed": list(renewed)}
        transaction.on_commit(lambda: self.tell(user_id, event), robust=True)

    def tell(self, user_id: UUID, event: Event) -> None:
        loop = self.loop or self.loop_of_its_own()
        if loop is not None:
            with suppress(RuntimeError):  # closed: the process ends
                loop.call_soon_threadsafe(
                    self.post, group_of(user_id), event | {"user": user_id.hex}
                )

    def loop_of_its_own(self) -> asyncio.AbstractEventLoop | None:
        """Where no server runs (a command, the worker): without Redis, nobody hears."""
        if not settings.REDIS_URL:
            return None
        with self.starting:
            if self.loop is None:
                loop = asyncio.new_event_loop()
                threading.Thread(target=loop.run_forever, daemon=True).start()
                asyncio.run_coroutine_threadsafe(self.start_here(), loop).result()
                atexit.register(self.finish, loop)
        return self.loop

    async def start_here(self) -> None:
        self.start_telling()

    def finish(self, loop: asyncio.AbstractEventLoop) -> None:
        """A command that ends gives its last messages two seconds to leave."""
        done = asyncio.run_coroutine_threadsafe(self.waiting.join(), loop)
        with suppress(TimeoutError):
            done.result(2)

    def post(self, group: str, event: Event) -> None:
        try:
            self.waiting.put_nowait((group, event))
        except asyncio.QueueFull:
            self.note_outage("too many messages wait")

    async def send(self) -> None:
        while True:
            group, event = await self.waiting.get()
            try:
                await self.layer.group_send(group, event)
                if "echo" not in self.tasks:  # else to be heard counts
                    self.note_end_of_outage()
            except Exception as error:  # noqa: BLE001  (whatever it is, writes go on)
                self.note_outage(error)
            finally:
                self.waiting.task_done()

    def note_outage(self, why: object) -> None:
        if not self.is_out:
            self.is_out = True
            logger.warning("Devices are not told of changes until this ends: %s", why)

    def note_end_of_outage(self) -> None:
        if self.is_out:
            self.is_out = False
            logger.warning("Devices are told of changes again")

    # --- Hearing, on the server's loop -------------------------------------------

    async def add(self, socket: Socket) -> None:
        """From here on the socket is sent what its user's devices commit."""
        sockets = self.sockets.setdefault(socket.user_id, [])
        sockets.append(socket)
        SOCKETS.inc()
        if self.is_stopping:  # it came after the goodbye to the others
            socket.end(GOING_AWAY, GOODBYE)
            return
        if len(sockets) > MOST_SOCKETS:
            sockets[0].end(TOO_MANY_SOCKETS, "Too many devices: this was the oldest.")
        if len(sockets) == 1:
            await self.join(socket.user_id)

    async def join(self, user_id: UUID) -> None:
        try:
            await self.layer.group_add(group_of(user_id), self.channel)
        except Exception as error:  # noqa: BLE001  (made good by keep_hearing)
            self.note_outage(error)

    def remove(self, socket: Socket) -> None:
        sockets = self.sockets.get(socket.user_id, [])
        if socket in sockets:
            sockets.remove(socket)
            SOCKETS.dec()
            if not sockets:
                del self.sockets[socket.user_id]
                self.run(f"leave {socket.user_id}", self.leave(socket.user_id))

    async def leave(self, user_id: UUID) -> None:
        with suppress(Exception):
            await self.layer.group_discard(group_of(user_id), self.channel)
        if user_id in self.sockets:  # came back meanwhile
            await self.join(user_id)
            self.have_checked(self.sockets[user_id])
        self.tasks.pop(f"leave {user_id}", None)

    async def listen(self) -> None:
        while True:
            try:
                event = await self.layer.receive(self.channel)
                await self.hear(event)
            except Exception as error:  # noqa: BLE001  (one message is no reason to end)
                self.note_outage(error)
                await asyncio.sleep(1)

    async def hear(self, event: Event) -> None:
        if event["type"] == "echo":
            if self.echo is not None:
                self.echo.set()
            return
        user_id = UUID(event["user"])
        if user_id not in self.sockets:
            return
        if event["type"] == "playing":
            text = to_bytes(event["message"], OPTIONS).decode()
            for socket in list(self.sockets[user_id]):
                socket.offer(text)
            return
        if event["type"] == "check":
            self.have_checked(self.sockets[user_id], event.get("renewed", ()))
            return
        try:
            text = await database_sync_to_async(message_of)(user_id, event)
        except Error as error:
            logger.warning("A change was not told to devices: %s", error)
            return
        except Exception:  # a row of theirs, and theirs alone, that cannot be told
            logger.exception("A change could not be told to the devices of its user")
            self.have_checked(self.sockets.get(user_id, ()))  # they sync by the cursor
            return
        for socket in list(self.sockets.get(user_id, ())) if text else ():
            socket.offer(text)

    def have_checked(
        self, sockets: Iterable[Socket], renewed: Sequence[str] = ()
    ) -> None:
        for socket in sockets:
            socket.check_soon(renewed)

    def all_sockets(self) -> list[Socket]:
        return [one for many in self.sockets.values() for one in many]

    async def keep_hearing(self) -> None:
        """Speaks to itself through Redis. No echo, or anything else that failed: the
        connection is made again, and after that the devices compare their cursors.
        """
        pause, has_joined = 0, False
        while True:
            await asyncio.sleep(pause)
            try:
                if self.is_out or not has_joined:
                    await self.join_again()
                    has_joined = True
                self.echo = asyncio.Event()
                async with asyncio.timeout(SECONDS_TO_HEAR):
                    await self.layer.group_send(self.channel, {"type": "echo"})
                    await self.echo.wait()
            except Exception as error:  # noqa: BLE001  (every failure has one cure)
                self.note_outage(str(error) or "Redis does not answer")
                pause = SECONDS_TO_TRY_AGAIN
            else:
                pause = SECONDS_BETWEEN_ECHOES
                if self.is_out:
                    self.note_end_of_outage()
                    self.have_checked(self.all_sockets())

    async def join_again(self) -> None:
        self.tasks["listen"].cancel()
        with suppress(Exception):
            async with asyncio.timeout(SECONDS_TO_HEAR):
                await self.layer.flush()
        self.run("listen", self.listen())
        await asyncio.sleep(0)  # it makes its channel, which groups are joined with
        for group in (self.channel, *map(group_of, self.sockets)):
            await self.layer.group_add(group, self.channel)


def group_of(user_id: UUID) -> str:
    return f"user.{user_id.hex}"


def message_of(user_id: UUID, event: Event) -> str:
    """A commit as devices receive it; "" for a user who is gone.

    `cursor` is where a device stands once it has taken the message in, if it stood at
    `since`. Too much is not told: the device stays where it is, and syncs.
    """
    since, revision = event["since"], event["revision"]
    is_told = event["anime_ids"] is not None
    found = sync.changes_by_commit(
        user_id=user_id,
        since=since,
        revision=revision,
        anime_ids=event["anime_ids"] or [],
        ids=event["ids"],
    )
    if found is None:
        return ""
    place, changes = found
    message = {
        "type": "changed",
        "since": str(place),
        "cursor": str(changes.cursor if is_told else place),
        "revision": revision,
        "entries": changes.entries,
        "removed": changes.removed,
        **{part.name: changes.parts.get(part.name) for part in SYNCED},
        "sync": not is_told,
        "operation_id": event["operation_id"],
        "client_id": event["client_id"],
    }
    return to_bytes(message, OPTIONS).decode()


feed = Feed()
