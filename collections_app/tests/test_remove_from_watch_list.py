"""DELETE /api/user/watchList"""

import pytest

from collections_app.models import WatchListEntry
from collections_app.tests.test_add_to_watch_list import URL, add
from factories import AnimeFactory
from history.models import Change, UserState

pytestmark = pytest.mark.django_db


def test_an_anime_is_removed(client, death_note):
    add(client)
    response = client.delete(URL, {"animeId": 1535})
    assert response.status_code == 200
    assert response.json()["data"] == {
        "message": "Anime removed from watch list",
        "removed": 1,
    }
    assert not WatchListEntry.objects.exists()


def test_the_existing_client_sends_no_content_type(client, death_note):
    add(client)
    response = client.generic(
        "DELETE", URL, b'{"animeId": 1535}', content_type="text/plain;charset=UTF-8"
    )
    assert response.json()["data"]["removed"] == 1


def test_the_query_names_it_too(client, death_note):
    add(client)
    assert client.delete(f"{URL}?animeId=1535").json()["data"]["removed"] == 1


def test_a_retry_is_no_error(client, alice, death_note):
    add(client)
    client.delete(URL, {"animeId": 1535})
    response = client.delete(URL, {"animeId": 1535})
    assert response.status_code == 200
    assert response.json()["data"]["removed"] == 0
    assert UserState.objects.get(user=alice).revision == 2


def test_without_an_anime_nothing_is_removed(client, death_note):
    add(client)
    for response in (
        client.delete(URL),
        client.delete(URL, {}),
        client.generic("DELETE", URL, b"", content_type=""),
    ):
        assert response.status_code == 400
        assert "animeId" in response.json()["fields"]
    assert WatchListEntry.objects.count() == 1


def test_body_and_query_must_agree(client, death_note):
    AnimeFactory(id=7)
    add(client)
    response = client.delete(f"{URL}?animeId=7", {"animeId": 1535})
    assert response.status_code == 400
    assert client.delete(f"{URL}?animeId=1535", {"animeId": "1535"}).json()["data"] == {
        "message": "Anime removed from watch list",
        "removed": 1,
    }


def test_an_unknown_anime_is_404(client):
    assert client.delete(URL, {"animeId": 999}).status_code == 404


def test_what_another_device_changed_is_not_removed(client, death_note):
    add(client)
    client.patch(f"{URL}/1535", {"score": 1})
    response = client.delete(URL, {"animeId": 1535}, headers={"If-Match": '"1"'})
    assert (response.status_code, response.json()["code"]) == (412, "revision_mismatch")


def test_a_stranger_removes_nothing_of_others(client, other_client, death_note):
    add(client)
    assert other_client.delete(URL, {"animeId": 1535}).json()["data"]["removed"] == 0
    assert WatchListEntry.objects.count() == 1


def test_the_log_keeps_all_that_was_noted(client, death_note):
    add(client, notes="keep me", score=7)
    client.delete(URL, {"animeId": 1535})
    removal = Change.objects.get(kind="remove")
    assert removal.before["notes"] == "keep me"
    assert removal.before["score"] == 70
    assert removal.after == {}


def test_a_removal_costs_one_statement_and_at_most_five(client, death_note, budget):
    add(client)
    with budget(5, "sign-in check + lock and revision, read, delete, change"):
        client.delete(URL, {"animeId": 1535})
