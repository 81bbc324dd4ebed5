"""Viewings and the diary in POST /api/user/watchList/batch"""

import pytest

from collections_app.tests.diaries import diary, today
from collections_app.tests.test_viewings import (
    LIST,
    _titles,  # noqa: F401
    add,
    done,
    entry,
    read,
    some,
    undo_last,
)
from history.models import Change, EpisodesWatched

pytestmark = pytest.mark.django_db


def run(client, *operations, **more):
    body = {"operations": [{"animeId": 1} | one for one in operations], **more}
    return done(client.post(f"{LIST}/batch", body))["results"]


def all_done(client, *operations):
    results = run(client, *operations)
    assert [result["ok"] for result in results] == [True] * len(results), results
    return results


def test_a_viewing_from_its_beginning_to_its_end(client):
    add(client, finished_on="2015")
    results = all_done(
        client,
        {"op": "viewing_begin", "where": "At home", "started_on": "2026-01"},
        {"op": "increment", "by": 3},
        {"op": "viewing_update", "number": 2, "notes": "Better.", "score": 9},
        {"op": "viewing_update", "number": 1, "where": "With Anna"},
        {"op": "move", "type": "Completed"},
    )
    assert results[0]["viewing"]["number"] == 2
    assert some(read(client), "number", "state", "where", "score", "progress") == [
        (1, "finished", "With Anna", None, 12),
        (2, "finished", "At home", 9.0, 12),
    ]
    assert entry(client)["rewatches"] == 1
    undo_last(client)
    assert some(read(client), "number", "where") == [(1, "")]
    assert entry(client)["type"] == "Completed"


def test_one_is_removed(client):
    add(client)
    all_done(
        client,
        {"op": "viewing_begin"},
        {"op": "viewing_remove", "number": 2},
    )
    assert some(read(client), "number") == [(1,)]
    assert entry(client)["type"] == "Completed"


def test_a_day_is_added_corrected_and_taken_out(client):
    all_done(
        client,
        {"op": "watched_add", "watched_on": "2015", "episodes": 3},
        {"op": "watched_add", "watched_on": "2016-05-01"},
    )
    assert diary(anime_id=1) == {"2015": 3, "2016-05-01": 1}
    rows = {row.period: str(row.id) for row in EpisodesWatched.objects.all()}
    all_done(
        client,
        {"op": "watched_update", "watchedId": rows["2015"], "episodes": 5},
        {"op": "watched_update", "watchedId": rows["2015"], "watched_on": "2014"},
        {"op": "watched_remove", "watchedId": rows[""]},
    )
    assert diary(anime_id=1) == {"2014": 5}
    assert Change.objects.latest("revision").days == {
        "2014": 5, "2015": -3, "2016-05-01": -1,
    }  # fmt: skip
    undo_last(client)
    assert diary(anime_id=1) == {"2015": 3, "2016-05-01": 1}


def test_a_key_is_done_once(client):
    queued = {"op": "watched_add", "watched_on": "2015", "id": "a"}
    run(client, queued)
    assert run(client, queued)[0]["replayed"]
    assert diary(anime_id=1) == {"2015": 1}


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ({"op": "viewing_begin"}, 404),
        ({"op": "viewing_update", "number": 2}, 404),
        ({"op": "viewing_update"}, 400),
        ({"op": "viewing_update", "number": 1, "state": "on_hold"}, 400),
        ({"op": "viewing_remove", "number": "1"}, 400),
        ({"op": "watched_add"}, 400),
        ({"op": "watched_add", "watched_on": "2999"}, 400),
        ({"op": "watched_add", "watched_on": "2015", "episodes": 0}, 400),
        ({"op": "watched_update", "watchedId": "x"}, 400),
        ({"op": "watched_remove"}, 400),
        ({"op": "update", "state": "finished"}, 400),
        ({"op": ["viewing_begin"]}, 400),
    ],
)
def test_what_cannot_be_is_refused_alone(client, operation, status):
    refused, added = run(client, operation, {"op": "add", "type": "To Watch"})
    assert (refused["ok"], refused["status"]) == (False, status)
    assert added["ok"]


def test_what_moved_on_is_refused_with_what_is_there(client):
    add(client)
    run(client, {"op": "viewing_begin"})
    [refused] = run(
        client, {"op": "viewing_update", "number": 2, "notes": "x", "if_revision": 1}
    )
    assert refused["status"] == 412
    assert refused["details"]["viewing"]["number"] == 2


def test_the_number_of_statements_does_not_grow(client, budget):
    for anime_id in (1, 2):
        add(client, anime_id)
    days = [
        {"op": "watched_add", "watched_on": f"2015-01-{n:02}"} for n in range(1, 29)
    ]
    words = "sign-in check + state + titles (2) + viewings + entries + viewings + "
    with budget(11, words + "changes + days + state"):
        all_done(
            client,
            {"op": "viewing_begin"},
            {"op": "viewing_begin", "animeId": 2},
            {"op": "increment"},
            *days,
        )
    assert diary(anime_id=1)[today()] == 1


def test_a_day_next_to_a_change_of_its_entry_is_none_that_the_entry_counted(client):
    done(client.post(LIST, {"animeId": 1, "type": "Watching"}))
    all_done(
        client,
        {"op": "watched_add", "watched_on": "2015", "episodes": 2},
        {"op": "increment", "by": 3},
    )
    said = Change.objects.across_users().exclude(kind="add").order_by("revision")
    assert [*said.values_list("kind", "days")] == [
        ("watched", {"2015": 2}),
        ("update", {today(): 3}),
    ]
    done(client.patch(f"{LIST}/1", {"progress": 4}))
    newest = done(client.get("/api/user/operations"))[1]["id"]
    done(client.post(f"/api/user/operations/{newest}/undo", {}))
    assert diary(anime_id=1) == {today(): 4}
