"""GET and POST /api/user/watchList/{animeId}/viewings, PATCH and DELETE …/{id}"""

import pytest

from collections_app.catalogue.models import AiringStatus, Season
from collections_app.tests.diaries import diary, today
from collections_app.watch_list.models import Viewing, WatchListEntry
from factories import AnimeFactory
from history.models import Change, EpisodesWatched, UserState

pytestmark = pytest.mark.django_db
LIST = "/api/user/watchList"
URL = f"{LIST}/1/viewings"


@pytest.fixture(autouse=True)
def _titles():
    facts = {"episodes": 12, "airing_status": AiringStatus.FINISHED, "year": 2006}
    for pk in (1, 2):
        AnimeFactory(
            id=pk, title=f"Title {pk}", season=Season.FALL, episode_minutes=20, **facts
        )


def done(response):
    assert response.status_code == 200, response.content
    return response.json()["data"]


def add(client, anime_id=1, **values):
    values = {"type": "Completed"} | values
    return done(client.post(LIST, {"animeId": anime_id, **values}))["entry"]


def begin(client, anime_id=1, **values):
    return done(client.post(f"{LIST}/{anime_id}/viewings", values))


def read(client, anime_id=1):
    return done(client.get(f"{LIST}/{anime_id}/viewings"))


def entry(client, anime_id=1):
    return done(client.get(f"{LIST}/{anime_id}"))


def change(client, viewing, **values):
    return client.patch(f"{URL}/{viewing['id']}", values)


