"""POST /api/user/watchList"""

from datetime import timedelta

import pytest
from django.utils import timezone

from collections_app.models import AiringStatus, WatchListEntry
from factories import AnimeFactory
from history.models import Change, UserState

pytestmark = pytest.mark.django_db
URL = "/api/user/watchList"


def add(client, anime_id=1535, type_="Watching", **more):
    return client.post(URL, {"animeId": anime_id, "type": type_, **more})


def entry_of(response):
    assert response.status_code == 200, response.content
    return response.json()["data"]["entry"]


def test_an_anime_is_added_and_answered_whole(client, alice, death_note):
    response = add(client)
    body = response.json()
    assert body["success"] is True
    assert body["data"]["message"] == "Anime added to watch list"
    entry = body["data"]["entry"]
    assert entry | {"id": "", "added_at": "", "updated_at": ""} == {
        "id": "",
        "user_id": str(alice.id),
        "anime_id": "1535",
        "type": "Watching",
        "title": "Death Note",
        "imageUrl": "https://img.example.org/1535.jpg",
        "rating": 8.62,
        "episodes": 37,
        "mal_id": 1535,
        "format": "TV",
        "airing_status": "finished",
        "season": "fall",
        "year": 2006,
        "progress": 0,
        "score": None,
        "state": "active",
        "rewatches": 0,
        "started_on": None,
        "finished_on": None,
        "notes": "",
        "custom_title": "",
        "tags": [],
        "priority": 0,
        "is_private": False,
        "added_at": "",
        "updated_at": "",
        "revision": 1,
        "episodes_aired": 37,
        "behind_by": 37,
        "next_airs_at": None,
        "next_airs_estimated": None,
    }
    assert entry["added_at"].endswith("Z")
    assert body["meta"]["operation_id"]


@pytest.mark.parametrize("anime_id", [1535, "1535", "mal:1535"])
def test_ids_come_as_numbers_texts_and_site_ids(client, death_note, anime_id):
    assert entry_of(add(client, anime_id))["anime_id"] == "1535"


def test_the_existing_client_sends_no_content_type(client, death_note):
    response = client.generic(
        "POST",
        URL,
        b'{"animeId": 1535, "type": "To Watch"}',
        content_type="text/plain;charset=UTF-8",
    )
    assert entry_of(response)["type"] == "To Watch"


def test_fields_sent_are_kept(client, death_note):
    entry = entry_of(
        add(
            client,
            progress=12,
            score=9.5,
            state="on_hold",
            rewatches=2,
            started_on="2017-10",
            finished_on=None,
            notes="cafe\u0301",
            tags=["rewatch", "rewatch", "best"],
            priority=2,
            is_private=True,
        )
    )
    kept = {
        "progress": 12,
        "score": 9.5,
        "state": "on_hold",
        "rewatches": 2,
        "started_on": "2017-10",
        "finished_on": None,
        "notes": "caf\u00e9",
        "tags": ["rewatch", "best"],
        "priority": 2,
        "is_private": True,
    }
    assert {name: entry[name] for name in kept} == kept


def test_an_anime_already_listed_moves_and_keeps_what_was_noted(client, death_note):
    first = entry_of(add(client, score=8, notes="so far so good", state="on_hold"))
    moved = entry_of(add(client, type_="Collection"))
    assert moved["id"] == first["id"]
    assert (moved["type"], moved["state"]) == ("Collection", "active")
    assert (moved["score"], moved["notes"]) == (8, "so far so good")
    assert WatchListEntry.objects.count() == 1


def test_the_same_again_changes_nothing_and_takes_no_revision(
    client, alice, death_note
):
    first = entry_of(add(client))
    response = add(client)
    assert entry_of(response) == first
    assert "meta" not in response.json()
    assert UserState.objects.get(user=alice).revision == 1
    assert Change.objects.count() == 1


def test_null_clears_a_field(client, death_note):
    add(client, score=8, notes="x", tags=["a"], progress=3)
    entry = entry_of(add(client, score=None, notes=None, tags=None, progress=None))
    assert (entry["score"], entry["notes"], entry["tags"], entry["progress"]) == (
        None,
        "",
        [],
        0,
    )


def test_every_change_is_in_the_log(client, alice, death_note):
    add(client, type_="To Watch")
    add(client, type_="Watching", progress=2)
    first, second = Change.objects.filter(user=alice).order_by("revision")
    assert (first.kind, first.anime_id, first.before) == ("add", 1535, {})
    assert first.after["type"] == "To Watch"
    assert (second.kind, second.revision) == ("update", 2)
    assert second.before == {"type": "To Watch", "progress": 0}
    assert second.after == {"type": "Watching", "progress": 2}
    assert second.through == "session"
    assert second.request_id


