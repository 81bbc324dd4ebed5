"""POST /api/auth/signout"""

import pytest

from conftest import signed_in
from factories import PASSWORD
from profiles.models import Session, TokenFamily

pytestmark = pytest.mark.django_db
URL = "/api/auth/signout"


def is_signed_in(client):
    return client.get("/api/auth/session").json()["data"] is not None


def app_of(client, user):
    """A client that carries the access token of a sign-in of its own."""
    body = {"email": user.email, "password": PASSWORD}
    pair = client.post("/api/auth/token", body).json()["data"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    return pair


def test_it_ends_this_session_and_no_other(alice, client, other_client):
    elsewhere = signed_in(alice)
    response = client.post(URL)
    assert response.status_code == 200
    assert response.json()["data"] == {"message": "Signed out"}
    assert response.cookies["sessionid"].value == ""
    assert not is_signed_in(client)
    assert is_signed_in(elsewhere)
    assert is_signed_in(other_client)


def test_the_old_cookie_is_worth_nothing_afterwards(client, visitor):
    key = client.cookies["sessionid"].value
    client.post(URL)
    visitor.cookies["sessionid"] = key
    assert not is_signed_in(visitor)
    assert not Session.objects.filter(pk=key).exists()


def test_everywhere_ends_all_sessions_and_tokens_of_the_user(
    alice, client, other_client, visitor
):
    elsewhere = signed_in(alice)
    pair = app_of(visitor, alice)
    assert client.post(URL, {"everywhere": True}).status_code == 200
    for each in (client, elsewhere):
        assert not is_signed_in(each)
    assert visitor.get("/api/auth/session").json()["code"] == "session_ended"
    visitor.credentials()
    response = visitor.post("/api/auth/token/refresh", {"refresh": pair["refresh"]})
    assert (response.status_code, response.json()["code"]) == (401, "session_ended")
    assert is_signed_in(other_client)


def test_an_app_signs_out_of_its_own_tokens(alice, client, visitor):
    app_of(visitor, alice)
    assert visitor.post(URL).status_code == 200
    assert visitor.get("/api/auth/session").json()["code"] == "session_ended"
    assert TokenFamily.objects.get().revoked_at
    assert is_signed_in(client)


def test_a_visitor_is_signed_out_already(visitor):
    assert visitor.post(URL, {"everywhere": True}).status_code == 200


def test_a_dead_cookie_is_taken_away(visitor):
    visitor.cookies["sessionid"] = "a" * 32
    response = visitor.post(URL)
    assert response.status_code == 200
    assert response.cookies["sessionid"].value == ""


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"", ""),
        (b"{", "application/json"),
        (b"[1, 2]", "application/json"),
        (b"null", "text/plain"),
        (b"\xff\xfe\x00", "application/json"),
        (b"[" * 10_000, "application/json"),
        (b'{"everywhere": "\\ud800"}', "application/json"),
        (b"<x/>", "application/xml"),
        (b"a=1&b", "application/x-www-form-urlencoded"),
        (b"junk", "multipart/form-data; boundary=x"),
        (b"junk", "multipart/form-data"),
        (b"junk", "application/x-www-form-urlencoded; charset=base64"),
    ],
)
def test_no_body_keeps_anybody_signed_in(client, body, content_type):
    response = client.generic("POST", URL, body, content_type=content_type)
    assert response.status_code == 200
    assert not is_signed_in(client)


def test_a_form_may_ask_for_everywhere_too(alice, client):
    elsewhere = signed_in(alice)
    client.post(URL, {"everywhere": "true"}, format="multipart")
    assert not is_signed_in(elsewhere)


def test_a_huge_body_is_too_large(client):
    response = client.generic("POST", URL, b"x" * 100_000)
    assert response.status_code == 413


def test_the_cost_of_a_sign_out(client, budget):
    with budget(3, "sign-in check, session found and deleted"):
        client.post(URL)


def test_the_cost_of_signing_out_everywhere(client, budget):
    with budget(4, "sign-in check, epoch, session found and deleted"):
        client.post(URL, {"everywhere": True})
