"""What a user calls a title: written, found, undone, synced, exported, never shown."""

import pytest

from collections_app.models import SearchName
from collections_app.tests.imports import rows, upload
from factories import AnimeFactory

pytestmark = pytest.mark.django_db
URL = "/api/user/watchList"


@pytest.fixture
def called(client, death_note):
    """Death Note, under a name of one's own."""
    for anime in (death_note, AnimeFactory(id=2, title="Other")):
        SearchName.objects.create(anime=anime, name=anime.title.lower())
    client.post(URL, {"animeId": 2, "type": "Watching"})
    sent = {"animeId": 1535, "type": "Watching", "custom_title": "  El cuaderno "}
    return client.post(URL, sent).json()


def test_it_is_found_by_its_words_and_by_the_titles_own(client, called):
    assert called["data"]["entry"]["custom_title"] == "El cuaderno"
    assert called["data"]["entry"]["title"] == "Death Note"
    for text, found in [
        ("cuaderno", ["1535"]),
        ("el CUAD", ["1535"]),
        ("note", ["1535"]),
        ("cuaderno x", []),
        ("other", ["2"]),
    ]:
        listed = client.get(URL, {"search": text}).json()["data"]
        assert [one["anime_id"] for one in listed] == found, text


def test_it_is_a_change_like_any_other(client, called):
    """In the log in words, undone, and synced to devices."""
    whole = client.get(URL).json()["data"]
    assert {one["custom_title"] for one in whole} == {"El cuaderno", ""}
    changed = client.patch(f"{URL}/1535", {"custom_title": None}).json()
    assert changed["data"]["custom_title"] == ""
    [operation, *_] = client.get("/api/user/operations").json()["data"]
    assert operation["summary"] == "changed Death Note: own title El cuaderno → none"
    client.post(f"/api/user/operations/{operation['id']}/undo", {})
    [entry] = client.get(URL, {"search": "cuaderno"}).json()["data"]
    assert entry["custom_title"] == "El cuaderno"
    synced = client.get("/api/user/sync").json()["data"]
    names = {one["anime_id"]: one["custom_title"] for one in synced["entries"]}
    assert names == {"1535": "El cuaderno", "2": ""}


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        (5, "Send a text."),
        ("two\nlines", "This text has control characters."),
        ("x" * 201, "Send at most 200 characters."),
        ("\u200b", "This text has no visible characters."),
    ],
)
def test_it_is_one_line_that_shows_something(client, called, sent, refused):
    answer = client.patch(f"{URL}/1535", {"custom_title": sent}, format="json")
    assert answer.json()["fields"] == {"custom_title": [refused]}
    [entry] = client.get(URL, {"search": "cuaderno"}).json()["data"]
    assert entry["custom_title"] == "El cuaderno"


@pytest.mark.parametrize("format_", ["json", "csv"])
def test_our_own_files_bring_it_along(client, other_client, called, format_):
    file = client.get("/api/user/export", {"format": format_})
    data = b"".join(file.streaming_content) if file.streaming else file.content
    plan = upload(other_client, data)
    planned = [row["after"].get("custom_title") for row in rows(other_client, plan)]
    assert "El cuaderno" in planned
    other_client.post(f"/api/user/imports/{plan['id']}/apply", {})
    [entry] = other_client.get(URL, {"search": "cuaderno"}).json()["data"]
    assert entry["anime_id"] == "1535"
