"""/api/user/lists/{id}/items: put, moved, taken off, paged."""

from uuid import UUID

import pytest

from collections_app.own_lists import edit as editing
from collections_app.own_lists.models import ListItem, OwnList
from collections_app.tests.own_lists import LISTS, done, make, put, titles, undo_last
from factories import AnimeFactory
from history.models import Change

pytestmark = pytest.mark.django_db
LIST = "/api/user/watchList"


@pytest.fixture(autouse=True)
def _titles():
    for pk in range(1, 8):
        AnimeFactory(id=pk, title=f"Title {pk}", episode_minutes=20, year=2000 + pk)


@pytest.fixture
def anna(client):
    """A list of four."""
    made = make(client)
    for pk in (1, 2, 3, 4):
        put(client, made, pk)
    return made


def url(list_, anime_id=""):
    return f"{LISTS}/{list_['id']}/items" + (f"/{anime_id}" if anime_id else "")


def test_a_new_one_stands_last(client, anna):
    assert titles(client, anna) == [1, 2, 3, 4]
    assert done(client.get(LISTS))[0]["size"] == 4


def test_any_title_of_the_catalogue_with_what_is_known_of_it(client, anna):
    done(client.post(LIST, {"animeId": 2, "type": "Watching", "progress": 3}))
    put(client, anna, 2, notes="On Sundays.\nOnly.")
    first, second, *_ = done(client.get(url(anna)))
    assert (first["anime_id"], first["anime"]["title"]) == ("1", "Title 1")
    assert first["anime"]["entry"] is None
    assert second["notes"] == "On Sundays.\nOnly."
    assert second["anime"]["entry"]["progress"] == 3


@pytest.mark.parametrize(
    ("anime_id", "after", "order"),
    [
        (4, None, [4, 1, 2, 3]),
        (4, 1, [1, 4, 2, 3]),
        (1, 4, [2, 3, 4, 1]),
        (1, 2, [2, 1, 3, 4]),
        (2, 1, [1, 2, 3, 4]),
        (5, 2, [1, 2, 5, 3, 4]),
        (5, None, [5, 1, 2, 3, 4]),
        ("mal:5", "mal:2", [1, 2, 5, 3, 4]),
    ],
)
def test_it_follows_the_one_that_is_named(client, anna, anime_id, after, order):
    put(client, anna, anime_id, after=after)
    assert titles(client, anna) == order
    undo_last(client) if order != [1, 2, 3, 4] else None
    assert titles(client, anna) == [1, 2, 3, 4]


def test_notes_leave_it_where_it_is(client, anna):
    kept = put(client, anna, 2, notes="!")
    assert put(client, anna, 2)["rank"] == kept["rank"]
    assert put(client, anna, 2, notes=None)["notes"] == ""
    assert titles(client, anna) == [1, 2, 3, 4]


def test_a_move_writes_one_row(client, anna):
    before = Change.objects.count()
    put(client, anna, 4, after=1)
    assert Change.objects.count() == before + 1


def test_after_one_that_is_gone_meanwhile(client, anna):
    done(client.delete(url(anna, 2)))
    response = client.put(url(anna, 4), {"after": 2})
    assert response.json()["meta"]["warnings"][0]["code"] == "after_not_on_list"
    assert titles(client, anna) == [1, 3, 4]
    response = client.put(url(anna, 5), {"after": 2})
    assert titles(client, anna) == [1, 3, 4, 5]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"after": 1}, "after"),
        ({"after": True}, "after"),
        ({"rank": "V00"}, "rank"),
        ({"rank": "V0000"}, "rank"),
        ({"rank": "V000", "after": 2}, "rank"),
        ({"notes": "x" * 2001}, "notes"),
    ],
)
def test_what_is_wrong_is_said(client, anna, body, field):
    response = client.put(url(anna, 1), body)
    assert response.status_code == 400
    assert field in response.json()["fields"]


def test_a_title_that_is_not_there(client, anna):
    assert client.put(url(anna, 99), {}).json()["code"] == "anime_not_found"
    assert client.put(url(anna, 1), {"after": 99}).json()["code"] == "anime_not_found"
    assert client.delete(url(anna, 99)).json()["code"] == "anime_not_found"


def test_a_rank_that_a_device_made_is_kept(client, anna):
    first, second = (item["rank"] for item in done(client.get(url(anna)))[:2])
    rank = first + "V"
    assert first < rank < second
    assert put(client, anna, 5, rank=rank)["rank"] == rank
    assert titles(client, anna) == [1, 5, 2, 3, 4]


def test_two_devices_give_two_titles_one_place(client, anna):
    """Both succeed; their ids decide, and a third finds its place between them."""
    rank = done(client.get(url(anna)))[0]["rank"] + "V"
    put(client, anna, 6, rank=rank)
    put(client, anna, 5, rank=rank)
    assert titles(client, anna) == [1, 6, 5, 2, 3, 4]
    put(client, anna, 7, after=6)
    assert titles(client, anna) == [1, 6, 7, 5, 2, 3, 4]
    undo_last(client)
    assert titles(client, anna) == [1, 6, 5, 2, 3, 4]


