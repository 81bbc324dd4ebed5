"""The application that gunicorn serves: HTTP and the live feed on one port."""

import asyncio

from animecollections.wsgi import application as wsgi  # first: it sets Django up

# isort: split
from django.conf import settings

from animecollections import probes
from animecollections.bridge import Bridge, Receive, Scope, Send
from animecollections.client import PAGES
from animecollections.request_bodies import Bodies
from animecollections.senders import Senders
from profiles.feed import feed
from profiles.live import LiveSocket

LIGHT_THREADS = 2
# What is answered without the database does not wait for what needs it.
LIGHT = frozenset((*PAGES, "/sw.js"))

senders = Senders()
bodies = Bodies(
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
    """From before the first request to after the last.

    gunicorn waits for open connections before it says that the server stops, and idle
    ones and sockets never end by themselves: `state` lets us look earlier, and say when
    all work is done (gunicorn.conf.py).
    """
    await receive()
    feed.start()
    watch = asyncio.create_task(go_when_told(state)) if "is_stopping" in state else None
    await send({"type": "lifespan.startup.complete"})
    await receive()
    feed.stop()
    await send({"type": "lifespan.shutdown.complete"})
    del watch


async def go_when_told(state: Scope) -> None:
    while not state["is_stopping"]():
        await asyncio.sleep(0.2)
    feed.stop()
    await asyncio.sleep(0.2)  # devices answer the goodbye
    while http.busy or light.busy:
        await asyncio.sleep(0.05)
    state["stop_now"]()