def test_added_again_within_a_day_it_takes_back_what_it_held(client, death_note):
    first = entry_of(
        add(client, progress=12, score=9.5, notes="n", tags=["t"], started_on="2020")
    )
    client.delete(URL, {"animeId": 1535})
    response = add(client, type_="To Watch", score=3)
    entry = entry_of(response)
    assert entry["id"] == first["id"]
    assert (entry["type"], entry["progress"], entry["notes"]) == ("To Watch", 12, "n")
    assert (entry["tags"], entry["started_on"], entry["score"]) == (["t"], "2020", 3)
    restored = {
        change["field"]
        for change in response.json()["meta"]["changes"]
        if change["reason"] == "restored"
    }
    assert restored == {"progress", "notes", "tags", "started_on"}


def test_what_came_back_is_told_as_the_api_shows_it(client, death_note):
    add(client, score=9.5, started_on="2020", progress=2)
    client.delete(URL, {"animeId": 1535})
    changes = add(client).json()["meta"]["changes"]
    told = {change["field"]: (change["from"], change["to"]) for change in changes}
    assert told == {
        "score": (None, 9.5),
        "started_on": (None, "2020"),
        "progress": (0, 2),
    }


def test_fresh_starts_anew(client, death_note):
    first = entry_of(add(client, progress=12))
    client.delete(URL, {"animeId": 1535})
    entry = entry_of(add(client, fresh=True))
    assert (entry["progress"], entry["id"] == first["id"]) == (0, False)


def test_a_day_later_nothing_comes_back(client, death_note):
    add(client, progress=12)
    client.delete(URL, {"animeId": 1535})
    Change.objects.update(at=timezone.now() - timedelta(hours=25))
    assert entry_of(add(client))["progress"] == 0


def test_becoming_completed_fills_the_progress(client, death_note):
    response = add(client, type_="Completed")
    assert entry_of(response)["progress"] == 37
    assert response.json()["meta"]["changes"] == [
        {"field": "progress", "from": 0, "to": 37, "reason": "completed"}
    ]


def test_progress_beyond_the_known_total_is_stored_with_a_warning(client, death_note):
    response = add(client, progress=40)
    assert entry_of(response)["progress"] == 40
    (warning,) = response.json()["meta"]["warnings"]
    assert warning["code"] == "progress_beyond_total"


def test_an_unknown_total_completes_nothing(client):
    AnimeFactory(id=21, episodes=None, airing_status=AiringStatus.AIRING)
    assert entry_of(add(client, 21, "Completed"))["progress"] == 0


def test_body_keys_of_ours_change_nothing(client, alice, stranger, death_note):
    entry = entry_of(
        add(client, user=str(stranger.id), user_id=str(stranger.id), revision=99, id=7)
    )
    assert (entry["user_id"], entry["revision"]) == (str(alice.id), 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "animeId"),
        ({"animeId": True}, "animeId"),
        ({"animeId": 1.5}, "animeId"),
        ({"animeId": "1e3"}, "animeId"),
        ({"animeId": " 7 "}, "animeId"),
        ({"animeId": "1_000"}, "animeId"),
        ({"animeId": "٧"}, "animeId"),
        ({"animeId": 2**31}, "animeId"),
        ({"animeId": 0}, "animeId"),
        ({"animeId": []}, "animeId"),
        ({"animeId": 1535}, "type"),
        ({"animeId": 1535, "type": "watching"}, "type"),
        ({"animeId": 1535, "type": "Completed", "state": "on_hold"}, "state"),
        ({"animeId": 1535, "type": "Watching", "state": "paused"}, "state"),
        ({"animeId": 1535, "type": "Watching", "progress": -1}, "progress"),
        ({"animeId": 1535, "type": "Watching", "progress": 10**6}, "progress"),
        ({"animeId": 1535, "type": "Watching", "progress": "3"}, "progress"),
        ({"animeId": 1535, "type": "Watching", "progress": True}, "progress"),
        ({"animeId": 1535, "type": "Watching", "score": 10.1}, "score"),
        ({"animeId": 1535, "type": "Watching", "score": 9.55}, "score"),
        ({"animeId": 1535, "type": "Watching", "score": True}, "score"),
        ({"animeId": 1535, "type": "Watching", "started_on": "2017-13"}, "started_on"),
        ({"animeId": 1535, "type": "Watching", "started_on": "2017-2"}, "started_on"),
        (
            {"animeId": 1535, "type": "Watching", "finished_on": "0000-00-00"},
            "finished_on",
        ),
        ({"animeId": 1535, "type": "Watching", "notes": "x" * 10_001}, "notes"),
        ({"animeId": 1535, "type": "Watching", "notes": 5}, "notes"),
        ({"animeId": 1535, "type": "Watching", "tags": "a"}, "tags"),
        ({"animeId": 1535, "type": "Watching", "tags": ["x" * 256]}, "tags"),
        ({"animeId": 1535, "type": "Watching", "tags": [1]}, "tags"),
        ({"animeId": 1535, "type": "Watching", "tags": ["\u200b"]}, "tags"),
        ({"animeId": 1535, "type": "Watching", "is_private": "yes"}, "is_private"),
        ({"animeId": 1535, "type": "Watching", "priority": 101}, "priority"),
    ],
)
def test_a_wrong_value_is_refused_and_changes_nothing(
    client, alice, death_note, body, field
):
    response = client.post(URL, body)
    assert response.status_code == 400
    failure = response.json()
    assert failure["success"] is False
    assert field in failure["fields"]
    assert failure["error"]
    assert not WatchListEntry.objects.exists()
    assert UserState.objects.get(user=alice).revision == 0


