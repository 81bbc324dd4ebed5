"""GET /api/user/operations and POST /api/user/operations/{id}/undo"""

from uuid import uuid4

import pytest
from django.db import connection

from collections_app.models import WatchListEntry
from collections_app.tests.diaries import diary
from collections_app.tests.test_add_to_watch_list import URL, add
from factories import AnimeFactory
from history.models import Change, UserState

pytestmark = pytest.mark.django_db
OPERATIONS = "/api/user/operations"


@pytest.fixture(autouse=True)
def _titles(death_note):
    for pk in (1, 2, 3):
        AnimeFactory(id=pk, episodes=12, title=f"Title {pk}")


def listed(client):
    return {e["anime_id"]: e for e in client.get(URL).json()["data"]}


def told(client):
    return client.get(OPERATIONS).json()["data"]


def undo(client, operation_id, **body):
    response = client.post(f"{OPERATIONS}/{operation_id}/undo", body)
    assert response.status_code == 200, response.content
    return response.json()


def without_traces(entries):
    """Entries but for what every write changes."""
    return {
        key: {k: v for k, v in entry.items() if k not in ("revision", "updated_at")}
        for key, entry in entries.items()
    }


def test_operations_are_told_newest_first_in_words(client):
    add(client, 1535, "To Watch")
    client.patch(f"{URL}/1535", {"progress": 3})
    client.patch(f"{URL}/1535", {"score": 9.5, "notes": "x", "is_private": True})
    client.post(f"{URL}/move", {"animeId": 1535, "type": "Collection"})
    client.delete(URL, {"animeId": 1535})
    summaries = [operation["summary"] for operation in told(client)]
    was = f"none → {Change.objects.get(revision=2).after['started_on']}"
    assert summaries == [
        "removed Death Note from Collection",
        "moved Death Note from Watching to Collection",
        "changed Death Note: score none → 9.5, private no → yes, notes edited",
        f"moved Death Note from To Watch to Watching, progress 0 → 3, started {was}",
        "added Death Note to To Watch",
    ]


def test_what_is_pruned_while_it_is_read_is_left_out(client, alice):
    add(client, 1535)
    add(client, 1)
    read = []

    def prune(execute, sql, params, many, context):
        """Between the first statement on the log and the next."""
        if f'FROM "{Change._meta.db_table}"' in sql:
            read.append(sql)
            if len(read) == 2:
                Change.objects.of(alice.pk).filter(anime_id=1535).delete()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(prune):
        summaries = [operation["summary"] for operation in told(client)]
    assert summaries == ["added Title 1 to Watching"]


def test_an_operation_tells_before_and_after(client):
    add(client, 1535)
    client.patch(f"{URL}/1535", {"score": 9.5})
    operation = told(client)[0]
    assert operation["size"] == 1
    assert operation["changes"] == [
        {
            "anime_id": "1535",
            "title": "Death Note",
            "kind": "update",
            "before": {"score": None},
            "after": {"score": 9.5},
            "watched": [],
            "revision": 2,
        }
    ]
    assert operation["undoable"] is True
    assert operation["through"] == "session"
    assert operation["undoable_until"] > operation["at"]


def test_a_batch_is_one_operation(client):
    queue = [{"op": "add", "animeId": pk, "type": "Watching"} for pk in (1, 2, 3)]
    client.post(f"{URL}/batch", {"operations": queue})
    (operation,) = told(client)
    assert operation["summary"] == "added Title 1 to Watching, and 2 more"
    assert operation["size"] == 3


def test_operations_page(client):
    for pk in (1, 2, 3):
        add(client, pk)
    first = client.get(f"{OPERATIONS}?limit=2").json()
    cursor = first["meta"]["next_cursor"]
    second = client.get(f"{OPERATIONS}?limit=2&cursor={cursor}").json()
    assert [len(first["data"]), len(second["data"])] == [2, 1]
    assert second["meta"]["next_cursor"] is None
    assert client.get(f"{OPERATIONS}?cursor=x").status_code == 400


