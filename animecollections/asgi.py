"""The application that gunicorn serves: HTTP and the live feed on one port."""

import asyncio
import time
from collections.abc import Callable

from animecollections.wsgi import application as wsgi  # first: it sets Django up

# isort: split
from django.conf import settings

from animecollections import probes
from animecollections.server.bridge import Bridge, Receive, Scope, Send
from animecollections.server.request_bodies import RequestBodies
from animecollections.server.senders import Senders
from animecollections.web.pages import PAGES
from profiles.sync.feed import feed
from profiles.sync.socket import LiveSocket

LIGHT_THREADS = 2
SECONDS_TO_COME_IN = 1
# What is answered without the database does not wait for what needs it.
LIGHT = frozenset((*PAGES, "/sw.js"))

senders = Senders()
bodies = RequestBodies(
    largest=settings.DATA_UPLOAD_MAX_MEMORY_SIZE, most=settings.WEB_BODIES_MB * 1024**2
)


def bridge(threads: int) -> Bridge:
    line = settings.WEB_QUEUE
    return Bridge(wsgi, threads=threads, line=line, bodies=bodies, senders=senders)


http, light = bridge(settings.WEB_THREADS), bridge(LIGHT_THREADS)
live = LiveSocket.as_asgi()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    match scope["type"]:
        case "http":
            await serving(scope["path"])(scope, receive, send)
        case "websocket" if scope["path"] == "/ws/user":
            await live(scope, receive, send)
        case "websocket":
            await send({"type": "websocket.close"})  # 403
        case "lifespan":
            await run_feed(scope["state"], receive, send)


def serving(path: str) -> probes.Probe | Bridge:
    if path in LIGHT or path.startswith(settings.STATIC_URL):
        return light
    return probes.PROBES.get(path, http)


async def run_feed(state: Scope, receive: Receive, send: Send) -> None:
    """From before the first request to after the last. `state` is the server's: it is
    given how to end (connections.Worker), and says how it is told that we serve.
    """
    await receive()
    feed.start()
    state["leave"] = leave
    await send({"type": "lifespan.startup.complete"})
    if "serves" in state:
        state["serves"]()
    await receive()
    feed.stop()
    await send({"type": "lifespan.shutdown.complete"})


async def leave(has_connections: Callable[[], bool]) -> None:
    """Sends devices away and ends when what runs is answered. Connections that are kept
    open never end by themselves; they get a second after the last answer, in which what
    was on its way to them is answered.
    """
    feed.stop()
    until = time.monotonic() + SECONDS_TO_COME_IN
    while is_busy() or (has_connections() and time.monotonic() < until):
        if is_busy():
            until = time.monotonic() + SECONDS_TO_COME_IN
        await asyncio.sleep(0.05)


def is_busy() -> bool:
    return bool(http.busy or light.busy)
