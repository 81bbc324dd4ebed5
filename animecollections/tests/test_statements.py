"""A statement that takes too long is ended, on both databases."""

from time import monotonic

import psycopg
import pytest
from django.db import InternalError, OperationalError, connection, transaction
from rest_framework.test import APIRequestFactory

from animecollections.api.failures import to_api_error
from animecollections.db.statements import ended_after
from collections_app.catalogue import queries as answers

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


def run_endlessly():
    with connection.cursor() as cursor:
        cursor.execute(ENDLESS[connection.vendor])


@pytest.mark.django_db(transaction=True)
def test_what_takes_too_long_is_ended_and_the_next_is_served():
    began = monotonic()
    with pytest.raises(OperationalError) as caught, ended_after(0.2):
        run_endlessly()
    assert monotonic() - began < 5
    assert to_api_error(caught.value).code == "busy"
    with connection.cursor() as cursor:  # the limit is gone with what it was for
        cursor.execute("SELECT 1")
        if connection.vendor == "postgresql":
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("0",)


def test_where_nobody_knows_whether_it_was_committed_busy_needs_a_key():
    """As Citus says it (test_citus.py kills one); what else is internal is a bug."""
    died = "could not commit transaction for shard 102046 on at least one active node"
    once = APIRequestFactory().post("/", headers={"Idempotency-Key": "a-key-of-mine"})
    assert to_api_error(InternalError(died), once).code == "busy"
    read = APIRequestFactory().get("/")
    assert to_api_error(InternalError(died), read).code == "busy"
    plain = APIRequestFactory().post("/")
    assert to_api_error(InternalError(died), plain).code == "server_error"
    aborted = InternalError("current transaction is aborted")
    assert to_api_error(aborted).code == "server_error"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file does not end")
def test_a_connection_that_ends_at_the_commit_is_such_a_case():
    plain = APIRequestFactory().post("/")

    def lose_it_at_the_commit():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        pid = connection.connection.info.backend_pid
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])

    with pytest.raises(OperationalError) as failed:
        transaction.atomic(lose_it_at_the_commit)()
    connection.close()
    assert to_api_error(failed.value, plain).code == "server_error"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/api/animes?year=2001", "/api/animes?search=a"])
def test_a_visitor_is_told_that_the_service_is_busy(
    visitor, monkeypatch, settings, path
):
    settings.VISITOR_STATEMENT_SECONDS = 0.2
    monkeypatch.setattr(answers, "browse", lambda *_: run_endlessly())
    response = visitor.get(path)
    assert (response.status_code, response.json()["code"]) == (503, "busy")
    assert response["Retry-After"]
    monkeypatch.undo()
    assert visitor.get(path).status_code == 200


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's has its own")
@pytest.mark.django_db(transaction=True)
def test_what_a_user_asks_of_sqlite_ends_too(client, monkeypatch, settings):
    settings.STATEMENT_SECONDS = 0.2
    monkeypatch.setattr(answers, "browse", lambda *_: run_endlessly())
    assert client.get("/api/animes").json()["code"] == "busy"


@pytest.mark.django_db
def test_it_costs_no_statement_of_a_user(client, visitor, django_assert_num_queries):
    with django_assert_num_queries(2):  # sign-in check + the titles
        client.get("/api/animes?year=2001")