def test_searches_and_the_like_are_told_but_not_undone_here(client):
    client.post("/api/user/searchHistory", {"query": "naruto"})
    (operation,) = told(client)
    assert operation["undoable"] is False
    response = client.post(f"{OPERATIONS}/{operation['id']}/undo", {})
    assert response.json()["code"] == "operation_not_found"


@pytest.mark.parametrize(
    "write",
    [
        lambda c: add(c, 2, "Watching", notes="new"),
        lambda c: add(c, 1, "Completed"),
        lambda c: c.patch(f"{URL}/1", {"progress": 12, "tags": ["x"], "score": None}),
        lambda c: c.post(f"{URL}/1/increment", {"by": 3}),
        lambda c: c.delete(f"{URL}/1"),
        lambda c: c.patch(f"{URL}/1", {"type": "Collection", "state": "dropped"}),
        lambda c: c.post(
            f"{URL}/batch",
            {
                "operations": [
                    {"op": "remove", "animeId": 1},
                    {"op": "add", "animeId": 2, "type": "Completed"},
                    {"op": "update", "animeId": 3, "notes": "z"},
                ]
            },
        ),
    ],
)
def test_undo_restores_exactly_and_can_be_undone(client, write):
    add(client, 1, "Watching", progress=3, score=8, notes="n", state="on_hold")
    add(client, 3, "To Watch")
    before, seen = listed(client), diary()
    write(client)
    after = listed(client)
    watched = diary()
    body = undo(client, told(client)[0]["id"])
    assert body["data"]["conflicts"] == []
    assert without_traces(listed(client)) == without_traces(before)
    assert diary() == seen
    undo(client, body["meta"]["operation_id"])
    assert without_traces(listed(client)) == without_traces(after)
    assert diary() == watched


def test_a_dry_run_tells_and_does_nothing(client, alice):
    add(client, 1, "Watching")
    body = undo(client, told(client)[0]["id"], dry_run=True)
    assert body["data"]["removed"] == ["1"]
    assert body["data"]["dry_run"] is True
    assert "meta" not in body
    assert WatchListEntry.objects.count() == 1
    assert UserState.objects.get(user=alice).revision == 1


def test_what_changed_since_stays_and_is_told(client):
    add(client, 1, "Watching", progress=1)
    client.patch(f"{URL}/1", {"score": 8, "progress": 2})
    operation = told(client)[0]["id"]
    client.patch(f"{URL}/1", {"score": 9})
    body = undo(client, operation)
    assert body["data"]["conflicts"] == [
        {
            "anime_id": "1",
            "title": "Title 1",
            "field": "score",
            "expected": 8.0,
            "found": 9.0,
        }
    ]
    entry = listed(client)["1"]
    assert (entry["score"], entry["progress"]) == (9, 1)


def test_an_added_anime_that_changed_since_is_not_removed(client):
    add(client, 1, "Watching")
    operation = told(client)[0]["id"]
    client.patch(f"{URL}/1", {"notes": "mine"})
    body = undo(client, operation)
    assert [c["field"] for c in body["data"]["conflicts"]] == ["notes"]
    assert listed(client)["1"]["notes"] == "mine"


def test_a_type_goes_back_only_where_the_state_fits(client):
    add(client, 1, "To Watch")
    add(client, 1, "Watching")
    operation = told(client)[0]["id"]
    client.patch(f"{URL}/1", {"state": "on_hold"})
    body = undo(client, operation)
    assert {c["field"] for c in body["data"]["conflicts"]} == {"type"}
    entry = listed(client)["1"]
    assert (entry["type"], entry["state"]) == ("Watching", "on_hold")


def test_type_and_state_stay_together(client):
    add(client, 1, "Watching", state="rewatching")
    client.patch(f"{URL}/1", {"type": "Collection"})
    operation = told(client)[0]["id"]
    client.patch(f"{URL}/1", {"type": "Watching"})
    body = undo(client, operation)
    assert {c["field"] for c in body["data"]["conflicts"]} == {"type", "state"}
    assert listed(client)["1"]["state"] == "active"


