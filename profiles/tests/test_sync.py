"""GET /api/user/sync"""

import json
import random
from uuid import uuid4

import pytest
from django.core.signing import Signer

from collections_app.models import CatalogueState
from factories import AnimeFactory
from history.log.cursors import Cursor
from history.models import Change, UserState
from profiles.sync.feed import message_of
from profiles.tests.device import LIST, URL, Device, add, listed, remove, retitle

pytestmark = pytest.mark.django_db
NOTHING = {
    "entries": [],
    "removed": [],
    "profile": None,
    "preferences": None,
    "searchHistory": None,
    "viewings": None,
    "notices": None,
}


@pytest.fixture
def titles(db):
    return [AnimeFactory(id=100 + number).id for number in range(12)]


@pytest.fixture
def device(client):
    """Alice's phone, up to date."""
    device = Device(client)
    device.catch_up()
    return device


def ask(client, **query):
    return client.get(URL, query).json()


def place_of(device):
    return Cursor.parse(device.cursor)


def test_without_a_cursor_everything_comes(client, titles):
    for anime_id in titles[:3]:
        add(client, anime_id)
    client.post("/api/user/searchHistory", {"query": "naruto"})
    client.post("/api/user/profile", {"name": "Alice"})
    device = Device(client)
    assert device.catch_up() == 1
    assert device.wholes.keys() == {
        "profile",
        "preferences",
        "searchHistory",
        "viewings",
        "notices",
    }
    assert device.holds_what_is_there()


def test_a_new_account_syncs_too(client):
    body = client.get(URL).json()
    assert body["data"]["entries"] == body["data"]["searchHistory"] == []
    assert body["data"]["profile"]["name"] is None
    assert body["meta"]["has_more"] is False


def test_nothing_new_is_told_as_nothing(client, device, budget):
    cursor = device.cursor
    with budget(1, "sign-in check"):
        body = device.ask()
    assert body["data"] == NOTHING
    assert body["meta"] == {"cursor": cursor, "has_more": False}


def test_what_changed_comes_as_it_is_now(client, titles, device):
    add(client, titles[0])
    add(client, titles[0], "Completed", score=9)
    add(client, titles[1])
    data = device.ask()["data"]
    assert [entry["anime_id"] for entry in data["entries"]] == ["100", "101"]
    assert {entry["anime_id"]: entry for entry in data["entries"]} == listed(client)
    assert data | {"entries": []} == NOTHING


def test_a_removal_is_told_by_its_anime_id(client, titles, device):
    add(client, titles[0])
    device.catch_up()
    remove(client, titles[0])
    assert device.ask()["data"] == NOTHING | {"removed": ["100"]}
    assert device.catch_up() == 1
    assert device.holds_what_is_there()


def test_what_came_and_went_meanwhile_is_told_as_gone(client, titles, device):
    add(client, titles[0])
    remove(client, titles[0])
    assert device.ask()["data"] == NOTHING | {"removed": ["100"]}


@pytest.mark.parametrize(
    ("name", "url", "body"),
    [
        ("profile", "/api/user/profile", {"name": "Alice"}),
        ("preferences", "/api/user/preferences", {"theme": "dark"}),
        ("searchHistory", "/api/user/searchHistory", {"query": "naruto"}),
    ],
)
def test_the_rest_comes_whole_when_it_changed(client, device, name, url, body):
    assert client.post(url, body).status_code == 200
    data = device.ask()["data"]
    assert data == NOTHING | {name: client.get(url).json()["data"]}
    device.catch_up()
    assert device.ask()["data"] == NOTHING


def test_searches_that_were_cleared_come_as_an_empty_list(client, device):
    client.post("/api/user/searchHistory", {"query": "naruto"})
    device.catch_up()
    client.delete("/api/user/searchHistory")
    assert device.ask()["data"] == NOTHING | {"searchHistory": []}


