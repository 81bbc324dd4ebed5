"""The product as it is served; /hold/<seconds> holds a thread for so long."""

import time

from animecollections import asgi as product
from animecollections.wsgi import application as wsgi


def holding(environ, start_response):
    path = environ["PATH_INFO"]
    if not path.startswith("/hold/"):
        return wsgi(environ, start_response)
    time.sleep(float(path.removeprefix("/hold/")))
    start_response("200 OK", [("Content-Length", "4")])
    return [b"held"]


product.http.wsgi = holding
application = product.application