def test_an_entry_that_was_added_anew_is_another_one(client):
    add(client, 1, "Watching")
    operation = told(client)[0]["id"]
    client.delete(f"{URL}/1")
    add(client, 1, "Watching", fresh=True)
    assert undo(client, operation)["data"]["conflicts"]
    assert "1" in listed(client)


def test_a_dry_run_shows_whole_entries(client, alice):
    before = add(client, 1, "Watching", progress=2).json()["data"]["entry"]
    client.delete(f"{URL}/1")
    (entry,) = undo(client, told(client)[0]["id"], dry_run=True)["data"]["entries"]
    for name in ("id", "user_id", "anime_id", "progress", "added_at"):
        assert entry[name] == before[name]


def test_what_came_back_keeps_its_place_in_up_next(client):
    for pk in (1, 2):
        add(client, pk, "Watching")
        client.post(f"{URL}/{pk}/increment")
    client.delete(f"{URL}/2")
    undo(client, told(client)[0]["id"])
    up_next = client.get(f"{URL}?view=up_next").json()["data"]
    assert [entry["anime_id"] for entry in up_next] == ["2", "1"]


def test_long_notes_are_told_by_how_they_begin(client):
    add(client, 1, notes="n" * 9_000)
    assert len(told(client)[0]["changes"][0]["after"]["notes"]) == 201


def test_undoing_twice_does_nothing_the_second_time(client, alice):
    add(client, 1, "Watching")
    operation = told(client)[0]["id"]
    undo(client, operation)
    undo(client, operation)
    assert UserState.objects.get(user=alice).revision == 2


def test_an_undo_says_what_it_undid(client):
    add(client, 1, "Watching")
    operation = told(client)[0]["id"]
    undo(client, operation)
    assert told(client)[0]["undoes"] == operation


def test_strangers_undo_nothing(client, other_client):
    add(client, 1, "Watching")
    operation = told(client)[0]["id"]
    for id_ in (operation, uuid4()):
        response = other_client.post(f"{OPERATIONS}/{id_}/undo", {})
        assert response.json()["code"] == "operation_not_found"
    assert told(other_client) == []


def test_the_cost_does_not_grow(client, budget):
    for pk in range(50, 150):
        AnimeFactory(id=pk)
    queue = [{"op": "add", "animeId": pk, "type": "To Watch"} for pk in range(50, 150)]
    client.post(f"{URL}/batch", {"operations": queue})
    with budget(4, "sign-in check + operations, their changes, titles"):
        (operation,) = told(client)
    in_words = (
        "sign-in check + lock, changes, catalogue, entries, delete, log, what is told "
        "no more, state"
    )
    with budget(9, in_words):
        undo(client, operation["id"])


# --- Narrowed ----------------------------------------------------------------------