def test_the_number_of_statements_does_not_grow(client, titles, device, budget):
    for anime_id in titles:
        add(client, anime_id)
    client.post("/api/user/profile", {"name": "Alice"})
    client.post("/api/user/preferences", {"theme": "dark"})
    client.post("/api/user/searchHistory", {"query": "naruto"})
    client.patch(f"{LIST}/{titles[0]}", {"type": "Completed"})
    client.post(f"{LIST}/{titles[0]}/viewings", {})
    retitle(*titles[:3])
    client.put(f"/api/user/notices/mutes/{titles[0]}")
    words = (
        "sign-in, log, its entries, walk, profile, preferences, searches, viewings, "
    )
    with budget(9, words + "notices"):
        data = device.ask()["data"]
    assert len(data["entries"]) == 12
    assert None not in data.values()


def test_a_commit_is_told_with_two_statements(client, alice, titles, budget):
    for anime_id in titles:
        add(client, anime_id)
    event = {
        "since": 0,
        "revision": 12,
        "anime_ids": titles,
        "ids": {},
        "operation_id": "",
        "client_id": None,
    }
    with budget(2, "where the user stands + entries"):
        message = json.loads(message_of(alice.pk, event))
    assert len(message["entries"]) == 12


def test_nobody_is_told_of_an_erased_user(db):
    event = {"since": 0, "revision": 1, "anime_ids": [], "ids": {}}
    assert message_of(uuid4(), event) == ""


def test_a_first_load_needs_no_log(client, titles, budget):
    for anime_id in titles:
        add(client, anime_id)
    words = "sign-in, entries, profile, preferences, searches, viewings, notices"
    with budget(7, words):
        assert len(Device(client).ask()["data"]["entries"]) == 12


