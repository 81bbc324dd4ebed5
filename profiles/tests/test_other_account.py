"""Two accounts in one browser: a request says for whom it is."""

import pytest

from collections_app.models import WatchListEntry
from conftest import signed_in
from factories import PASSWORD
from history.models import UserState

pytestmark = pytest.mark.django_db
LIST = "/api/user/watchList"
CALLS = [
    ("get", LIST, None),
    ("post", LIST, {"animeId": 1535, "type": "Watching"}),
    ("post", f"{LIST}/batch", {"operations": []}),
    ("delete", f"{LIST}?animeId=1535", None),
    ("post", "/api/user/preferences", {"theme": "dark"}),
    ("get", "/api/user/sync", None),
    ("post", "/api/user/searchHistory", {"query": "monster"}),
    ("get", "/api/auth/session", None),
    ("post", "/api/auth/signout", {}),
    ("post", "/api/auth/ticket", {}),
    ("get", "/api/animes", None),
    ("post", "/api/user/erase", {"password": PASSWORD}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_what_is_for_another_account_is_not_done(
    client, alice, stranger, death_note, method, path, body
):
    before = UserState.objects.get(user=alice).revision
    headers = {"X-Account": str(stranger.id)}
    response = getattr(client, method)(path, body, headers=headers)
    assert response.status_code == 409
    assert response.json()["code"] == "other_account"
    assert UserState.objects.get(user=alice).revision == before
    assert client.get("/api/auth/session").json()["data"]["id"] == str(alice.id)


@pytest.mark.parametrize("sent", ["{}", " {} "])
def test_what_is_for_this_account_is_done(client, alice, death_note, sent):
    headers = {"X-Account": sent.format(str(alice.id).upper())}
    body = {"animeId": 1535, "type": "Watching"}
    assert client.post(LIST, body, headers=headers).status_code == 200
    assert WatchListEntry.objects.filter(user=alice).count() == 1


@pytest.mark.parametrize("sent", ["", "alice", "1", "0" * 5000, "é"])
def test_an_id_that_is_none_is_another_account(client, sent):
    response = client.get(LIST, headers={"X-Account": sent})
    assert response.json()["code"] == "other_account"


def test_a_visitor_is_asked_to_sign_in(visitor, alice):
    response = visitor.get(LIST, headers={"X-Account": str(alice.id)})
    assert response.json()["code"] == "not_signed_in"


def test_somebody_else_can_sign_in_meanwhile(client, stranger):
    """The request of a sign-in is for nobody: it names the account by itself."""
    body = {"email": stranger.email, "password": PASSWORD}
    assert client.post("/api/auth/signin", body).status_code == 200


def test_a_token_is_bound_in_the_same_way(alice, stranger):
    tokens = signed_in(alice).post(
        "/api/auth/token", {"email": alice.email, "password": PASSWORD}
    )
    access = tokens.json()["data"]["access"]
    headers = {"Authorization": f"Bearer {access}", "X-Account": str(stranger.id)}
    response = signed_in(stranger).get(LIST, headers=headers)
    assert response.json()["code"] == "other_account"