@pytest.fixture
def done(client):
    """One operation of each kind, the oldest first."""
    at = "2026-03-{:02}T12:00:00Z"
    steps = [
        lambda: add(client, 1, "To Watch"),
        lambda: add(client, 2, "Watching"),
        lambda: client.patch(
            f"{URL}/1", {"score": 9}, headers={"X-Client-Id": "phone"}
        ),
        lambda: client.delete(f"{URL}/2"),
        lambda: undo(client, told(client)[0]["id"]),
        lambda: client.post("/api/user/searchHistory", {"query": "naruto"}),
        lambda: client.patch("/api/user/preferences", {"theme": "dark"}),
        lambda: client.post(
            f"{URL}/batch",
            {
                "operations": [
                    {"op": "add", "animeId": 3, "type": "Watching"},
                    {"op": "remove", "animeId": 1},
                ]
            },
        ),
    ]
    for day, step in enumerate(steps, 1):
        step()
        newest = Change.objects.order_by("-revision").first()
        Change.objects.filter(operation_id=newest.operation_id).update(
            at=at.format(day)
        )
    Change.objects.filter(position=0, kind="searches").update(through="token")
    Change.objects.filter(revision=2).update(through="import")


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("animeId=1", [8, 3, 1]),
        ("animeId=2", [5, 4, 2]),
        ("animeId=1535", []),
        ("kind=update", [3]),
        ("kind=remove", [8, 4]),
        ("kind=undo", [5]),
        ("kind=undo,update", [5, 3]),
        ("kind=import", [2]),
        ("kind=import,undo", [5, 2]),
        ("kind=searches&kind=preferences", [7, 6]),
        ("kind=profile", []),
        ("animeId=1&kind=add", [8, 1]),
        ("through=token", [6]),
        ("through=session,token&limit=2", [8, 7]),
        ("through=import", [2]),
        ("client_id=phone", [3]),
        ("client_id=tablet", []),
        ("since=2026-03-07", [8, 7]),
        ("since=2026-03-07T12:00:00Z", [8, 7]),
        ("since=2026-03-07T12:00:00.1Z", [8]),
        ("until=2026-03-02", [2, 1]),
        ("until=2026-03-02T12:00:00Z", [2, 1]),
        ("until=2026-03-02T14:00:00%2B02:00", [2, 1]),
        ("until=2026-03-02T13:00:00%2B02:00", [1]),
        ("since=2026-03-03&until=2026-03-04", [4, 3]),
        ("since=2026-03-05&until=2026-03-04", []),
        ("since=9998-12-31", []),
        ("until=1900-01-01", []),
        ("since=1900-01-01&until=2026-03-01", [1]),
        ("until=9999-12-31T23:59:59Z&since=2026-03-08", [8]),
    ],
)
def test_they_are_narrowed(client, done, query, days):
    operations = client.get(f"{OPERATIONS}?{query}").json()["data"]
    assert [int(operation["at"][8:10]) for operation in operations] == days


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Pacific/Kiritimati"])
def test_the_first_and_the_last_day_are_days_in_every_zone(client, done, zone):
    client.patch("/api/user/preferences", {"timezone": zone})
    both = client.get(f"{OPERATIONS}?since=1900-01-01&until=9998-12-31").json()["data"]
    assert len(both) == 9


def test_a_day_is_one_of_the_users_own_clock(client, done):
    client.patch("/api/user/preferences", {"timezone": "Pacific/Auckland"})
    assert [
        o["at"][:10]
        for o in client.get(f"{OPERATIONS}?until=2026-03-02").json()["data"]
    ] == ["2026-03-01"]


def test_narrowed_operations_page(client, done):
    first = client.get(f"{OPERATIONS}?animeId=1&limit=2").json()
    assert [o["at"][8:10] for o in first["data"]] == ["08", "03"]
    cursor = first["meta"]["next_cursor"]
    second = client.get(f"{OPERATIONS}?animeId=1&limit=2&cursor={cursor}").json()
    assert [o["at"][8:10] for o in second["data"]] == ["01"]
    other = client.get(f"{OPERATIONS}?animeId=2&limit=2&cursor={cursor}")
    assert other.json()["code"] == "invalid_cursor"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("animeId=4", 404, "anime_not_found"),
        ("animeId=x", 400, "invalid"),
        ("animeId=1,2", 400, "invalid"),
        ("kind=moved", 400, "invalid"),
        ("kind=Add", 400, "invalid"),
        ("through=app", 400, "invalid"),
        ("client_id=" + "x" * 101, 400, "invalid"),
        ("since=yesterday", 400, "invalid"),
        ("anime_id=1", 400, "unknown_parameter"),
        ("app=phone", 400, "invalid"),
        ("ordering=at", 400, "unknown_parameter"),
    ],
)
def test_a_wrong_narrowing_is_refused(client, query, status, code):
    response = client.get(f"{OPERATIONS}?{query}")
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_narrowed_they_are_read_in_as_few_statements(client, done, budget):
    with budget(5, "sign-in check + the title + operations + changes + titles"):
        client.get(f"{OPERATIONS}?animeId=1&kind=add&through=session&since=2026-01-01")
    with budget(4, "sign-in check + operations + changes + titles"):
        client.get(f"{OPERATIONS}?kind=add,undo&client_id=x&until=2026-12-01")


def test_a_stranger_finds_nothing_of_anothers(client, other_client, done):
    assert other_client.get(f"{OPERATIONS}?animeId=1").json()["data"] == []
    assert other_client.get(f"{OPERATIONS}?client_id=phone").json()["data"] == []
