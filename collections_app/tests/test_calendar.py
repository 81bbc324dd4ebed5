"""GET /api/calendar: what airs between two days."""

import pytest

from collections_app.airing.services import refresh_airings
from collections_app.models import Anime
from collections_app.tests.airings import (
    airing_title,
    clock,
    moment,
    say,
    say_dates,
)
from factories import AnimeFactory
from profiles.models import Preferences

__all__ = ["clock"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
URL = "/api/calendar"
LIST = "/api/user/watchList"


@pytest.fixture
def week(db):
    """Monday 2026-11-30 is today: two air on Sunday, one some day, one some month."""
    airing_title(1, "2026-11-15T15:30:00Z", title="Weekly")
    airing_title(2, "2026-12-06T15:30:00Z", title="New", mature=True)
    for anime_id, day in ((3, "2026-12-03"), (4, "2026-12")):
        say_dates(AnimeFactory(id=anime_id, airing_status="upcoming"), {1: day})
    refresh_airings([3, 4])


def shown(client, query=""):
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200, response.content
    return [(row["anime_id"], row["day"]) for row in response.json()["data"]]


def add(client, anime_id, type_="Watching", **values):
    client.post(LIST, {"animeId": anime_id, "type": type_, **values})


def hides_nothing(user):
    Preferences.objects.filter(user=user).update(parental_control=False)


def lives_in(user, zone):
    Preferences.objects.filter(user=user).update(timezone=zone)


def test_a_week_from_today_where_nothing_is_said(visitor, week):
    answer = visitor.get(URL).json()
    assert answer["meta"] == {
        "from": "2026-11-30", "to": "2026-12-06", "timezone": "UTC",
        "next_cursor": None,
    }  # fmt: skip
    first, second, third = answer["data"]
    assert (first["anime_id"], first["airs_at"]) == ("3", "2026-12-03")
    assert first["precision"] == "day"
    assert not first["estimated"]
    assert second == {
        "anime_id": "1",
        "title": "Weekly",
        "imageUrl": "https://img.example.org/1.jpg",
        "format": "TV",
        "episode": 4,
        "episodes": 12,
        "airs_at": "2026-12-06T15:30:00Z",
        "precision": "minute",
        "estimated": True,
        "day": "2026-12-06",
    }
    assert (third["airs_at"], third["precision"]) == ("2026-12", "month")


def test_days_are_those_of_the_user(client, alice, week):
    lives_in(alice, "Asia/Tokyo")
    assert ("1", "2026-11-30") in shown(client)  # Sunday's, half past midnight
    assert shown(client, "?from=2026-12-06&to=2026-12-06") == [("4", "2026-12")]
    monday = "?from=2026-12-07&to=2026-12-07"
    assert [id_ for id_, _ in shown(client, monday)] == ["1", "4"]
    # A day of which no hour is known is the same day everywhere.
    lives_in(alice, "America/Los_Angeles")
    assert ("3", "2026-12-03") in shown(client, "?from=2026-12-03&to=2026-12-03")


def test_one_side_is_enough(client, week):
    assert shown(client, "?from=2026-12-01")[0] == ("3", "2026-12-03")
    assert shown(client, "?to=2026-11-15") == [("1", "2026-11-15")]
    assert shown(client, "?to=2026-11-14") == []
    assert ("1", "2026-11-15") in shown(client, "?from=2026-11-15&to=2026-11-15")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-12-01&to=2026-11-30", "to"),
        ("from=2026-12-01&to=2027-01-30", "to"),
        ("from=tomorrow", "from"),
        ("from=2026-02-30", "from"),
        ("from=2026-12-01T00:00:00Z", "from"),
        ("type=Bought", "type"),
        ("mine=no", "mine"),
    ],
)
def test_what_cannot_be_meant_is_refused(client, query, field):
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert field in response.json()["fields"]


