"""What only shows behind the real server: lengths, odd addresses, who reads a body."""

import json
import time

import pytest

from animecollections.tests.serving import serve
from factories import UserFactory
from profiles.tests.sockets import cookie_of

pytestmark = pytest.mark.races


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    with serve(tmp_path_factory.mktemp("server")) as server:
        yield server


def test_a_body_of_unknown_length_is_refused(server):
    status, headers, body = server.send(
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
    status, headers, body = server.send("HEAD /api/schema HTTP/1.1")
    assert status == 200
    assert int(headers["content-length"]) > 1000
    assert body == b""
    assert "no-body response" not in server.log.read_text()  # gunicorn would complain


@pytest.mark.django_db(transaction=True)
def test_cookies_may_come_in_several_headers(server):
    """A proxy may hand them on as HTTP/2 brings them (RFC 9113, 8.2.3)."""
    user = UserFactory()
    lines = [f"Cookie: {cookie}" for cookie in ("a=b", cookie_of(user), "c=d")]
    _, _, body = server.send("GET /api/auth/session HTTP/1.1", *lines)
    assert json.loads(body)["data"]["id"] == str(user.pk)


def test_a_foreign_host_is_refused_and_fills_no_log(server):
    with server.connect() as client:
        client.sendall(b"GET /api/docs HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")
    told = server.log.read_text()
    assert "evil.example" not in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("request_line", "status", "code"),
    [
        (f"GET /api/animes?search={'x' * 9000} HTTP/1.1", 414, "address_too_long"),
        (f"GET /api\r\nA: {'x' * 9000} HTTP/1.1", 400, "bad_request"),
        (f"GET /api HTTP/1.1\r\nA: {'x' * 9000}", 431, "headers_too_large"),
        ("GET /api/animes?search=a b HTTP/1.1", 400, "bad_request"),
        ("GET /api HTTP/1.1\r\nTransfer-Encoding: br", 400, "bad_request"),
        (f"POST /api HTTP/1.1\r\nContent-Length: {'9' * 5000}", 400, "bad_request"),
    ],
)
def test_what_is_no_request_is_refused_like_all_else(
    server, request_line, status, code
):
    answered, headers, body = server.send(request_line)
    assert (answered, headers["content-type"]) == (status, "application/json")
    told = json.loads(body)
    assert (told["code"], told["status"]) == (code, status)
    assert told["request_id"] == headers["x-request-id"]
    assert b"xxx" not in body
    assert "Traceback" not in server.log.read_text()


def test_too_large_is_answered_without_the_body(server):
    status, _, body = server.send(
        "POST /api/user/watchList HTTP/1.1",
        "Content-Type: application/json",
        "Content-Length: 999999999",
    )
    assert status == 413
    assert json.loads(body)["code"] == "too_large"


def test_an_unknown_address_answers_in_json(server):
    status, _, body = server.send("GET /api/nothing?a=%ff HTTP/1.1")
    assert status == 404
    assert json.loads(body)["code"] == "not_found"


@pytest.mark.parametrize(
    "address",
    [
        b"/api/nothing?name=\xc3\xa9",
        b"/api/nothing?name=\xff",
        b"/api/\xff",
        b"/api/%ff%fe",
        b"/api/%ed%a0%80",
        b"/api/a%00b",
        b"/api/%2e%2e/x",
        b"/api//nothing",
    ],
)
def test_bytes_that_are_no_text_in_an_address_are_no_failure_of_ours(server, address):
    with server.connect() as client:
        client.sendall(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % address)
        answer = client.recv(65536)
    # Raw bytes beyond ASCII gunicorn refuses itself, in plain text.
    assert b'"success":false' in answer or b"Content-Type: text/plain" in answer
    assert answer.split()[1] in (b"400", b"404")


def test_one_connection_serves_many_requests(server):
    request = b"GET /api/auth/session HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with server.connect() as client:
        for _ in range(3):
            client.sendall(request)
            assert client.recv(65536).endswith(b'{"success":true,"data":null}')
        client.sendall(request * 3)
        answers = b""
        while answers.count(b'"data":null}') < 3:
            answers += client.recv(65536)


def test_a_body_in_pieces_arrives_whole(server):
    body = json.dumps({"email": "x" * 3000, "password": "y" * 100}).encode()
    with server.connect() as client:
        client.sendall(
            b"POST /api/auth/signin HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        for start in range(0, len(body), 700):
            client.sendall(body[start : start + 700])
            time.sleep(0.01)
        answer = client.recv(65536)
    assert b" 400 " in answer
    assert b"email" in answer


def test_the_body_may_wait_for_a_go_ahead(server):
    with server.connect() as client:
        client.sendall(
            b"POST /api/auth/signin HTTP/1.1\r\nHost: localhost\r\n"
            b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n"
        )
        assert client.recv(65536).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"null")
        answer = client.recv(65536)
    assert b"object_expected" in answer


def test_an_upload_of_14_megabytes_is_read(server):
    body = json.dumps({"image": "A" * 14_000_000}).encode()
    status, _, body = server.send(
        "POST /api/uploadImage HTTP/1.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        body=body,
    )
    assert (status, json.loads(body)["code"]) == (401, "not_signed_in")


def test_unchanged_is_304_without_a_body(server):
    _, headers, _ = server.send("GET /api/schema HTTP/1.1")
    status, _, body = server.send(
        "GET /api/schema HTTP/1.1", f"If-None-Match: {headers['etag']}"
    )
    assert (status, body) == (304, b"")


def test_static_files_are_served(server):
    status, headers, body = server.send("GET /static/docs.js HTTP/1.1")
    assert status == 200
    assert int(headers["content-length"]) == len(body)