@pytest.mark.parametrize("limit", [1, 2, 5, 11, 12])
def test_a_first_load_in_pages_is_the_whole_list(client, titles, limit):
    for anime_id in titles:
        add(client, anime_id)
    device = Device(client, limit)
    assert device.catch_up() == -(-12 // limit)
    assert device.holds_what_is_there()


@pytest.mark.parametrize("limit", [1, 3, 500])
def test_a_first_load_misses_nothing_that_is_written_meanwhile(client, titles, limit):
    for anime_id in titles[:10]:
        add(client, anime_id)
    device = Device(client, limit)
    device.read_page()
    remove(client, titles[0])
    remove(client, titles[9])
    add(client, titles[1], "Completed")
    add(client, titles[11])
    client.post("/api/user/profile", {"name": "Alice"})
    retitle(titles[0], titles[1], titles[8])
    device.catch_up()
    assert device.holds_what_is_there()


def test_a_long_log_comes_in_pages(client, titles, device):
    device.limit = 5
    for anime_id in titles:
        add(client, anime_id)
    remove(client, titles[2])
    assert device.read_page()
    assert device.entries.keys() == {"100", "101", "103", "104"}
    assert device.read_page()
    assert not device.read_page()
    assert device.holds_what_is_there()


def test_a_whole_comes_with_the_page_that_reaches_it(client, titles, device):
    device.limit = 2
    add(client, titles[0])
    add(client, titles[1])
    client.post("/api/user/profile", {"name": "Alice"})
    add(client, titles[2])
    add(client, titles[3])
    first, second = device.ask()["data"]["profile"], None
    device.read_page()
    second = device.ask()["data"]["profile"]
    device.read_page()
    third = device.ask()["data"]["profile"]
    assert (first, second["name"], third) == (None, "Alice", None)


def test_a_change_of_the_catalogue_is_one_of_the_entry(client, titles, device):
    add(client, titles[0])
    add(client, titles[1])
    device.catch_up()
    retitle(titles[1], titles[5])
    (entry,) = device.ask()["data"]["entries"]
    assert entry["anime_id"] == "101"
    assert entry["title"].endswith("!")
    device.catch_up()
    assert device.holds_what_is_there()
    assert device.ask()["data"] == NOTHING


def test_titles_that_change_behind_a_walk_are_found_by_the_next(client, titles):
    for anime_id in titles:
        add(client, anime_id)
    device = Device(client)
    device.catch_up()
    device.limit = 3
    retitle(*titles)
    device.read_page()
    assert place_of(device).is_walking
    retitle(titles[0], titles[11])
    device.catch_up()
    assert device.holds_what_is_there()


def test_an_entry_changed_both_ways_is_told_once(client, titles, device):
    add(client, titles[0])
    retitle(titles[0])
    assert len(device.ask()["data"]["entries"]) == 1


def test_the_lists_cursor_is_where_sync_starts(client, titles):
    add(client, titles[0])
    device = Device(client)
    body = client.get(LIST).json()
    device.cursor = body["meta"]["cursor"]
    device.entries = {entry["anime_id"]: entry for entry in body["data"]}
    assert device.ask()["data"] == NOTHING
    add(client, titles[1])
    remove(client, titles[0])
    device.catch_up()
    assert device.entries == listed(client)


def watch_again(client, anime_id, chance):
    """A viewing begins, is corrected or goes; the diary gets a day."""
    viewings = f"{LIST}/{anime_id}/viewings"
    client.post(viewings, {})
    for row in client.get(viewings).json().get("data") or []:
        match chance.randrange(5):
            case 0:
                client.patch(f"{viewings}/{row['id']}", {"notes": str(chance.random())})
            case 1 | 2:
                client.patch(f"{viewings}/{row['id']}", {"state": "finished"})
            case 3:
                client.delete(f"{viewings}/{row['id']}")
    day = {"animeId": anime_id, "watched_on": chance.choice(["2015", "2016-02"])}
    client.post("/api/user/watched", day)


def happen(client, anime_id, chance):
    match chance.randrange(9):
        case 0:
            remove(client, anime_id)
        case 1:
            retitle(anime_id)
        case 2:
            client.post("/api/user/profile", {"name": f"A{chance.random()}"})
        case 3:
            client.post("/api/user/searchHistory", {"query": str(chance.random())})
        case 4 | 5:
            watch_again(client, anime_id, chance)
        case _:
            types = ["Watching", "To Watch", "Completed", "Completed"]
            add(client, anime_id, chance.choice(types))


@pytest.mark.parametrize("seed", range(8))
def test_whenever_a_device_stops_and_goes_on_it_ends_with_the_list(
    client, titles, seed
):
    """Devices of all page sizes, each asking now and then while anything happens."""
    chance = random.Random(seed)
    devices = [Device(client, limit) for limit in (1, 2, 3, 7, None)]

    for _ in range(40):
        happen(client, chance.choice(titles), chance)
        device = chance.choice(devices)
        for _ in range(chance.randrange(3)):
            device.read_page()
    for device in devices:
        device.catch_up()
        assert device.holds_what_is_there()
        assert device.ask()["data"] == NOTHING


def refused(client, cursor, **more):
    response = client.get(URL, {"cursor": cursor, **more})
    return response.status_code, response.json()["code"]


def test_a_log_that_was_pruned_sends_the_device_back_to_the_start(
    client, titles, device
):
    for anime_id in titles[:4]:
        add(client, anime_id)
    Change.objects.filter(revision__lte=2).delete()
    response = client.get(URL, {"cursor": device.cursor})
    assert response.status_code == 410
    assert response.json()["code"] == "cursor_expired"
    assert response.json()["details"] == {"reload": "/api/user/sync"}
    device.cursor = None
    device.catch_up()
    assert device.holds_what_is_there()


def test_a_log_that_was_pruned_right_up_to_the_cursor_is_no_loss(
    client, titles, device
):
    add(client, titles[0])
    device.catch_up()
    Change.objects.all().delete()
    add(client, titles[1])
    device.catch_up()
    assert device.holds_what_is_there()


def test_a_gap_in_the_log_is_never_read_over(client, titles, device):
    for anime_id in titles[:4]:
        add(client, anime_id)
    Change.objects.filter(revision=3).delete()
    assert refused(client, device.cursor) == (410, "cursor_expired")


def test_an_old_cursor_is_good_as_long_as_the_list_is_older(client, titles):
    """The list's cursor names the list's last change, however long ago that was."""
    add(client, titles[0])
    device = Device(client)
    device.cursor = client.get(LIST).json()["meta"]["cursor"]
    client.post("/api/user/profile", {"name": "Alice"})
    Change.objects.all().delete()
    assert device.ask()["data"]["profile"]["name"] == "Alice"


def test_a_cursor_from_before_a_restore_has_ended(client, alice, titles, device):
    add(client, titles[0])
    device.catch_up()
    UserState.objects.filter(user=alice).update(epoch=place_of(device).epoch + 1)
    assert refused(client, device.cursor) == (410, "cursor_expired")


def test_a_cursor_ahead_of_the_database_has_ended(client, alice, titles, device):
    place = place_of(device)
    ahead = str(place._replace(user=place.user + 1))
    assert refused(client, ahead) == (410, "cursor_expired")
    newer = CatalogueState.objects.get().revision + 1
    for beyond in (
        place._replace(catalogue=newer),
        place._replace(catalogue=-1, until=newer),
    ):
        assert refused(client, str(beyond)) == (410, "cursor_expired")


def test_anothers_cursor_has_ended(client, other_client, device):
    assert refused(other_client, device.cursor) == (410, "cursor_expired")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "WzEsMiwzXQ",
        "WzEsMiwzXQ:x",
        ":",
        "é",
        "💥" * 50,
        Signer(salt="animecollections.sync").sign_object("no place"),
        Signer(salt="animecollections.sync").sign_object({"epoch": 1}),
        Signer(salt="animecollections.cursor").sign_object([1, 2, 3]),
    ],
)
def test_a_cursor_that_we_did_not_write_is_400(client, cursor):
    assert refused(client, cursor) == (400, "invalid_cursor")


