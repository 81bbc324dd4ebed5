"""`episode_ranges` of an entry: what was watched out of order, and what was skipped"""

import json
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.catalogue.models import AiringStatus
from collections_app.tests.diaries import check_log_and_diary, diary, today
from collections_app.tests.imports import apply, counts, upload
from collections_app.watch_list.episode_ranges import (
    Said,
    Seen,
    minus,
    parse,
    read_kept,
    size,
    text_of,
    union,
)
from collections_app.watch_list.models import WatchListEntry
from factories import AnimeFactory
from history.models import Change

LIST = "/api/user/watchList"
ENTRY = f"{LIST}/1"


# --- Pure: held to sets of numbers ----------------------------------------------------

NUMBERS = st.sets(st.integers(1, 30), max_size=20)


def spans(numbers):
    return union(tuple((number, number) for number in numbers))


def numbers_in(spans_):
    return {n for first, last in spans_ for n in range(first, last + 1)}


@given(one=NUMBERS, other=NUMBERS)
def test_lists_of_episodes_are_sets(one, other):
    assert numbers_in(spans(one)) == one
    assert size(spans(one)) == len(one)
    assert numbers_in(union(spans(one), spans(other))) == one | other
    assert numbers_in(minus(spans(one), spans(other))) == one - other
    assert parse(text_of(spans(one))) == spans(one)


@given(watched=NUMBERS, skipped=NUMBERS)
def test_progress_is_the_last_of_an_unbroken_run(watched, skipped):
    watched -= skipped
    seen = Seen.of_all(spans(watched), spans(skipped))
    run = 0
    while run + 1 in watched | skipped:
        run += 1
    assert seen.progress == run
    assert numbers_in(seen.watched) == watched
    assert numbers_in(seen.skipped) == skipped
    assert Seen(seen.progress, *read_kept(seen.kept)) == seen


@given(watched=NUMBERS, skipped=NUMBERS, progress=st.integers(0, 30))
def test_whoever_knows_of_progress_alone_moves_it(watched, skipped, progress):
    seen = Seen.of_all(spans(watched - skipped), spans(skipped))
    moved = Seen(progress, seen.ahead, seen.skipped).settled(seen.progress)
    assert moved.progress >= progress
    assert moved.settled(moved.progress) == moved
    # It never loses what was watched ahead, nor what is skipped further on.
    assert numbers_in(seen.ahead) <= numbers_in(moved.watched)
    gone = numbers_in(seen.skipped) - numbers_in(moved.skipped)
    assert not gone or (progress < seen.progress and min(gone) == progress + 1)


@given(watched=NUMBERS, skipped=NUMBERS)
def test_what_is_said_wins(watched, skipped):
    stood = Seen.of_all(spans({1, 2, 3, 9}), spans({4, 5}))
    assert numbers_in(Said(skipped=spans(skipped)).over(stood).skipped) == skipped
    now = Said(watched=spans(watched)).over(stood)
    assert numbers_in(now.watched) == watched
    assert numbers_in(now.skipped) == {4, 5} - watched


# --- Over HTTP ------------------------------------------------------------------------


@pytest.fixture
def listed(client):
    AnimeFactory(
        id=1,
        title="Title 1",
        episodes=20,
        episode_minutes=20,
        airing_status=AiringStatus.FINISHED,
    )
    done(client.post(LIST, {"animeId": 1, "type": "Watching"}))
    return client


def done(response):
    assert response.status_code == 200, response.content
    return response.json()["data"]


def say(client, watched="1-12,14", skipped="13", **more):
    body = {"episode_ranges": {"watched": watched, "skipped": skipped}}
    return done(client.patch(ENTRY, body | more))


def of(entry):
    return entry["progress"], entry.get("episode_ranges")


