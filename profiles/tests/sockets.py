"""A device's socket, and the HTTP requests that go with it, against a real server."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from conftest import signed_in

PATIENCE = 10  # seconds


def cookie_of(user):
    return f"sessionid={signed_in(user).cookies['sessionid'].value}"


def by_cookie(server, cookie, origin=None):
    """A browser's socket."""
    return connect(
        server.live,
        origin=origin or server.url,
        additional_headers={"Cookie": cookie},
        open_timeout=PATIENCE,
    )


def by_ticket(server, ticket):
    return connect(f"{server.live}?ticket={ticket}", open_timeout=PATIENCE)


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
        self.url = server.url
        self.headers = {"Content-Type": "application/json", **headers}
        if cookie:
            self.headers["Cookie"] = cookie

    def __call__(self, method, path, body=None, **headers):
        data = None if body is None else json.dumps(body).encode()
        request = Request(
            self.url + path, data, self.headers | headers, method=method
        )
        try:
            with urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def data(self, method, path, body=None, **headers):
        status, answer = self(method, path, body, **headers)
        assert status == 200, answer
        return answer["data"]

    def add(self, anime_id, type_="Watching", **more):
        body = {"animeId": anime_id, "type": type_, **more}
        return self.data("POST", "/api/user/watchList", body)["entry"]
