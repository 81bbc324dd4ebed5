"""Rates: so many requests a window, told in every answer."""

import time

import pytest
from django.conf import settings
from django.core.cache import cache, caches

from animecollections.api import throttling
from animecollections.tests.serving import Redis, needs_redis

pytestmark = pytest.mark.django_db

READ = "/api/user/searchHistory"


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still, ten seconds into a window of a minute."""

    class Clock:
        now = 1_790_000_040.0 - 1_790_000_040 % 60 + 10

        def time(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(throttling, "time", clock)
    return clock


@pytest.fixture
def three_a_minute(settings, clock):
    settings.RATES = {
        "read": (3, 60),
        "write": (3, 60),
        "visitor": (3, 60),
        "refused": (3, 60),
    }
    settings.THROTTLE_SCALE = 1


def test_every_answer_says_what_is_left(client, three_a_minute):
    first, second = client.get(READ), client.get(READ)
    assert first["RateLimit-Policy"] == '"read";q=3;w=60'
    assert first["RateLimit"] == '"read";r=2;t=50'
    assert second["RateLimit"] == '"read";r=1;t=50'


def test_one_too_many_is_told_when_to_come_back(client, three_a_minute):
    for _ in range(3):
        assert client.get(READ).status_code == 200
    response = client.get(READ)
    assert response.status_code == 429
    body = response.json()
    assert body["code"] == "throttled"
    assert body["details"] == {"retry_after": 50}
    assert response["Retry-After"] == "50"
    assert "50 seconds" in body["error"]
    assert response["RateLimit"] == '"read";r=0;t=50'


def test_the_next_window_begins_anew(client, three_a_minute, clock):
    for _ in range(4):
        client.get(READ)
    clock.now += 49.5
    assert client.get(READ)["Retry-After"] == "1"
    clock.now += 0.5
    assert client.get(READ).status_code == 200


def test_a_304_counts_too(client, three_a_minute):
    etag = client.get(READ)["ETag"]
    response = client.get(READ, headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert response["RateLimit"] == '"read";r=1;t=50'


def test_reads_and_writes_are_counted_apart(client, three_a_minute):
    for _ in range(4):
        client.get(READ)
    assert client.delete(READ).status_code == 200


def test_each_user_has_a_count(client, other_client, three_a_minute):
    for _ in range(4):
        client.get(READ)
    assert other_client.get(READ).status_code == 200


def test_visitors_are_counted_by_address(visitor, three_a_minute):
    for _ in range(3):
        assert visitor.get("/api/schema").status_code == 200
    assert visitor.get("/api/schema").status_code == 429
    assert visitor.get("/api/schema", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_visitors_of_one_ipv6_network_count_as_one(visitor, three_a_minute):
    statuses = [
        visitor.get("/api/schema", REMOTE_ADDR=f"2001:db8::{n}").status_code
        for n in range(4)
    ]
    assert statuses == [200, 200, 200, 429]
    other = visitor.get("/api/schema", REMOTE_ADDR="2001:db8:0:1::1")
    assert other.status_code == 200


NOBODY = [
    {},
    {"Authorization": "Bearer nonsense"},
    {"Cookie": f"sessionid={'x' * 32}"},
]


@pytest.mark.parametrize("headers", NOBODY)
def test_refusals_are_counted_by_network(visitor, headers, three_a_minute):
    for left in (2, 1, 0):
        response = visitor.get(READ, headers=headers, REMOTE_ADDR=f"2001:db8::{left}")
        assert response.status_code == 401
        assert response["RateLimit"] == f'"refused";r={left};t=50'
        assert "WWW-Authenticate" in response
    response = visitor.get(READ, headers=headers, REMOTE_ADDR="2001:db8::9")
    assert (response.status_code, response.json()["code"]) == (429, "throttled")
    assert response["Retry-After"] == "50"
    elsewhere = visitor.get(READ, headers=headers, REMOTE_ADDR="10.0.0.9")
    assert elsewhere.status_code == 401


def test_writes_from_other_sites_are_counted_too(client, three_a_minute):
    evil = {"Origin": "https://evil.example"}
    statuses = [client.delete(READ, headers=evil).status_code for _ in range(4)]
    assert statuses == [403, 403, 403, 429]


def test_refusals_take_nothing_from_who_is_let_in(client, visitor, three_a_minute):
    for _ in range(4):
        visitor.get(READ)
    assert visitor.get(READ).status_code == 429
    assert client.get(READ)["RateLimit"] == '"read";r=2;t=50'
    assert visitor.get("/api/schema").status_code == 200


def test_a_wrong_password_counts_in_its_own_rate_alone(visitor, three_a_minute):
    settings.RATES["sign_in"] = (60, 60)
    wrong = {"email": "nobody@example.org", "password": "Wrong-Horse-7"}
    for _ in range(5):
        response = visitor.post("/api/auth/signin", wrong)
        assert response.status_code == 401
    assert response["RateLimit-Policy"] == '"sign_in";q=60;w=60'


def test_a_forged_address_counts_for_nothing(visitor, three_a_minute):
    statuses = [
        visitor.get(
            "/api/schema", headers={"X-Forwarded-For": f"10.0.0.{n}"}
        ).status_code
        for n in range(4)
    ]
    assert statuses == [200, 200, 200, 429]


def test_the_scale_multiplies_every_limit(client, three_a_minute, settings):
    settings.THROTTLE_SCALE = 2.5
    assert client.get(READ)["RateLimit-Policy"] == '"read";q=7;w=60'
    settings.THROTTLE_SCALE = 0.01
    assert client.get(READ)["RateLimit-Policy"] == '"read";q=1;w=60'


def test_a_count_that_just_ended_begins_anew(monkeypatch):
    """Between the two calls of a count its window may close."""
    assert throttling.count_in(cache, "key", 1, 60) == 1
    assert throttling.count_in(cache, "key", 1, 60) == 2

    def closed(key, number):
        raise ValueError

    monkeypatch.setattr(cache, "incr", closed)
    assert throttling.count_in(cache, "key", 1, 60) == 1


def test_processes_tell_each_other_in_steps():
    one, other = throttling.Tally(), throttling.Tally()

    def add(tally):
        return tally.add_one("key", step=3, seconds=60)

    assert [add(one), add(one), add(one)] == [1, 2, 3]
    assert add(other) == 2  # of the first it is told; of the next two it will be
    assert add(one) == 5  # three more are handed on, and the other's is heard of
    assert [add(other), add(other), add(other)] == [3, 4, 8]


def test_what_a_process_counts_stays_bounded(monkeypatch):
    monkeypatch.setattr(throttling.Tally, "MOST_KEYS", 3)
    tally = throttling.Tally()
    for number in range(10):
        tally.add_one(f"key-{number}", step=5, seconds=60)
    assert len(tally.kept) <= 3
    assert tally.add_one("key-9", step=1, seconds=60) == 2


@pytest.fixture
def redis(tmp_path, settings, monkeypatch):
    """One that rates are counted in, as with REDIS_URL."""
    redis = Redis(tmp_path)
    settings.CACHES = settings.CACHES | {
        "default": settings.IN_REDIS | {"LOCATION": redis.url}
    }
    caches["process"].clear()
    monkeypatch.setattr(throttling, "counts", throttling.Counts())
    yield redis
    redis.stop()


@pytest.fixture
def asked(monkeypatch):
    """The caches that were asked to count, in order."""
    asked, count_in = [], throttling.count_in

    def spy(where, key, number, seconds):
        asked.append("process" if where is caches["process"] else "redis")
        return count_in(where, key, number, seconds)

    monkeypatch.setattr(throttling, "count_in", spy)
    return asked


@needs_redis
@pytest.mark.parametrize("fault", ["freeze", "stop"])
def test_limits_hold_while_the_cache_is_away_and_few_requests_wait_for_it(
    client, three_a_minute, redis, asked, caplog, fault
):
    assert client.get(READ)["RateLimit"] == '"read";r=2;t=50'
    getattr(redis, fault)()
    statuses = [client.get(READ).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert asked == ["redis", "redis", "process", "process", "process", "process"]
    assert caplog.text.count("each process counts rates on its own") == 1


@needs_redis
def test_a_cache_that_answers_again_is_asked_again(
    client, three_a_minute, redis, asked, caplog, monkeypatch
):
    monkeypatch.setattr(throttling, "SECONDS_AWAY", 0.5)
    client.get(READ)
    redis.freeze()
    for _ in range(2):  # one asks again when the time has come: in vain
        client.get(READ)
        time.sleep(0.5)
    redis.thaw()
    assert client.get(READ)["RateLimit"] == '"read";r=1;t=50'
    assert asked == ["redis", *["redis", "process"] * 2, "redis"]
    assert caplog.text.count("processes count rates together") == 1


def test_the_clock_of_the_throttle_is_the_wall_clock():
    assert throttling.time is time
