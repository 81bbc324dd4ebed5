"""Stopping the server: what runs is finished, what only waits is sent away."""

import pytest
from django.db import connection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from animecollections.tests.serving import database_url, serve
from conftest import signed_in
from factories import UserFactory

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
GRACE = 20  # seconds that gunicorn would wait for open connections


def test_neither_idle_connections_nor_sockets_hold_it_up(tmp_path):
    cookie = signed_in(UserFactory()).cookies["sessionid"].value
    with serve(tmp_path) as server, server.connect() as idle:
        idle.sendall(b"GET /api/auth/session HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b" 200 " in idle.recv(65536)
        with connect(
            server.live,
            origin=server.url,
            additional_headers={"Cookie": f"sessionid={cookie}"},
        ) as device:
            device.recv(5)
            assert server.stop() < GRACE / 2
            with pytest.raises(ConnectionClosed) as closed:
                device.recv(5)
            assert closed.value.rcvd.code == 1012


def test_what_runs_is_answered(tmp_path):
    with serve(tmp_path) as server, server.connect() as client:
        client.sendall(
            b"POST /api/auth/signout HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Length: 2\r\n\r\n{"
        )
        server.send("GET /api/auth/session HTTP/1.1")  # so it was taken on
        server.process.terminate()
        client.settimeout(1)
        with pytest.raises(TimeoutError):
            client.recv(65536)
        client.settimeout(20)
        client.sendall(b"}")
        assert b"Signed out" in client.recv(65536)
        server.process.wait(GRACE)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has none")
def test_each_thread_keeps_one_database_connection(tmp_path):
    cookie = signed_in(UserFactory()).cookies["sessionid"].value
    url = f"{database_url()}?application_name=counted"
    with serve(tmp_path, WEB_THREADS="3", DATABASE_URL=url) as server:
        seen = set()
        for _ in range(40):
            request = "GET /api/user/watchList HTTP/1.1"
            assert server.send(request, f"Cookie: sessionid={cookie}")[0] == 200
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pid FROM pg_stat_activity WHERE application_name = %s",
                    ["counted"],
                )
                seen |= {pid for (pid,) in cursor.fetchall()}
    assert 1 <= len(seen) <= 3