@pytest.mark.django_db
class TestOfAnEntry:
    def test_an_entry_says_what_was_watched_and_skipped(self, listed):
        assert of(say(listed)) == (14, {"watched": "1-12,14", "skipped": "13"})
        assert of(done(listed.get(ENTRY))) == of(done(listed.get(LIST))[0])
        assert diary() == {(1, today()): 13}

    def test_most_entries_say_nothing_of_it(self, listed):
        assert "episode_ranges" not in done(listed.get(ENTRY))
        assert "episode_ranges" not in done(listed.get(LIST))[0]

    def test_episodes_is_taken_as_its_name_too(self, listed):
        body = {"episodes": {"watched": "1-3,5", "skipped": "4"}}
        assert of(done(listed.patch(ENTRY, body)))[0] == 5
        batch = {
            "operations": [{"op": "update", "animeId": 1, "episodes": {"skipped": "3"}}]
        }
        entry = done(listed.post(f"{LIST}/batch", batch))["results"][0]["entry"]
        assert (
            of(entry) == (3, {"watched": "1-2,5", "skipped": "3"}) or of(entry)[0] == 3
        )
        assert entry["episodes"] == 20  # the catalogue's number

    @pytest.mark.parametrize(
        ("said", "sentence"),
        [
            ("1-12", "Send an object {…}."),
            ({}, 'Send {"watched": "1-12,14", "skipped": "13"}.'),
            ({"watched": 12}, "watched: send episodes as a text, such as 1-12,14."),
            ({"watched": "1-"}, "Send episodes such as 1-12,14."),
            ({"watched": "0-3"}, "Send episodes such as 1-12,14."),
            ({"watched": "1, 2"}, "Send episodes such as 1-12,14."),
            ({"watched": "٣"}, "Send episodes such as 1-12,14."),
            ({"watched": "5-3"}, "The range 5-3 ends before it begins."),
            ({"watched": "999999"}, "An episode has a number of 100,000 at most."),
            ({"watched": "1," * 600 + "1"}, "Send at most 1,000 characters."),
            ({"watched": "1," * 250 + "1"}, "Send at most 200 ranges."),
            ({"watched": "1-5", "skipped": "4-6"}, "Both watched and skipped: 4-5."),
            ({"watched": "1-21"}, "The title has 20 episodes."),
        ],
    )
    def test_what_is_none_is_refused_and_nothing_changes(self, listed, said, sentence):
        number = Change.objects.count()
        response = listed.patch(ENTRY, {"episode_ranges": said})
        assert response.status_code == 400
        assert response.json()["fields"] == {"episode_ranges": [sentence]}
        assert Change.objects.count() == number

    def test_progress_that_contradicts_is_refused(self, listed):
        body = {"progress": 9, "episode_ranges": {"watched": "1-12,14"}}
        response = listed.patch(ENTRY, body)
        assert response.status_code == 400
        assert "it is 12" in response.json()["fields"]["episode_ranges"][0]

    def test_only_newly_watched_ones_count(self, listed):
        say(listed, "1-5,9", "", watched_on="2015")
        assert diary() == {(1, "2015"): 6}
        done(listed.patch(ENTRY, {"progress": 10}))
        assert diary() == {(1, "2015"): 6, (1, today()): 4}
        say(listed, "1-9", "10", watched_on="unknown")  # a slip: 10 was skipped
        assert diary() == {(1, "2015"): 6, (1, today()): 4}

    def test_what_is_no_longer_watched_is_taken_back(self, listed):
        say(listed, "1-5,9", "")
        say(listed, "1-5", "")
        assert diary() == {(1, today()): 5}

    def test_skipped_ones_count_for_completion_and_not_for_time(self, listed):
        say(listed, "1-19", "")
        entry = done(listed.patch(ENTRY, {"episode_ranges": {"skipped": "20"}}))
        assert entry["type"] == "Completed"
        assert entry["finished_on"] == today()
        totals = done(listed.get("/api/user/stats"))["totals"]
        assert (totals["episodes"], totals["minutes"]) == (19, 19 * 20)
        assert done(listed.get("/api/user/stats"))["watched"]["episodes"] == 19

    def test_what_was_watched_ahead_counts_in_statistics(self, listed):
        say(listed, "1-3,8-9", "")
        assert done(listed.get("/api/user/stats"))["totals"]["episodes"] == 5

    def test_what_comes_next_leaves_them_out(self, listed):
        say(listed, "1-3,6", "5")
        [entry] = done(listed.get(f"{LIST}?view=up_next"))
        assert (entry["next_episode"], entry["episodes_left"]) == (4, 15)
        assert entry["behind_by"] == 15

    def test_whoever_knows_progress_alone_loses_nothing(self, listed):
        say(listed, "1-5,9", "7")
        response = listed.post(f"{ENTRY}/increment")
        assert of(done(response)) == (7, {"watched": "1-6,9", "skipped": "7"})
        [told] = response.json()["meta"]["changes"]
        assert told == {
            "field": "progress",
            "from": 6,
            "to": 7,
            "reason": "unbroken_run",
        }
        entry = done(listed.patch(ENTRY, {"progress": 2}))
        assert of(entry) == (2, {"watched": "1-2,9", "skipped": "7"})

    def test_undo_brings_both_back(self, listed, alice):
        first = newest_after(listed, lambda: say(listed, "1-5,9", "7"))
        before = of(done(listed.get(ENTRY)))
        second = newest_after(listed, lambda: listed.patch(ENTRY, {"progress": 6}))
        undo(listed, second)
        assert of(done(listed.get(ENTRY))) == before
        undo(listed, first)
        assert of(done(listed.get(ENTRY))) == (0, None)
        check_log_and_diary(alice)

    def test_undo_leaves_them_where_progress_moved_on(self, listed):
        first = newest_after(listed, lambda: say(listed, "1-5,9", "7"))
        done(listed.post(f"{ENTRY}/increment"))
        answer = undo(listed, first)
        assert {row["field"] for row in answer["conflicts"]} >= {
            "progress",
            "episode_ranges",
        }
        assert of(done(listed.get(ENTRY))) == (7, {"watched": "1-6,9", "skipped": "7"})

    def test_what_undo_leaves_stays_in_the_diary(self, listed, alice):
        done(listed.patch(ENTRY, {"progress": 12}))
        first = newest_after(listed, lambda: say(listed, "1-12,14", ""))
        say(listed, "1-12,14,16", "")
        answer = undo(listed, first)
        assert [row["field"] for row in answer["conflicts"]] == ["episode_ranges"]
        assert of(done(listed.get(ENTRY)))[1]["watched"] == "1-12,14,16"
        assert diary() == {(1, today()): 14}
        check_log_and_diary(alice)

    def test_a_viewing_keeps_its_own(self, listed):
        say(listed, "1-7,9-20", "8")
        done(listed.post(f"{ENTRY}/viewings", {}))
        assert of(done(listed.get(ENTRY))) == (0, None)
        done(
            listed.patch(ENTRY, {"episode_ranges": {"watched": "1", "skipped": "2-20"}})
        )
        first, second = done(listed.get(f"{ENTRY}/viewings"))
        assert of(first) == (20, {"watched": "1-7,9-20", "skipped": "8"})
        assert of(second) == (20, {"watched": "1", "skipped": "2-20"})
        assert second["state"] == "finished"

    def test_a_viewing_that_is_given_up_gives_the_first_back(self, listed):
        say(listed, "1-7,9-20", "8")
        viewing = done(listed.post(f"{ENTRY}/viewings", {}))
        done(listed.delete(f"{ENTRY}/viewings/{viewing['id']}"))
        said = {"watched": "1-7,9-20", "skipped": "8"}
        assert of(done(listed.get(ENTRY))) == (20, said)

    def test_devices_hear_of_it(self, listed):
        cursor = listed.get("/api/user/sync").json()["meta"]["cursor"]
        say(listed)
        [entry] = done(listed.get("/api/user/sync", {"cursor": cursor}))["entries"]
        assert of(entry) == (14, {"watched": "1-12,14", "skipped": "13"})

    def test_fields_that_are_asked_for(self, listed):
        asked = f"{LIST}?fields=progress,episode_ranges"
        assert done(listed.get(asked)) == [{"progress": 0}]
        say(listed)
        assert done(listed.get(asked))[0]["episode_ranges"]["skipped"] == "13"

    @pytest.mark.parametrize("format_", ["json", "csv"])
    def test_our_own_files_bring_it_back(self, listed, format_):
        entry = of(say(listed, "1-12,14,17", "13"))
        file = exported(listed, format_)
        assert counts(upload(listed, file, policy="overwrite"))["unchanged"] == 1
        done(listed.patch(ENTRY, {"progress": 3, "episode_ranges": None}))
        apply(listed, upload(listed, file, policy="overwrite"))
        assert of(done(listed.get(ENTRY))) == entry

    def test_a_file_that_contradicts_itself_is_refused(self, listed):
        say(listed)
        document = json.loads(exported(listed, "json"))
        document["entries"][0]["episode_ranges"]["skipped"] = "12-13"
        plan = upload(listed, json.dumps(document).encode())
        assert counts(plan)["refused"] == 1

    def test_the_account_export_has_it(self, listed):
        say(listed)
        kept = WatchListEntry.objects.across_users().get()
        assert kept.episode_ranges == "skipped 13"
        assert Change.objects.order_by("-revision")[0].after["episode_ranges"] == (
            "skipped 13"
        )

    def test_the_history_tells_of_it(self, listed):
        say(listed, "1-5,9", "7")
        [newest, *_] = done(listed.get("/api/user/operations"))
        assert "episodes none → ahead 9; skipped 7" in newest["summary"]

    def test_a_stale_device_is_told(self, listed):
        revision = done(listed.get(ENTRY))["revision"]
        say(listed)
        operation = {
            "op": "update",
            "animeId": 1,
            "episode_ranges": {"skipped": "2"},
            "if_revision": revision,
            "id": str(uuid4()),
        }
        [result] = done(listed.post(f"{LIST}/batch", {"operations": [operation]}))[
            "results"
        ]
        assert result["code"] == "revision_mismatch"
        assert of(result["details"]["entry"])[0] == 14


def undo(client, operation):
    return done(client.post(f"/api/user/operations/{operation}/undo", {}))


def newest_after(client, act):
    act()
    return done(client.get("/api/user/operations"))[0]["id"]


def exported(client, format_):
    response = client.get(f"/api/user/export?format={format_}")
    return b"".join(response.streaming_content)
