"""What the bridge costs, without a network: CPU of a constant answer, in process.

    python -m benchmarks.bridge [folder]

folder: another checkout of the product, instead of this one. CPU microseconds each,
the best of five runs: one after the other, by several clients at once, and by one that
asks more at once than it has places.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent)
REQUESTS, RUNS = 6000, 5
SCENES = {
    "one after the other": (1, 1),
    "3 at once": (3, 1),
    "8 at once by 8 clients": (8, 8),
    "8 at once by one client": (8, 1),
    "30 at once by 30 clients": (30, 30),
}


def constant(environ, start_response):
    start_response("200 OK", [("Content-Length", "16")])
    return [b'{"success":true}']


def request_of(client):
    return {
        "type": "http",
        "method": "GET",
        "path": "/constant",
        "raw_path": b"/constant",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"cookie", b"sessionid=" + b"a" * 32)],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": (f"10.0.0.{client}", 4711),
    }


async def receive():
    return {"type": "http.request", "body": b"", "more_body": False}


async def send(message):
    pass


async def run(http, at_once, clients):
    async def ask(number):
        scope = request_of(number % clients)
        for _ in range(REQUESTS // at_once):
            await http(scope, receive, send)

    began = time.process_time()
    await asyncio.gather(*(ask(number) for number in range(at_once)))
    return (time.process_time() - began) / REQUESTS * 1e6


async def main(http):
    for name, scene in SCENES.items():
        found = [await run(http, *scene) for _ in range(RUNS)]
        print(f"{name:26} {min(found):5.0f} µs")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "animecollections.settings")
    from animecollections.asgi import http

    http.wsgi = constant
    asyncio.run(main(http))
