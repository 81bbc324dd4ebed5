"""POST /api/user/updateProfile: the existing client's edit form."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from conftest import signed_in
from factories import UserFactory
from history.models import UserState
from profiles.models import User

URL = "/api/user/updateProfile"
AVATAR = "https://img.example.org/a.png"
BANNER = "https://img.example.org/b.png"

pytestmark = pytest.mark.django_db


def test_the_request_of_the_existing_client(client, alice):
    body = {
        "id": str(alice.id),
        "avatar": AVATAR,
        "banner_image": BANNER,
        "name": "Bo B",
    }
    response = client.post(URL, json.dumps(body), content_type="text/plain")
    assert response.status_code == 200
    assert response.json()["data"] == body
    alice.refresh_from_db()
    assert alice.user_name == "Bo B"


def test_blank_and_null_keep(client, alice):
    client.post(URL, {"avatar": AVATAR, "banner_image": BANNER})
    response = client.post(URL, {"name": "", "avatar": None, "banner_image": ""})
    assert response.json()["data"] == {
        "id": str(alice.id),
        "name": "alice",
        "avatar": AVATAR,
        "banner_image": BANNER,
    }


@pytest.mark.parametrize("body", [{}, {"id": 5}, {"user_name": "eve"}])
def test_none_of_the_three_is_refused(client, body):
    response = client.post(URL, body)
    assert response.status_code == 400
    assert response.json()["error"] == "Send name, avatar or banner_image."
    assert response.json()["fields"] == {}


def test_the_first_name_of_the_profile_is_another_thing(client):
    client.post("/api/user/profile", {"name": "Alice"})
    client.post(URL, {"name": "wonderland"})
    assert client.get("/api/user/profile").json()["data"]["name"] == "Alice"


def test_a_name_that_is_taken_is_a_conflict_and_nothing_is_saved(client, stranger):
    response = client.post(URL, {"name": "STRANGER", "avatar": AVATAR})
    assert (response.status_code, response.json()["code"]) == (409, "user_name_taken")
    assert client.get("/api/user/profile").json()["data"]["avatar"] is None


def test_one_may_write_ones_own_name_differently(client, alice):
    assert client.post(URL, {"name": "ALICE"}).json()["data"]["name"] == "ALICE"


@pytest.mark.parametrize(
    "name", ["ab", "x" * 51, 5, ["abc"], "\u200b\u200b\u200b", "аdmin", "a\u0000b"]
)
def test_a_name_that_cannot_be_is_refused(client, alice, name):
    response = client.post(URL, {"name": name})
    assert response.status_code == 400
    alice.refresh_from_db()
    assert alice.user_name == "alice"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:image/png;base64,AAAA"])
def test_a_picture_is_a_web_address(client, url):
    response = client.post(URL, {"avatar": url})
    assert response.status_code == 400
    assert "avatar" in response.json()["fields"]


def test_an_id_in_the_body_changes_nobody(client, alice, stranger):
    response = client.post(URL, {"id": str(stranger.id), "name": "mallory"})
    assert response.json()["data"]["id"] == str(alice.id)
    stranger.refresh_from_db()
    assert stranger.user_name == "stranger"


def test_a_change_takes_one_revision_and_the_same_again_none(client, alice):
    for _ in range(2):
        client.post(URL, {"name": "wonderland", "avatar": AVATAR})
    state = UserState.objects.get(user=alice)
    assert (state.revision, state.profile_revision) == (1, 1)


def test_it_takes_few_statements(client, budget):
    in_words = (
        "sign-in check, lock, user, profile, did staff take the name?, the new name's "
        "claim, the old one's end, 2 saves, change, state"
    )
    with budget(11, in_words):
        client.post(URL, {"name": "wonderland", "avatar": AVATAR})


def test_a_visitor_is_asked_to_sign_in(visitor):
    assert visitor.post(URL, {"name": "eve"}).status_code == 401


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_of_many_who_want_a_name_one_gets_it_and_the_others_are_told():
    clients = [signed_in(user) for user in UserFactory.create_batch(4)]
    start = Barrier(len(clients))

    def take(one):
        try:
            start.wait()
            return one.post(URL, {"name": "wanted"}).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(clients)) as pool:
        assert sorted(pool.map(take, clients)) == [200, 409, 409, 409]
    assert User.objects.filter(user_name="wanted").count() == 1
