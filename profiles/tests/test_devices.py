"""Several devices of one user, at once and out of order: all end with the same list.

A device here is a correct client: it keeps a local copy and a cursor, sends every write
with a key, sends it again when the answer was lost, queues while it is offline, and
catches up by sync. The oracle is the full list.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from collections_app.models import EntryType
from collections_app.tests.diaries import check_log_and_diary
from collections_app.tests.test_faults import check_log_and_list
from conftest import signed_in
from factories import AnimeFactory, UserFactory

LIST = "/api/user/watchList"
DIARY = "/api/user/watched"
ANIME = [1, 2, 3, 4, 5]
keys = count()


class Device:
    def __init__(self, user):
        self.http = signed_in(user)
        self.entries = {}
        self.cursor = None
        self.queue = []

    def write(self, method, path, body, *, lost=False, headers=None):
        """One write with a key; where the answer is lost, the retry gets it again."""
        headers = {"Idempotency-Key": f"k{next(keys)}", **(headers or {})}
        send = getattr(self.http, method)
        response = send(path, body, headers=headers)
        if lost:
            again = send(path, body, headers=headers)
            if response.status_code == 200:  # a refusal is not kept: things may change
                assert again.status_code == 200
                assert again.json() == response.json()
        # 409: more of what is completed
        assert response.status_code in (200, 404, 409, 412), response.content
        return response

    def later(self, operation):
        self.queue.append(operation | {"id": f"o{next(keys)}"})

    def flush(self, *, lost=False):
        """Sends what was queued offline, as one batch."""
        if not self.queue:
            return
        body = {"operations": self.queue}
        response = self.http.post(f"{LIST}/batch", body)
        assert response.status_code == 200, response.content
        if lost:
            again = self.http.post(f"{LIST}/batch", body).json()["data"]["results"]
            first = response.json()["data"]["results"]
            assert [r["ok"] for r in again if r["ok"]] == [
                r["ok"] for r in first if r["ok"]
            ]
            for before, after in zip(first, again, strict=True):
                if before["ok"]:
                    assert after == before | {"replayed": True}
        self.queue = []

    def sync(self, limit=3):
        """Page by page, to the end."""
        while True:
            query = {"limit": limit} | ({"cursor": self.cursor} if self.cursor else {})
            body = self.http.get("/api/user/sync", query).json()
            if body.get("code") == "cursor_expired":
                self.entries, self.cursor = {}, None
                continue
            for entry in body["data"]["entries"]:
                self.entries[entry["anime_id"]] = entry
            for anime_id in body["data"]["removed"]:
                self.entries.pop(anime_id, None)
            self.cursor = body["meta"]["cursor"]
            if not body["meta"]["has_more"]:
                return

    def full_list(self):
        return {e["anime_id"]: e for e in self.http.get(LIST).json()["data"]}


devices = st.integers(0, 2)
anime = st.sampled_from(ANIME)
types = st.sampled_from(EntryType.values)
days = st.sampled_from([None, "2015", "2015-06", "2015-06-03", "aired", "unknown"])
lost = st.booleans()
values = st.fixed_dictionaries(
    {},
    optional={
        "progress": st.integers(0, 14),
        "score": st.sampled_from([None, 0, 5, 7.5, 10]),
        "notes": st.sampled_from(["", "a", "b"]),
        "tags": st.sampled_from([[], ["x"], ["x", "y"]]),
    },
)


class Devices(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.user = UserFactory()
        self.devices = [Device(self.user) for _ in range(3)]

    @rule(device=devices, anime=anime, type=types, values=values, lost=lost)
    def add(self, device, anime, type, values, lost):
        body = {"animeId": anime, "type": type} | values
        self.devices[device].write("post", LIST, body, lost=lost)

    @rule(device=devices, anime=anime, lost=lost)
    def remove(self, device, anime, lost):
        self.devices[device].write("delete", LIST, {"animeId": anime}, lost=lost)

    @rule(device=devices, anime=anime, by=st.integers(-3, 5), day=days, lost=lost)
    def increment(self, device, anime, by, day, lost):
        path = f"{LIST}/{anime}/increment"
        body = {"by": by} | ({"watched_on": day} if day else {})
        self.devices[device].write("post", path, body, lost=lost)

    @rule(device=devices, anime=anime, day=days, episodes=st.integers(1, 5), lost=lost)
    def note_in_the_diary(self, device, anime, day, episodes, lost):
        body = {"animeId": anime, "watched_on": day or "2016", "episodes": episodes}
        self.devices[device].write("post", DIARY, body, lost=lost)

    @rule(device=devices, which=st.integers(0, 5), day=days, lost=lost)
    def correct_the_diary(self, device, which, day, lost):
        """Moved to another day, or taken out."""
        device = self.devices[device]
        rows = device.http.get(DIARY).json()["data"]
        if which >= len(rows):
            return
        method, body = ("patch", {"watched_on": day}) if day else ("delete", None)
        headers = {"If-Match": f'"{rows[which]["revision"]}"'}
        path = f"{DIARY}/{rows[which]['id']}"
        response = device.write(method, path, body, lost=lost, headers=headers)
        assert response.status_code == 200

    @rule(device=devices, anime=anime, values=values)
    def change_what_was_seen(self, device, anime, values):
        """With If-Match: it goes through exactly when nobody changed the entry."""
        device = self.devices[device]
        seen = device.entries.get(str(anime))
        if seen is None:
            return
        now = device.full_list().get(str(anime))
        response = device.write(
            "patch",
            f"{LIST}/{anime}",
            values,
            headers={"If-Match": f'"{seen["revision"]}"'},
        )
        if now is not None and now["revision"] == seen["revision"]:
            assert response.status_code == 200
            return
        assert response.status_code == 412
        assert response.json()["details"]["entry"] == now

    @rule(device=devices, operation=st.sampled_from(["add", "increment", "remove"]))
    def queue_offline(self, device, operation):
        body = {"op": operation, "animeId": random.choice(ANIME), "type": "Watching"}
        self.devices[device].later(body)

    @rule(device=devices, lost=lost)
    def come_back_online(self, device, lost):
        self.devices[device].flush(lost=lost)

    @rule(device=devices, which=st.integers(0, 3))
    def undo(self, device, which):
        device = self.devices[device]
        operations = device.http.get("/api/user/operations").json()["data"]
        undoable = [told for told in operations if told["undoable"]]
        if which < len(undoable):
            path = f"/api/user/operations/{undoable[which]['id']}/undo"
            device.write("post", path, {})

    @rule(device=devices, limit=st.integers(1, 4))
    def sync(self, device, limit):
        device = self.devices[device]
        device.sync(limit)
        assert device.entries == device.full_list()

    @invariant()
    def the_log_gives_the_list(self):
        if hasattr(self, "user"):
            check_log_and_list(self.user)
            check_log_and_diary(self.user)

    def teardown(self):
        if hasattr(self, "devices"):
            for device in self.devices:
                device.flush()
            for device in self.devices:
                device.sync()
            lists = [device.entries for device in self.devices]
            assert lists == [self.devices[0].full_list()] * 3


@pytest.mark.usefixtures("prepares")
@pytest.mark.django_db(transaction=True)
def test_whatever_devices_do_they_end_with_the_same_list(settings_for_many_writes):
    for pk in ANIME:
        AnimeFactory(id=pk, episodes=None if pk == 5 else 12)
    run_state_machine_as_test(
        Devices,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def settings_for_many_writes(settings):
    settings.THROTTLE_SCALE = 1000


@pytest.mark.races
@pytest.mark.usefixtures("prepares")
@pytest.mark.django_db(transaction=True)
def test_devices_writing_at_the_same_moment_end_with_the_same_list(
    settings_for_many_writes,
):
    user = UserFactory()
    for pk in ANIME:
        AnimeFactory(id=pk, episodes=12)

    def live(seed):
        """A device's day: 60 things, in an order of its own."""
        choose = random.Random(seed)
        device = Device(user)
        try:
            for _ in range(60):
                a_day_on(device, choose)
        finally:
            connection.close()
        return device

    with ThreadPoolExecutor(4) as threads:
        group = list(threads.map(live, range(4)))
    for device in group:
        device.flush()
    for device in group:
        device.sync()
    assert [device.entries for device in group] == [group[0].full_list()] * 4
    check_log_and_list(user)