def some(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def undo_last(client):
    newest = client.get("/api/user/operations").json()["data"][0]["id"]
    return done(client.post(f"/api/user/operations/{newest}/undo", {}))


@pytest.fixture
def watched(client):
    """Once, in 2015."""
    return add(
        client, started_on="2015-06-01", finished_on="2015-07", score=8, notes="Good."
    )


def test_the_first_viewing_is_the_entry(client, watched):
    assert read(client) == [
        {
            "id": watched["id"],
            "number": 1,
            "state": "finished",
            "started_on": "2015-06-01",
            "finished_on": "2015-07",
            "progress": 12,
            "score": 8.0,
            "notes": "Good.",
            "where": "",
            "revision": watched["revision"],
        }
    ]
    assert not Viewing.objects.exists()


@pytest.mark.parametrize(
    ("values", "states"),
    [
        ({"type": "To Watch"}, []),
        ({"type": "Collection"}, []),
        ({"type": "Watching"}, ["active"]),
        ({"type": "Watching", "state": "on_hold", "progress": 3}, ["active"]),
        ({"type": "Collection", "state": "dropped"}, ["dropped"]),
        ({"type": "To Watch", "finished_on": "2015"}, ["finished"]),
    ],
)
def test_the_state_of_the_first_is_by_its_entry(client, values, states):
    add(client, **values)
    assert [row["state"] for row in read(client)] == states


def test_the_next_one_begins(client, watched):
    second = begin(client, where="With Anna")
    assert second | {"id": 0, "revision": 0} == {
        "id": 0,
        "number": 2,
        "state": "active",
        "started_on": today(),
        "finished_on": None,
        "progress": 0,
        "score": None,
        "notes": "",
        "where": "With Anna",
        "revision": 0,
    }
    first = read(client)[0]
    assert first["id"] == watched["id"]
    assert (first["state"], first["started_on"], first["finished_on"]) == (
        "finished", "2015-06-01", "2015-07",
    )  # fmt: skip
    now = entry(client)
    assert (now["type"], now["state"], now["progress"]) == ("Watching", "rewatching", 0)
    assert (now["started_on"], now["score"]) == ("2015-06-01", 8.0)
    assert diary(anime_id=1) == {"2015-07": 12}


def test_its_progress_is_that_of_the_entry(client, watched):
    begin(client)
    client.post(f"{LIST}/1/increment", {"by": 5})
    assert some(read(client), "number", "progress") == [(1, 12), (2, 5)]
    row = EpisodesWatched.objects.get(day=today())
    assert (row.episodes, row.viewing) == (5, 2)


def test_the_last_episode_finishes_it(client, watched):
    begin(client)
    client.post(f"{LIST}/1/increment", {"by": 12})
    now = entry(client)
    assert (now["type"], now["state"], now["rewatches"]) == ("Completed", "active", 1)
    assert now["finished_on"] == "2015-07"
    assert some(read(client), "state", "finished_on", "progress") == [
        ("finished", "2015-07", 12), ("finished", today(), 12),
    ]  # fmt: skip


def test_completing_by_hand_finishes_it_and_counts(client, watched):
    begin(client)
    response = client.post(f"{LIST}/move", {"animeId": 1, "type": "Completed"})
    assert done(response)["entries"][0]["rewatches"] == 1
    told = response.json()["meta"]["changes"]
    assert "viewing_finished" in {change["reason"] for change in told}
    assert some(read(client), "state", "finished_on")[1] == ("finished", today())


def test_dropping_the_entry_drops_it(client, watched):
    begin(client)
    client.patch(f"{LIST}/1", {"progress": 4})
    client.patch(f"{LIST}/1", {"type": "Collection", "state": "dropped"})
    assert some(read(client), "state", "progress") == [("finished", 12), ("dropped", 4)]
    assert entry(client)["rewatches"] == 0
    assert begin(client)["number"] == 3


def test_numbers_go_on_from_what_an_import_says(client):
    add(client, rewatches=3)
    assert begin(client)["number"] == 5
    client.post(f"{LIST}/1/increment", {"by": 12})
    assert entry(client)["rewatches"] == 4
    assert some(read(client), "number") == [(1,), (5,)]


@pytest.mark.parametrize(
    "values", [{"type": "Watching"}, {"type": "To Watch"}, {"type": "Collection"}]
)
def test_one_that_is_not_over_is_not_begun_again(client, values):
    add(client, **values)
    response = client.post(URL, {})
    assert response.status_code == 409
    assert response.json()["code"] == "viewing_not_over"
    assert not Viewing.objects.exists()


def test_two_are_never_active(client, watched):
    begin(client)
    assert client.post(URL, {}).json()["code"] == "viewing_not_over"
    client.patch(f"{LIST}/1", {"state": "on_hold"})
    assert client.post(URL, {}).json()["code"] == "viewing_not_over"


def test_what_is_not_listed_has_none(client):
    assert client.get(URL).json()["code"] == "entry_not_found"
    assert client.post(URL, {}).json()["code"] == "entry_not_found"
    assert client.get(f"{LIST}/99/viewings").json()["code"] == "anime_not_found"


def test_they_outlive_the_entry(client, watched):
    begin(client)
    client.post(f"{LIST}/1/increment", {"by": 12})
    client.delete(f"{LIST}/1")
    assert some(read(client), "number", "state") == [(1, "finished"), (2, "finished")]
    add(client, fresh=True)
    assert some(read(client), "number") == [(1,), (2,)]
    assert begin(client)["number"] == 3


# --- Corrected -----------------------------------------------------------------------


def test_an_earlier_one_is_corrected_without_its_entry(client, watched):
    begin(client)
    first = read(client)[0]
    before = entry(client)
    row = done(change(client, first, started_on=None, score=6.5, where="At home"))
    assert (row["started_on"], row["score"], row["where"]) == (None, 6.5, "At home")
    assert entry(client) == before
    assert Change.objects.latest("revision").kind == "viewing"


def test_the_first_alone_is_corrected_in_its_entry(client, watched):
    row = done(change(client, watched, finished_on="2016", where="At home"))
    assert (row["id"], row["finished_on"]) == (watched["id"], "2016")
    assert entry(client)["finished_on"] == "2016"
    assert read(client)[0]["where"] == "At home"
    assert begin(client)["number"] == 2
    assert some(read(client), "id", "where")[0] == (watched["id"], "At home")


def test_where_a_title_is_watched_now(client):
    first = add(client, type="Watching")
    assert done(change(client, first, where="At home"))["state"] == "active"
    client.post(f"{LIST}/1/increment", {"by": 12})
    assert some(read(client), "state", "progress", "where") == [
        ("finished", 12, "At home")
    ]
    assert entry(client)["rewatches"] == 0


def test_the_active_one_moves_its_entry(client, watched):
    second = begin(client)
    assert done(change(client, second, progress=3))["progress"] == 3
    assert entry(client)["progress"] == 3
    row = done(change(client, second, state="finished", finished_on="2026-01"))
    assert (row["state"], row["finished_on"]) == ("finished", "2026-01")
    now = entry(client)
    assert (now["type"], now["rewatches"], now["progress"]) == ("Completed", 1, 12)
    assert diary(anime_id=1) == {"2015-07": 12, today(): 3, "2026-01": 9}


def test_dropped_it_leaves_the_entry_as_it_was(client, watched):
    second = begin(client)
    client.post(f"{LIST}/1/increment", {"by": 2})
    assert done(change(client, second, state="dropped"))["progress"] == 2
    now = entry(client)
    assert (now["type"], now["progress"], now["rewatches"]) == ("Completed", 12, 0)
    assert diary(anime_id=1) == {"2015-07": 12, today(): 2}


def test_finished_or_not_counts_as_a_rewatch(client, watched):
    second = begin(client)
    change(client, second, state="dropped")
    change(client, second, state="finished")
    assert entry(client)["rewatches"] == 1
    change(client, second, state="dropped")
    assert entry(client)["rewatches"] == 0


def test_one_that_is_over_is_not_active_again(client, watched):
    assert change(client, watched, state="active").status_code == 400
    begin(client)
    assert change(client, watched, state="active").status_code == 400


def test_one_is_removed_and_the_others_keep_their_numbers(client, watched):
    for _ in range(2):
        begin(client)
        client.post(f"{LIST}/1/increment", {"by": 12})
    second = read(client)[1]
    done(client.delete(f"{URL}/{second['id']}"))
    assert some(read(client), "number") == [(1,), (3,)]
    assert entry(client)["rewatches"] == 1
    assert change(client, second, notes="x").json()["code"] == "viewing_not_found"


def test_the_active_one_removed_leaves_the_entry_as_it_was(client, watched):
    second = begin(client)
    done(client.delete(f"{URL}/{second['id']}"))
    now = entry(client)
    assert (now["type"], now["progress"]) == ("Completed", 12)
    assert some(read(client), "number") == [(1,)]


def test_the_only_one_is_not_removed(client, watched):
    response = client.delete(f"{URL}/{watched['id']}")
    assert (response.status_code, response.json()["code"]) == (409, "only_viewing")


def test_a_correction_of_something_older_is_refused(client, watched):
    second = begin(client)
    tag = {"HTTP_IF_MATCH": '"1"'}
    response = client.patch(f"{URL}/{second['id']}", {"notes": "x"}, **tag)
    assert response.status_code == 412
    assert response.json()["details"]["viewing"] == second
    tag = {"HTTP_IF_MATCH": f'"{second["revision"]}"'}
    done(client.patch(f"{URL}/{second['id']}", {"notes": "x"}, **tag))


@pytest.mark.parametrize(
    "values",
    [
        {"started_on": "2999"},
        {"finished_on": "2015-13"},
        {"state": "on_hold"},
        {"progress": -1},
        {"score": 11},
        {"where": "x" * 101},
        {"notes": "x" * 10_001},
    ],
)
def test_wrong_values_are_refused(client, watched, values):
    begin(client)
    assert change(client, read(client)[1], **values).status_code == 400


# --- Undone, told ---------------------------------------------------------------------


def test_what_was_begun_is_undone(client, watched):
    begin(client)
    undone = undo_last(client)
    assert not undone["conflicts"]
    assert not Viewing.objects.exists()
    assert entry(client) | {"revision": 0, "updated_at": 0} == watched | {
        "revision": 0, "updated_at": 0,
    }  # fmt: skip


def test_an_undo_is_undone(client, watched):
    second = begin(client)
    undo_last(client)
    undo_last(client)
    assert some(read(client), "number", "state") == [(1, "finished"), (2, "active")]
    assert read(client)[1]["id"] == second["id"]


def test_what_finished_it_is_undone(client, watched):
    begin(client)
    client.post(f"{LIST}/1/increment", {"by": 12})
    undo_last(client)
    assert some(read(client), "state", "progress", "finished_on")[1] == (
        "active", 0, None,
    )  # fmt: skip
    assert entry(client)["rewatches"] == 0


def test_what_changed_since_stays(client, watched):
    begin(client)
    operation = client.get("/api/user/operations").json()["data"][0]["id"]
    change(client, read(client)[1], notes="Mine.")
    undone = done(client.post(f"/api/user/operations/{operation}/undo", {}))
    fields = [conflict["field"] for conflict in undone["conflicts"]]
    assert fields == ["viewing 2: notes"]
    assert read(client)[1]["notes"] == "Mine."
    assert entry(client)["state"] == "rewatching"


def test_operations_say_what_was_done(client, watched):
    begin(client)
    row = client.get("/api/user/operations").json()["data"][0]
    assert row["undoable_until"]
    assert "Title 1" in row["summary"]
    change(client, read(client)[1], notes="Mine.")
    row = client.get("/api/user/operations").json()["data"][0]
    assert row["summary"] == "changed viewing 2 of Title 1"


def test_devices_are_told(client, watched):
    cursor = client.get("/api/user/sync").json()["meta"]["cursor"]
    second = begin(client)
    page = client.get("/api/user/sync", {"cursor": cursor}).json()
    assert [row["anime_id"] for row in page["data"]["viewings"]] == ["1", "1"]
    assert page["data"]["viewings"][1] == second | {"anime_id": "1"}
    state = UserState.objects.get()
    assert state.viewings_revision == state.revision


def test_a_stranger_has_none_of_it(client, watched, other_client):
    begin(client)
    assert other_client.get(URL).json()["code"] == "entry_not_found"
    second = read(client)[1]
    response = other_client.patch(f"{URL}/{second['id']}", {"notes": "x"})
    assert response.status_code == 404


def test_a_read_costs_three_statements(client, watched, budget):
    begin(client)
    with budget(4, "sign-in check + anime + rows + entry"):
        read(client)


def test_writes_of_entries_cost_what_they_did(client, watched, budget):
    begin(client)
    with budget(6, "sign-in check + state + title + entry + change + diary"):
        client.post(f"{LIST}/1/increment")


def test_a_beginning_costs_few_statements(client, watched, budget):
    words = "sign-in check + state + title + viewings + entry + viewings + changes + "
    with budget(8, words + "state"):
        begin(client)


@pytest.mark.parametrize("rewatches", [40_000, 99_999, 2**31 - 1])
def test_any_count_of_rewatches_has_a_next_viewing(client, watched, rewatches):
    WatchListEntry.objects.filter(anime_id=1).update(rewatches=rewatches)
    second = begin(client)
    assert 1 < second["number"] <= 100_000
    done(client.post(f"{LIST}/1/increment", {"by": 3}))
    assert EpisodesWatched.objects.get(day=today()).viewing == second["number"]


def test_there_is_a_last_number(client, watched):
    begin(client)
    Viewing.objects.filter(number=2).update(number=100_000, state="finished")
    client.patch(f"{LIST}/1", {"type": "Completed"})
    response = client.post(URL, {})
    assert response.status_code == 400
    assert "100,000 at most" in response.content.decode()


def test_the_last_viewing_goes_on_again(client, watched):
    second = begin(client)
    client.post(f"{LIST}/1/increment", {"by": 3})
    done(change(client, second, state="finished"))
    done(change(client, second, state="active", progress=3))
    assert some(read(client), "number", "state", "progress", "finished_on") == [
        (1, "finished", 12, "2015-07"), (2, "active", 3, None),
    ]  # fmt: skip
    names = ("type", "state", "progress", "rewatches")
    assert some([entry(client)], *names) == [("Watching", "rewatching", 3, 0)]
    assert diary(anime_id=1) == {"2015-07": 12, today(): 3}
    undo_last(client)
    assert some(read(client), "state") == [("finished",), ("finished",)]


def test_a_dropped_viewing_goes_on_again(client, watched):
    second = begin(client)
    client.post(f"{LIST}/1/increment", {"by": 3})
    done(change(client, second, state="dropped"))
    done(change(client, second, state="active"))
    assert some(read(client), "state", "progress") == [("finished", 12), ("active", 3)]
    assert entry(client)["progress"] == 3
    assert diary(anime_id=1) == {"2015-07": 12, today(): 3}


def test_only_the_last_goes_on_again(client, watched):
    second = begin(client)
    done(change(client, second, state="finished"))
    begin(client)
    assert change(client, second, state="active").status_code == 400


@pytest.fixture
def stuck(client, watched):
    """Viewing 2 is active, though its entry is Completed."""
    second = begin(client)
    over = {"type": "Completed", "state": "active", "progress": 12}
    WatchListEntry.objects.filter(anime_id=1).update(**over)
    return second


def test_a_viewing_is_finished_where_its_entry_is_completed_already(client, stuck):
    done(change(client, stuck, state="finished"))
    assert some(read(client), "state") == [("finished",), ("finished",)]
    assert entry(client)["rewatches"] == 1


def test_the_next_viewing_ends_one_that_was_left_active(client, stuck):
    begin(client)
    assert some(read(client), "number", "state") == [
        (1, "finished"), (2, "finished"), (3, "active"),
    ]  # fmt: skip


def test_the_next_viewing_drops_one_of_a_title_that_was_put_away(client, watched):
    begin(client)
    done(client.patch(f"{LIST}/1", {"type": "Collection"}))
    begin(client)
    assert some(read(client), "number", "state") == [
        (1, "finished"), (2, "dropped"), (3, "active"),
    ]  # fmt: skip


def undo_first(client, kind):
    """Undoes the operation that is so many before the newest one."""
    operations = client.get("/api/user/operations").json()["data"]
    return done(client.post(f"/api/user/operations/{operations[kind]['id']}/undo", {}))


def test_a_beginning_is_not_undone_once_episodes_are_counted(client, watched):
    begin(client)
    client.post(f"{LIST}/1/increment", {"by": 3})
    undone = undo_first(client, 1)
    [conflict] = undone["conflicts"]
    assert conflict["field"] == "viewing 2: progress"
    assert (conflict["expected"], conflict["found"]) == (0, 3)
    names = ("type", "state", "progress")
    assert some([entry(client)], *names) == [("Watching", "rewatching", 3)]
    assert some(read(client), "state") == [("finished",), ("active",)]


def test_an_end_is_not_undone_once_the_next_one_began(client, watched):
    second = begin(client)
    done(change(client, second, state="finished"))
    begin(client)
    before = read(client), entry(client)
    assert undo_first(client, 1)["conflicts"]
    assert (read(client), entry(client)) == before
