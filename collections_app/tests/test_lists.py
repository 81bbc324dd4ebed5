"""/api/user/lists: made, changed, removed, undone."""

import pytest

from animecollections.identity import Origin
from collections_app.merges import services as merging
from collections_app.own_lists import edit as editing
from collections_app.own_lists import undoing
from collections_app.own_lists.models import ListItem, OwnList
from collections_app.tests.own_lists import LISTS, done, make, put, titles, undo_last
from conftest import WatchedClient
from factories import AnimeFactory, personal_token
from history.models import Change

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _titles():
    for pk in range(1, 8):
        AnimeFactory(id=pk, title=f"Title {pk}", episode_minutes=20)


@pytest.fixture
def anna(client):
    """A list of three."""
    made = make(client)
    for pk in (1, 2, 3):
        put(client, made, pk)
    return made


def test_one_is_made(client):
    made = make(client, description="Sundays.\nAt seven.", pinned=True)
    assert made | {"id": 0, "created_at": 0, "updated_at": 0} == {
        "id": 0,
        "name": "With Anna",
        "description": "Sundays.\nAt seven.",
        "kind": "manual",
        "rules": None,
        "ordering": None,
        "leave_when_completed": False,
        "pinned": True,
        "audience": "nobody",
        "client_key": None,
        "size": 0,
        "created_at": 0,
        "updated_at": 0,
        "revision": 1,
        "items_revision": 0,
    }
    assert done(client.get(LISTS)) == [made]
    assert done(client.get(f"{LISTS}/{made['id']}")) == made


def test_two_may_have_one_name(client):
    assert make(client)["id"] != make(client)["id"]


def test_pinned_ones_come_first_then_by_name(client):
    for name, pinned in (("b", False), ("a", False), ("c", True)):
        make(client, name, pinned=pinned)
    assert [row["name"] for row in done(client.get(LISTS))] == ["c", "a", "b"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x\ny"}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x", "pinned": "true"}, "pinned"),
        ({"name": "x", "ordering": "user__email"}, "ordering"),
        ({"name": "x", "ordering": "rank,rank,rank,rank,rank"}, "ordering"),
        ({"name": "x", "description": "x" * 2001}, "description"),
    ],
)
def test_what_is_wrong_is_said(client, body, field):
    response = client.post(LISTS, body)
    assert response.status_code == 400
    assert field in response.json()["fields"]
    assert not OwnList.objects.exists()


def test_it_is_changed_and_the_rest_stays(client, anna):
    changed = done(client.patch(f"{LISTS}/{anna['id']}", {"name": "With Ben"}))
    assert (changed["name"], changed["size"]) == ("With Ben", 3)
    assert titles(client, anna) == [1, 2, 3]
    undo_last(client)
    assert done(client.get(LISTS))[0]["name"] == "With Anna"


def test_null_clears(client):
    made = make(client, description="Sundays.", ordering="-year,title")
    values = {"description": None, "ordering": None}
    changed = done(client.patch(f"{LISTS}/{made['id']}", values))
    assert (changed["description"], changed["ordering"]) == ("", None)


def test_the_same_again_changes_nothing(client):
    made = make(client)
    response = client.patch(f"{LISTS}/{made['id']}", {"name": made["name"]})
    assert done(response) == made
    assert "operation_id" not in response.json().get("meta", {})


def test_a_change_of_something_older_is_refused(client, anna):
    url = f"{LISTS}/{anna['id']}"
    tag = client.get(url)["ETag"]
    put(client, anna, 4)  # what is on it is no change of the list itself
    done(client.patch(url, {"name": "b"}, headers={"If-Match": tag}))
    response = client.patch(url, {"name": "c"}, headers={"If-Match": tag})
    assert response.status_code == 412
    assert response.json()["details"]["list"]["name"] == "b"
    assert client.delete(url, headers={"If-Match": tag}).status_code == 412


def test_it_is_removed_with_what_is_on_it_and_comes_back_whole(client, anna):
    put(client, anna, 2, notes="The best.")
    before = done(client.get(f"{LISTS}/{anna['id']}/items"))
    done(client.delete(f"{LISTS}/{anna['id']}"))
    assert not ListItem.objects.exists()
    assert client.get(f"{LISTS}/{anna['id']}").json()["code"] == "list_not_found"
    undone = undo_last(client)
    assert undone["conflicts"] == []
    after = done(client.get(f"{LISTS}/{anna['id']}/items"))
    assert [item | {"revision": 0} for item in after] == [
        item | {"revision": 0} for item in before
    ]
    assert done(client.get(LISTS))[0]["size"] == 3


