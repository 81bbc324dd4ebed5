"""Many devices at once, on the real database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from collections_app.models import Viewing, WatchListEntry
from collections_app.tests.test_add_to_watch_list import URL
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import Change, UserState

pytestmark = [
    pytest.mark.races,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("prepares"),
]


def at_once(calls):
    """Runs the calls in threads that each close their connection."""

    def run(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as threads:
        return list(threads.map(run, calls))


def test_20_parallel_adds_of_one_anime_make_one_row():
    alice = UserFactory()
    AnimeFactory(id=1535)
    body = {"animeId": 1535, "type": "Watching"}
    answers = at_once([lambda: signed_in(alice).post(URL, body)] * 20)
    assert [answer.status_code for answer in answers] == [200] * 20
    assert WatchListEntry.objects.count() == 1
    assert UserState.objects.get(user=alice).revision == 1


def test_parallel_adds_and_removals_leave_no_gap_in_the_revisions():
    alice = UserFactory()
    clients = [signed_in(alice) for _ in range(4)]
    for number in range(5):
        AnimeFactory(id=100 + number)

    def write(number):
        client, anime = clients[number % 4], 100 + number % 5
        if number % 3:
            type_ = ["Watching", "To Watch"][number % 2]
            return client.post(URL, {"animeId": anime, "type": type_})
        return client.delete(URL, {"animeId": anime})

    answers = at_once([lambda n=n: write(n) for n in range(60)])
    assert {answer.status_code for answer in answers} == {200}
    revisions = list(
        Change.objects.filter(user=alice)
        .order_by("revision")
        .values_list("revision", flat=True)
    )
    assert revisions == list(range(1, len(revisions) + 1))
    assert UserState.objects.get(user=alice).revision == len(revisions)


def test_20_parallel_beginnings_begin_one_viewing():
    alice = UserFactory()
    AnimeFactory(id=1535, episodes=12)
    signed_in(alice).post(URL, {"animeId": 1535, "type": "Completed"})
    viewings = f"{URL}/1535/viewings"
    answers = at_once([lambda: signed_in(alice).post(viewings, {})] * 20)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    rows = Viewing.objects.order_by("number").values_list("number", "state")
    assert [*rows] == [(1, "finished"), (2, "active")]
    assert UserState.objects.get(user=alice).revision == 4
