"""The requests of the existing web client, replayed as it sends them.

Method, headers and body are what `docs/existing-client.md` lists; answers are read with
the client's own rules (`api`), on a site that is set up as that page says.
"""

import base64
import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from animecollections.api.reference import openapi
from collections_app.catalogue.search.search_names import search_names
from collections_app.catalogue.writes import store_names
from collections_app.models import AiringStatus
from factories import AnimeFactory
from profiles.models import Session

pytestmark = pytest.mark.django_db

PAGE = Path(project.BASE_DIR, "docs", "existing-client.md")

# fetch() with a text body and no headers.
NO_CONTENT_TYPE = "text/plain;charset=UTF-8"
SAME_ORIGIN = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmM"
    "IQAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.EXISTING_CLIENT = True


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


def api(browser, method, path, body=None):
    """The client's own helper: always JSON, also without a body; what it hands on."""
    raw = json.dumps(body).encode() if body else b""
    response = browser.generic(method, path, raw, content_type="application/json")
    body = response.json()
    if response.status_code >= 400:
        return {"data": None, "status": response.status_code, "error": body["error"]}
    return {"data": body["data"], "status": response.status_code}


def data(response):
    assert response.status_code == 200, response.content
    return response.json()["data"]


def test_load_list(browser):
    AnimeFactory(id=1535, title="Death Note", genre_names=["Action", "Supernatural"])
    send(browser, "POST", "/api/user/watchList", {"animeId": 1535, "type": "Completed"})
    (entry,) = data(browser.get("/api/user/watchList"))
    assert entry["mal_id"] == 1535
    assert (entry["type"], entry["title"]) == ("Completed", "Death Note")
    images = ("image_webp", "image_large_webp", "image_small_webp")
    assert {entry[name] for name in images} == {"https://img.example.org/1535.jpg"}
    assert entry["status"] == "Finished Airing"
    assert (entry["year"], entry["genres"][0]) == (2006, "Action")


def test_cards_and_nested_searches_are_for_browsers_of_such_a_site_alone(
    browser, settings
):
    AnimeFactory(id=1535)
    send(browser, "POST", "/api/user/watchList", {"animeId": 1535, "type": "Completed"})
    credentials = {"email": "mia@example.org", "password": "Abcdef1!"}
    tokens = data(APIClient().post("/api/auth/token", credentials))
    app = APIClient(headers={"Authorization": f"Bearer {tokens['access']}"})
    (entry,) = data(browser.get("/api/user/watchList"))
    (plain,) = data(app.get("/api/user/watchList"))
    assert "image_webp" in entry
    assert "image_webp" not in plain
    assert data(app.get("/api/user/searchHistory")) == []
    both = [one.get("/api/user/watchList").headers["ETag"] for one in (browser, app)]
    assert len(set(both)) == 2
    settings.EXISTING_CLIENT = False
    (entry,) = data(browser.get("/api/user/watchList"))
    assert "image_webp" not in entry
    assert data(browser.get("/api/user/searchHistory")) == []


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
    (card,) = data(browser.get("/api/user/watchList"))
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
    searches = api(browser, "GET", path)["data"]["data"]
    assert {search["type"] for search in searches} == {"animes", "music", "characters"}
    assert searches[0]["query"] == "naruto"
    assert searches[0]["appliedFilters"] == {}
    assert searches[0]["totalResults"] == 9
    assert api(browser, "DELETE", path)["status"] == 200
    assert api(browser, "GET", path)["data"]["data"] == []


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


def test_slugs_of_the_onboarding_form_mean_what_most_people_mean(browser):
    titles = {
        38000: ("Kimetsu no Yaiba", "Demon Slayer: Kimetsu no Yaiba"),
        1575: ("Code Geass: Hangyaku no Lelouch", ""),
        30: ("Shinseiki Evangelion", "Neon Genesis Evangelion"),
        14719: ("JoJo no Kimyou na Bouken (TV)", "JoJo's Bizarre Adventure (2012)"),
    }
    for id_, (title, english) in titles.items():
        anime = AnimeFactory(id=id_, title=title, english_title=english)
        store_names({id_: search_names(vars(anime))})
    slugs = ["demon_slayer", "code_geass", "evangelion", "jojo_bizarre_adventure"]
    answer = api(browser, "POST", "/api/user/profile", {"favorite_animes": slugs})
    assert answer["status"] == 200
    assert answer["data"]["favorite_animes"] == [str(id_) for id_ in titles]


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


