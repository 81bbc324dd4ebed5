"""A device that polls while others write, on the real database."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import Change, UserState
from profiles.tests.device import Device, add, remove, retitle

pytestmark = [
    pytest.mark.races,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("prepares"),
]
WRITES = 150
WRITERS = 5


@pytest.fixture(autouse=True)
def _without_limits(settings):
    settings.THROTTLE_SCALE = 1_000_000


def in_thread(call):
    def run(*arguments):
        try:
            return call(*arguments)
        finally:
            connection.close()

    return run


def test_polling_devices_miss_nothing_of_150_concurrent_writes(acts_can_go):
    alice = UserFactory()
    titles = [AnimeFactory(id=100 + number).id for number in range(30)]
    devices = [Device(signed_in(alice), limit) for limit in (None, 7)]
    devices[0].catch_up()  # the other one makes its first load meanwhile
    writers = [signed_in(alice) for _ in range(WRITERS)]
    is_done = threading.Event()

    def poll(device):
        while not is_done.is_set():
            device.read_page()
        device.catch_up()

    def write(number):
        client, anime_id = writers[number % WRITERS], titles[number * 7 % 30]
        if number % 10 == 9:
            retitle(anime_id)
        elif number % 4 == 3:
            remove(client, anime_id)
        else:
            add(client, anime_id, ["Watching", "To Watch", "Completed"][number % 3])

    with ThreadPoolExecutor(max_workers=WRITERS + 2) as threads:
        readers = [threads.submit(in_thread(poll), device) for device in devices]
        writes = [threads.submit(in_thread(write), n) for n in range(WRITES)]
        try:
            for done in writes:
                done.result()
        finally:
            is_done.set()  # else a write that failed would leave the readers reading
        for reader in readers:
            reader.result()
    for device in devices:
        assert device.holds_what_is_there()
    revisions = Change.objects.filter(user=alice).order_by("revision")
    newest = UserState.objects.get(user=alice).revision
    assert newest > 50
    assert list(revisions.values_list("revision", flat=True)) == [*range(1, newest + 1)]
