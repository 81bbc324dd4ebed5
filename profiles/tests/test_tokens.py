"""POST /api/auth/token, /token/refresh, /token/revoke; and the access tokens."""

import base64
import json
from datetime import timedelta
from uuid import uuid4

import jwt
import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from conftest import signed_in
from factories import PASSWORD
from profiles.accounts.tokens import MAX_LENGTH
from profiles.models import TokenFamily, User

pytestmark = pytest.mark.django_db
CREDENTIALS = {"email": "alice@example.org", "password": PASSWORD}
SESSION = "/api/auth/session"


@pytest.fixture
def pair(alice, visitor):
    return visitor.post("/api/auth/token", CREDENTIALS).json()["data"]


def get_by(client, access):
    return client.get(SESSION, headers={"Authorization": f"Bearer {access}"})


def refresh(client, token):
    return client.post("/api/auth/token/refresh", {"refresh": token})


def told(response):
    return response.status_code, response.json().get("code")


def test_a_pair_signs_an_app_in(visitor, alice):
    response = visitor.post("/api/auth/token", CREDENTIALS)
    assert response.status_code == 200
    data = response.json()["data"]
    assert data.keys() == {"access", "refresh", "expires_in"}
    assert data["expires_in"] == 1800
    assert "sessionid" not in response.cookies
    assert get_by(visitor, data["access"]).json()["data"]["name"] == "alice"
    assert max(len(data["access"]), len(data["refresh"])) < MAX_LENGTH / 2


def test_the_scheme_counts_without_regard_to_case(visitor, pair):
    header = {"Authorization": f"bearer  {pair['access']} "}
    assert visitor.get(SESSION, headers=header).json()["data"]["name"] == "alice"


def test_wrong_credentials_get_no_tokens(visitor, alice):
    body = CREDENTIALS | {"password": "Wrong-Horse-7"}
    response = visitor.post("/api/auth/token", body)
    assert told(response) == (401, "wrong_credentials")
    assert not TokenFamily.objects.exists()


def test_a_refresh_buys_a_new_pair(visitor, pair):
    new = refresh(visitor, pair["refresh"]).json()["data"]
    assert new["expires_in"] == 1800
    assert get_by(visitor, new["access"]).json()["data"]["name"] == "alice"
    # An access token lives on until it expires; so requests under way do not fail.
    assert get_by(visitor, pair["access"]).json()["data"]["name"] == "alice"
    assert refresh(visitor, new["refresh"]).status_code == 200


def test_a_refresh_moves_the_end_of_the_sign_in(visitor, pair):
    TokenFamily.objects.update(expires_at=timezone.now())
    refresh(visitor, pair["refresh"])
    left = TokenFamily.objects.get().expires_at - timezone.now()
    assert left > timedelta(days=59)


def test_a_replayed_refresh_ends_the_whole_family(visitor, pair):
    new = refresh(visitor, pair["refresh"]).json()["data"]
    assert told(refresh(visitor, pair["refresh"])) == (401, "session_ended")
    assert told(refresh(visitor, new["refresh"])) == (401, "session_ended")
    for access in (pair["access"], new["access"]):
        assert told(get_by(visitor, access)) == (401, "session_ended")


def test_another_sign_in_of_the_user_is_another_family(visitor, pair):
    other = visitor.post("/api/auth/token", CREDENTIALS).json()["data"]
    refresh(visitor, pair["refresh"])
    refresh(visitor, pair["refresh"])
    assert get_by(visitor, other["access"]).status_code == 200
    assert refresh(visitor, other["refresh"]).status_code == 200


def test_an_expired_access_token_does_not_hinder_its_renewal(visitor, pair):
    visitor.credentials(HTTP_AUTHORIZATION="Bearer expired")
    assert refresh(visitor, pair["refresh"]).status_code == 200


@pytest.mark.parametrize("ending", ["deleted", "deactivated", "epoch", "revoked"])
def test_what_has_ended_stays_ended(visitor, alice, pair, ending):
    if ending == "deleted":
        alice.delete()
    elif ending == "deactivated":
        User.objects.update(is_active=False)
    elif ending == "epoch":
        User.objects.update(auth_epoch=5)
    else:
        TokenFamily.objects.update(revoked_at=timezone.now())
    assert told(get_by(visitor, pair["access"])) == (401, "session_ended")
    assert told(refresh(visitor, pair["refresh"])) == (401, "session_ended")


def forged(kind, key=settings.SECRET_KEY, algorithm="HS256", drop=(), **claims):
    family = TokenFamily.objects.get()
    token = kind()
    payload = token.payload | {
        "user_id": str(family.user_id),
        "family": str(family.id),
        "jti": str(family.refresh_id),
    }
    payload |= claims
    payload = {name: value for name, value in payload.items() if name not in drop}
    return jwt.encode(payload, key, algorithm=algorithm)


ABSURD = [
    {"user_id": "1 OR 1=1"},
    {"user_id": 10**40},
    {"user_id": None},
    {"user_id": ["x"]},
    {"user_id": "\x00"},
    {"family": {"a": 1}},
    {"family": "x"},
    {"jti": True},
    {"exp": 10**30},
    {"exp": "soon"},
    {"exp": []},
    {"exp": None},
    {"iat": "x"},
    {"iat": []},
    {"nbf": 10**12},
    {"token_type": None},
    {"token_type": ["access"]},
    {"drop": ["exp"]},
    {"drop": ["jti"]},
    {"drop": ["user_id"]},
    {"drop": ["family"]},
    {"drop": ["token_type"]},
    {"key": "another key, that is long enough for it"},
    {"algorithm": "HS512"},
    {"key": "", "algorithm": "none"},
]


