"""The loop that all devices of a process hear by, and one user's row in it."""

import asyncio
import time

import pytest
from channels.db import database_sync_to_async
from django.db import connections

from animecollections.identity import Origin
from animecollections.tests.loops import run
from factories import UserFactory
from history.models import Search
from history.searches import services as searches
from history.searches.services import NewSearch
from profiles.sync.feed import Feed

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


class Device:
    def __init__(self, user):
        self.user_id = user.pk
        self.told = []
        self.is_to_look = False

    def offer(self, text):
        self.told.append(text)

    def check_soon(self):
        self.is_to_look = True

    def end(self, code, reason):
        pass


def search_of(user):
    """One saved search; what its commit tells the feed."""
    new = NewSearch("naruto", "animes", {"episodes": 1}, 7, None)
    searches.save(user_id=user.pk, searches=[new], through=Origin("session"))
    row = Search.objects.get(user=user)
    return {
        "type": "changed",
        "since": 0,
        "revision": 1,
        "anime_ids": [],
        "ids": {"searches": [str(row.pk)]},
        "operation_id": "x",
        "client_id": None,
    }


def test_a_row_that_cannot_be_told_holds_up_nobody_else(caplog):
    """A number that JSON cannot have, from before it was refused."""
    alice, bob = UserFactory(), UserFactory()
    hers, his = Device(alice), Device(bob)
    events = {user.pk: search_of(user) for user in (alice, bob)}
    Search.objects.filter(user=alice).update(filters={"episodes": 10**30})

    async def scene():
        feed = Feed()
        feed.start()
        for device in (hers, his):
            await feed.add(device)
        for _ in range(3):
            feed.tell(alice.pk, events[alice.pk])
        feed.tell(bob.pk, events[bob.pk])
        until = time.monotonic() + 2
        while not his.told and time.monotonic() < until:
            await asyncio.sleep(0.02)
        assert not feed.is_out
        await database_sync_to_async(connections.close_all)()  # of its thread
        feed.stop()
        feed.tasks["send"].cancel()
        await asyncio.gather(*feed.tasks.values(), return_exceptions=True)

    run(scene())
    assert len(his.told) == 1
    assert hers.told or hers.is_to_look
    assert "Devices are not told" not in caplog.text