GALLERIES = {
    "avatar": "https://cdn.myanimelist.net/images/characters/9/310307.jpg",
    "banner_image": "https://media.kitsu.app/anime/cover_images/3936/original.jpg",
}


def edit(browser, avatar, banner, name):
    """What its form does: each picture to uploadImage, then all of it together."""
    shown = {}
    for key, image in (("banner_image", banner), ("avatar", avatar)):
        body = {"image": image, "isBanner": key == "banner_image"}
        shown[key] = data(browser.post("/api/uploadImage", body))
    body = {"id": None, "name": name} | shown
    assert send(browser, "POST", "/api/user/updateProfile", body).status_code == 200
    return data(browser.get("/api/auth/session"))


def test_pictures_of_its_galleries_are_shown_and_sent_again_unchanged(browser):
    for name in ("mia", "mia2"):
        session = edit(browser, GALLERIES["avatar"], GALLERIES["banner_image"], name)
        assert {key: session[key] for key in GALLERIES} == GALLERIES
        assert session["name"] == name


def test_a_picture_of_any_host_that_is_shown_is_sent_again_unchanged(browser):
    google = "https://lh3.googleusercontent.com/a/mia=s96-c"
    body = {"id": None, "avatar": google, "name": "mia"}
    assert send(browser, "POST", "/api/user/updateProfile", body).status_code == 200
    session = edit(browser, google, GALLERIES["banner_image"], "mia2")
    assert (session["avatar"], session["name"]) == (google, "mia2")


def test_sign_out_as_auth_js_sends_it(browser):
    response = browser.generic(
        "POST",
        "/api/auth/signout",
        urlencode({"csrfToken": "undefined", "callbackUrl": "https://a.example/"}),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Auth-Return-Redirect": "1"},
    )
    assert response.status_code == 200
    assert "url" not in response.json()
    assert api(browser, "GET", "/api/auth/session")["data"] is None
    assert not Session.objects.exists()


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


# The rule of the proxy


def rule():
    """The pattern of nginx on the page; what it fits is sent to this backend."""
    [pattern] = re.findall(r"location ~ (\S+) \{", PAGE.read_text())
    return re.compile(pattern)


def our_addresses():
    """Of the API, with something in the place of each parameter."""
    return [re.sub(r"\{\w+\}", "1535", path) for path in json.loads(openapi())["paths"]]


CATALOGUE = re.compile(
    r"/api/?$|/api/(animes|calendar|genres|studios|schema|notices|version)"
)
ITS_OWN = [
    "/",
    "/profile",
    "/profile/settings",
    "/signin",
    "/anime/one-piece_21",
    "/api/animes",
    "/api/animes/random",
    "/api/animes/getBanner",
    "/api/getBanner",
    "/api/auth/csrf",
    "/api/auth/providers",
    "/api/auth/signin/google",
    "/api/auth/callback/google",
    "/api/auth/error",
    "/api/characters/getCharacterImage",
    "/api/music",
    "/api/proxy",
    "/api/recommendations",
    "/api/users",
    "/placeholder.webp",
    "/resets",
]
SENT_HERE = [
    "/api/user/watchList",
    "/api/user/searchHistory",
    "/api/user/profile",
    "/api/user/updateProfile",
    "/api/user/saveUserPreferences",
    "/api/saveUserPreferences",
    "/api/uploadImage",
    "/api/auth/signup",
    "/api/auth/signin",
    "/api/auth/signout",
    "/api/auth/session",
    "/media/images/a.webp",
    "/reset",
    "/static/admin.css",
    "/admin/",
]


@pytest.mark.parametrize("path", SENT_HERE)
def test_the_rule_sends_here_what_the_client_asks_of_us(path):
    assert rule().match(path)


def test_the_rule_sends_here_all_of_the_api_but_the_catalogue():
    missed = {
        path
        for path in our_addresses()
        if not CATALOGUE.match(path) and not rule().match(path)
    }
    assert not missed


@pytest.mark.parametrize("path", ITS_OWN)
def test_the_rule_leaves_to_the_client_what_is_its_own(path):
    assert not rule().match(path)
