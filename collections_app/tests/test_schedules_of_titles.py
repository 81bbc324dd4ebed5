"""GET /api/animes with include=schedule: when titles air, on a list or on none."""

import pytest

from collections_app.airing.services import refresh_airings
from collections_app.models import SearchName
from collections_app.tests.airings import (
    airing_title,
    clock,
    moment,
    say,
)
from collections_app.tests.test_add_to_watch_list import add
from factories import AnimeFactory

__all__ = ["clock"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
URL = "/api/animes"
NOTHING = {
    "first_airs_at": None,
    "first_airs_estimated": None,
    "episodes_aired": None,
    "next_airs_at": None,
    "next_airs_estimated": None,
}


@pytest.fixture
def titles(db):
    """On Monday 2026-11-30: one airs on Sundays, of the others less is known."""
    weekly = airing_title(1, "2026-11-15T15:30:00Z", title="Weekly")
    SearchName.objects.create(anime=weekly, name="weekly")
    announced = AnimeFactory(id=2, airing_status="upcoming", episodes=12)
    say(announced, "airing", {"begin": moment("2027-01")})
    AnimeFactory(id=3, airing_status="unknown")
    AnimeFactory(id=4, airing_status="finished", episodes=26)
    refresh_airings([2])


def schedules(client, query=""):
    data = client.get(f"{URL}?ordering=id&include=schedule{query}").json()["data"]
    return {row["id"]: {key: row[key] for key in NOTHING} for row in data}


def test_each_title_says_when_it_airs_as_far_as_that_is_known(visitor, titles):
    assert schedules(visitor) == {
        "1": {
            "first_airs_at": "2026-11-15T15:30:00Z",
            "first_airs_estimated": False,
            "episodes_aired": 3,
            "next_airs_at": "2026-12-06T15:30:00Z",
            "next_airs_estimated": True,
        },
        "2": {
            "first_airs_at": "2027-01",
            "first_airs_estimated": False,
            "episodes_aired": 0,
            "next_airs_at": "2027-01",
            "next_airs_estimated": False,
        },
        "3": NOTHING,
        "4": NOTHING | {"episodes_aired": 26},
    }
    assert NOTHING.keys().isdisjoint(visitor.get(URL).json()["data"][0])


def test_by_search_by_ids_and_of_one_title_too(visitor, client, titles):
    add(client, 1, progress=2)
    for browser in (visitor, client):
        for query in ("?search=weekly", "?ids=1", "/1?"):
            answer = browser.get(f"{URL}{query}&include=schedule,entry").json()
            data = answer["data"]
            row = data if isinstance(data, dict) else data[0]
            assert row["next_airs_at"] == "2026-12-06T15:30:00Z", query
            entry = row["entry"] and row["entry"]["progress"]
            assert entry == (2 if browser is client else None), query
    fields = "&fields=id,next_airs_at"
    assert visitor.get(f"{URL}?ids=1&include=schedule{fields}").json()["data"] == [
        {"id": "1", "next_airs_at": "2026-12-06T15:30:00Z"}
    ]


@pytest.mark.parametrize("path", ["?", "?search=weekly&", "/1?"])
def test_an_etag_holds_until_something_airs(visitor, clock, titles, path):
    url = f"{URL}{path}include=schedule"
    etag = visitor.get(url)["ETag"]

    def held():
        return visitor.get(url, headers={"If-None-Match": etag}).status_code == 304

    clock.goes_on(days=6)
    assert held()
    clock.goes_on(hours=3)  # past 15:30 on Sunday
    assert not held()


def test_it_costs_one_statement(visitor, client, titles, budget):
    words = "revision, or sign-in check; what aired last; the titles"
    for browser in (visitor, client):
        for query in ("", "&search=weekly", "&season=fall&year=2026"):
            with budget(3, words):
                browser.get(f"{URL}?include=schedule{query}")
        etag = browser.get(f"{URL}?include=schedule")["ETag"]
        with budget(2, "revision, or sign-in check; what aired last"):
            browser.get(f"{URL}?include=schedule", headers={"If-None-Match": etag})
