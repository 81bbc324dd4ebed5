"""On which day episodes count: `watched_on`, the table of defaults, and undo of both"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from animecollections.identity import Origin
from collections_app.catalogue.models import AiringStatus, Season
from collections_app.tests.diaries import diary, today
from collections_app.watch_list import undo as operations
from factories import AnimeFactory
from history.models import Change, EpisodesWatched

pytestmark = pytest.mark.django_db
URL = "/api/user/watchList"
ENTRY = f"{URL}/1"


@pytest.fixture(autouse=True)
def _title():
    facts = {"episodes": 12, "airing_status": AiringStatus.FINISHED}
    AnimeFactory(id=1, year=2006, season=Season.SUMMER, **facts)
    AnimeFactory(id=2, year=2006, season=Season.FALL, **facts | {"episodes": 24})


def add(client, type_="Watching", anime_id=1, **fields):
    body = {"animeId": anime_id, "type": type_, **fields}
    response = client.post(URL, body)
    assert response.status_code == 200, response.content
    return response.json()["data"]["entry"]


def batch(client, *operations):
    answer = client.post(f"{URL}/batch", {"operations": operations}).json()["data"]
    return answer["results"]


def undo_last(client):
    newest = client.get("/api/user/operations").json()["data"][0]["id"]
    answer = client.post(f"/api/user/operations/{newest}/undo", {})
    return answer.json()["data"]


WAYS = {
    "POST": lambda c, day: c.post(
        URL, {"animeId": 1, "type": "Watching", "progress": 3, "watched_on": day}
    ),
    "PATCH": lambda c, day: c.patch(ENTRY, {"progress": 3, "watched_on": day}),
    "increment": lambda c, day: c.post(
        f"{ENTRY}/increment", {"by": 3, "watched_on": day}
    ),
    "move": lambda c, day: c.post(
        f"{URL}/move", {"animeId": 1, "type": "Completed", "watched_on": day}
    ),
    "add of a batch": lambda c, day: c.post(
        f"{URL}/batch",
        {
            "operations": [
                {
                    "op": "add",
                    "animeId": 1,
                    "type": "Watching",
                    "progress": 3,
                    "watched_on": day,
                }
            ]
        },
    ),
    "increment of a batch": lambda c, day: c.post(
        f"{URL}/batch",
        {"operations": [{"op": "increment", "animeId": 1, "by": 3, "watched_on": day}]},
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("sent", "counts_on"),
    [
        ("2026-11-28", "2026-11-28"),
        ("2015-06", "2015-06"),
        ("2015", "2015"),
        ("aired", "2006"),
        ("unknown", ""),
    ],
)
def test_every_way_to_write_says_when(client, way, sent, counts_on):
    add(client, "To Watch")
    response = WAYS[way](client, sent)
    assert response.status_code == 200, response.content
    episodes = 12 if way == "move" else 3
    assert diary() == {(1, counts_on): episodes}


@pytest.mark.parametrize(
    "sent", ["", None, "2015-13", "tomorrow", 2015, "2026-02-30", "9999"]
)
@pytest.mark.parametrize("way", WAYS)
def test_no_day_is_refused(client, way, sent):
    add(client, "To Watch")
    response = WAYS[way](client, sent)
    if "batch" in way:
        [refused] = response.json()["data"]["results"]
        assert (refused["ok"], refused["status"]) == (False, 400)
    else:
        assert response.status_code == 400
        refused = response.json()
    assert "watched_on" in refused["fields"]
    assert diary() == {}


def test_a_device_may_be_a_day_ahead_and_no_more(client):
    add(client)
    ahead = [
        (timezone.now() + timedelta(days=n)).date().isoformat() for n in (-1, 1, 2)
    ]
    statuses = [
        client.post(f"{ENTRY}/increment", {"watched_on": day}).status_code
        for day in ahead
    ]
    assert statuses == [200, 200, 400]
    assert diary(anime_id=1) == dict.fromkeys(ahead[:2], 1)


DEFAULTS = {
    "what is sent as the day it was finished": (
        {"type": "Watching"},
        lambda c: c.patch(ENTRY, {"type": "Completed", "finished_on": "2015-06"}),
        {"2015-06": 12},
        "2015-06",
    ),
    "an increment of what is watched": (
        {"type": "Watching"},
        lambda c: c.post(f"{ENTRY}/increment", {"by": 2}),
        {"today": 2},
        None,
    ),
    "progress that is raised of what is watched": (
        {"type": "Watching"},
        lambda c: c.patch(ENTRY, {"progress": 5}),
        {"today": 5},
        None,
    ),
    "the first increment of what was planned": (
        {"type": "To Watch"},
        lambda c: c.post(f"{ENTRY}/increment", {"by": 1}),
        {"today": 1},
        None,
    ),
    "progress that is raised of what was planned": (
        {"type": "To Watch"},
        lambda c: c.patch(ENTRY, {"progress": 5}),
        {"": 5},
        None,
    ),
    "Completed by a move from Watching": (
        {"type": "Watching"},
        lambda c: c.post(f"{URL}/move", {"animeId": 1, "type": "Completed"}),
        {"today": 12},
        "today",
    ),
    "Completed by a PATCH from Watching": (
        {"type": "Watching"},
        lambda c: c.patch(ENTRY, {"type": "Completed"}),
        {"today": 12},
        "today",
    ),
    "Completed by a move from To Watch": (
        {"type": "To Watch"},
        lambda c: c.post(f"{URL}/move", {"animeId": 1, "type": "Completed"}),
        {"": 12},
        None,
    ),
    "Completed from Collection": (
        {"type": "Collection"},
        lambda c: add(c, "Completed"),
        {"": 12},
        None,
    ),
    "a finish date still to come": (
        {"type": "Watching"},
        lambda c: c.patch(ENTRY, {"type": "Completed", "finished_on": "2199"}),
        {"": 12},
        "2199",
    ),
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_call_that_does_not_say_when_counts_by_the_table(client, name):
    before, call, counts, finished_on = DEFAULTS[name]
    add(client, before["type"])
    call(client)
    assert diary(anime_id=1) == {
        today() if day == "today" else day: n for day, n in counts.items()
    }
    entry = client.get(ENTRY).json()["data"]
    assert entry["finished_on"] == (today() if finished_on == "today" else finished_on)


def test_a_new_entry_tells_of_a_past_that_nobody_knows(client):
    add(client, "Completed")
    add(client, "Watching", anime_id=2, progress=7)
    assert diary() == {(1, ""): 12, (2, ""): 7}
    assert client.get(ENTRY).json()["data"]["finished_on"] is None


def test_a_client_that_moves_by_removing_and_adding_moves(client):
    add(client, "Watching", progress=4, watched_on="2015")
    client.delete(ENTRY)
    entry = add(client, "Completed")
    assert entry["finished_on"] == today()
    assert diary(anime_id=1) == {"2015": 4, today(): 8}


def test_a_finish_date_that_comes_later_dates_what_had_none(client):
    add(client, "Completed")
    client.patch(ENTRY, {"finished_on": "2015-06"})
    assert diary(anime_id=1) == {"2015-06": 12}
    undo_last(client)
    assert diary(anime_id=1) == {"": 12}


def test_one_that_is_sent_while_watching_dates_nothing(client):
    add(client, "Watching", progress=3)
    client.patch(ENTRY, {"finished_on": "2015-06"})
    assert diary(anime_id=1) == {"": 3}


def test_what_aired_on_into_the_next_year_is_not_known(client):
    add(client, "Completed", anime_id=2, watched_on="aired")
    assert diary(anime_id=2) == {"2006": 13, "": 11}


def test_a_batch_counts_each_operation_on_its_own_day(client):
    add(client)
    day = {"op": "increment", "animeId": 1}
    batch(
        client,
        day | {"watched_on": "2026-11-01"},
        day | {"watched_on": "2026-11-02", "by": 2},
        day | {"watched_on": "2026-11-03"},
        day | {"by": -1},
    )
    assert diary(anime_id=1) == {"2026-11-01": 1, "2026-11-02": 2}
    undo_last(client)
    assert diary(anime_id=1) == {}


def test_what_is_completed_is_not_incremented(client):
    add(client, "Completed")
    response = client.post(f"{ENTRY}/increment", {})
    assert response.status_code == 409
    failure = response.json()
    assert failure["code"] == "already_completed"
    assert "viewings" in failure["error"]
    # As the sentence says.
    client.post(f"{ENTRY}/viewings", {})
    assert client.post(f"{ENTRY}/increment", {}).status_code == 200
    assert diary(anime_id=1) == {"": 12, today(): 1}


def test_an_undo_takes_back_the_day_that_was_counted(client):
    add(client)
    client.post(f"{ENTRY}/increment", {"by": 2, "watched_on": "2015-06-03"})
    assert undo_last(client)["conflicts"] == []
    assert diary() == {}
    undo_last(client)  # the undo
    assert diary(anime_id=1) == {"2015-06-03": 2}


def test_an_undo_takes_back_no_more_than_the_day_still_has(client):
    add(client)
    client.post(f"{ENTRY}/increment", {"by": 3, "watched_on": "2015-06-03"})
    [operation] = client.get("/api/user/operations?limit=1").json()["data"]
    client.post(f"{ENTRY}/increment", {"by": -2})
    answer = client.post(f"/api/user/operations/{operation['id']}/undo", {}).json()
    found = {
        c["field"]: (c["expected"], c["found"]) for c in answer["data"]["conflicts"]
    }
    assert diary() == {(1, "2015-06-03"): 1}
    assert "progress" in found


def test_a_change_of_the_release_before_counted_on_its_own_day(client, alice):
    """It has no days in the log, and its user's day is not that of UTC."""
    add(client)
    client.post(f"{ENTRY}/increment", {"by": 2})
    at = datetime(2026, 11, 1, 22, tzinfo=UTC)
    Change.objects.of(alice.id).filter(kind="update").update(days=None, at=at)
    theirs = at.astimezone(ZoneInfo("Asia/Tokyo")).date()
    EpisodesWatched.objects.of(alice.id).update(day=theirs)
    undo_last(client)
    assert diary() == {}


