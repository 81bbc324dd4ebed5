"""GET /api/auth/session"""

from uuid import uuid4

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.db.models import F
from django.utils import timezone

from conftest import signed_in
from history.models import UserState
from profiles.accounts.sessions import SessionStore
from profiles.models import Session, User

pytestmark = pytest.mark.django_db
URL = "/api/auth/session"


def test_it_tells_who_is_signed_in(alice, client):
    alice.profile.avatar = "https://img.example.org/a.webp"
    alice.profile.save()
    alice.preferences.accent_color = "#FF5733"
    alice.preferences.parental_control = False
    alice.preferences.save()
    response = client.get(URL)
    assert response.status_code == 200
    assert response.json() == {
        "success": True,
        "data": {
            "id": str(alice.id),
            "name": "alice",
            "email": "alice@example.org",
            "avatar": "https://img.example.org/a.webp",
            "banner_image": None,
            "enfasiscolor": "#FF5733",
            "enfasis_color": "#FF5733",
            "parentalControl": False,
            "parental_control": False,
        },
    }
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Vary"].startswith("Cookie, Authorization")


def test_a_visitor_is_nobody(visitor):
    response = visitor.get(URL)
    assert response.status_code == 200
    assert response.json() == {"success": True, "data": None}


def test_everyone_sees_themselves_alone(client, other_client):
    assert client.get(URL).json()["data"]["name"] == "alice"
    assert other_client.get(URL).json()["data"]["name"] == "stranger"


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        "x",
        "a" * 32,
        "A" * 32,
        "a" * 5000,
        "ä" * 32,
        "'; DROP TABLE profiles_session; --",
        '"\\000\\000"',
        "a" * 31 + '"\\012"',
        "\u0661" * 32,
    ],
)
def test_a_garbage_cookie_makes_a_visitor(visitor, cookie):
    response = visitor.generic(
        "GET", URL, HTTP_COOKIE=f"sessionid={cookie}".encode().decode("latin-1")
    )
    assert response.json() == {"success": True, "data": None}


@pytest.mark.parametrize("cookie", ['"\\000\\000"', "a" * 5000, "ä" * 32])
def test_a_garbage_cookie_opens_no_admin_either(visitor, cookie):
    cookie = f"sessionid={cookie}".encode().decode("latin-1")
    response = visitor.generic("GET", "/admin/", HTTP_COOKIE=cookie)
    assert response.status_code == 302


def test_an_expired_session_is_none(client):
    Session.objects.update(expire_date=timezone.now())
    assert client.get(URL).json()["data"] is None


def test_where_it_matters_the_dead_session_is_told(client):
    Session.objects.all().delete()
    response = client.get("/api/user/profile")
    assert (response.status_code, response.json()["code"]) == (401, "session_ended")


def test_deactivation_ends_every_session(alice, client):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert client.get(URL).json()["data"] is None


def test_it_is_fresh_until_profile_or_preferences_change(alice, client):
    etag = client.get(URL)["ETag"]
    held = {"headers": {"If-None-Match": etag}}
    assert client.get(URL, **held).status_code == 304
    UserState.objects.filter(user=alice).update(revision=1, list_revision=1)
    assert client.get(URL, **held).status_code == 304
    for changed in ("profile_revision", "preferences_revision"):
        UserState.objects.filter(user=alice).update(**{changed: 2})
        assert client.get(URL, **held).status_code == 200
        UserState.objects.filter(user=alice).update(**{changed: 0})


def test_a_restored_database_is_no_older_answer(alice, client):
    """Its revisions are taken anew, for other contents."""
    etag = client.get(URL)["ETag"]
    UserState.objects.filter(user=alice).update(epoch=F("epoch") + 1)
    assert client.get(URL, headers={"If-None-Match": etag}).status_code == 200


def test_an_etag_is_good_for_its_user_alone(client, other_client):
    etag = client.get(URL)["ETag"]
    response = other_client.get(URL, headers={"If-None-Match": etag})
    assert response.json()["data"]["name"] == "stranger"


def test_what_it_costs(client, visitor, budget):
    with budget(2, "sign-in check, pictures and colour"):
        etag = client.get(URL)["ETag"]
    with budget(1, "sign-in check alone: nothing has changed"):
        client.get(URL, headers={"If-None-Match": etag})
    with budget(0, "a visitor has nothing to look up"):
        visitor.get(URL)


def test_a_session_of_no_user_is_nobodys(visitor, db):
    """The admin's login page may keep one."""
    visitor.session.save()
    assert visitor.get(URL).json()["data"] is None


@pytest.mark.django_db(transaction=True)
def test_a_session_of_an_erased_user_is_refused_and_not_tried_for_ever():
    session = SessionStore()
    session[SESSION_KEY] = str(uuid4())
    with pytest.raises(UpdateError):
        session.create()
    assert not Session.objects.exists()


def test_a_bad_token_is_refused_even_beside_a_good_cookie(alice):
    response = signed_in(alice).get(URL, headers={"Authorization": "Bearer x"})
    assert (response.status_code, response.json()["code"]) == (401, "token_invalid")