def a_day_on(device, choose):
    anime, lost = choose.choice(ANIME), choose.random() < 0.3
    match choose.randrange(6):
        case 0:
            body = {"animeId": anime, "type": choose.choice(EntryType.values)}
            device.write("post", LIST, body, lost=lost)
        case 1:
            device.write("delete", LIST, {"animeId": anime}, lost=lost)
        case 2:
            device.write("post", f"{LIST}/{anime}/increment", {}, lost=lost)
        case 3:
            device.later({"op": "add", "animeId": anime, "type": "Watching"})
        case 4:
            device.flush(lost=lost)
        case _:
            device.sync(choose.randint(1, 5))


@pytest.mark.races
@pytest.mark.usefixtures("prepares")
@pytest.mark.django_db(transaction=True)
def test_20_parallel_increments_end_at_20():
    user = UserFactory()
    AnimeFactory(id=1, episodes=None)
    Device(user).write("post", LIST, {"animeId": 1, "type": "Watching"})

    def increment(_):
        try:
            path = f"{LIST}/1/increment"
            return Device(user).http.post(path, {}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(increment, range(20))) == {200}
    assert Device(user).full_list()["1"]["progress"] == 20


@pytest.mark.races
@pytest.mark.usefixtures("prepares")
@pytest.mark.django_db(transaction=True)
def test_ten_batches_in_opposite_order_all_succeed():
    user = UserFactory()
    for pk in ANIME:
        AnimeFactory(id=pk, episodes=None)

    def batch(number):
        ids = ANIME if number % 2 else ANIME[::-1]
        queue = [{"op": "add", "animeId": pk, "type": "Watching"} for pk in ids]
        queue += [{"op": "increment", "animeId": pk} for pk in ids]
        try:
            response = Device(user).http.post(f"{LIST}/batch", {"operations": queue})
            return [result["ok"] for result in response.json()["data"]["results"]]
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as threads:
        results = list(threads.map(batch, range(10)))
    assert results == [[True] * 10] * 10
    entries = Device(user).full_list().values()
    assert [entry["progress"] for entry in entries] == [10] * 5


@pytest.mark.races
@pytest.mark.usefixtures("prepares")
@pytest.mark.django_db(transaction=True)
def test_one_key_sent_20_times_at_once_takes_effect_once():
    user = UserFactory()
    AnimeFactory(id=1, episodes=None)
    Device(user).write("post", LIST, {"animeId": 1, "type": "Watching"})

    def increment(_):
        try:
            headers = {"Idempotency-Key": "the same"}
            return Device(user).http.post(f"{LIST}/1/increment", {}, headers=headers)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(increment, range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 19
    assert Device(user).full_list()["1"]["progress"] == 1