def remove_one_with_key(client):
    operation = {"op": "list_create", "id": "a1", "name": "With Anna"}
    done(client.post("/api/user/watchList/batch", {"operations": [operation]}))
    [made] = done(client.get(LISTS))
    done(client.delete(f"{LISTS}/{made['id']}"))
    return done(client.get("/api/user/operations"))[0]["id"]


def test_one_whose_key_another_has_by_now_comes_back_without(client, alice):
    removed = remove_one_with_key(client)
    other = make(client, "Another")
    OwnList.objects.of(alice.pk).filter(pk=other["id"]).update(client_key="a1")
    undone = done(client.post(f"/api/user/operations/{removed}/undo", {}))
    assert undone["conflicts"] == []
    keys = {row["name"]: row["client_key"] for row in done(client.get(LISTS))}
    assert keys == {"Another": "a1", "With Anna": None}


def test_where_there_are_too_many_it_does_not_come_back(client, monkeypatch):
    removed = remove_one_with_key(client)
    make(client, "Another")
    monkeypatch.setattr(undoing, "MOST_LISTS", 1)
    undone = done(client.post(f"/api/user/operations/{removed}/undo", {}))
    assert [row["field"] for row in undone["conflicts"]] == ["lists"]
    assert [row["name"] for row in done(client.get(LISTS))] == ["Another"]


def merge(kept, gone):
    merging.merge(
        kept=merging.ref(kept),
        gone=merging.ref(gone),
        reason="the same title",
        through=Origin("command"),
    )


def test_what_was_taken_off_comes_back_as_the_title_that_it_is_now(client, anna):
    done(client.delete(f"{LISTS}/{anna['id']}/items/2"))
    merge(5, 2)
    assert undo_last(client)["conflicts"] == []
    assert titles(client, anna) == [1, 5, 3]


def test_a_removed_list_comes_back_after_merges(client, anna):
    put(client, anna, 1, notes="The first.")
    put(client, anna, 2, notes="The second.")
    done(client.delete(f"{LISTS}/{anna['id']}"))
    merge(5, 3)
    merge(1, 2)
    conflicts = undo_last(client)["conflicts"]
    assert titles(client, anna)[-1] == 5
    assert len(titles(client, anna)) == done(client.get(LISTS))[0]["size"] == 2
    assert {(row["anime_id"], row["field"]) for row in conflicts} == {
        ("1", "rank"),
        ("1", "notes"),
    }


def test_what_was_taken_off_stays_where_its_title_is_there_by_another_id(client, anna):
    done(client.delete(f"{LISTS}/{anna['id']}/items/2"))
    merge(3, 2)
    [conflict] = undo_last(client)["conflicts"]
    assert (conflict["anime_id"], conflict["field"]) == ("3", "rank")
    assert titles(client, anna) == [1, 3]


def test_one_that_was_filled_since_is_not_taken_away_by_undo(client):
    made = make(client)
    operation = done(client.get("/api/user/operations"))[0]["id"]
    put(client, made, 1)
    undone = done(client.post(f"/api/user/operations/{operation}/undo", {}))
    assert [row["field"] for row in undone["conflicts"]] == ["size"]
    assert titles(client, made) == [1]


def test_an_empty_one_that_was_made_is_taken_away_by_undo(client):
    make(client)
    undo_last(client)
    assert done(client.get(LISTS)) == []


def test_at_most_so_many(client, monkeypatch):
    monkeypatch.setattr(editing, "MOST_LISTS", 1)
    make(client)
    response = client.post(LISTS, {"name": "b"})
    assert (response.status_code, response.json()["code"]) == (409, "lists_full")


def test_a_stranger_has_none_of_it(client, other_client, anna):
    url = f"{LISTS}/{anna['id']}"
    assert done(other_client.get(LISTS)) == []
    for response in (
        other_client.get(url),
        other_client.patch(url, {"name": "mine"}),
        other_client.delete(url),
        other_client.get(f"{url}/items"),
        other_client.put(f"{url}/items/1", {}),
        other_client.delete(f"{url}/items/1"),
        other_client.get("/api/user/watchList", {"list": anna["id"]}),
    ):
        assert response.json()["code"] == "list_not_found"
    assert titles(client, anna) == [1, 2, 3]


@pytest.mark.parametrize(
    "name", ["x", "0", "019ab0f2-6a3c-7c1e-9f55-0242ac120005", "%00"]
)
def test_one_that_is_not_there(client, name):
    assert client.get(f"{LISTS}/{name}").status_code in (400, 404)


