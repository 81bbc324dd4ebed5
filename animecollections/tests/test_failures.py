"""Every failure has the one shape, whatever went wrong, and leaks nothing."""

import json

import pytest
from django.db import connection

from animecollections.tests.urls import RAISED

pytestmark = [pytest.mark.django_db, pytest.mark.urls("animecollections.tests.urls")]


@pytest.fixture(params=[False, True], ids=["production", "DEBUG"])
def debug(request, settings):
    settings.DEBUG = request.param


@pytest.fixture
def browser(client):
    """A client that gets a bug's answer, as a browser does, and not the bug."""
    client.raise_request_exception = False
    return client


def check(response, status, code):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert set(body) <= {
        "success", "error", "code", "status", "fields", "details", "request_id",
    }  # fmt: skip
    assert body["success"] is False
    assert body["code"] == code
    assert body["status"] == status
    assert body["error"].endswith((".", "!", "?", "…"))
    assert body["request_id"] == response["X-Request-Id"]
    for leak in ("secret", "SELECT", "Traceback", "library", "<html", "/etc", ".py"):
        assert leak not in response.content.decode()
    return body


STATUSES = {
    "bug": (500, "server_error"),
    "validation": (400, "invalid"),
    "no_sentence": (400, "invalid"),
    "parse": (400, "bad_request"),
    "not_authenticated": (401, "not_signed_in"),
    "authentication_failed": (401, "token_invalid"),
    "django_404": (404, "not_found"),
    "drf_404": (404, "not_found"),
    "django_403": (403, "forbidden"),
    "drf_403": (403, "forbidden"),
    "too_big": (413, "too_large"),
    "suspicious": (400, "bad_request"),
    "client_left": (400, "bad_request"),
    "database_gone": (503, "busy"),
    "connection_closed": (503, "busy"),
}


@pytest.mark.parametrize("kind", RAISED)
def test_whatever_a_view_raises(browser, debug, kind):
    check(browser.get(f"/api/raised/{kind}"), *STATUSES[kind])


def test_a_refused_field_is_told_by_name(browser):
    body = check(browser.get("/api/raised/validation"), 400, "invalid")
    assert body["fields"] == {"animeId": ["Send one."]}
    assert body["error"] == "animeId: Send one."


def test_a_401_says_how_to_sign_in(browser):
    response = browser.get("/api/raised/not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_503_says_when_to_come_back(browser):
    response = browser.get("/api/raised/database_gone")
    assert response["Retry-After"] == "2"
    assert response.json()["details"] == {"retry_after": 2}


def test_a_wrong_statement_is_our_bug_and_no_busy_database(browser):
    check(browser.get("/api/wrong-statement"), 500, "server_error")
    assert connection.needs_rollback is False or connection.vendor == "postgresql"


def test_an_answer_that_cannot_be_written(browser, debug):
    check(browser.get("/api/unrenderable"), 500, "server_error")


def test_a_bug_outside_of_our_views(browser, debug):
    check(browser.get("/api/outside"), 500, "server_error")


@pytest.mark.parametrize(
    "path",
    ["/api/none", "/api/user/watchList/", "/api/a%0Ab", "/api/%00"],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_address_below_api(browser, debug, path, method):
    check(getattr(browser, method)(path), 404, "not_found")


@pytest.mark.parametrize("path", ["/api", "/api/schema", "/api/docs"])
def test_a_wrong_host(browser, debug, path):
    check(browser.get(path, headers={"Host": "evil.example"}), 400, "bad_request")


def test_a_method_that_is_not_there(browser, debug):
    response = browser.put("/api/echo")
    body = check(response, 405, "method_not_allowed")
    assert response["Allow"] == "POST, OPTIONS"
    assert body["error"] == "PUT does not work here; use POST, OPTIONS."


def test_a_method_that_is_not_there_on_a_page(browser, debug):
    response = browser.delete("/api/docs")
    check(response, 405, "method_not_allowed")
    assert "GET" in response["Allow"]


@pytest.mark.parametrize("accept", ["text/html", "image/png", "nonsense", "*/*;q=0"])
def test_no_accept_header_is_a_406(browser, accept):
    response = browser.post("/api/echo", {"a": 1}, headers={"Accept": accept})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    failed = browser.get("/api/raised/bug?format=html", headers={"Accept": accept})
    check(failed, 500, "server_error")


def test_too_large_is_said_before_a_byte_is_read(browser):
    class Unread:
        def read(self, size=-1):
            raise AssertionError("The body was read.")

        readline = read

    response = browser.generic(
        "POST", "/api/echo", CONTENT_LENGTH="1001", **{"wsgi.input": Unread()}
    )
    body = check(response, 413, "too_large")
    assert "1,000" in body["error"]


def test_as_large_as_allowed_is_read(browser):
    body = json.dumps({"a": "x" * 991}).encode()
    assert len(body) == 1000
    response = browser.generic("POST", "/api/echo", body, "application/json")
    assert response.status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "application/xml",
        "text/html; charset=utf-8",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "nonsense",
    ],
)
def test_what_is_neither_json_nor_text(browser, content_type):
    response = browser.generic("POST", "/api/echo", b'{"a": 1}', content_type)
    body = check(response, 415, "unsupported_media_type")
    assert content_type.split(";")[0] in body["error"]


@pytest.mark.parametrize(
    ("packed", "status"), [("gzip", 415), ("br, gzip", 415), ("Identity", 200)]
)
def test_a_packed_body_is_not_unpacked(browser, packed, status):
    response = browser.generic(
        "POST",
        "/api/echo",
        b'{"a": 1}',
        "application/json",
        HTTP_CONTENT_ENCODING=packed,
    )
    assert response.status_code == status
    if status == 415:
        assert packed in check(response, 415, "unsupported_media_type")["error"]


def test_what_curl_says_of_everything_is_read_as_json(browser):
    form = "application/x-www-form-urlencoded"
    response = browser.generic("POST", "/api/echo", b'{"a": 1}', form)
    assert response.json()["data"] == {"a": 1}
    response = browser.generic("POST", "/api/echo", b"a=1&b=2", form)
    check(response, 400, "json_invalid")


@pytest.mark.parametrize("length", ["-1", "ten", "1.5"])
def test_an_absurd_content_length(browser, length):
    response = browser.generic("POST", "/api/echo", CONTENT_LENGTH=length)
    check(response, 400, "bad_request")


@pytest.mark.parametrize("text", ["a%00b", "%ff%fe", "%ed%a0%80"])
def test_text_of_the_query_that_cannot_be_kept(browser, text):
    body = check(browser.post(f"/api/echo?search={text}"), 400, "text_unusable")
    assert body["fields"].keys() == {"search"}


def test_the_next_request_works(browser):
    browser.get("/api/raised/bug")
    assert browser.post("/api/echo", {"a": 1}).json()["data"] == {"a": 1}


def test_options_tells_the_methods(browser):
    response = browser.options("/api/echo")
    assert response.status_code == 204
    assert response["Allow"] == "POST, OPTIONS"
    assert response.content == b""


def test_head_is_a_get_without_its_body(browser):
    response = browser.head("/api/schema")
    assert response.status_code == 200
    assert response.content == b""
