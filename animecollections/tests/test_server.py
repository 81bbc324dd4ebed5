"""What only shows behind the real server: lengths, odd addresses, who reads a body."""

import json

import pytest

from animecollections.tests.serving import serve

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