@pytest.mark.parametrize("key", ["a1", "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a22"])
def test_a_list_is_found_by_the_key_that_a_device_gave_it(client, key):
    operation = {"op": "list_create", "id": key, "name": "With Anna"}
    done(client.post("/api/user/watchList/batch", {"operations": [operation]}))
    [made] = done(client.get(LISTS))
    assert done(client.get(f"{LISTS}/{key}")) == made
    put(client, {"id": key}, 1)
    assert titles(client, {"id": key}) == titles(client, made) == [1]


def test_on_which_lists_a_title_is(client, anna):
    other = make(client, "Other")
    put(client, other, 3)
    assert [row["name"] for row in done(client.get(LISTS, {"animeId": 1}))] == [
        "With Anna"
    ]
    assert len(done(client.get(LISTS, {"animeId": 3}))) == 2
    assert client.get(LISTS, {"animeId": 99}).json()["code"] == "anime_not_found"


def test_the_watch_list_is_narrowed_by_a_list_and_never_changed_by_it(client, anna):
    for pk in (2, 3, 5):
        done(client.post("/api/user/watchList", {"animeId": pk, "type": "To Watch"}))
    whole = done(client.get("/api/user/watchList"))
    assert len(whole) == 3
    narrowed = done(client.get("/api/user/watchList", {"list": anna["id"]}))
    assert sorted(entry["anime_id"] for entry in narrowed) == ["2", "3"]
    seen = done(client.get("/api/user/watchList", {"view": "lists"}))
    on = {entry["anime_id"]: entry["lists"] for entry in seen}
    assert on == {"2": [anna["id"]], "3": [anna["id"]], "5": []}


def test_a_view_by_lists_is_as_new_as_they_are(client, anna):
    done(client.post("/api/user/watchList", {"animeId": 5, "type": "To Watch"}))
    url = "/api/user/watchList?view=lists"
    tag = client.get(url)["ETag"]
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    put(client, anna, 5)
    [entry] = done(client.get(url, headers={"If-None-Match": tag}))
    assert entry["lists"] == [anna["id"]]


def test_lists_are_as_they_were_where_nothing_changed(client, anna, budget):
    tag = client.get(LISTS)["ETag"]
    with budget(1, "sign-in check"):
        response = client.get(LISTS, headers={"If-None-Match": tag})
    assert response.status_code == 304


def test_they_are_read_in_two_statements(client, anna, budget):
    with budget(2, "sign-in check + lists"):
        done(client.get(LISTS))


def test_what_scopes_let_through(alice, client, anna):
    token = personal_token(alice, "list:read", "list:write")
    app = WatchedClient(HTTP_AUTHORIZATION=f"Bearer {token}")
    for response in (
        app.get(LISTS),
        app.post(LISTS, {"name": "x"}),
        app.get("/api/user/watchList", {"view": "lists"}),
        app.get("/api/user/watchList", {"list": anna["id"]}),
    ):
        assert response.json()["code"] == "scope_missing"
    body = {"operations": [{"op": "list_remove", "listId": anna["id"]}]}
    [result] = done(app.post("/api/user/watchList/batch", body))["results"]
    assert result["code"] == "scope_missing"
    assert titles(client, anna) == [1, 2, 3]


def test_the_history_tells_it_in_words(client, anna):
    done(client.patch(f"{LISTS}/{anna['id']}", {"name": "With Ben"}))
    put(client, anna, 3, after=None)
    put(client, anna, 3, notes="!")
    done(client.delete(f"{LISTS}/{anna['id']}/items/3"))
    done(client.delete(f"{LISTS}/{anna['id']}"))
    told = done(client.get("/api/user/operations"))
    assert [row["summary"] for row in told][:5] == [
        "took Title 1 off the list “With Ben”, and 2 more",
        "took Title 3 off the list “With Ben”",
        "changed the notes of Title 3 on the list “With Ben”",
        "moved Title 3 on the list “With Ben”",
        "renamed the list “With Anna” to “With Ben”",
    ]
    assert told[1]["changes"][0]["anime_id"] == "3"
    assert told[-1]["summary"] == "made the list “With Anna”"


def test_each_changed_row_is_one_change(client, anna):
    assert Change.objects.filter(kind="list").count() == 1
    assert Change.objects.filter(kind="list_item").count() == 3
    assert not Change.objects.exclude(anime_id=None).exists()