def test_restoring_takes_back_the_days_of_all_that_came_after(client, alice):
    add(client, "Watching", progress=1, watched_on="2014")
    then = timezone.now()
    client.post(f"{ENTRY}/increment", {"by": 2, "watched_on": "2015-06-03"})
    client.post(f"{ENTRY}/increment", {"watched_on": "2016"})
    client.patch(ENTRY, {"type": "Completed"})
    through = Change.objects.of(alice.id).first()
    operations.restore(
        user_id=alice.id,
        at=then,
        today=timezone.now().date(),
        through=Origin(through.through),
    )
    assert diary() == {(1, "2014"): 1}


def test_a_write_costs_six_statements_and_lowering_one_more(client, budget):
    add(client)
    with budget(6, "sign-in check + lock and revision, read, upsert, change, diary"):
        client.post(f"{ENTRY}/increment", {"by": 2, "watched_on": "2015"})
    with budget(7, "the same + the diary, of which days are taken back"):
        client.post(f"{ENTRY}/increment", {"by": -1})


def test_less_progress_with_a_day_takes_back_of_that_day(client):
    """Of the newest days first, without; and where the entry moves too."""
    add(client, progress=4)
    for day in ("2015", "2026-01-05", "2026-01-06"):
        batch(client, {"op": "increment", "animeId": 1, "by": 2, "watched_on": day})
    [result] = batch(
        client,
        {"op": "increment", "animeId": 1, "by": -1, "watched_on": "2015"},
    )
    assert result["entry"]["progress"] == 9
    assert diary(anime_id=1) == {"": 4, "2015": 1, "2026-01-05": 2, "2026-01-06": 2}
    moved = {"type": "To Watch", "progress": 7, "watched_on": "2026-01-05"}
    assert client.patch(ENTRY, moved).status_code == 200
    assert diary(anime_id=1) == {"": 4, "2015": 1, "2026-01-06": 2}
    more = {"progress": 0, "watched_on": "2026-01-06"}  # than there is of that day
    assert client.patch(ENTRY, more).status_code == 200
    assert diary(anime_id=1) == {"": 4, "2015": 1}


