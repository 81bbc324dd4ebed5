"""Batches of every mix, against the same operations sent one by one.

One bad operation never blocks the next, and a retry gets the first answer: with one
operation that is left to do as with five.
"""

from contextlib import contextmanager

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from animecollections.api.response_cache import bodies
from collections_app.models import ExternalId
from collections_app.tests.test_add_to_watch_list import URL
from conftest import signed_in
from factories import AnimeFactory, UserFactory

pytestmark = pytest.mark.django_db
BATCH = f"{URL}/batch"
UNKNOWN, AMBIGUOUS = 999, "anilist:77"

ANIME = st.sampled_from([1, "1", "kitsu:9", 2, 3, UNKNOWN, "mal:998", AMBIGUOUS])
TYPE = st.sampled_from(["To Watch", "Watching", "Completed", "Collection"])
VALID = st.one_of(
    st.fixed_dictionaries({"op": st.just("add"), "animeId": ANIME, "type": TYPE}),
    st.fixed_dictionaries({"op": st.just("move"), "animeId": ANIME, "type": TYPE}),
    st.fixed_dictionaries(
        {"op": st.just("increment"), "animeId": ANIME, "by": st.integers(-2, 12)}
    ),
    st.fixed_dictionaries(
        {"op": st.just("update"), "animeId": ANIME, "score": st.just(7.5)}
    ),
    st.fixed_dictionaries({"op": st.just("remove"), "animeId": ANIME}),
)
STALE = VALID.map(lambda operation: operation | {"if_revision": 999})
ABSENT = VALID.map(lambda operation: operation | {"if_revision": 0})
UNREADABLE = st.sampled_from(
    [
        {"op": "add", "animeId": True, "type": "Watching"},
        {"op": "add", "animeId": 1},
        {"op": "add", "animeId": 1, "type": "Completed", "state": "on_hold"},
        {"op": "update", "animeId": 1, "score": 99},
        {"op": "increment", "animeId": 1, "by": "one"},
    ]
)
OPERATION = st.one_of(VALID, VALID, STALE, ABSENT, UNREADABLE)
WITH_ID = st.builds(
    lambda operation, own_id: operation | ({"id": own_id} if own_id else {}),
    OPERATION,
    st.sampled_from(["", "a", "b", "c"]),
)


def can_be_sent_alone(queue):
    """If-Match is a header, and no part of what an Idempotency-Key stands for."""
    with_id = [one for one in queue if "id" in one]
    without = [
        str(sorted((one | {"if_revision": None}).items(), key=str)) for one in with_id
    ]
    return len({str(one) for one in with_id}) == len(set(without))


QUEUE = st.lists(WITH_ID, min_size=1, max_size=5).filter(can_be_sent_alone)


@pytest.fixture(autouse=True)
def _titles(db):
    for pk in (1, 2, 3, 4):
        AnimeFactory(id=pk, episodes=12)
    ExternalId.objects.create(anime_id=1, site="kitsu", external_id="9")
    for pk in (3, 4):
        ExternalId.objects.create(anime_id=pk, site="anilist", external_id="77")


@pytest.fixture
def people(db, settings):
    """Two with the same list, who may ask a lot."""
    settings.THROTTLE_SCALE = 1000
    clients = [signed_in(UserFactory()) for _ in range(2)]
    for client in clients:
        client.post(URL, {"animeId": 2, "type": "Watching"})
    return clients


@contextmanager
def taken_back():
    """Whatever is written within is not there after it."""
    bodies.forget()  # the same revisions come again
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def batch(client, queue, *, atomic=False):
    return client.post(BATCH, {"operations": queue, "atomic": atomic})


def alone(client, operation):
    """The request that is the same as an operation of a batch."""
    body = {**operation}
    verb, anime, key = body.pop("op"), body.get("animeId"), body.pop("id", "")
    headers = {"Idempotency-Key": key} if key else {}
    if (seen := body.pop("if_revision", None)) is not None:
        headers |= {"If-Match": f'"{seen}"'} if seen else {"If-None-Match": "*"}
    url = f"{URL}/{anime}"
    match verb:
        case "add":
            return client.post(URL, body, headers=headers)
        case "move":
            return client.post(f"{URL}/move", body, headers=headers)
        case "remove":
            return client.delete(URL, body, headers=headers)
        case "update":
            return client.patch(url, {"score": body["score"]}, headers=headers)
        case _:
            return client.post(
                f"{url}/increment", {"by": body.get("by", 1)}, headers=headers
            )


def told_of(response):
    return response.status_code, response.json().get("code")


def listed(client):
    """What the list says, but for ids, times and revisions."""
    own = {"id", "user_id", "added_at", "updated_at", "revision"}
    return [
        {name: value for name, value in entry.items() if name not in own}
        for entry in client.get(f"{URL}?ordering=title").json()["data"]
    ]


ONE_UNKNOWN = [{"op": "add", "animeId": UNKNOWN, "type": "Watching"}]
FINE = {"op": "increment", "animeId": 2, "by": 1, "id": "a"}
IN_DATABASE = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@IN_DATABASE
@given(queue=QUEUE)
@example(queue=ONE_UNKNOWN)
@example(queue=[{"op": "remove", "animeId": AMBIGUOUS}])
@example(queue=[FINE, *ONE_UNKNOWN])
@example(queue=[FINE | {"animeId": 1}, FINE])
@example(queue=[FINE | {"animeId": UNKNOWN}, FINE, FINE | {"by": 2}, FINE])
def test_a_batch_does_what_its_operations_do_one_by_one(people, queue):
    with taken_back():
        check_one_by_one(*people, queue)


def check_one_by_one(together, one_by_one, queue):
    results = []
    for _ in range(2):  # the second time is a retry
        response = batch(together, queue)
        assert response.status_code == 200, response.content
        results.append(response.json()["data"]["results"])
        expected = [told_of(alone(one_by_one, operation)) for operation in queue]
        found = [(one["status"], one.get("code")) for one in results[-1]]
        assert found == expected
        assert listed(together) == listed(one_by_one)
    for operation, first, again in zip(queue, *results, strict=True):
        if operation.get("id") and first["ok"]:
            assert again == first | {"replayed": True}


@IN_DATABASE
@given(queue=QUEUE)
@example(queue=ONE_UNKNOWN)
@example(queue=[FINE, *ONE_UNKNOWN])
@example(queue=[FINE, FINE | {"by": 2}])
def test_an_atomic_batch_does_all_of_them_or_none(people, queue):
    with taken_back():
        check_all_or_none(*people, queue)


def check_all_or_none(together, one_by_one, queue):
    for _ in range(2):
        before = listed(together)
        response = batch(together, queue, atomic=True)
        expected = [told_of(alone(one_by_one, operation)) for operation in queue]
        if all(status == 200 for status, _ in expected):
            assert response.status_code == 200, response.content
            assert listed(together) == listed(one_by_one)
        else:
            assert told_of(response) == (409, "batch_refused")
            results = response.json()["details"]["results"]
            assert [one["ok"] for one in results] == [False] * len(queue)
            assert listed(together) == before
            return
