"""Viewings and days in files: our own, and those of trackers that have a row, or a
time, for each time something was watched.
"""

import json

import pytest

from collections_app.tests.diaries import diary
from collections_app.tests.imports import apply, counts, decide, rows, upload
from collections_app.tests.test_viewings import (
    LIST,
    _titles,  # noqa: F401
    add,
    begin,
    change,
    done,
    entry,
    read,
    some,
    undo_last,
)
from collections_app.watch_list.models import Viewing, WatchListEntry
from history.models import EpisodesWatched

pytestmark = pytest.mark.django_db
OWN = ("number", "state", "started_on", "finished_on", "progress", "score", "where")


@pytest.fixture
def twice(client):
    """Watched twice, and a title of the diary alone."""
    add(client, started_on="2015-06-01", finished_on="2015-07", score=8)
    second = begin(client, where="At home", started_on="2026-01")
    change(client, second, notes="Better.", score=9)
    client.post(f"{LIST}/1/increment", {"by": 12})
    days = {"animeId": 2, "watched_on": "2014", "episodes": 3}
    done(client.post("/api/user/watched", days))
    return client


def exported(client, name):
    response = client.get("/api/user/export", {"format": name})
    assert response.status_code == 200
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("name", ["json", "csv"])
def test_our_own_files_bring_back_all_viewings(twice, other_client, name):
    apply(other_client, upload(other_client, exported(twice, name)))
    assert some(read(other_client), *OWN) == some(read(twice), *OWN)
    assert read(other_client)[1]["notes"] == "Better."
    names = ("type", "rewatches", "progress", "finished_on", "score")
    assert some([entry(other_client)], *names) == some([entry(twice)], *names)
    days = [
        diary(user__email=user, anime_id=1)
        for user in EpisodesWatched.objects.values_list("user__email", flat=True)
    ]
    assert all(one == days[0] for one in days)
    again = counts(upload(other_client, exported(twice, name)))
    assert again == {"rows": again["unchanged"], "unchanged": again["unchanged"]}


def test_our_own_json_has_the_diary_of_titles_that_are_not_listed(
    twice, other_client, stranger
):
    file = json.loads(exported(twice, "json"))
    [title] = file["watched"]
    assert (title["anime_id"], title["watched"]) == (
        "2", [{"watched_on": "2014", "episodes": 3}],
    )  # fmt: skip
    plan = upload(other_client, exported(twice, "json"))
    assert counts(plan) == {"rows": 2, "add": 2}
    [of_it] = [row for row in rows(other_client, plan) if row["anime_id"] == "2"]
    assert "only its days" in of_it["reason"]
    apply(other_client, plan)
    assert not WatchListEntry.objects.of(stranger.pk).filter(anime_id=2).exists()
    assert diary(user=stranger, anime_id=2) == {"2014": 3}
    again = upload(other_client, exported(twice, "json"))
    assert counts(again) == {"rows": 2, "unchanged": 2}
    undo_last(other_client)
    assert diary(user=stranger, anime_id=2) == {}


def test_an_import_of_viewings_is_undone(twice, other_client):
    apply(other_client, upload(other_client, exported(twice, "json")))
    mine = Viewing.objects.count()
    undo_last(other_client)
    assert Viewing.objects.count() == mine - 2


def test_what_is_here_already_stays(twice):
    data = exported(twice, "json").replace(b"At home", b"Elsewhere")
    client = twice
    client.patch(f"{LIST}/1", {"notes": "x"})
    apply(client, upload(client, data, policy="overwrite"))
    assert read(client)[1]["where"] == "At home"


def table(*lines):
    return "\n".join(["title,mal_id,status,progress,start date,end date", *lines])


def test_a_row_for_each_time_is_a_viewing_each(client):
    plan = upload(
        client,
        table(
            "Title 1,1,Completed,12,2015-06-01,2015-07-01",
            "Title 1,1,Completed,12,2019-01-01,2019-02",
            "Title 1,1,Completed,12,,2019-02",
        ).encode(),
    )
    assert counts(plan) == {"rows": 3, "add": 1, "refused": 2}
    reasons = [row["reason"] for row in rows(client, plan)]
    assert sum("a viewing of it" in reason for reason in reasons) == 1
    apply(client, plan)
    assert some(read(client), "number", "state", "started_on", "finished_on") == [
        (1, "finished", "2015-06-01", "2015-07-01"),
        (2, "finished", "2019-01-01", "2019-02"),
    ]
    assert entry(client)["rewatches"] == 1
    assert diary(anime_id=1) == {"2015-07-01": 12, "2019-02": 12}