def test_sixty_days_are_not_too_many(client, week):
    assert shown(client, "?from=2026-12-01&to=2027-01-29")
    assert client.get(f"{URL}?from=9999-12-30").status_code == 400


def test_visitors_and_who_hides_them_see_no_mature_titles(visitor, client, alice, week):
    assert "2" not in dict(shown(visitor))
    assert "2" not in dict(shown(client))
    hides_nothing(alice)
    assert "2" in dict(shown(client))


def test_mine_is_what_is_on_the_list_and_was_not_dropped(
    client, alice, other_client, week
):
    hides_nothing(alice)
    add(client, 1, progress=2)
    add(client, 2, "Collection", state="dropped")
    add(client, 3, "To Watch", is_private=True)
    assert dict(shown(client, "?mine=true")).keys() == {"1", "3"}
    assert dict(shown(client, "?type=To Watch")).keys() == {"3"}
    assert dict(shown(client, "?type=Collection")).keys() == {"2"}
    assert shown(other_client, "?mine=true") == []
    row = client.get(f"{URL}?type=Watching").json()["data"][0]
    assert row["entry"] == {"type": "Watching", "progress": 2}


def test_mine_of_a_visitor_is_401(visitor):
    response = visitor.get(f"{URL}?mine=true")
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


def test_what_no_source_lists_any_more_is_on_lists_alone(client, week):
    add(client, 1)
    Anime.objects.filter(id=1).update(gone_since="2026-11-01T00:00:00Z")
    assert "1" not in dict(shown(client))
    assert "1" in dict(shown(client, "?mine=true"))


def test_what_is_announced_no_more_is_not_there(client, week):
    say(Anime.objects.get(id=1), "airing", {"begin": moment("2026-11-15T15:30:00Z")})
    refresh_airings([1])
    assert "1" not in dict(shown(client))


@pytest.mark.parametrize("query", ["", "&mine=true"])
def test_it_comes_in_pages_and_none_is_lost(client, week, query):
    add(client, 1)
    add(client, 3)
    url = f"{URL}?from=2026-11-15&to=2026-12-31{query}"
    whole = client.get(url).json()
    assert whole["meta"]["next_cursor"] is None
    found, cursor = [], ""
    while cursor is not None:
        part = client.get(f"{url}&limit=2&cursor={cursor}").json()
        assert len(part["data"]) <= 2
        found += part["data"]
        cursor = part["meta"]["next_cursor"]
    assert found == whole["data"]
    assert len(found) > 4
    other = client.get(f"{URL}?limit=2").json()["meta"]["next_cursor"]
    response = client.get(f"{url}&cursor={other}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


def test_it_is_held_until_the_catalogue_the_list_or_the_day_is_another(
    client, clock, week, budget
):
    etag = client.get(f"{URL}?mine=true")["ETag"]

    def held(query="?mine=true"):
        answer = client.get(f"{URL}{query}", HTTP_IF_NONE_MATCH=etag)
        return answer.status_code == 304

    with budget(1, "sign-in check"):
        assert held()
    assert not held("")
    clock.goes_on(days=1)
    assert not held()
    clock.goes_on(days=-1)
    assert held()
    add(client, 1)
    assert not held()
    etag = client.get(f"{URL}?mine=true")["ETag"]
    say_dates(Anime.objects.get(id=1), {4: "2026-12-05"})
    refresh_airings([1])
    assert not held()


def test_it_costs_one_statement_after_the_sign_in_check(client, visitor, week, budget):
    for query in ("", "?mine=true"):
        with budget(2, "sign-in check, rows"):
            client.get(f"{URL}{query}")
    with budget(2, "the catalogue's revision, rows; SQLite's handler has none"):
        visitor.get(URL)


def test_caches_may_keep_what_visitors_are_answered(visitor, client, week):
    assert visitor.get(URL)["Cache-Control"].startswith("public")
    assert client.get(URL)["Cache-Control"].startswith("private")
