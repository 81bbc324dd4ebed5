"""One id from a request to its log lines and its answer."""

import logging

import pytest

from animecollections.api.request_id import RequestIdFilter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("given", ["abcd1234", "x" * 64, "3f2b-77_A0"])
def test_a_usable_id_is_kept(visitor, given):
    response = visitor.get("/api/none", headers={"X-Request-Id": given})
    assert response["X-Request-Id"] == response.json()["request_id"] == given


@pytest.mark.parametrize(
    "given",
    [
        "",
        "short",
        "x" * 65,
        "with space",
        "a\tb" * 5,
        "日本語日本語日本語",
        "<b>12345</b>",
    ],
)
def test_an_absurd_id_is_replaced(visitor, given):
    response = visitor.get("/api/none", headers={"X-Request-Id": given})
    assert response["X-Request-Id"] != given
    assert len(response["X-Request-Id"]) == 32


def test_each_request_has_its_own(visitor):
    ids = {visitor.get("/api/none")["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3


def test_pages_have_one_too(visitor):
    assert visitor.get("/nowhere")["X-Request-Id"]


@pytest.mark.urls("animecollections.tests.urls")
def test_the_log_of_a_failure_has_the_id(visitor, caplog):
    # As the console's handler does with every line.
    caplog.handler.addFilter(RequestIdFilter())
    response = visitor.get("/api/raised/bug", headers={"X-Request-Id": "abcd1234"})
    assert response.status_code == 500
    assert {record.request_id for record in caplog.records} == {"abcd1234"}
    assert any(record.exc_info for record in caplog.records)


def test_a_log_line_outside_of_requests_has_none():
    record = logging.LogRecord("a", logging.INFO, "", 1, "text", (), None)
    assert RequestIdFilter().filter(record)
    assert record.request_id == "-"
