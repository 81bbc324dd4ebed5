"""Many devices that change one list of one's own at once."""

import random

import pytest

from collections_app.models import ListItem, OwnList
from collections_app.tests.own_lists import LISTS, make, put, titles
from collections_app.tests.test_watch_list_races import at_once
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import Change

pytestmark = [
    pytest.mark.races,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("prepares"),
]


@pytest.fixture
def alice():
    for pk in range(1, 13):
        AnimeFactory(id=pk)
    return UserFactory()


def test_all_that_drag_at_once_succeed(alice):
    """Each title is where somebody put it, once; the list knows how many there are."""
    clients = [signed_in(alice) for _ in range(4)]
    made = make(clients[0])
    for pk in range(1, 9):
        put(clients[0], made, pk)
    chance = random.Random(5)

    def write(number):
        url = f"{LISTS}/{made['id']}/items/{chance.randint(1, 12)}"
        client = clients[number % 4]
        if number % 5 == 0:
            return client.delete(url)
        return client.put(url, {"after": chance.choice([None, 1, 2, 3])})

    answers = at_once([lambda n=n: write(n) for n in range(60)])
    # A title cannot follow itself.
    assert {answer.status_code for answer in answers} <= {200, 400}
    on_it = titles(clients[0], made)
    assert len(on_it) == len(set(on_it)) == ListItem.objects.count()
    assert OwnList.objects.get().size == len(on_it)
    revisions = list(Change.objects.order_by("revision").values_list("revision"))
    assert [at for (at,) in revisions] == list(range(1, len(revisions) + 1))


def test_one_that_is_removed_while_it_is_filled_leaves_nothing(alice):
    client = signed_in(alice)
    made = make(client)
    url = f"{LISTS}/{made['id']}"
    clients = [signed_in(alice) for _ in range(4)]
    puts = [
        lambda n=n: clients[n % 4].put(f"{url}/items/{n % 12 + 1}", {})
        for n in range(16)
    ]
    puts.insert(8, lambda: signed_in(alice).delete(url))
    answers = at_once(puts)
    assert {answer.status_code for answer in answers} <= {200, 404}
    assert not OwnList.objects.exists()
    assert not ListItem.objects.exists()
