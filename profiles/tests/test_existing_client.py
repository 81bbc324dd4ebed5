"""The requests of the existing web client, replayed as it sends them.

Method, headers and body are what `docs/existing-client.md` lists; what is asserted is
what the client reads.
"""

import base64
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from collections_app.models import AiringStatus
from factories import AnimeFactory

pytestmark = pytest.mark.django_db

# fetch() with a text body and no headers.
NO_CONTENT_TYPE = "text/plain;charset=UTF-8"
SAME_ORIGIN = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmM"
    "IQAAAABJRU5ErkJggg=="
)


@pytest.fixture
def browser():
    """A browser that signed up as the client does: it holds the cookie."""
    browser = APIClient(headers=SAME_ORIGIN)
    response = browser.post(
        "/api/auth/signup",
        {"email": "mia@example.org", "password": "Abcdef1!", "user_name": "mia"},
    )
    assert response.status_code == 200, response.content
    return browser


def send(browser, method, path, body=None):
    """fetch(path, {method, body: JSON.stringify(body)})"""
    raw = json.dumps(body).encode() if body is not None else b""
    return browser.generic(method, path, raw, content_type=NO_CONTENT_TYPE)


def data(response):
    assert response.status_code == 200, response.content
    return response.json()["data"]


def test_load_list(browser):
    AnimeFactory(id=1535, title="Death Note", genre_names=["Action", "Supernatural"])
    send(browser, "POST", "/api/user/watchList", {"animeId": 1535, "type": "Completed"})
    (entry,) = data(browser.get("/api/user/watchList"))
    assert entry["mal_id"] == 1535
    assert (entry["type"], entry["title"]) == ("Completed", "Death Note")
    (card,) = data(browser.get("/api/user/watchList?view=card"))
    assert card["image_webp"] == card["image_large_webp"] == card["image_small_webp"]
    assert card["status"] == "Finished Airing"
    assert (card["year"], card["genres"][0]) == (2006, "Action")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (AiringStatus.FINISHED, "Finished Airing"),
        (AiringStatus.AIRING, "Currently Airing"),
        (AiringStatus.UPCOMING, "Not yet aired"),
    ],
)
def test_cards_speak_its_words_of_airing(browser, status, words):
    AnimeFactory(id=5, airing_status=status)
    send(browser, "POST", "/api/user/watchList", {"animeId": 5, "type": "To Watch"})
    (card,) = data(browser.get("/api/user/watchList?view=card"))
    assert card["status"] == words


def test_add_remove_and_undo_a_removal(browser):
    AnimeFactory(id=1535)
    path, anime = "/api/user/watchList", {"animeId": 1535}
    assert send(browser, "POST", path, anime | {"type": "To Watch"}).status_code == 200
    assert send(browser, "DELETE", path, anime).status_code == 200
    assert data(browser.get(path)) == []
    assert send(browser, "POST", path, anime | {"type": "To Watch"}).status_code == 200
    assert len(data(browser.get(path))) == 1


def test_an_error_is_a_sentence(browser):
    response = send(browser, "POST", "/api/user/watchList", {"animeId": 424242})
    assert response.status_code >= 400
    assert isinstance(response.json()["error"], str)


def test_search_history(browser):
    path = "/api/user/searchHistory"
    for type_ in ("animes", "music", "characters"):
        body = {"query": "naruto", "type": type_, "totalResults": 9}
        assert send(browser, "POST", path, body).status_code == 200
    searches = data(browser.get(path))
    assert {search["type"] for search in searches} == {"animes", "music", "characters"}
    assert searches[0]["query"] == "naruto"
    assert searches[0]["appliedFilters"] == {}
    assert searches[0]["totalResults"] == 9
    assert send(browser, "DELETE", path).status_code == 200
    assert data(browser.get(path)) == []


def test_save_profile_from_the_onboarding_form(browser):
    AnimeFactory(id=21, title="One Piece")
    AnimeFactory(id=16498, title="Shingeki no Kyojin", english_title="Attack on Titan")
    form = {
        "name": "Mia",
        "last_name": "Wong",
        "birthday": "1995-05-20",
        "gender": "other",
        "frequency": "daily",
        "fanatic_level": "hardcore_otaku",
        "preferred_format": "tv",
        "favorite_animes": ["one_piece", "attack_on_titan"],
        "watched_animes": ["one_piece"],
        "favorite_studios": ["studio_ghibli"],
        "favorite_genres": ["slice_of_life", "boys love"],
    }
    saved = data(browser.post("/api/user/profile", form))
    assert saved["name"] == "Mia"
    cleared = data(browser.post("/api/user/profile", {"frequency": "", "gender": ""}))
    assert (cleared["frequency"], cleared["name"]) == (None, "Mia")


def test_edit_profile(browser):
    body = {
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "avatar": "",
        "banner_image": None,
        "name": "mia2",
    }
    response = send(browser, "POST", "/api/user/updateProfile", body)
    assert data(response)["name"] == "mia2"
    assert data(browser.get("/api/auth/session"))["name"] == "mia2"


@pytest.mark.parametrize(
    "path", ["/api/user/saveUserPreferences", "/api/saveUserPreferences"]
)
def test_preferences(browser, path):
    body = {"enfasiscolor": "#3498db", "parentalControl": True}
    saved = data(send(browser, "POST", path, body))
    assert saved["enfasiscolor"].lower() == "#3498db"
    session = data(browser.get("/api/auth/session"))
    assert session["enfasis_color"].lower() == "#3498db"
    assert session["parental_control"] is True


def test_upload_by_form_and_by_json(browser):
    file = SimpleUploadedFile("me.png", PIXEL, content_type="image/png")
    form = {"file": file, "filename": "me.png", "isBanner": "false"}
    url = data(browser.post("/api/uploadImage", form, format="multipart"))
    assert isinstance(url, str)
    encoded = base64.b64encode(PIXEL).decode()
    for image in (encoded, f"data:image/png;base64,{encoded}"):
        body = {"image": image, "filename": "me.png", "isBanner": False}
        assert data(browser.post("/api/uploadImage", body)) == url
    body = {"image": url, "filename": "me.png", "isBanner": True}
    assert data(browser.post("/api/uploadImage", body)) == url


def test_sign_in_and_session(browser):
    assert data(APIClient().get("/api/auth/session")) is None
    again = APIClient(headers=SAME_ORIGIN)
    body = {"email": "mia@example.org", "password": "Abcdef1!"}
    assert again.post("/api/auth/signin", body).status_code == 200
    session = data(again.get("/api/auth/session"))
    wanted = {"id", "name", "avatar", "banner_image", "enfasis_color"}
    assert wanted | {"parental_control"} <= session.keys()
    wrong = APIClient(headers=SAME_ORIGIN).post(
        "/api/auth/signin", body | {"password": "Wrong-one-1"}
    )
    assert isinstance(wrong.json()["error"], str)