def test_rows_without_dates_are_no_viewings(client):
    line = "Title 1,1,Completed,12,,"
    apply(client, upload(client, table(line, line).encode()))
    assert not Viewing.objects.exists()
    assert entry(client)["rewatches"] == 0


def simkl(day, **more):
    episodes = [{"number": n, "watched_at": f"{day}T20:00:00Z"} for n in range(1, 13)]
    show = {"title": "Title 1", "ids": {"mal": "1"}}
    seasons = [{"number": 1, "episodes": episodes}]
    return {"show": show, "status": "completed", "seasons": seasons, **more}


def test_simkls_days_and_rewatches_are_taken(client):
    file = {"anime": [simkl("2015-06-01"), simkl("2020-02-03", is_rewatch=True)]}
    apply(client, upload(client, json.dumps(file).encode()))
    assert some(read(client), "number", "finished_on") == [
        (1, "2015-06-01"), (2, "2020-02-03"),
    ]  # fmt: skip
    assert diary(anime_id=1) == {"2015-06-01": 12, "2020-02-03": 12}
    assert entry(client)["rewatches"] == 1


def test_trakts_days_are_taken(client):
    episodes = [{"number": n, "last_watched_at": "2019-05-05"} for n in range(1, 4)]
    show = {"title": "Title 1", "ids": {"mal": 1}}
    row = {"show": show, "seasons": [{"number": 1, "episodes": episodes}]}
    apply(client, upload(client, json.dumps([row]).encode()))
    assert diary(anime_id=1) == {"2019-05-05": 3}


@pytest.mark.parametrize(
    "viewings",
    [
        [{"number": 1}],
        [{"number": 0, "state": "finished"}],
        [{"number": 1, "state": "finished"}] * 2,
        [{"number": n, "state": "active"} for n in (1, 2)],
        [{"number": 1, "state": "on_hold"}],
        [{"number": 1, "state": "finished", "started_on": "2015-13"}],
        ["x"],
    ],
)
def test_what_is_no_viewing_refuses_its_row(client, viewings):
    row = {"anime_id": "1", "type": "Completed", "viewings": viewings}
    file = {"format": "animecollections", "entries": [row]}
    assert counts(upload(client, json.dumps(file).encode())) == {
        "rows": 1, "refused": 1,
    }  # fmt: skip


TWO_TIMES = (
    "Title 1,1,Completed,12,2015-01-01,2015-07-01",
    "Title 1,1,Completed,12,2019-01-01,2020-02-01",
)


def revise(client, plan, **values):
    return done(client.patch(f"/api/user/imports/{plan['id']}", values))


def test_judging_again_counts_no_day_twice(client):
    plan = upload(client, table(*TWO_TIMES).encode())
    for policy in ("overwrite", "keep", "newest"):
        revise(client, plan, policy=policy)
    apply(client, plan)
    assert diary(anime_id=1) == {"2015-07-01": 12, "2020-02-01": 12}
    assert entry(client)["rewatches"] == 1


def test_a_row_that_is_skipped_leaves_nothing(client):
    plan = upload(client, table(*TWO_TIMES).encode())
    [double] = [r for r in rows(client, plan) if r["outcome"] == "refused"]
    decide(client, plan, rows=[{"row": double["row"], "decision": "skip"}])
    apply(client, plan)
    assert sum(diary(anime_id=1).values()) == 12
    assert entry(client)["rewatches"] == 0
    assert not Viewing.objects.exists()


def test_a_row_that_is_there_twice_keeps_its_own_viewings(twice, other_client):
    file = json.loads(exported(twice, "json"))
    file["entries"] *= 2
    apply(other_client, upload(other_client, json.dumps(file).encode()))
    assert some(read(other_client), *OWN) == some(read(twice), *OWN)


def test_an_import_that_completes_ends_the_active_viewing(client):
    add(client)
    begin(client)
    line = "Title 1,1,Completed,12,2015-06-01,2019-02-03"
    apply(client, upload(client, table(line).encode(), policy="overwrite"))
    assert entry(client)["type"] == "Completed"
    assert some(read(client), "number", "state") == [(1, "finished"), (2, "finished")]
    assert entry(client)["rewatches"] == 1
