"""One statement tells who is asking."""

import psycopg
import pytest
from django.db import connection

from conftest import signed_in
from profiles.accounts.authentication import find_by_session

pytestmark = pytest.mark.django_db


def test_a_live_session_is_known_by_one_statement(alice, budget):
    client = signed_in(alice)
    key = client.cookies["sessionid"].value
    with budget(1, "session, user, preferences, state and catalogue together"):
        found = find_by_session(key)
    assert found.account.id == alice.id
    assert found.account.revisions.user == 0
    assert not found.is_use_to_note


def test_a_session_of_an_older_epoch_is_dead(alice):
    client = signed_in(alice)
    alice.auth_epoch += 1
    alice.save()
    key = client.cookies["sessionid"].value
    assert find_by_session(key) is None


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL alone")
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_is_replaced_within_the_request(alice):
    client = signed_in(alice)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    connection.health_check_done = False  # as at the start of a request
    assert client.get("/api/user/searchHistory").status_code == 200