def test_it_is_taken_off_once(client, anna):
    assert done(client.delete(url(anna, 2)))["removed"] == 1
    assert done(client.delete(url(anna, 2)))["removed"] == 0
    assert titles(client, anna) == [1, 3, 4]
    assert done(client.get(LISTS))[0]["size"] == 3


def test_undo_reports_what_moved_since(client, anna):
    put(client, anna, 5, notes="a")
    operation = done(client.get("/api/user/operations"))[0]["id"]
    put(client, anna, 5, notes="b")
    undone = done(client.post(f"/api/user/operations/{operation}/undo", {}))
    assert undone["conflicts"] == [
        {
            "anime_id": "5",
            "title": "With Anna",
            "field": "notes",
            "expected": "a",
            "found": "b",
        }
    ]
    assert titles(client, anna) == [1, 2, 3, 4, 5]


def test_at_most_so_many(client, anna, monkeypatch):
    monkeypatch.setattr(editing, "MOST_ITEMS", 4)
    response = client.put(url(anna, 5), {})
    assert (response.status_code, response.json()["code"]) == (409, "list_full")
    put(client, anna, 4, after=None)
    assert titles(client, anna) == [4, 1, 2, 3]


def test_a_completed_title_leaves_where_that_is_wished(client, anna):
    stays = make(client, "Stays")
    put(client, stays, 2)
    done(client.patch(f"{LISTS}/{anna['id']}", {"leave_when_completed": True}))
    done(client.post(LIST, {"animeId": 2, "type": "Watching", "progress": 11}))
    response = client.post(f"{LIST}/2/increment", {})
    assert {
        "field": "lists",
        "from": "With Anna",
        "to": None,
        "reason": "left_list",
    } in (response.json()["meta"]["changes"])
    assert titles(client, anna) == [1, 3, 4]
    assert titles(client, stays) == [2]
    undo_last(client)
    assert titles(client, anna) == [1, 2, 3, 4]
    assert done(client.get(f"{LIST}/2"))["type"] == "Watching"


def test_who_has_no_lists_pays_nothing_for_them(client, budget):
    done(client.post(LIST, {"animeId": 2, "type": "Watching", "progress": 11}))
    with budget(6, "sign-in check, lock, read, the entry, the log, the diary"):
        done(client.post(f"{LIST}/2/increment", {}))


def test_how_far_one_is(client, anna):
    done(client.post(LIST, {"animeId": 1, "type": "Completed"}))
    done(client.post(LIST, {"animeId": 2, "type": "Watching", "progress": 2}))
    meta = client.get(url(anna)).json()["meta"]
    minutes = (10 + 12 + 12) * 20
    assert meta["progress"] == {"done": 1, "total": 4, "minutes_left": minutes}


def test_one_at_random(client, anna):
    seen = {titles(client, anna, pick="random")[0] for _ in range(40)}
    assert len(seen) > 1
    assert seen <= {1, 2, 3, 4}
    assert titles(client, make(client, "Empty"), pick="random") == []


def test_other_orders(client, anna):
    assert titles(client, anna, ordering="-year") == [4, 3, 2, 1]
    done(client.patch(f"{LISTS}/{anna['id']}", {"ordering": "-title"}))
    assert titles(client, anna) == [4, 3, 2, 1]
    assert titles(client, anna, ordering="rank") == [1, 2, 3, 4]
    assert client.get(url(anna), {"ordering": "user"}).status_code == 400


def test_only_some_keys(client, anna):
    [first, *_] = done(client.get(url(anna), {"fields": "anime_id,rank"}))
    assert first == {"anime_id": "1", "rank": "V000"}
    assert client.get(url(anna), {"fields": "user_id"}).status_code == 400


@pytest.fixture
def long(client, alice):
    """A list of 10,000 that another title of the catalogue may not join."""
    made = make(client, "Long")
    anime = [AnimeFactory.build(id=pk) for pk in range(1_001, 11_001)]
    type(anime[0]).objects.bulk_create(anime)
    list_id = UUID(made["id"])
    OwnList.objects.of(alice.pk).update(size=10_000)
    ListItem.objects.bulk_create(
        ListItem(
            user=alice,
            list_id=list_id,
            anime_id=pk,
            rank=f"W{pk:05}V",
            added_at=made["created_at"],
            revision=1,
        )
        for pk in range(1_001, 11_001)
    )
    return made


def test_ten_thousand_page_in_one_statement_each(client, long, budget):
    seen, cursor = [], ""
    while cursor is not None:
        with budget(4, "sign-in check, the list, the page; first its progress"):
            query = {"limit": 500, "cursor": cursor} if cursor else {"limit": 500}
            page = client.get(url(long), query).json()
        seen += [int(item["anime_id"]) for item in page["data"]]
        cursor = page["meta"]["next_cursor"]
    assert seen == list(range(1_001, 11_001))


def test_a_move_in_ten_thousand_is_as_few_statements(client, long, budget):
    words = (
        "sign-in check, lock, titles (2), lists, item, order; item, list, log, state"
    )
    with budget(11, words):
        put(client, long, 11_000, after=1_500)
    middle = titles(client, long, limit=500, ordering="rank")
    assert middle[499] == 1_500
    response = client.put(url(long, 1), {})
    assert response.json()["code"] == "list_full"
