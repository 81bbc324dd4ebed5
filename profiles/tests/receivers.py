"""A receiver of webhooks, for tests: a server of its own on this machine, which checks
signatures by the library that other people's receivers use.
"""

import json
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.utils import timezone
from standardwebhooks.webhooks import Webhook as Verifier

from profiles.models import Webhook
from profiles.webhooks.sending import take_turn

DRIPS = "drips"


class Calls(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((dict(self.headers), body.decode()))
        answers = self.server.answers
        status = answers.pop(0) if answers else self.server.status
        if status == DRIPS:
            self.drip()
            return
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.says)))
        self.end_headers()
        with suppress(OSError):  # no more is read than is kept
            self.wfile.write(self.server.says)

    def drip(self):
        with suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Letters: ")
            for _ in range(200):
                self.wfile.write(b"a")
                time.sleep(0.05)

    def log_message(self, *args):
        pass


class Receiver(ThreadingHTTPServer):
    """status: what it answers, unless `answers` has something for the next call."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Calls)
        self.received, self.answers, self.headers = [], [], {}
        self.status, self.says = 200, b"thanks"
        self.port = self.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook?key=of-the-owner"

    def verified(self, secret):
        """Each message, once the library took it for genuine."""
        verifier = Verifier(secret)
        return [verifier.verify(body, headers) for headers, body in self.received]

    @property
    def ids(self):
        return [headers["webhook-id"] for headers, _ in self.received]

    @property
    def texts(self):
        return [json.loads(body)["content"] for _, body in self.received]


@contextmanager
def receiving(settings):
    server = Receiver()
    settings.PRIVATE_HOSTS = [f"127.0.0.1:{server.port}"]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def call_due():
    """What the worker does at one look; which webhooks had their turn."""
    due = Webhook.objects.across_users().due_at(timezone.now())
    rows = list(due.values_list("user_id", "pk"))
    for user_id, pk in rows:
        take_turn(user_id, pk)
    return [pk for _, pk in rows]


class Copy:
    """What a receiver keeps of a list, going by docs/webhooks.md."""

    def __init__(self, cursor):
        self.cursor, self.entries, self.seen = cursor, {}, set()

    def take(self, message, id_):
        if id_ in self.seen:
            return
        self.seen.add(id_)
        if message["since"] is None:
            self.entries = {}
        else:
            assert message["since"] == self.cursor  # in order, and nothing between
        for entry in message["entries"]:
            self.entries[entry["anime_id"]] = entry
        for anime_id in message["removed"]:
            self.entries.pop(anime_id, None)
        self.cursor = message["cursor"]


class Clock:
    """The product's time; receivers' is the machine's."""

    def __init__(self, monkeypatch):
        self.ahead, self.real = timedelta(), timezone.now
        monkeypatch.setattr(timezone, "now", lambda: self.real() + self.ahead)

    def goes_on(self, **more):
        self.ahead += timedelta(**more)