def test_an_unknown_anime_is_404(client):
    response = add(client, 999)
    assert response.status_code == 404
    assert response.json()["code"] == "anime_not_found"


def test_a_visitor_is_told_to_sign_in(visitor, death_note):
    response = add(visitor)
    assert response.status_code == 401
    assert response.json()["code"] == "not_signed_in"


def test_a_foreign_page_cannot_add(client, death_note):
    response = client.post(
        URL,
        {"animeId": 1535, "type": "Watching"},
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 403
    assert response.json()["code"] == "cross_site"


def test_an_add_costs_one_statement_and_at_most_five(client, death_note, budget):
    with budget(5, "sign-in check + lock and revision, read, upsert, change"):
        add(client)
    with budget(6, "the same + episodes watched"):
        add(client, type_="Completed")
    with budget(3, "sign-in check + lock and revision, read; rolled back"):
        add(client, type_="Completed")


# --- Two devices ---------------------------------------------------------------------


def mismatch(response):
    assert (response.status_code, response.json()["code"]) == (412, "revision_mismatch")
    return response.json()["details"]["entry"]


@pytest.mark.parametrize("tag", ['"7"', 'W/"7-x"', "junk", '"5", "6"'])
def test_a_device_that_saw_something_older_overwrites_nothing(client, death_note, tag):
    add(client, notes="of the other device")
    body = {"animeId": 1535, "type": "Watching", "notes": "mine"}
    entry = mismatch(client.post(URL, body, headers={"If-Match": tag}))
    assert (entry["notes"], entry["revision"]) == ("of the other device", 1)
    assert WatchListEntry.objects.get().notes == "of the other device"


@pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"0", "1-x"', "*"])
def test_one_that_saw_what_is_there_may_overwrite_it(client, death_note, tag):
    add(client, notes="old")
    body = {"animeId": 1535, "type": "Watching", "notes": "new"}
    assert client.post(URL, body, headers={"If-Match": tag}).status_code == 200
    assert WatchListEntry.objects.get().notes == "new"


@pytest.mark.parametrize("tag", ['"1"', '"0"', "*"])
def test_what_is_not_listed_matches_nothing(client, death_note, tag):
    body = {"animeId": 1535, "type": "Watching"}
    assert mismatch(client.post(URL, body, headers={"If-Match": tag})) is None
    assert not WatchListEntry.objects.exists()


def test_an_anime_can_be_added_only_where_it_is_not_listed_yet(client, death_note):
    body = {"animeId": 1535, "type": "Watching"}
    headers = {"If-None-Match": "*"}
    assert client.post(URL, body, headers=headers).status_code == 200
    again = client.post(URL, body | {"type": "Completed"}, headers=headers)
    assert mismatch(again)["type"] == "Watching"
    client.delete(URL, {"animeId": 1535})
    assert client.post(URL, body, headers=headers).status_code == 200


def test_a_retry_with_its_key_is_not_refused_for_what_it_did_itself(client, death_note):
    body = {"animeId": 1535, "type": "Watching"}
    headers = {"If-None-Match": "*", "Idempotency-Key": "k"}
    first = client.post(URL, body, headers=headers)
    again = client.post(URL, body, headers=headers)
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
