"""Many devices save searches at once, on the real database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from conftest import signed_in
from factories import UserFactory
from history.models import Change, Search, UserState
from history.tests.test_save_search import URL

pytestmark = [
    pytest.mark.races,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("prepares"),
]


def post_at_once(clients, bodies):
    def post(pair):
        client, body = pair
        try:
            return client.post(URL, body).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(bodies)) as threads:
        return list(threads.map(post, zip(clients, bodies, strict=True)))


def test_20_parallel_equal_searches_make_one_row():
    alice = UserFactory()
    clients = [signed_in(alice) for _ in range(20)]
    statuses = post_at_once(clients, [{"query": "naruto"}] * 20)
    assert statuses == [200] * 20
    assert Search.objects.count() == 1


def test_parallel_arrays_in_opposite_order_all_arrive():
    alice = UserFactory()
    clients = [signed_in(alice) for _ in range(8)]
    searches = [{"query": f"q{number}"} for number in range(100)]
    statuses = post_at_once(clients, [searches, searches[::-1]] * 4)
    assert statuses == [200] * 8
    assert Search.objects.count() == 100
    revisions = Change.objects.order_by("revision").values_list("revision", flat=True)
    assert list(revisions) == list(range(1, len(revisions) + 1))
    assert UserState.objects.get(user=alice).revision == len(revisions)


def test_parallel_different_searches_keep_200():
    alice = UserFactory()
    clients = [signed_in(alice) for _ in range(6)]
    bodies = [
        [{"query": f"{device} {number}"} for number in range(100)]
        for device in range(6)
    ]
    assert post_at_once(clients, bodies) == [200] * 6
    assert Search.objects.filter(user=alice).count() == 200
