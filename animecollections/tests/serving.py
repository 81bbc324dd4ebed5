"""The real servers, for what only shows behind them: gunicorn on a port of its own,
with the database of the tests; Redis.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from websockets.exceptions import ConnectionClosed

from animecollections.databases import CITUS


class Server:
    def __init__(self, port, process, log):
        self.port, self.process, self.log = port, process, log

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def live(self):
        return f"ws://127.0.0.1:{self.port}/ws/user"

    def connect(self, timeout=20):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def send(self, *lines, body=b""):
        """One request as it is; status, headers and body of its answer."""
        head = "\r\n".join([*lines, "Host: localhost", "Connection: close", "", ""])
        with self.connect() as client:
            client.sendall(head.encode() + body)
            answer = b""
            while chunk := client.recv(65536):
                answer += chunk
        top, _, body = answer.partition(b"\r\n\r\n")
        status, *headers = top.decode().split("\r\n")
        named = dict(header.lower().split(": ", 1) for header in headers)
        return int(status.split()[1]), named, body

    def stop(self):
        """As `kill` does; how many seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url():
    """The database of this test run, as DATABASE_URL has it."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{config['NAME']}"
    password = f":{quote(config['PASSWORD'])}" if config["PASSWORD"] else ""
    host, port = config["HOST"] or "127.0.0.1", config["PORT"] or 5432
    scheme = "citus" if config["ENGINE"] == CITUS else "postgres"
    return f"{scheme}://{config['USER']}{password}@{host}:{port}/{config['NAME']}"


@contextmanager
def serve(home, *, app="", files=0, host="127.0.0.1", **environment):
    """Yields a Server; `home` is an empty directory for its log and control socket.

    app: the module of another `application` than the one that is served.
    files: how many it may have open. host: by which name browsers reach it.
    """
    port, log = free_port(), home / "log"
    told = {
        "DATABASE_URL": database_url(),
        "PORT": str(port),
        "PUBLIC_URL": f"http://{host}:{port}",
        "HOME": str(home),
        "THROTTLE_SCALE": "1000000",
        "MEDIA_ROOT": str(home / "media"),
    }
    limit = ["sh", "-c", f'ulimit -n {files}; exec "$0" "$@"'] if files else []
    with log.open("w") as output:
        process = subprocess.Popen(
            [*limit, sys.executable, "-m", "gunicorn", *([app] if app else [])],
            cwd=settings.BASE_DIR,
            env=os.environ | told | environment,
            stdout=output,
            stderr=output,
        )
        try:
            wait_for(port, process, log)
            yield Server(port, process, log)
        finally:
            process.terminate()
            process.wait(30)
    failures = re.findall(r"^Traceback.*?(?=^\S|\Z)", log.read_text(), re.M | re.S)
    assert not failures, failures[0]


@contextmanager
def serve_alone(home, **environment):
    """Yields the URL of a server with a database of its own in `home`, the titles that
    `make run` starts with, and no rates.
    """
    port, log = free_port(), home / "log"
    url = f"http://127.0.0.1:{port}"
    told = os.environ | {
        "DATABASE_URL": f"sqlite:///{home}/db.sqlite3",
        "HOME": str(home),
        "MEDIA_ROOT": str(home / "media"),
        "PORT": str(port),
        "PUBLIC_URL": url,
        "THROTTLE_SCALE": "1000000",
        **environment,
    }
    prepare = [sys.executable, "manage.py", "prepare"]
    root = settings.BASE_DIR
    subprocess.run(prepare, cwd=root, env=told, check=True, capture_output=True)
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn"],
            cwd=root,
            env=told,
            stdout=output,
            stderr=output,
        )
        try:
            wait_for(port, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(30)


def wait_for(port, process, log, seconds=30):
    for _ in range(seconds * 10):
        assert process.poll() is None, log.read_text()
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def close_code(device):
    """With which it is closed, whatever it is sent before."""
    try:
        while True:
            device.recv(10)
    except ConnectionClosed as closed:
        return closed.rcvd.code


needs_redis = pytest.mark.skipif(
    not shutil.which("redis-server"), reason="needs redis-server"
)


class Redis:
    """A redis-server on a port of its own, with an empty directory for its files."""

    def __init__(self, home):
        self.home, self.port = home, free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [
                shutil.which("redis-server"),
                "--port",
                str(self.port),
                "--save",
                "",
                "--dir",
                self.home,
            ],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("redis-server does not start")

    def stop(self):
        self.process.kill()
        self.process.wait()

    def freeze(self):
        """It takes connections, and does not answer."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)
