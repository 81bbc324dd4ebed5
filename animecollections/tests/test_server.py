"""What only shows behind the real server: lengths, and who reads a body."""

import json
import os
import socket
import subprocess
import sys
import time

import pytest
from django.conf import settings

pytestmark = pytest.mark.races


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """gunicorn on a port of its own, with an empty database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("server")
    log = home / "log"
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{home / 'db.sqlite3'}",
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "HOME": str(home),  # gunicorn's control socket
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "animecollections.wsgi"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=output,
        )
        try:
            wait_for(port, process, log)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def wait_for(port, process, log):
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def send(port, *lines, body=b""):
    """One request as it is; status, headers and body of its answer."""
    head = "\r\n".join([*lines, "Host: localhost", "Connection: close", "", ""])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(head.encode() + body)
        answer = b""
        while chunk := client.recv(65536):
            answer += chunk
    top, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = top.decode().split("\r\n")
    named = dict(header.lower().split(": ", 1) for header in headers)
    return int(status.split()[1]), named, body


def test_a_body_of_unknown_length_is_refused(server):
    status, headers, body = send(
        server,
        "POST /api/user/watchList HTTP/1.1",
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
        body=b'b\r\n{"a": 1234}\r\n0\r\n\r\n',
    )
    assert status == 411
    assert headers["content-type"] == "application/json"
    assert json.loads(body)["code"] == "length_required"
    assert json.loads(body)["request_id"] == headers["x-request-id"]


def test_a_head_has_no_body_and_says_how_long_it_would_be(server):
    status, headers, body = send(server, "HEAD /api/schema HTTP/1.1")
    assert status == 200
    assert int(headers["content-length"]) > 1000
    assert body == b""


def test_too_large_is_answered_without_the_body(server):
    status, _, body = send(
        server,
        "POST /api/user/watchList HTTP/1.1",
        "Content-Type: application/json",
        "Content-Length: 999999999",
    )
    assert status == 413
    assert json.loads(body)["code"] == "too_large"


def test_an_unknown_address_answers_in_json(server):
    status, _, body = send(server, "GET /api/nothing?a=%ff HTTP/1.1")
    assert status == 404
    assert json.loads(body)["code"] == "not_found"
