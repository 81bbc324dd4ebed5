"""manage.py doctor --only days"""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from collections_app.models import AiringStatus, WatchListEntry
from collections_app.tests.diaries import diary
from factories import AnimeFactory
from history.models import Change, EpisodesWatched

pytestmark = pytest.mark.django_db
URL = "/api/user/watchList"
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = "2026-03-01"


@pytest.fixture(autouse=True)
def _titles():
    for pk in (1, 2, 3):
        AnimeFactory(id=pk, episodes=12, airing_status=AiringStatus.FINISHED)


def doctor(*args):
    out = StringIO()
    try:
        call_command("doctor", "--only", "days", *args, stdout=out, verbosity=0)
    except CommandError as error:
        out.write(str(error))
    return out.getvalue()


def move(client, anime_id, type_):
    assert client.post(URL, {"animeId": anime_id, "type": type_}).status_code == 200


def as_of_the_release_before():
    """The log has no days, and all counted on the day of the change."""
    Change.objects.across_users().update(days=None, at=AT)
    EpisodesWatched.objects.across_users().update(
        day=date.fromisoformat(DAY), period=""
    )


def test_what_was_seen_long_ago_becomes_unknown(client):
    move(client, 1, "To Watch")
    move(client, 1, "Completed")
    as_of_the_release_before()
    assert diary(anime_id=1) == {DAY: 12}
    for told in (doctor(), doctor("--fix", "--dry-run")):
        assert "12 episodes of anime 1 of user" in told
        assert "1 wrong" in told
        assert diary(anime_id=1) == {DAY: 12}
    assert "1 repaired" in doctor("--fix")
    assert diary(anime_id=1) == {"": 12}
    assert "0 wrong" in doctor()
    newest = client.get("/api/user/operations").json()["data"][0]["id"]
    client.post(f"/api/user/operations/{newest}/undo", {})
    assert diary(anime_id=1) == {DAY: 12}


def test_what_is_no_longer_logged_is_found_by_the_list(client):
    move(client, 1, "To Watch")
    move(client, 1, "Completed")
    as_of_the_release_before()
    Change.objects.across_users().delete()
    assert "1 repaired" in doctor("--fix")
    assert diary(anime_id=1) == {"": 12}


def test_what_was_watched_to_its_end_stays(client):
    """By increments, in one sitting; and by a button from Watching."""
    move(client, 1, "To Watch")
    client.post(f"{URL}/1/increment", {"by": 12})
    move(client, 2, "Watching")
    move(client, 2, "Completed")
    as_of_the_release_before()
    WatchListEntry.objects.across_users().filter(anime_id=2).update(finished_on="")
    assert "0 wrong" in doctor("--fix")
    assert diary() == {(1, DAY): 12, (2, DAY): 12}


def test_what_is_counted_now_is_right(client):
    move(client, 3, "Watching")
    move(client, 3, "Completed")
    assert "0 wrong" in doctor()