def test_a_cursor_that_was_changed_is_400(client, device):
    body, _, signature = device.cursor.partition(":")
    assert refused(client, f"{body}x:{signature}") == (400, "invalid_cursor")
    assert refused(client, device.cursor[:-1]) == (400, "invalid_cursor")


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5", "٣", "501"])
def test_a_limit_that_is_none_is_400(client, limit):
    response = client.get(URL, {"limit": limit})
    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert "limit" in response.json()["fields"]


def test_an_empty_cursor_is_none(client):
    assert client.get(f"{URL}?cursor=&limit=").json()["data"]["profile"] is not None


def test_only_the_parts_that_are_asked_for_come(client, titles, device, budget):
    add(client, titles[0])
    client.post("/api/user/searchHistory", {"query": "naruto"})
    client.post("/api/user/profile", {"name": "Alice"})
    with budget(2, "sign-in check, profile"):
        body = ask(client, cursor=device.cursor, parts="profile,preferences")
    assert body["data"] == NOTHING | {"profile": body["data"]["profile"]}
    assert body["data"]["profile"]["name"] == "Alice"
    assert body["meta"]["has_more"] is False
    entries = ask(client, cursor=device.cursor, parts="entries")["data"]
    assert [entry["anime_id"] for entry in entries["entries"]] == [str(titles[0])]
    assert entries["profile"] is entries["searchHistory"] is None


def test_a_cursor_goes_past_the_parts_that_were_not_asked_for(client, titles, device):
    add(client, titles[0])
    cursor = ask(client, cursor=device.cursor, parts="searches")["meta"]["cursor"]
    assert ask(client, cursor=cursor)["data"] == NOTHING
    everything = ask(client, parts="entries")["data"]["entries"]
    assert len(everything) == 1


def test_a_part_that_there_is_not_is_400(client):
    answer = client.get(URL, {"parts": "entries,lists"})
    assert answer.status_code == 400
    assert "parts" in answer.json()["fields"]


def test_unchanged_is_304_after_the_sign_in_check_alone(client, device, titles, budget):
    held = client.get(URL, {"cursor": device.cursor})["ETag"]
    with budget(1, "sign-in check"):
        same = client.get(
            URL, {"cursor": device.cursor}, headers={"If-None-Match": held}
        )
    assert (same.status_code, same.content) == (304, b"")
    add(client, titles[0])
    more = client.get(URL, {"cursor": device.cursor}, headers={"If-None-Match": held})
    assert more.status_code == 200


def test_a_stranger_sees_nothing_of_it(client, other_client, titles):
    add(client, titles[0])
    assert other_client.get(URL).json()["data"]["entries"] == []


def test_a_visitor_has_to_sign_in(visitor):
    response = visitor.get(URL)
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")
