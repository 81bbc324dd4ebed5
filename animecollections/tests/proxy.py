"""A proxy that falls silent, as a server does that hangs: it takes connections and
whatever is sent, and nothing comes back.
"""

import re
import socket
from contextlib import contextmanager, suppress
from threading import Event, Thread


class Proxy:
    def __init__(self, server):
        self.server = server
        self.is_flowing = Event()
        self.is_flowing.set()
        self.asked = []  # paths, since it fell silent
        self.replaced = {}  # bytes of answers, by others of the same length
        self.sockets = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.start(self.accept)

    def start(self, work, *parts):
        Thread(target=work, args=parts, daemon=True).start()

    def accept(self):
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                upstream = self.server.connect()
                self.sockets += [client, upstream]
                self.start(self.pump, client, upstream, without_compression)
                self.start(self.pump, upstream, client, self.with_replaced)

    def pump(self, source, target, change):
        with suppress(OSError):
            while data := source.recv(65536):
                if change is without_compression and not self.is_flowing.is_set():
                    self.asked += re.findall(rb"^(?:GET|POST) (\S+) HTTP", data, re.M)
                self.is_flowing.wait()
                target.sendall(change(data))
            target.shutdown(socket.SHUT_WR)

    def with_replaced(self, data):
        for old, new in self.replaced.items():
            data = data.replace(old, new)
        return data

    def hang(self):
        self.asked.clear()
        self.is_flowing.clear()

    def go_on(self):
        self.is_flowing.set()

    def close(self):
        self.go_on()
        for one in [self.listener, *self.sockets]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def without_compression(data):
    return data.replace(b"Accept-Encoding: ", b"X-Without-Coding: ")


@contextmanager
def behind_proxy(server):
    proxy = Proxy(server)
    try:
        yield proxy
    finally:
        proxy.close()
