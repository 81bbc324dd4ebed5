"""A device's socket, and the HTTP requests that go with it, against a real server."""

import json
from contextlib import closing
from http.client import HTTPConnection

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from conftest import signed_in

PATIENCE = 10  # seconds
# What is unread is no reason to wait when a socket is left.
PATIENT = {"open_timeout": PATIENCE, "close_timeout": 1, "max_queue": None}


def cookie_of(user):
    return f"sessionid={signed_in(user).cookies['sessionid'].value}"


def by_cookie(server, cookie, origin=None):
    """A browser's socket."""
    headers = {"Cookie": cookie}
    return connect(
        server.live, origin=origin or server.url, additional_headers=headers, **PATIENT
    )


def by_ticket(server, ticket):
    return connect(f"{server.live}?ticket={ticket}", **PATIENT)


def hear(socket, kind="changed", patience=PATIENCE):
    """The next message of a kind."""
    while True:
        message = json.loads(socket.recv(patience))
        if message["type"] == kind:
            return message


def closed_with(socket, patience=PATIENCE):
    """The code a socket is closed with, after whatever else it is told."""
    try:
        while True:
            socket.recv(patience)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


class Api:
    """Requests as a user: (status, body)."""

    def __init__(self, server, cookie="", **headers):
        self.server = server
        self.headers = {"Content-Type": "application/json", **headers}
        if cookie:
            self.headers["Cookie"] = cookie

    def __call__(self, method, path, body=None, **headers):
        raw = None if body is None else json.dumps(body)
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        with closing(connection):
            connection.request(method, path, raw, self.headers | headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    def data(self, method, path, body=None, **headers):
        status, answer = self(method, path, body, **headers)
        assert status == 200, answer
        return answer["data"]

    def add(self, anime_id, type_="Watching", **more):
        body = {"animeId": anime_id, "type": type_, **more}
        return self.data("POST", "/api/user/watchList", body)["entry"]
