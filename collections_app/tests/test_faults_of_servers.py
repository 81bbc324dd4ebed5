"""A real server that dies, or loses its database, in the middle of a write.

The oracle is that of test_faults.py, which also has what needs no second process.
"""

import time
from http.client import HTTPException

import pytest
from django.db import connection

from animecollections.tests.serving import serve
from collections_app.models import WatchListEntry
from collections_app.tests.test_add_to_watch_list import URL
from collections_app.tests.test_faults import check_log_and_list
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import KeptAnswer, UserState
from profiles.tests.device import Device
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

# In the order of a keyed write; each has been run when the fault comes.
STATEMENTS = [
    'INSERT INTO "collections_app_watchlistentry"',
    'INSERT INTO "history_change"',
    "UPDATE history_userstate",
    'INSERT INTO "history_keptanswer"',
]


@pytest.fixture(scope="module")
def server(tmp_path_factory, django_db_setup):
    home = tmp_path_factory.mktemp("mortal")
    with serve(
        home, app="collections_app.tests.mortal", MORTAL_AT=str(home / "order")
    ) as server:
        server.order = home / "order"
        yield server


@pytest.fixture
def alice():
    alice = UserFactory(user_name="alice")
    AnimeFactory(id=1535, episodes=37)
    signed_in(alice).post(URL, {"animeId": 1535, "type": "Watching"})
    return alice


@pytest.fixture
def increment(server, alice):
    """increment(key) → (status, body), or None where no answer came."""
    api = Api(server, cookie_of(alice))

    def send(key):
        try:
            return api("POST", f"{URL}/1535/increment", {}, **{"Idempotency-Key": key})
        except (HTTPException, ConnectionError):
            return None

    return send


def progress(alice):
    return WatchListEntry.objects.get(user=alice).progress


def until_answered(send, key):
    for _ in range(300):
        if answered := send(key):
            return answered
        time.sleep(0.1)
    raise AssertionError("nobody answers")


def check_all(alice, revision):
    check_log_and_list(alice)
    assert UserState.objects.get(user=alice).revision == revision
    device = Device(signed_in(alice))
    device.catch_up()
    assert device.holds_what_is_there()


def test_a_server_killed_in_a_write_leaves_all_of_it_or_nothing(
    server, alice, increment
):
    moments = [STATEMENTS[0], STATEMENTS[-1], "COMMIT"]  # each costs a server's start
    for number, moment in enumerate(moments):
        server.order.write_text(f"kill {moment}")
        assert increment(moment) is None
        assert not server.order.exists(), moment
        done = number + (moment == "COMMIT")
        assert progress(alice) == KeptAnswer.objects.count() == done, moment
        status, body = until_answered(increment, moment)
        assert (status, body["data"]["progress"]) == (200, number + 1)
        assert increment(moment) == (status, body)
        assert progress(alice) == number + 1
    check_all(alice, revision=1 + len(moments))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file has no server")
def test_a_write_whose_connection_is_cut_is_absent_and_the_next_is_served(
    server, alice, increment
):
    for number, moment in enumerate(STATEMENTS):
        server.order.write_text(f"cut {moment}")
        status, body = increment(moment)
        assert (status, body["code"]) == (503, "busy"), moment
        assert body["details"] == {"retry_after": 2}
        assert not server.order.exists(), moment
        assert progress(alice) == KeptAnswer.objects.count() == number, moment
        assert increment(moment)[0] == 200
    server.order.write_text("cut COMMIT")
    assert increment("told")[0] == 200
    check_all(alice, revision=len(STATEMENTS) + 2)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file has no server")
def test_connections_that_were_cut_while_idle_cost_no_request(alice, increment):
    assert increment("before")[0] == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert all(ended for (ended,) in cursor.fetchall())
    assert increment("after")[0] == 200
