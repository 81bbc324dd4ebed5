"""The product as it is served; /hold/<seconds> holds a thread for so long, and
/drip/<seconds> sends the end of its answer so much later.
"""

import time

from animecollections import asgi as product
from animecollections.server.bridge import PIECE
from animecollections.wsgi import application as wsgi


def holding(environ, start_response):
    path = environ["PATH_INFO"]
    if path.startswith("/drip/"):
        start_response("200 OK", [("Content-Length", str(PIECE + 4))])
        return dripping(float(path.removeprefix("/drip/")))
    if not path.startswith("/hold/"):
        return wsgi(environ, start_response)
    time.sleep(float(path.removeprefix("/hold/")))
    start_response("200 OK", [("Content-Length", "4")])
    return [b"held"]


def dripping(seconds):
    yield b"." * PIECE
    time.sleep(seconds)
    yield b"drop"


product.http.wsgi = holding
application = product.application
