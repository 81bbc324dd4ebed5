"""Feeds: secret addresses at which programs read what airs."""

import logging
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
import vobject

from animecollections.ops.logs import redacted
from collections_app.airing.models import uid_of
from collections_app.airing.services import refresh_airings
from collections_app.models import Anime
from collections_app.tests.airings import airing_title, clock, say_dates
from factories import AnimeFactory
from profiles.models import Feed, Preferences

__all__ = ["clock"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
URL = "/api/user/feeds"
LIST = "/api/user/watchList"


def make(client, **body):
    response = client.post(URL, body)
    assert response.status_code == 200, response.content
    return response.json()["data"]


def path_of(url):
    return url.removeprefix("http://127.0.0.1:8000")


def read(visitor, made, name="ics", **headers):
    return visitor.get(path_of(made["urls"][name]), **headers)


def add(client, anime_id, type_="Watching", **values):
    response = client.post(LIST, {"animeId": anime_id, "type": type_, **values})
    assert response.status_code == 200


def events(text):
    """By summary, as a parser of its own reads them."""
    calendar = vobject.readOne(text.decode())
    calendar.validate(raiseException=True)
    return {str(e.summary.value): e for e in calendar.contents.get("vevent", [])}


@pytest.fixture
def made(client):
    airing_title(1, "2026-11-15T15:30:00Z", title="Weekly; a “title”, long " + "x" * 80)
    say_dates(AnimeFactory(id=2, title="Some day", airing_status="upcoming",
                           episodes=None), {1: "2026-12-05"})  # fmt: skip
    say_dates(AnimeFactory(id=3, title="Some month", episodes=1), {1: "2026-12"})
    refresh_airings([2, 3])
    for anime_id in (1, 2, 3):
        add(client, anime_id)
    return make(client, name="Phone")


def test_a_feed_is_made_listed_and_its_address_shown_once(client, alice, visitor):
    made = make(client, name="Phone", types=["Watching"])
    assert made["urls"].keys() == {"ics", "rss", "json"}
    [listed] = client.get(URL).json()["data"]
    assert listed == {name: value for name, value in made.items() if name != "urls"}
    assert listed["last_used_on"] is None
    read(visitor, made)
    [listed] = client.get(URL).json()["data"]
    assert listed["last_used_on"] == "2026-11-30"
    secret = made["urls"]["ics"].rpartition("/")[2]
    feed = Feed.objects.of(alice.id).get()
    assert feed.key not in secret
    assert client.post(URL, {})["Cache-Control"] == "no-store"


def test_another_address_ends_the_one_before(client, visitor):
    made = make(client)
    other = client.post(f"{URL}/{made['id']}/rotate").json()["data"]
    assert (other["id"], other["rotated_at"]) == (made["id"], "2026-11-30T12:30:00Z")
    assert read(visitor, made).status_code == 404
    assert read(visitor, other).status_code == 200


def test_an_ended_feed_is_ended_at_once(client, visitor):
    made = make(client)
    assert client.delete(f"{URL}/{made['id']}").status_code == 200
    answer = read(visitor, made)
    assert (answer.status_code, answer.json()["code"]) == (404, "feed_not_found")
    assert client.delete(f"{URL}/{made['id']}").status_code == 404


def test_nobody_touches_the_feed_of_another(client, other_client, visitor):
    made = make(client)
    assert other_client.get(URL).json()["data"] == []
    assert other_client.delete(f"{URL}/{made['id']}").status_code == 404
    assert other_client.post(f"{URL}/{made['id']}/rotate").status_code == 404
    assert visitor.get(URL).status_code == 401
    assert read(visitor, made).status_code == 200


def test_wrong_values_are_refused(client):
    for body in ({"types": ["Bought"]}, {"name": "x" * 51}, {"types": "x"}):
        assert client.post(URL, body).status_code == 400
    for _ in range(20):
        make(client)
    refused = client.post(URL, {})
    assert (refused.status_code, refused.json()["code"]) == (409, "feeds_full")


@pytest.mark.parametrize(
    "path",
    ["x.ics", f"{'0' * 32}.{'A' * 43}.ics", f"{'é' * 32}.ics", f"{'0' * 32}.ics"],
)
def test_what_is_no_secret_is_404(visitor, path, db):
    assert visitor.get(f"/feeds/{path}").status_code == 404


def test_a_user_who_was_locked_has_none(client, alice, visitor):
    made = make(client)
    alice.is_active = False
    alice.save()
    assert read(visitor, made).status_code == 404


def test_a_feed_lasts_beyond_a_change_of_password(client, alice, visitor):
    made = make(client)
    alice.auth_epoch += 1
    alice.save()
    assert read(visitor, made).status_code == 200


# --- iCalendar ------------------------------------------------------------------------


def test_a_calendar_program_reads_it(visitor, made):
    answer = read(visitor, made)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    found = events(answer.content)
    title = "Weekly; a “title”, long " + "x" * 80
    assert f"{title} 3/12 ≈" in found
    event = found[f"{title} 4/12 ≈"]
    assert event.dtstart.value == datetime(2026, 12, 6, 15, 30, tzinfo=UTC)
    assert event.dtend.value - event.dtstart.value == timedelta(minutes=24)
    assert event.uid.value == str(uid_of(1, 4))
    assert event.status.value == "TENTATIVE"
    assert event.sequence.value == "0"
    day = found["Some day 1"]
    assert day.dtstart.value == date(2026, 12, 5)
    assert day.status.value == "CONFIRMED"
    assert not any("Some month" in name for name in found)


def test_a_moved_date_keeps_its_id_and_raises_the_sequence(visitor, made, clock):
    before = events(read(visitor, made).content)["Some day 1"]
    clock.goes_on(hours=1)
    say_dates(Anime.objects.get(id=2), {1: "2026-12-12T10:00:00Z"})
    refresh_airings([2])
    after = events(read(visitor, made).content)["Some day 1"]
    assert after.uid.value == before.uid.value
    assert (before.sequence.value, after.sequence.value) == ("0", "1")
    assert after.dtstart.value == datetime(2026, 12, 12, 10, tzinfo=UTC)
    assert after.dtstamp.value > before.dtstamp.value


def test_it_shows_private_entries_to_who_has_the_address_and_none_that_were_dropped(
    client, visitor, made
):
    client.patch(f"{LIST}/2", {"is_private": True})
    assert "Some day 1" in events(read(visitor, made).content)
    client.patch(f"{LIST}/2", {"type": "Collection", "state": "dropped"})
    assert "Some day 1" not in events(read(visitor, made).content)


def test_it_shows_types_that_were_chosen_and_mature_titles_by_control(
    client, alice, visitor, made
):
    client.patch(f"{LIST}/2", {"type": "To Watch"})
    planned = make(client, types=["To Watch"])
    assert [*events(read(visitor, planned).content)] == ["Some day 1"]
    Anime.objects.filter(id=2).update(mature=True)
    Preferences.objects.filter(user=alice).update(parental_control=True)
    assert events(read(visitor, planned).content) == {}


# --- Feed readers ---------------------------------------------------------------------


def test_a_feed_reader_is_told_of_what_has_aired(visitor, made, clock):
    channel = ElementTree.fromstring(read(visitor, made, "rss").content)[0]  # noqa: S314
    items = channel.findall("item")
    assert [item.find("title").text[-6:] for item in items] == [
        "3/12 ≈", "2/12 ≈", "x 1/12",
    ]  # fmt: skip
    guid = items[0].find("guid")
    assert guid.text == f"urn:uuid:{uid_of(1, 3)}"
    assert guid.get("isPermaLink") == "false"
    assert items[0].find("pubDate").text == "Sun, 29 Nov 2026 15:30:00 +0000"
    clock.goes_on(days=6)  # what airs on a day has aired when it is over
    channel = ElementTree.fromstring(read(visitor, made, "rss").content)[0]  # noqa: S314
    titles = [item.find("title").text for item in channel.findall("item")]
    assert titles[0] == "Some day 1"


def test_json_feed_says_the_same_and_more(visitor, made):
    answer = read(visitor, made, "json")
    assert answer["Content-Type"] == "application/feed+json"
    feed = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "Phone"
    first = feed["items"][0]
    assert first["date_published"] == "2026-11-29T15:30:00Z"
    assert first["_airing"] == {
        "anime_id": "1", "episode": 3, "airs_at": "2026-11-29T15:30:00Z",
        "precision": "minute", "estimated": True,
    }  # fmt: skip


# --- How it is asked ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ics", "rss", "json"])
def test_it_is_conditional_and_the_same_text_each_time(visitor, made, clock, name):
    first = read(visitor, made, name)
    clock.goes_on(minutes=9)
    second = read(visitor, made, name, HTTP_IF_NONE_MATCH=first["ETag"])
    assert second.status_code == 304
    assert read(visitor, made, name).content == first.content
    clock.goes_on(days=7)
    third = read(visitor, made, name, HTTP_IF_NONE_MATCH=first["ETag"])
    assert third.status_code == 200


def test_what_it_costs(visitor, made, budget):
    with budget(4, "sign-in check, feed, its day of use, rows"):
        read(visitor, made)
    with budget(3, "sign-in check, feed, rows"):
        read(visitor, made)


def test_it_is_throttled(visitor, made, settings):
    settings.RATES = settings.RATES | {"feed": (2, 60)}
    statuses = [read(visitor, made).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_unknown_parameters_are_refused_and_other_methods_do_not_work(visitor, made):
    path = path_of(made["urls"]["ics"])
    assert visitor.get(f"{path}?type=Watching").status_code == 400
    assert visitor.post(path, {}).status_code == 405
    assert visitor.head(path).status_code == 200


def test_a_session_opens_no_feed_of_another(client, other_client, made):
    """Whose cookie comes along says nothing here."""
    assert read(other_client, made).status_code == 200


def test_no_secret_is_logged(visitor, made, caplog, settings):
    settings.REQUEST_LOG = True
    caplog.set_level(logging.DEBUG)
    visitor.get(path_of(made["urls"]["ics"]) + "?x=1")
    read(visitor, made)
    Feed.objects.across_users().delete()
    read(visitor, made)
    secret = made["urls"]["ics"].rpartition("/")[2].removesuffix(".ics")
    assert secret not in redacted(caplog.text)
