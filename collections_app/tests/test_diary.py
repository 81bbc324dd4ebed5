"""GET and POST /api/user/watched, PATCH and DELETE /api/user/watched/{id}"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from animecollections.db.bulk import upsert
from animecollections.db.ids import new_id
from collections_app.catalogue.models import AiringStatus, Season
from collections_app.tests.diaries import diary, today
from collections_app.tests.imports import apply, upload
from factories import AnimeFactory
from history.models import Change, EpisodesWatched, UserState

pytestmark = pytest.mark.django_db
URL = "/api/user/watched"
LIST = "/api/user/watchList"


@pytest.fixture(autouse=True)
def _titles():
    facts = {"episodes": 12, "airing_status": AiringStatus.FINISHED, "year": 2006}
    for pk in (1, 2):
        AnimeFactory(
            id=pk, title=f"Title {pk}", season=Season.FALL, episode_minutes=20, **facts
        )


def post(client, watched_on, anime_id=1, **more):
    return client.post(URL, {"animeId": anime_id, "watched_on": watched_on, **more})


def added(client, watched_on, anime_id=1, **more):
    response = post(client, watched_on, anime_id, **more)
    assert response.status_code == 200, response.content
    return response.json()["data"]


def read(client, **query):
    response = client.get(URL, query)
    assert response.status_code == 200, response.content
    return response.json()["data"]


def undo_last(client):
    newest = client.get("/api/user/operations").json()["data"][0]["id"]
    return client.post(f"/api/user/operations/{newest}/undo", {}).json()["data"]


def test_a_row_as_it_is_answered(client):
    row = added(client, "2015-06", episodes=3)
    assert row == {
        "id": row["id"],
        "anime_id": "1",
        "title": "Title 1",
        "imageUrl": row["imageUrl"],
        "watched_on": "2015-06",
        "episodes": 3,
        "viewing": 1,
        "minutes": 60,
        "through": "session",
        "revision": 1,
    }
    assert read(client) == [row]


def test_the_newest_come_first_and_what_nobody_knows_last(client):
    days = ["2014", "2026-11-28", "unknown", "2015-06", "2015-06-30", "2015", "2016"]
    for day in days:
        added(client, day)
    assert [row["watched_on"] for row in read(client)] == [
        "2026-11-28", "2016", "2015-06-30", "2015-06", "2015", "2014", "unknown",
    ]  # fmt: skip


def test_pages_follow_each_other(client):
    for day in range(1, 8):
        added(client, f"2026-01-{day:02}")
    seen, query = [], {"limit": 3}
    while True:
        body = client.get(URL, query).json()
        seen += [row["watched_on"] for row in body["data"]]
        if not (cursor := body["meta"]["next_cursor"]):
            break
        query["cursor"] = cursor
    assert seen == [f"2026-01-{day:02}" for day in range(7, 0, -1)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"from": "2015-06-10"}, ["2016-01-02", "2015-06-30", "2015-06", "2015"]),
        ({"to": "2015-06-29"}, ["2015-06-03", "2015-06", "2015"]),
        ({"from": "2015-07"}, ["2016-01-02", "2015"]),
        ({"to": "2015"}, ["2015-06-30", "2015-06-03", "2015-06", "2015"]),
        (
            {"from": "2015-06", "to": "2015-06"},
            ["2015-06-30", "2015-06-03", "2015-06", "2015"],
        ),
        ({"from": "2016-01-02", "to": "2016-01-02"}, ["2016-01-02"]),
        ({"animeId": "2"}, ["2016-01-02"]),
        ({"watched_on": "unknown"}, ["unknown"]),
        ({"watched_on": "2015-06"}, ["2015-06"]),
        ({"watched_on": "2015-06-03"}, ["2015-06-03"]),
        ({"watched_on": "unknown", "from": "2015"}, []),
    ],
)
def test_a_part_of_it(client, query, found):
    for day in ("2015", "2015-06", "2015-06-03", "2015-06-30", "unknown"):
        added(client, day)
    added(client, "2016-01-02", anime_id=2)
    assert [row["watched_on"] for row in read(client, **query)] == found


@pytest.mark.parametrize(
    "query",
    [
        "from=2015-13",
        "to=x",
        "animeId=1e3",
        "on=2015",
        "limit=0",
        "watched_on=aired",
        "watched_on=2015-02-30",
    ],
)
def test_wrong_questions_are_refused(client, query):
    assert client.get(f"{URL}?{query}").status_code == 400


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"animeId": 1}, "watched_on"),
        ({"watched_on": "2015"}, "animeId"),
        ({"animeId": 1, "watched_on": "2015", "episodes": 0}, "episodes"),
        ({"animeId": 1, "watched_on": "2015", "episodes": 1.5}, "episodes"),
        ({"animeId": 1, "watched_on": "2015", "episodes": 2**31}, "episodes"),
        ({"animeId": 1, "watched_on": "9999"}, "watched_on"),
        ({"animeId": 1, "watched_on": ""}, "watched_on"),
    ],
)
def test_wrong_rows_are_refused(client, alice, body, name):
    response = client.post(URL, body)
    assert response.status_code == 400
    assert name in response.json()["fields"]
    assert UserState.objects.get(user=alice).revision == 0


def test_a_title_that_is_not_there_is_404(client):
    assert post(client, "2015", anime_id=99).json()["code"] == "anime_not_found"


def test_what_is_added_adds_up_and_touches_no_progress(client):
    client.post(LIST, {"animeId": 1, "type": "Watching", "progress": 2})
    first = added(client, "2015", episodes=2)
    second = added(client, "2015", episodes=3)
    assert (second["id"], second["episodes"]) == (first["id"], 5)
    assert client.get(f"{LIST}/1").json()["data"]["progress"] == 2
    assert diary(anime_id=1) == {"2015": 5, "": 2}


def test_as_it_aired_is_as_far_as_the_catalogue_is_sure(client):
    AnimeFactory(id=3, episodes=24, year=2006, season=Season.FALL)
    assert added(client, "aired", anime_id=3, episodes=20)["watched_on"] == "2006"
    assert diary(anime_id=3) == {"2006": 13, "": 7}


def test_what_increments_count_is_in_it(client):
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    client.post(f"{LIST}/1/increment", {"by": 2})
    [row] = read(client)
    assert (row["watched_on"], row["episodes"]) == (today(), 2)


def test_day_and_number_are_corrected(client):
    row = added(client, "2015", episodes=2)
    at = f"{URL}/{row['id']}"
    moved = client.patch(at, {"watched_on": "2014-05-01"}).json()["data"]
    assert (moved["watched_on"], moved["episodes"]) == ("2014-05-01", 2)
    at = f"{URL}/{moved['id']}"
    assert client.patch(at, {"episodes": 7}).json()["data"]["episodes"] == 7
    assert diary(anime_id=1) == {"2014-05-01": 7}
    both = client.patch(at, {"episodes": 1, "watched_on": "unknown"}).json()["data"]
    assert (both["watched_on"], both["episodes"]) == ("unknown", 1)
    for expected in ({"2014-05-01": 7}, {"": 1}):
        assert undo_last(client)["conflicts"] == []
        assert diary(anime_id=1) == expected


def test_what_moves_to_a_day_that_is_there_is_added_to_it(client):
    there = added(client, "2015", episodes=2)
    row = added(client, "2014", episodes=3)
    moved = client.patch(f"{URL}/{row['id']}", {"watched_on": "2015"}).json()["data"]
    assert (moved["id"], moved["episodes"]) == (there["id"], 5)
    undo_last(client)
    assert diary(anime_id=1) == {"2015": 2, "2014": 3}


def test_a_correction_to_what_it_is_changes_nothing(client, alice):
    row = added(client, "2015", episodes=2)
    response = client.patch(f"{URL}/{row['id']}", {"episodes": 2})
    assert response.json() == {"success": True, "data": row}
    assert UserState.objects.get(user=alice).revision == 1


def test_a_row_is_taken_out_and_brought_back(client):
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    client.post(f"{LIST}/1/increment", {"by": 2})
    [row] = read(client)
    assert client.delete(f"{URL}/{row['id']}").status_code == 200
    assert read(client) == []
    assert client.get(f"{LIST}/1").json()["data"]["progress"] == 2
    assert client.delete(f"{URL}/{row['id']}").json()["code"] == "watched_not_found"
    assert undo_last(client)["conflicts"] == []
    assert diary(anime_id=1) == {today(): 2}


def test_a_correction_whose_day_has_changed_is_undone_not_at_all(client):
    row = added(client, "2015", episodes=3)
    moved = client.patch(f"{URL}/{row['id']}", {"watched_on": "2014"}).json()
    client.patch(f"{URL}/{moved['data']['id']}", {"episodes": 1})
    operation = moved["meta"]["operation_id"]
    undone = client.post(f"/api/user/operations/{operation}/undo", {}).json()["data"]
    [conflict] = undone["conflicts"]
    assert conflict["expected"] == {"watched_on": "2014", "episodes": 3}
    assert conflict["found"] == {"watched_on": "2014", "episodes": 1}
    assert diary(anime_id=1) == {"2014": 1}


def test_a_row_keeps_the_viewing_under_which_it_was_written(client):
    client.post(LIST, {"animeId": 1, "type": "Completed", "finished_on": "2015"})
    client.post(f"{LIST}/1/viewings", {})
    client.post(f"{LIST}/1/increment", {"by": 12, "watched_on": "2016-03-01"})
    assert viewings(client) == {"2016-03-01": 2, "2015": 1}
    row = read(client)[0]
    at = f"{URL}/{row['id']}"
    client.patch(at, {"episodes": 11})
    moved = client.patch(at, {"watched_on": "2016-03-02"}).json()["data"]
    assert moved["viewing"] == 2
    operation = {
        "op": "watched_update",
        "animeId": 1,
        "watchedId": moved["id"],
        "watched_on": "2016-04",
    }
    client.post(f"{LIST}/batch", {"operations": [operation]})
    assert viewings(client) == {"2016-04": 2, "2015": 1}
    undo_last(client)
    assert viewings(client) == {"2016-03-02": 2, "2015": 1}


def viewings(client):
    return {row["watched_on"]: row["viewing"] for row in read(client)}


def test_an_undo_tells_what_the_diary_has_no_more(client):
    row = added(client, "2015", episodes=3)
    [operation] = client.get("/api/user/operations").json()["data"]
    client.patch(f"{URL}/{row['id']}", {"episodes": 1})
    answer = client.post(f"/api/user/operations/{operation['id']}/undo", {}).json()
    [conflict] = answer["data"]["conflicts"]
    assert conflict["field"] == "watched"
    assert conflict["expected"] == {"watched_on": "2015", "episodes": 3}
    assert conflict["found"] == {"watched_on": "2015", "episodes": 1}
    assert diary() == {}


def test_the_history_tells_it_in_words(client):
    row = added(client, "2015", episodes=3)
    moved = client.patch(f"{URL}/{row['id']}", {"watched_on": "2014-05-01"}).json()
    client.delete(f"{URL}/{moved['data']['id']}")
    told = client.get("/api/user/operations").json()["data"]
    assert [operation["summary"] for operation in told] == [
        "took 3 on 2014-05-01 of Title 1 out of the diary",
        "corrected the diary of Title 1 from 3 on 2015 to 3 on 2014-05-01",
        "added 3 on 2015 of Title 1 to the diary",
    ]
    assert all(operation["undoable"] for operation in told)
    assert told[1]["changes"][0]["watched"] == [
        {"watched_on": "2014-05-01", "episodes": 3},
        {"watched_on": "2015", "episodes": -3},
    ]


def test_a_device_that_saw_something_older_corrects_nothing(client):
    row = added(client, "2015", episodes=3)
    added(client, "2015")
    at, headers = f"{URL}/{row['id']}", {"If-Match": f'"{row["revision"]}"'}
    for response in (
        client.patch(at, {"episodes": 3}, headers=headers),
        client.delete(at, headers=headers),
    ):
        assert response.status_code == 412
        found = response.json()["details"]["watched"]
        assert (found["episodes"], found["revision"]) == (4, 2)
    assert diary(anime_id=1) == {"2015": 4}
    fresh = {"If-Match": '"2"'}
    assert client.patch(at, {"episodes": 3}, headers=fresh).status_code == 200


def test_a_retry_adds_once(client):
    headers = {"Idempotency-Key": "k1"}
    body = {"animeId": 1, "watched_on": "2015"}
    first = client.post(URL, body, headers=headers)
    again = client.post(URL, body, headers=headers)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert diary(anime_id=1) == {"2015": 1}


def test_strangers_see_and_change_nothing(client, other_client, visitor):
    row = added(client, "2015")
    assert read(other_client) == []
    at = f"{URL}/{row['id']}"
    assert other_client.patch(at, {"episodes": 2}).status_code == 404
    assert other_client.delete(at).status_code == 404
    assert visitor.get(URL).status_code == 401
    assert client.delete(f"{URL}/{uuid4()}").status_code == 404
    assert diary(anime_id=1) == {"2015": 1}


def test_unchanged_is_304(client):
    added(client, "2015")
    tag = client.get(URL)["ETag"]
    assert client.get(URL, headers={"If-None-Match": tag}).status_code == 304
    added(client, "2016")
    assert client.get(URL, headers={"If-None-Match": tag}).status_code == 200


def test_a_day_below_zero_of_an_earlier_release_is_no_watching(client, alice):
    EpisodesWatched.objects.create(
        user=alice, anime_id=1, day="2026-01-01", episodes=-2
    )
    assert read(client) == []


def test_the_release_before_goes_on_adding_beside_it(client, alice):
    """Its statement, by its key and without the new columns."""
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    client.post(f"{LIST}/1/increment", {})
    row = {"user_id": alice.id, "day": timezone.now().date()}
    key = {"unique": ("user", "day", "anime_id"), "adding": ("episodes",)}
    for pk in (1, 2):
        rows = [row | {"id": new_id(), "anime_id": pk, "episodes": 2}]
        upsert(EpisodesWatched, rows, **key)
    assert diary() == {(1, today()): 3, (2, today()): 2}
    assert {row["watched_on"] for row in read(client)} == {today()}


def test_other_devices_hear_of_it(client):
    cursor = client.get("/api/user/sync").json()["meta"]["cursor"]
    added(client, "2015")
    page = client.get("/api/user/sync", {"cursor": cursor}).json()
    assert page["meta"]["cursor"] != cursor
    assert page["data"]["entries"] == []
    assert Change.objects.get().kind == "watched"


def test_the_years_and_months_that_are_known_count(client):
    added(client, "2015", episodes=5)
    added(client, "2015-06", episodes=3)
    added(client, "2015-06-03", episodes=2)
    added(client, "unknown", episodes=7)
    whole = client.get("/api/user/stats").json()["data"]["watched"]
    assert (whole["episodes"], whole["days"]) == (17, 1)
    assert [(m["month"], m["episodes"]) for m in whole["months"]] == [("2015-06", 5)]
    assert [(y["year"], y["episodes"]) for y in whole["years"]] == [(2015, 10)]
    year = client.get("/api/user/stats", {"year": 2015}).json()["data"]
    assert (year["totals"]["episodes"], year["totals"]["days"]) == (10, 1)
    month = client.get("/api/user/stats", {"year": 2015, "month": 6}).json()["data"]
    assert (month["year"], month["month"]) == (2015, 6)
    assert (month["totals"]["episodes"], month["totals"]["days"]) == (5, 1)
    assert month["first_watched"]["day"] == "2015-06-03"
    assert month["most_watched"][0]["episodes"] == 5
    for other in (5, 7):
        empty = client.get("/api/user/stats", {"year": 2015, "month": other})
        assert empty.json()["data"]["totals"]["episodes"] == 0
    assert client.get("/api/user/stats", {"month": 6}).status_code == 400


def test_the_device_that_is_a_day_ahead(client):
    now = timezone.now()
    for days, status in ((1, 200), (2, 400)):
        day = (now + timedelta(days=days)).date().isoformat()
        assert post(client, day).status_code == status


def test_what_it_costs(client, budget):
    row = added(client, "2015")
    with budget(3, "sign-in check, rows, titles"):
        read(client)
    with budget(7, "sign-in check + lock, title, change, diary + the row, its title"):
        added(client, "2016")
    with budget(9, "the same + whose row it is, and what the diary has of the title"):
        client.patch(f"{URL}/{row['id']}", {"episodes": 3})
    with budget(7, "sign-in check + whose row, lock, title, its diary, change, diary"):
        client.delete(f"{URL}/{row['id']}")


@pytest.mark.parametrize("format_", ["json", "csv"])
def test_our_own_files_bring_it_back(client, other_client, stranger, format_):
    client.post(LIST, {"animeId": 1, "type": "Watching"})
    client.post(f"{LIST}/1/increment", {"by": 2, "watched_on": "2015-06"})
    client.post(f"{LIST}/1/increment", {"by": 1, "watched_on": "2016-01-02"})
    client.post(f"{LIST}/1/increment", {"by": 3, "watched_on": "unknown"})
    client.post(LIST, {"animeId": 2, "type": "Completed", "watched_on": "2014"})
    expected = diary()
    answer = client.get("/api/user/export", {"format": format_})
    file = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for add in (True, False):
        plan = upload(other_client, file)
        assert plan["summary"].get("add", 0) == (2 if add else 0)
        apply(other_client, plan)
        assert diary(user=stranger) == expected
    undone = other_client.get("/api/user/operations").json()["data"][0]["id"]
    other_client.post(f"/api/user/operations/{undone}/undo", {})
    assert diary(user=stranger) == {}


@pytest.mark.parametrize(
    "cell", ["2015-06", "2015-13: 2", ": 3", "2015: x", "2015: -1"]
)
def test_a_cell_that_is_no_diary_refuses_its_row(client, cell):
    head = "anime_id,title,type,state,watched"
    file = f"{head}\n1,Title 1,Watching,active,{cell}\n".encode()
    assert upload(client, file)["summary"]["refused"] == 1
