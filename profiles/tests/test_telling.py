"""The job that tells people what happened to titles on their lists."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from animecollections.identity import Origin
from collections_app.airing import news
from collections_app.airing.services import refresh_airings
from collections_app.merges import services as merging
from collections_app.models import Anime, TitleEvent, WatchListEntry
from collections_app.retention import TITLE_EVENTS_FOR, told_title_events
from collections_app.source_facts import franchises
from collections_app.tests.airings import (
    airing_title,
    clock,
    say,
    say_dates,
    say_weekly,
)
from conftest import signed_in
from factories import AnimeFactory
from history.models import Change, UserState
from profiles.models import MutedTitle, UserNotice
from profiles.notifications import telling
from profiles.notifications.services import notify
from profiles.tests.notices import NOTICES, keep, person, told

__all__ = ["clock"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# NOW is Monday, 30 November, 12:30: its third episode aired half an hour ago.
BEGAN = "2026-11-16T12:00:00Z"


def tell():
    return telling.tell_all()


# --- Episodes -------------------------------------------------------------------------


def test_an_episode_that_aired_is_told_to_those_who_watch_the_title(alice, stranger):
    airing_title(1, BEGAN)
    airing_title(2, BEGAN)
    keep(alice, 1, progress=1)
    keep(stranger, 2, "Completed")
    assert tell() == "1 notices of 2 events"
    assert told(alice) == [("episode", 1, 3)]
    assert told(stranger) == []


def test_it_is_told_once_however_often_the_job_runs(alice):
    airing_title(1, BEGAN)
    keep(alice, 1, progress=2)
    for _ in range(3):
        tell()
    TitleEvent.objects.update(told_at=None, place=None)
    assert tell() == "0 notices of 1 events"
    assert told(alice) == [("episode", 1, 3)]


@pytest.mark.parametrize(
    ("type_", "values", "expected"),
    [
        ("Watching", {"progress": 2}, [("episode", 1, 3)]),
        ("Watching", {"progress": 3}, []),
        ("Watching", {"state": "on_hold"}, []),
        ("To Watch", {}, []),
        ("Collection", {}, []),
        ("Collection", {"state": "dropped"}, []),
    ],
)
def test_who_has_seen_it_or_waits_for_nothing_is_not_told(
    alice, type_, values, expected
):
    airing_title(1, "2026-11-16T12:00:00Z")
    TitleEvent.objects.all().delete()
    keep(alice, 1, type_, **values)
    news.note_aired()
    TitleEvent.objects.exclude(key="aired:1:3").delete()
    tell()
    assert [one for one in told(alice) if one[2] == 3] == expected


def test_the_first_episode_is_told_to_those_who_plan_to_watch(alice, stranger):
    airing_title(1, "2026-11-30T12:00:00Z")
    keep(alice, 1, "To Watch")
    keep(stranger, 1)
    tell()
    assert told(alice) == [("first", 1, 1)]
    assert told(stranger) == [("episode", 1, 1)]


def test_the_last_episode_is_told_to_those_who_wait_for_all_of_it(alice, stranger):
    airing_title(1, "2026-11-23T12:00:00Z", episodes=2)
    paused = person("paused")
    keep(alice, 1, "To Watch")
    keep(stranger, 1, progress=1)
    keep(paused, 1, state="on_hold")
    tell()
    assert told(alice)[-1] == told(stranger)[-1] == ("finale", 1, 2)
    assert told(paused) == [("finale", 1, 2)]


def test_a_batch_is_one_piece_of_news(alice):
    anime = AnimeFactory(id=1, airing_status="airing", episodes=8)
    at = {"at": "2026-11-30T10:00:00Z", "precision": "minute"}
    say(anime, "airing", {"begin": at, "end": at})
    refresh_airings([1])
    keep(alice, 1, "To Watch")
    tell()
    [notice] = UserNotice.objects.of(alice.pk)
    assert (notice.kind, notice.data["first_episode"], notice.data["episode"]) == (
        "first",
        1,
        8,
    )


def test_a_film_is_out(alice):
    airing_title(1, "2026-11-30T12:00:00Z", episodes=1)
    keep(alice, 1, "To Watch")
    tell()
    assert told(alice) == [("first", 1, 1)]


def test_what_a_source_is_late_to_say_is_told_late(alice, clock):
    anime = AnimeFactory(id=1, airing_status="airing", episodes=None)
    keep(alice, 1)
    tell()
    clock.goes_on(days=2)
    say_dates(anime, {5: "2026-11-29"})
    refresh_airings([1])
    tell()
    assert told(alice) == [("episode", 1, 5)]


def test_what_aired_long_ago_is_no_news(alice):
    airing_title(1, "2025-01-06T12:00:00Z", airing_status="finished")
    keep(alice, 1)
    assert tell() == "0 notices of 0 events"


# --- Dates that moved -----------------------------------------------------------------


@pytest.fixture
def weekly(alice):
    """The next one airs on 5 December, as a source says."""
    anime = AnimeFactory(id=1, airing_status="airing", episodes=12)
    say_weekly(anime, "2026-11-28T15:00:00Z")
    say_dates(anime, {2: "2026-12-05"})
    refresh_airings([1])
    keep(alice, 1, progress=1)
    return anime


def moved_of(user):
    return [row.data for row in UserNotice.objects.of(user.pk).filter(kind="moved")]


def test_a_date_that_moved_is_told_with_both_dates(alice, weekly):
    say_dates(weekly, {2: "2026-12-12"})
    refresh_airings([1])
    tell()
    [data] = moved_of(alice)
    assert (data["episode"], data["was_at"], data["airs_at"]) == (
        2,
        "2026-12-05",
        "2026-12-12",
    )


def test_an_episode_without_a_date_any_more_says_so(alice, weekly):
    weekly.source_facts.filter(kind="episodes").delete()
    weekly.source_facts.filter(kind="airing").delete()
    refresh_airings([1])
    tell()
    [data] = moved_of(alice)
    assert (data["was_at"], data["airs_at"]) == ("2026-12-05", "")
    told_now = signed_in(alice).get(NOTICES).json()["data"]
    assert told_now[0]["airs_at"] is None


def test_the_next_move_is_told_again(alice, weekly):
    for day in ("2026-12-12", "2026-12-19", "2026-12-19"):
        say_dates(weekly, {2: day})
        refresh_airings([1])
        tell()
    assert [data["airs_at"] for data in moved_of(alice)] == ["2026-12-12", "2026-12-19"]


def test_a_better_guess_is_no_move(alice):
    airing_title(1, "2026-11-28T15:00:00Z")
    keep(alice, 1)
    say_weekly(Anime.objects.get(pk=1), "2026-11-28T16:30:00Z")
    refresh_airings([1])
    tell()
    assert moved_of(alice) == []


def test_who_does_not_wait_for_it_is_not_told_that_it_moved(stranger, weekly):
    keep(stranger, 1, progress=5)
    planning = person("planning")
    keep(planning, 1, "To Watch")
    say_dates(weekly, {2: "2026-12-12"})
    refresh_airings([1])
    tell()
    assert moved_of(stranger) == moved_of(planning) == []


# --- Sequels --------------------------------------------------------------------------


@pytest.fixture
def sequel(alice):
    """Of what Alice completed; it begins on 5 January."""
    AnimeFactory(id=10, title="The first")
    following = airing_title(11, "2027-01-05T12:00:00Z", title="The second")
    say(following, "relations", {"relations": [{"type": "prequel", "ids": ["mal:10"]}]})
    franchises.connect()
    keep(alice, 10, "Completed")
    assert news.note_sequels() == "1 sequels have a date"
    return following


def test_a_sequel_with_a_date_is_told_to_those_who_completed_the_first(
    alice, stranger, sequel
):
    keep(stranger, 10)
    tell()
    [notice] = UserNotice.objects.of(alice.pk)
    assert notice.data == {
        "airs_at": "2027-01-05T12:00:00Z",
        "estimated": False,
        "added": False,
        "related_id": "10",
        "related_title": "The first",
    }
    assert told(stranger) == []
    assert news.note_sequels() == "0 sequels have a date"


def test_by_preference_it_is_added_to_watch_and_can_be_undone(sequel):
    bob = person("bob", add_sequels=True)
    keep(bob, 10, "Completed")
    tell()
    entry = WatchListEntry.objects.of(bob.pk).get(anime_id=11)
    assert entry.type == "To Watch"
    assert UserNotice.objects.of(bob.pk).get().data["added"] is True
    browser = signed_in(bob)
    newest = browser.get("/api/user/operations").json()["data"][0]
    assert (newest["through"], newest["undoable"]) == ("service", True)
    undone = browser.post(f"/api/user/operations/{newest['id']}/undo", {})
    assert undone.status_code == 200
    assert not WatchListEntry.objects.of(bob.pk).filter(anime_id=11).exists()


def test_it_is_neither_told_nor_added_where_it_is_on_the_list(sequel):
    bob = person("bob", add_sequels=True)
    keep(bob, 10, "Completed")
    keep(bob, 11, "Collection")
    tell()
    assert told(bob) == []
    assert WatchListEntry.objects.of(bob.pk).get(anime_id=11).type == "Collection"


def test_while_it_is_being_merged_nothing_is_added_to_the_other_one(sequel):
    bob = person("bob", add_sequels=True)
    keep(bob, 10, "Completed")
    AnimeFactory(id=12, title="The second, by another source")
    keep(bob, 12, "Completed")
    merging.begin(merging.ref(12), merging.ref(11), "the same title")
    tell()
    assert told(bob) == []
    types = WatchListEntry.objects.of(bob.pk).values_list("anime_id", "type")
    assert dict(types) == {10: "Completed", 12: "Completed"}


def test_what_was_just_taken_off_does_not_come_back(sequel):
    bob = person("bob", add_sequels=True)
    keep(bob, 10, "Completed")
    keep(bob, 11, "To Watch")
    signed_in(bob).delete("/api/user/watchList/11")
    tell()
    assert not WatchListEntry.objects.of(bob.pk).filter(anime_id=11).exists()
    assert UserNotice.objects.of(bob.pk).get().data["added"] is False


def test_a_mature_sequel_is_for_those_who_see_mature_titles(alice, sequel):
    Anime.objects.filter(pk=11).update(mature=True)
    grown = person("grown", parental_control=False)
    keep(grown, 10, "Completed")
    tell()
    assert told(alice) == []
    assert told(grown) == [("sequel", 11, None)]


# --- Merges ---------------------------------------------------------------------------


def test_a_merge_is_told_to_those_whose_lists_it_changed(alice, stranger, staff):
    kept, gone = AnimeFactory(id=5, title="Akira"), AnimeFactory(id=7, title="AKIRA")
    keep(alice, 7)
    keep(stranger, 5)
    merging.merge(
        kept=merging.ref(kept.pk),
        gone=merging.ref(gone.pk),
        reason="the same film",
        through=Origin("command"),
    )
    tell()
    [notice] = UserNotice.objects.of(alice.pk)
    assert (notice.kind, notice.anime_id) == ("merged", 5)
    assert notice.data == {"related_id": "7", "related_title": "AKIRA"}
    assert told(stranger) == []


# --- What is not wanted ---------------------------------------------------------------


def test_kinds_that_are_not_wanted_are_not_told():
    airing_title(1, "2026-11-23T12:00:00Z", episodes=2)
    none, some = (
        person("none", muted_notices="episode finale"),
        person("some", muted_notices="finale"),
    )
    for user in (none, some):
        keep(user, 1, progress=1)
    tell()
    assert told(none) == []
    assert told(some) == [("episode", 1, 2)], "the last one is an episode too"


def test_a_muted_title_is_silent(alice):
    airing_title(1, BEGAN)
    keep(alice, 1)
    MutedTitle.objects.create(user=alice, anime_id=1)
    tell()
    assert told(alice) == []


def test_it_is_silent_after_a_merge_too(alice):
    airing_title(1, BEGAN)
    AnimeFactory(id=2)
    keep(alice, 2)
    MutedTitle.objects.create(user=alice, anime_id=2)
    merging.merge(
        kept=merging.ref(1),
        gone=merging.ref(2),
        reason="the same title",
        through=Origin("command"),
    )
    tell()
    assert told(alice) == []


def test_who_is_locked_is_not_told(alice):
    airing_title(1, BEGAN)
    keep(alice, 1)
    alice.is_active = False
    alice.save(update_fields=["is_active"])
    tell()
    assert told(alice) == []


# --- As a write -----------------------------------------------------------------------


def test_a_notice_takes_one_revision_and_stands_in_no_history(alice):
    airing_title(1, BEGAN)
    keep(alice, 1, progress=2)
    before = UserState.objects.get(user=alice)
    tell()
    state = UserState.objects.get(user=alice)
    assert state.revision == state.notices_revision == before.revision + 1
    assert state.list_revision == before.list_revision
    change = Change.objects.of(alice.pk).get(revision=state.revision)
    assert (change.kind, change.through) == ("notices", "service")
    history = signed_in(alice).get("/api/user/operations").json()["data"]
    assert [operation["through"] for operation in history] == ["session"]


def test_something_else_is_told_by_one_call(alice):
    for _ in range(2):
        notify(
            user_id=alice.pk, kind="app_connected", key="app:1", data={"text": "Ani"}
        )
    [notice] = signed_in(alice).get(NOTICES).json()["data"]
    assert (notice["kind"], notice["text"], notice["anime_id"]) == (
        "app_connected",
        "Ani",
        None,
    )


# --- Interrupted, and at any size -----------------------------------------------------


class KilledError(BaseException):
    pass


@pytest.mark.parametrize("dies_at", range(1, 8))
def test_a_worker_that_is_killed_anywhere_leaves_nobody_out_and_tells_nobody_twice(
    monkeypatch, dies_at
):
    airing_title(1, BEGAN)
    people = [person(f"p{number}") for number in range(5)]
    for user in people:
        keep(user, 1, progress=2)
    monkeypatch.setattr(telling, "TOGETHER", 2)
    steps = iter(range(1, 1000))

    def dying(step):
        def wrapped(*args, **more):
            if next(steps) == dies_at:
                raise KilledError
            return step(*args, **more)

        return wrapped

    with monkeypatch.context() as patched:
        for name in ("tell_some", "tell_one", "note_place"):
            patched.setattr(telling, name, dying(getattr(telling, name)))
        with pytest.raises(KilledError):
            tell()
    tell()
    assert [told(user) for user in people] == [[("episode", 1, 3)]] * 5
    assert not TitleEvent.objects.filter(told_at=None).exists()


def test_a_long_run_ends_in_time_and_the_next_goes_on(monkeypatch):
    airing_title(1, BEGAN)
    people = [person(f"p{number}") for number in range(5)]
    for user in people:
        keep(user, 1, progress=2)
    monkeypatch.setattr(telling, "TOGETHER", 2)
    monkeypatch.setattr(telling, "SECONDS_A_RUN", -1)
    for _ in range(6):
        tell()
    assert [told(user) for user in people] == [[("episode", 1, 3)]] * 5


def statements_of(run):
    with CaptureQueriesContext(connection) as captured:
        run()
    return len(captured.captured_queries)


def test_lists_without_what_aired_cost_nothing(alice):
    airing_title(1, BEGAN)
    keep(alice, 1, progress=2)
    tell()
    TitleEvent.objects.all().delete()
    UserNotice.objects.across_users().delete()
    few = statements_of(tell)
    for number in range(10):
        other = AnimeFactory()
        keep(person(f"q{number}"), other.pk)
    TitleEvent.objects.all().delete()
    UserNotice.objects.across_users().delete()
    assert statements_of(tell) == few


def test_nothing_happened_is_few_statements(alice, budget):
    airing_title(1, BEGAN)
    keep(alice, 1)
    tell()
    with budget(3, "what aired, what is noted, what is untold"):
        tell()


def test_what_is_news_stays_known_for_longer_than_it_is_news():
    assert news.NEWS_FOR + news.ANNOUNCED_AHEAD < TITLE_EVENTS_FOR


def test_a_sequel_that_is_put_off_is_not_told_again(alice, sequel, clock):
    tell()
    airing_title(1, BEGAN)
    news.note_aired()
    long_ago = timezone.now() - TITLE_EVENTS_FOR - timedelta(days=1)
    TitleEvent.objects.update(told_at=long_ago)
    told_title_events().delete()
    assert [event.key for event in TitleEvent.objects.all()] == ["sequel:11"]
    assert news.note_sequels() == "0 sequels have a date"