@pytest.mark.parametrize("changes", ABSURD, ids=str)
def test_no_token_is_so_absurd_that_it_is_an_error_of_ours(visitor, pair, changes):
    access = forged(AccessToken, **changes)
    assert told(get_by(visitor, access)) == (401, "token_invalid")
    used = forged(RefreshToken, **changes)
    assert told(refresh(visitor, used)) == (401, "token_invalid")
    assert told(visitor.post("/api/auth/token/revoke", {"refresh": used})) == (
        401,
        "token_invalid",
    )
    assert refresh(visitor, pair["refresh"]).status_code == 200


def test_a_token_of_nobody_is_no_error_of_ours(visitor, pair):
    for claims in ({"user_id": str(uuid4())}, {"family": str(uuid4())}):
        assert told(get_by(visitor, forged(AccessToken, **claims))) == (
            401,
            "session_ended",
        )
        assert told(refresh(visitor, forged(RefreshToken, **claims))) == (
            401,
            "session_ended",
        )


def test_expired_tokens_are_told_apart(visitor, pair):
    past = {"exp": 1_600_000_000}
    assert told(get_by(visitor, forged(AccessToken, **past))) == (401, "token_expired")
    assert told(refresh(visitor, forged(RefreshToken, **past))) == (
        401,
        "token_expired",
    )


def test_access_and_refresh_are_no_good_in_each_others_place(visitor, pair):
    assert told(get_by(visitor, pair["refresh"])) == (401, "token_invalid")
    assert told(refresh(visitor, pair["access"])) == (401, "token_invalid")


def brackets(number):
    return base64.urlsafe_b64encode(b"[" * number).decode().rstrip("=")


GARBAGE = ["", "x", "a.b.c", "..", "ä", "é" * 300, "x" * 4000, f"{brackets(700)}.e30.x"]


@pytest.mark.parametrize("token", GARBAGE)
def test_garbage_is_refused(visitor, token):
    header = f"Bearer {token}".encode().decode("latin-1")
    response = visitor.generic("GET", SESSION, HTTP_AUTHORIZATION=header)
    assert told(response) == (401, "token_invalid")
    if token:
        assert told(refresh(visitor, token)) == (401, "token_invalid")


@pytest.mark.parametrize("value", [None, 5, True, [], {}, "", "x" * 50_000])
@pytest.mark.parametrize("address", ["refresh", "revoke"])
def test_what_is_no_text_is_refused(visitor, value, address):
    response = visitor.post(f"/api/auth/token/{address}", {"refresh": value})
    assert told(response) == (400, "invalid")


def test_a_header_of_brackets_is_refused(visitor):
    deep = f"{brackets(20_000)}.e30.x"
    assert told(refresh(visitor, deep)) == (400, "invalid")
    assert told(get_by(visitor, deep)) == (401, "token_invalid")


def test_revoking_ends_the_family_and_may_be_repeated(visitor, pair):
    body = {"refresh": pair["refresh"]}
    for _ in range(2):
        response = visitor.post("/api/auth/token/revoke", body)
        assert response.status_code == 200
        assert response.json()["data"] == {"message": "Signed out"}
    assert told(get_by(visitor, pair["access"])) == (401, "session_ended")


def test_an_older_token_of_the_family_revokes_it_too(visitor, pair):
    new = refresh(visitor, pair["refresh"]).json()["data"]
    visitor.post("/api/auth/token/revoke", {"refresh": pair["refresh"]})
    assert told(refresh(visitor, new["refresh"])) == (401, "session_ended")


def test_an_expired_token_is_revoked_already(visitor, pair):
    old = forged(RefreshToken, exp=1_600_000_000)
    response = visitor.post("/api/auth/token/revoke", {"refresh": old})
    assert response.status_code == 200


def test_the_tokens_say_no_more_than_they_must(pair):
    for name in ("access", "refresh"):
        payload = pair[name].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        assert claims.keys() == {
            "token_type",
            "exp",
            "iat",
            "jti",
            "user_id",
            "family",
        }


def test_signing_in_by_token_leaves_sessions_alone(alice, client, visitor):
    visitor.post("/api/auth/token", CREDENTIALS)
    assert client.get(SESSION).json()["data"]["name"] == "alice"
    assert signed_in(alice).get(SESSION).json()["data"]["name"] == "alice"


def test_what_they_cost(visitor, alice, budget):
    in_words = (
        "locked?, claim, user, still not locked?, last sign-in, known "
        "places, this place, a mail of a new device, family"
    )
    with budget(9, in_words):
        pair = visitor.post("/api/auth/token", CREDENTIALS).json()["data"]
    with budget(1, "one guarded update"):
        pair = refresh(visitor, pair["refresh"]).json()["data"]
    bearer = {"Authorization": f"Bearer {pair['access']}"}
    etag = visitor.get("/api/user/preferences", headers=bearer)["ETag"]
    with budget(1, "sign-in check"):
        visitor.get("/api/user/preferences", headers=bearer | {"If-None-Match": etag})
    with budget(1, "one update"):
        visitor.post("/api/auth/token/revoke", {"refresh": pair["refresh"]})
