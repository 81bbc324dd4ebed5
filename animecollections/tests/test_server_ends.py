"""Stopping the server: what runs is finished, what only waits is sent away."""

import os
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from animecollections.tests.serving import close_code, database_url, serve
from conftest import signed_in
from factories import UserFactory

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
HOLDING = "animecollections.tests.holding"
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


def test_a_device_that_comes_in_the_middle_of_it_is_sent_away_too(tmp_path):
    """It came after the goodbye to the others, and was cut off as if by a fault."""
    cookie = signed_in(UserFactory()).cookies["sessionid"].value
    with serve(tmp_path) as server, server.connect() as busy, server.connect() as late:
        busy.sendall(
            b"POST /api/auth/signout HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Length: 2\r\n\r\n{"
        )
        late.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b" 200 " in late.recv(65536)
        server.process.terminate()
        time.sleep(0.6)  # its goodbye to the others takes 0.2
        with connect(
            server.live,
            sock=late,
            origin=server.url,
            additional_headers={"Cookie": f"sessionid={cookie}"},
        ) as device:
            assert close_code(device) == 1012
        busy.sendall(b"}")
        assert b"Signed out" in busy.recv(65536)
        server.process.wait(GRACE)


def test_a_connection_that_was_to_stay_is_answered_once_more(tmp_path):
    """One answer in some thousands said so before the signal and ended after it. The
    connection was closed behind it, and the next request on it was lost.
    """
    with serve(tmp_path, app=HOLDING) as server, server.connect() as kept:
        kept.sendall(b"GET /drip/1.5 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = kept.recv(65536)
        assert b"connection: close" not in answer.lower()
        server.process.terminate()
        while not answer.endswith(b"drop"):
            answer += kept.recv(65536)
        kept.sendall(b"GET /api/auth/session HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = kept.recv(65536).lower()
        assert b" 200 " in answer
        assert b"connection: close" in answer


def test_its_settings_are_read_again_without_another_folder_for_figures(tmp_path):
    """At SIGHUP, in the same process; one was left behind each time."""
    code = (
        "import os, runpy;"
        "read = lambda: runpy.run_path('gunicorn.conf.py')['SHARED_NUMBERS'];"
        "first = read();"
        "assert first == read() == os.environ['PROMETHEUS_MULTIPROC_DIR'];"
        "assert os.fork() == 0 or os.wait()[1] == 0;"
        "assert (first == read()) == (str(os.getpid()) in first)"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "WEB_WORKERS": "2",
            "REDIS_URL": "redis://127.0.0.1:1",
            "TMPDIR": str(tmp_path),
        },
        check=True,
    )
    assert (
        len(list(tmp_path.glob("animecollections-metrics-*"))) == 2
    )  # the child's own


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