class TestOfAFinishDate:
    """What it gave a day goes where it goes, and no more than that."""

    @pytest.fixture
    def seen_long_ago(self, client):
        add(client, "Completed")
        client.post(
            "/api/user/watched", {"animeId": 1, "watched_on": "2015", "episodes": 2}
        )
        client.patch(ENTRY, {"finished_on": "2015"})
        assert diary(anime_id=1) == {"2015": 14}
        return client

    def test_it_is_corrected(self, seen_long_ago):
        seen_long_ago.patch(ENTRY, {"finished_on": "2016-05"})
        assert diary(anime_id=1) == {"2015": 2, "2016-05": 12}
        seen_long_ago.patch(ENTRY, {"finished_on": "2014"})
        assert diary(anime_id=1) == {"2015": 2, "2014": 12}
        undo_last(seen_long_ago)
        assert diary(anime_id=1) == {"2015": 2, "2016-05": 12}

    def test_what_was_said_of_a_viewing_since_is_no_date_of_it(self, seen_long_ago):
        seen_long_ago.post(f"{ENTRY}/viewings", {})
        dates = [{"finished_on": "2016"}, {"finished_on": "2017"}]
        operations = [{"op": "update", "animeId": 1, **date} for date in dates]
        batch(seen_long_ago, *operations)
        assert diary(anime_id=1) == {"2015": 2, "2017": 12}

    def test_it_is_taken_away_as_clients_undo_it(self, seen_long_ago):
        batch(seen_long_ago, {"op": "update", "animeId": 1, "finished_on": None})
        assert diary(anime_id=1) == {"2015": 2, "": 12}

    def test_the_other_fields_of_an_entry_move_no_day(self, seen_long_ago):
        seen_long_ago.patch(ENTRY, {"finished_on": "2015", "score": 7})
        assert diary(anime_id=1) == {"2015": 14}

    def test_days_that_were_said_stay(self, client):
        add(client, "Watching")
        client.post(f"{ENTRY}/increment", {"by": 12, "watched_on": "2015-06-01"})
        client.patch(ENTRY, {"finished_on": None})
        client.patch(ENTRY, {"finished_on": "2014"})
        assert diary(anime_id=1) == {"2015-06-01": 12}

    def test_its_undo_is_whole_or_not_at_all(self, client):
        add(client, "Completed")
        client.patch(ENTRY, {"finished_on": "2015"})
        dated = client.get("/api/user/operations").json()["data"][0]["id"]
        [row] = client.get("/api/user/watched").json()["data"]
        client.patch(f"/api/user/watched/{row['id']}", {"episodes": 5})
        answer = client.post(f"/api/user/operations/{dated}/undo", {}).json()["data"]
        assert [conflict["field"] for conflict in answer["conflicts"]] == ["watched"]
        assert diary(anime_id=1) == {"2015": 5}
        assert client.get(ENTRY).json()["data"]["finished_on"] == "2015"

    def test_where_the_date_moved_on_its_days_stay(self, seen_long_ago):
        dated = seen_long_ago.get("/api/user/operations").json()["data"][0]["id"]
        seen_long_ago.patch(ENTRY, {"finished_on": "2016"})
        answer = seen_long_ago.post(f"/api/user/operations/{dated}/undo", {}).json()
        assert answer["data"]["conflicts"]
        assert diary(anime_id=1) == {"2015": 2, "2016": 12}
