"""The live feed of several processes, over a Redis that comes and goes."""

import json
import os
import subprocess
import sys
import time

import pytest
from django.conf import settings

from animecollections.tests.serving import Redis, database_url, needs_redis, serve
from factories import AnimeFactory, UserFactory
from profiles.tests.device import Device
from profiles.tests.sockets import Api, by_cookie, closed_with, cookie_of, hear

pytestmark = [
    pytest.mark.races,
    pytest.mark.django_db(transaction=True),
    needs_redis,
]


NOT = "Devices are not told of changes until this ends"
AGAIN = "Devices are told of changes again"


@pytest.fixture(scope="module")
def redis(tmp_path_factory):
    redis = Redis(tmp_path_factory.mktemp("redis"))
    yield redis
    redis.stop()


@pytest.fixture(scope="module")
def here(tmp_path_factory, redis, django_db_setup):
    """Two processes of their own behind each address; nothing is learned by pings."""
    home = tmp_path_factory.mktemp("here")
    more = {"WEB_WORKERS": "2", "LIVE_PING_SECONDS": "60"}
    with serve(home, REDIS_URL=redis.url, **more) as server:
        yield server


@pytest.fixture(scope="module")
def there(tmp_path_factory, redis, django_db_setup):
    home = tmp_path_factory.mktemp("there")
    with serve(home, REDIS_URL=redis.url, LIVE_PING_SECONDS="2") as server:
        yield server


@pytest.fixture
def alice():
    return UserFactory(user_name="alice")


@pytest.fixture
def cookie(alice):
    return cookie_of(alice)


@pytest.fixture
def titles():
    return [AnimeFactory(id=100 + number).id for number in range(10)]


def test_a_write_on_one_reaches_the_sockets_on_all(here, there, cookie, titles):
    with (
        by_cookie(here, cookie) as one,
        by_cookie(here, cookie) as two,
        by_cookie(there, cookie) as three,
    ):
        sockets = one, two, three
        for socket in sockets:
            hear(socket, "hello")
        for server, anime_id in ((here, 100), (there, 101), (here, 102)):
            Api(server, cookie).add(anime_id)
            for socket in sockets:
                (entry,) = hear(socket)["entries"]
                assert entry["anime_id"] == str(anime_id)


def test_signing_out_on_one_ends_the_sockets_on_the_other_at_once(
    here, there, alice, cookie
):
    with by_cookie(here, cookie) as socket:
        hear(socket, "hello")
        writer = Api(there, cookie_of(alice))
        writer.data("POST", "/api/auth/signout", {"everywhere": True})
        assert closed_with(socket) == 4401


WRITE = """
from datetime import date
from uuid import UUID
from animecollections.identity import Origin
from collections_app.catalogue.refs import AnimeRef
from collections_app.watch_list import writes as watch_list
watch_list.add(
    user_id=UUID("{user}"),
    anime=AnimeRef("own", "100"),
    values={{"type": "Watching"}},
    today=date(2026, 11, 23),
    through=Origin("command"),
)
"""


def test_what_a_command_writes_is_told_too(here, redis, alice, cookie, titles):
    with by_cookie(here, cookie) as socket:
        hear(socket, "hello")
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"import django; django.setup(){WRITE}".format(user=alice.pk),
            ],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "animecollections.settings",
                "DATABASE_URL": database_url(),
                "REDIS_URL": redis.url,
            },
            check=True,
        )
        assert hear(socket)["entries"][0]["anime_id"] == "100"


class Listener(Device):
    """A device that takes what its socket tells, and syncs when it missed something."""

    def __init__(self, client, server, cookie):
        super().__init__(client)
        self.server, self.cookie, self.syncs = server, cookie, 0
        self.catch_up()

    def follow(self, socket, messages):
        for _ in range(messages):
            message = json.loads(socket.recv(10))
            if message["type"] == "changed" and message["since"] == self.cursor:
                self.take(message)  # no searches are made here
                self.cursor = message["cursor"]
            if message["cursor"] != self.cursor:
                self.syncs += 1
                self.catch_up()


@pytest.fixture
def listener(client, alice, here, cookie):
    return Listener(client, here, cookie)


def burst(server, cookie, writes):
    """So many commits of five changes each, as fast as they come."""
    api = Api(server, cookie)
    for number in range(writes):
        operations = [
            {"op": "add", "animeId": 100 + i, "type": "Watching", "progress": number}
            if (number + i) % 4
            else {"op": "remove", "animeId": 100 + i}
            for i in range(number % 2, 10, 2)
        ]
        api.data("POST", "/api/user/watchList/batch", {"operations": operations})


def test_a_device_that_hears_everything_needs_no_sync(here, there, listener, titles):
    with by_cookie(here, listener.cookie) as socket:
        hear(socket, "hello")
        burst(there, listener.cookie, 10)
        listener.follow(socket, 10)
    assert listener.syncs == 0
    assert listener.holds_what_is_there()


def test_a_socket_dropped_in_a_burst_of_500_changes_costs_nothing(
    here, there, listener, titles
):
    with by_cookie(here, listener.cookie) as socket:
        hear(socket, "hello")
        burst(there, listener.cookie, 40)
        listener.follow(socket, 25)
    burst(there, listener.cookie, 30)
    with by_cookie(here, listener.cookie) as socket:
        listener.follow(socket, 1)  # hello: somewhere else than this device
        burst(there, listener.cookie, 30)
        listener.follow(socket, 30)
    assert listener.syncs == 1
    assert listener.holds_what_is_there()


def test_a_restart_of_redis_loses_no_change(there, redis, client, alice, titles):
    cookie = cookie_of(alice)
    listener = Listener(client, there, cookie)
    api = Api(there, cookie)
    with by_cookie(there, cookie) as socket:
        hear(socket, "hello")
        redis.stop()
        api.add(100)
        with by_cookie(there, cookie) as another:  # sockets open without Redis too
            hear(another, "hello")
        while listener.entries.keys() != {"100"}:
            listener.follow(socket, 1)  # a ping says that there is something new
        redis.start()
        for _ in range(150):
            if AGAIN in there.log.read_text():
                break
            time.sleep(0.1)
        hear(socket, "ping")  # what came before is read
        api.add(101)
        assert hear(socket)["entries"][0]["anime_id"] == "101"
    listener.catch_up()
    assert listener.holds_what_is_there()
    log = there.log.read_text()
    assert (log.count(NOT), log.count(AGAIN)) == (1, 1)
