"""The way to PostgreSQL breaks at every moment of a write, where its hot statements are
kept prepared and go several at once. The oracle is that of test_faults.py.
"""

from itertools import count

import pytest
from django.db import connection

from animecollections.tests.wire import Cutter
from collections_app.tests import test_faults
from collections_app.tests.test_faults import (
    WRITES,
    check_log_and_list,
    everything,
)
from history.log import commit_hooks

alice, browser = test_faults.alice, test_faults.browser
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a file has no wire"),
]

BUSY = (503, "busy")


@pytest.fixture
def wire(browser, monkeypatch):
    """This thread's connection, prepared, through a proxy."""
    proxy = Cutter.to_test_database()
    connection.close()
    for name, value in {
        "HOST": "127.0.0.1",
        "PORT": proxy.port,
        "PREPARES": True,
    }.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    yield proxy
    connection.close()
    proxy.end()


@pytest.fixture
def told(monkeypatch):
    """What devices are told of."""
    notes = []
    monkeypatch.setattr(commit_hooks, "after_commit_hooks", [notes.append])
    return notes


@pytest.mark.parametrize("has_key", [True, False], ids=["keyed", "bare"])
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", WRITES)
def test_wherever_the_wire_breaks_a_write_is_whole_or_absent(
    wire,
    told,
    browser,
    alice,
    name,
    is_after,
    has_key,
):
    headers = {"Idempotency-Key": "k"} if has_key else {}
    # Busy is read as nothing done: of a COMMIT it is said where a key makes it safe.
    refusal_at_commit = BUSY if has_key else (500, "server_error")
    is_known = True
    for number in count(2):  # the first way is the sign-in check, which goes again
        before = everything()
        browser.get("/api/auth/session")  # the connection stands, its check is prepared
        wire.cut_at(number, is_after=is_after)
        response = WRITES[name](browser, **headers)
        connection.close_if_unusable_or_obsolete()  # as at the end of each request
        was_cut = wire.disarm()
        if not was_cut:
            break
        refusal = (response.status_code, response.json()["code"])
        assert refusal in {BUSY, refusal_at_commit}, (number, response.content)
        assert told == [], f"told of what is not confirmed: way {number}"
        if everything() != before:
            is_known = False  # the server has committed, and could not say so
            assert refusal == refusal_at_commit
            break
    assert number > 2
    assert refusal == refusal_at_commit  # the last way is the COMMIT's
    assert is_known or is_after
    if has_key:
        response = WRITES[name](browser, **headers)
        after = everything()
        again = WRITES[name](browser, **headers)
        assert again.json() == response.json()
        assert everything() == after
    if is_known:
        assert response.status_code == 200, response.content
        assert len(told) == 1
    check_log_and_list(alice)


def test_a_commit_that_nobody_heard_of_is_found_by_its_key(wire, told, browser, alice):
    """As above; and that the cut does come after the COMMIT."""
    ways = len(ways_of(wire, browser))
    before = everything()
    told.clear()
    wire.cut_at(ways, is_after=True)
    write = WRITES["increment"]
    assert write(browser, **{"Idempotency-Key": "once"}).status_code == 503
    assert wire.disarm()
    assert everything() != before
    done = everything()
    answer = write(browser, **{"Idempotency-Key": "once"})
    assert answer.status_code == 200
    assert answer["Idempotency-Replayed"] == "true"
    assert everything() == done
    assert told == []  # a message may be lost: devices compare cursors
    check_log_and_list(alice)


def ways_of(wire, browser):
    """Of one keyed increment, once all is prepared."""
    for key in ("a", "b"):
        WRITES["increment"](browser, **{"Idempotency-Key": key})
    wire.cut_at(100, is_after=False)
    WRITES["increment"](browser, **{"Idempotency-Key": "c"})
    ways = range(100 - wire.left)
    wire.disarm()
    return ways
