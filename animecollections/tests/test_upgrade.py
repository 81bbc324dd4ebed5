"""An upgrade as docs/deployment.md has it: the new release starts at the socket of the
old one, says when it serves, and only then does the old one end.

The test stands for systemd: it holds the socket and is told READY=1.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

import pytest
from django.conf import settings
from websockets.sync.client import connect

from animecollections.tests.serving import close_code, database_url
from conftest import signed_in

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
CLIENTS = 4
AS_SYSTEMD_DOES = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3);"
    "os.environ |= {'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': '1'};"
    "os.execv(sys.executable, [sys.executable, '-m', 'gunicorn'])"
)


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listening:
        yield listening


@contextmanager
def release(home, listening):
    """A server at the socket; once it has said that it serves."""
    home.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(home / "notify"))
        told.settimeout(60)
        variables = {
            "DATABASE_URL": database_url(),
            "HOME": str(home),
            "MEDIA_ROOT": str(home / "media"),
            "THROTTLE_SCALE": "1000000",
            "NOTIFY_SOCKET": str(home / "notify"),
        }
        with (home / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", AS_SYSTEMD_DOES, str(listening.fileno())],
                cwd=settings.BASE_DIR,
                env=os.environ | variables,
                pass_fds=[listening.fileno()],
                stdout=log,
                stderr=log,
            )
        try:
            assert told.recv(100) == b"READY=1"
            yield process
        finally:
            process.terminate()
            process.wait(30)
            assert "Traceback" not in (home / "log").read_text()


class Load:
    """People who read and write without a pause, on connections that they keep."""

    def __init__(self, port, cookie):
        self.port, self.cookie = port, cookie
        self.seen, self.is_over = Counter(), threading.Event()
        self.threads = [threading.Thread(target=self.go) for _ in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *args):
        self.end()

    def end(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def go(self):
        client = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": f"sessionid={self.cookie}", "Host": "localhost"}
        write = '{"animeId": 1535, "type": "Watching"}'
        while not self.is_over.is_set():
            for method, body in (("GET", None), ("POST", write)):
                try:
                    client.request(method, "/api/user/watchList", body, headers)
                    answer = client.getresponse()
                    answer.read()
                    self.seen[answer.status] += 1
                except (OSError, HTTPException) as error:
                    self.seen[repr(error)] += 1
                    client.close()
        client.close()

    def wait_for_more(self, number):
        most, until = self.seen.total() + number, time.monotonic() + 60
        while self.seen.total() < most:
            assert time.monotonic() < until, self.seen
            time.sleep(0.05)


def test_no_request_is_lost_while_one_release_takes_over(
    listening, alice, death_note, tmp_path
):
    cookie = signed_in(alice).cookies["sessionid"].value
    port = listening.getsockname()[1]
    with (
        release(tmp_path / "old", listening) as old,
        Load(port, cookie) as load,
        connect(
            f"ws://127.0.0.1:{port}/ws/user",
            origin=f"http://127.0.0.1:{port}",
            additional_headers={"Cookie": f"sessionid={cookie}"},
        ) as device,
    ):
        load.wait_for_more(20)
        with release(tmp_path / "new", listening):
            old.send_signal(signal.SIGTERM)
            load.wait_for_more(20)
            assert old.wait(20) == 0
            load.wait_for_more(20)
            load.end()
        assert close_code(device) == 1012
    assert set(load.seen) == {200}, load.seen


def test_a_release_that_cannot_start_says_so_and_the_old_one_serves_on(
    listening, tmp_path, monkeypatch
):
    port = listening.getsockname()[1]
    with release(tmp_path / "old", listening):
        monkeypatch.setenv("WEB_WORKERS", "two")
        broken = subprocess.run(
            [sys.executable, "-c", AS_SYSTEMD_DOES, str(listening.fileno())],
            cwd=settings.BASE_DIR,
            pass_fds=[listening.fileno()],
            capture_output=True,
            timeout=60,
        )
        assert broken.returncode != 0
        client = HTTPConnection("127.0.0.1", port, timeout=30)
        client.request("GET", "/healthz")
        assert client.getresponse().status == 200
        client.close()
