"""The application that gunicorn serves: HTTP and the live feed on one port."""

import asyncio

from animecollections.wsgi import application as wsgi  # first: it sets Django up

# isort: split
from django.conf import settings

from animecollections.bridge import Bridge, Receive, Scope, Send
from profiles.feed import feed
from profiles.live import LiveSocket

http = Bridge(
    wsgi, threads=settings.WEB_THREADS, largest=settings.DATA_UPLOAD_MAX_MEMORY_SIZE
)
live = LiveSocket.as_asgi()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    match scope["type"]:
        case "http":
            await http(scope, receive, send)
        case "websocket" if scope["path"] == "/ws/user":
            await live(scope, receive, send)
        case "websocket":
            await send({"type": "websocket.close"})  # 403
        case "lifespan":
            await run_feed(scope["state"], receive, send)


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
    while http.busy:
        await asyncio.sleep(0.05)
    state["stop_now"]()
