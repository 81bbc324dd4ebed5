"""POST /api/auth/password"""

import pytest
from django.contrib.auth.tokens import default_token_generator

from conftest import signed_in
from factories import PASSWORD
from profiles.models import Session, User
from profiles.tests.outbox import send_all

pytestmark = pytest.mark.django_db
URL = "/api/auth/password"
NEW = "Left-Cow-8"
BODY = {"old_password": PASSWORD, "new_password": NEW}


def is_signed_in(client):
    response = client.get("/api/auth/session")
    return response.status_code == 200 and response.json()["data"] is not None


def app_of(client, user, password=PASSWORD):
    body = {"email": user.email, "password": password}
    pair = client.post("/api/auth/token", body).json()["data"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    return pair


def test_only_the_new_password_signs_in_afterwards(alice, client, visitor):
    response = client.post(URL, BODY)
    assert response.status_code == 200
    assert response.json()["data"] == {"message": "Password changed"}
    for password, status in ((PASSWORD, 401), (NEW, 200)):
        body = {"email": alice.email, "password": password}
        assert visitor.post("/api/auth/signin", body).status_code == status


def test_this_session_goes_on_under_a_new_key(client):
    old = client.cookies["sessionid"].value
    new = client.post(URL, BODY).cookies["sessionid"].value
    assert new != old
    assert is_signed_in(client)
    assert [session.pk for session in Session.objects.all()] == [new]


def test_every_other_session_and_token_ends_at_once(
    alice, client, other_client, visitor
):
    elsewhere = signed_in(alice)
    pair = app_of(visitor, alice)
    client.post(URL, BODY)
    assert not is_signed_in(elsewhere)
    assert not is_signed_in(visitor)
    visitor.credentials()
    again = visitor.post("/api/auth/token/refresh", {"refresh": pair["refresh"]})
    assert (again.status_code, again.json()["code"]) == (401, "session_ended")
    assert is_signed_in(other_client)


def test_an_app_goes_on_where_it_changed_the_password(alice, client, visitor):
    pair = app_of(visitor, alice)
    assert visitor.post(URL, BODY).status_code == 200
    assert is_signed_in(visitor)
    assert not is_signed_in(client)
    visitor.credentials()
    again = visitor.post("/api/auth/token/refresh", {"refresh": pair["refresh"]})
    assert again.status_code == 200


def test_the_old_password_must_be_right(alice, client):
    response = client.post(URL, BODY | {"old_password": "Wrong-Horse-7"})
    assert response.status_code == 401
    body = response.json()
    assert body["code"] == "wrong_credentials"
    assert body["fields"] == {"old_password": ["That's not your current password."]}
    assert body["error"] == "That's not your current password."
    assert is_signed_in(client)


def test_guessing_the_old_password_locks(client, settings):
    settings.LOCKOUT_TRIES = 2
    for _ in range(2):
        client.post(URL, BODY | {"old_password": "Wrong-Horse-7"})
    response = client.post(URL, BODY)
    assert (response.status_code, response.json()["code"]) == (429, "locked")
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("Short-7", "at least 8"),
        ("x" * 129, "at most 128"),
        ("qwertyuiop", "too common"),
        ("alice@example.org", "less similar"),
    ],
)
def test_a_weak_password_says_what_to_change(client, password, says):
    response = client.post(URL, BODY | {"new_password": password})
    assert response.status_code == 400
    assert says in response.json()["error"]
    assert says in response.json()["fields"]["new_password"][0]
    assert is_signed_in(client)


@pytest.mark.parametrize("field", ["old_password", "new_password"])
@pytest.mark.parametrize("value", [None, 5, True, [], {}, ""])
def test_what_is_no_text_is_refused(client, field, value):
    response = client.post(URL, BODY | {field: value})
    assert response.status_code == 400
    assert field in response.json()["fields"]


def test_a_visitor_has_no_password_to_change(visitor, alice):
    response = visitor.post(URL, BODY)
    assert (response.status_code, response.json()["code"]) == (401, "not_signed_in")


def test_nobody_changes_anothers(alice, other_client):
    other_client.post(URL, BODY | {"user": str(alice.pk), "email": alice.email})
    assert User.objects.get(pk=alice.pk).password == alice.password


def test_the_owner_gets_a_mail(client, mailoutbox):
    client.post(URL, BODY)
    assert not mailoutbox
    send_all()
    [mail] = mailoutbox
    assert mail.to == ["alice@example.org"]
    assert mail.subject == "Your password was changed"
    assert "http://127.0.0.1:8000/reset" in mail.body
    assert NEW not in mail.body


def test_a_link_mailed_before_does_not_work_any_more(alice, client, visitor):
    token = default_token_generator.make_token(alice)
    client.post(URL, BODY)
    response = visitor.post(
        "/api/auth/password/reset/confirm",
        {"uid": alice.pk.hex, "token": token, "new_password": "Other-Cow-9"},
    )
    assert response.json()["code"] == "reset_invalid"


def test_what_it_costs(client, budget):
    in_words = (
        "sign-in check, user, locked?, tries forgiven, still not locked?, password, "
        "mail, old session deleted, new one made, saved"
    )
    with budget(10, in_words):
        assert client.post(URL, BODY).status_code == 200
