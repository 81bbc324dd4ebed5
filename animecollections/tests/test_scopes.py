"""A scope on every operation: what a sign-in was not given it cannot do."""

import json
import re

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from animecollections.api.reference import openapi
from animecollections.api.schema import documented
from animecollections.identity import SignIn
from animecollections.scopes import GRANTABLE, OPEN, SANDBOX, SCOPES
from conftest import signed_in
from factories import PASSWORD, personal_token
from profiles.accounts.authentication import account_behind

# What any visitor may ask, and the ways to sign in and out.
NEEDS_NO_SCOPE = {
    "/api", "/api/version", "/api/schema", "/api/schema/socket", "/api/genres",
    "/api/animes", "/api/animes/{anime_id}",
    "/api/studios", "/api/auth/signup", "/api/auth/signin", "/api/auth/signout",
    "/api/auth/session", "/api/auth/token", "/api/auth/token/refresh",
    "/api/auth/token/revoke", "/api/auth/password/reset",
    "/api/auth/password/reset/confirm", "/api/auth/second-factor",
    "/api/auth/second-factor/lost", "/api/auth/second-factor/keep",
    "/api/auth/passkey", "/api/auth/passkey/options", "/api/notices", "/api/calendar",
    "/api/unsubscribe/{secret}",
    "/api/auth/email/confirm", "/api/auth/email/take-back", "/api/auth/oidc",
    "/api/auth/oidc/{provider_id}", "/api/auth/connect", "/api/shared/{token}",
    "/api/users/{user_name}", "/api/users/{user_name}/watchList",
    "/api/users/{user_name}/lists", "/api/users/{user_name}/lists/{list_id}",
    "/api/users/{user_name}/stats", "/api/users/{user_name}/year/{year}",
    "/api/reports",
    "/api/users/{user_name}/watchList.rss", "/api/users/{user_name}/watchList.json",
    "/api/users/{user_name}/lists/{list_id}.rss",
    "/api/users/{user_name}/lists/{list_id}.json",
}  # fmt: skip


def scopes_of(operation):
    return {*operation.get("x-scopes", ())}


OPERATIONS = [
    (method, path, scopes_of(told))
    for path, methods in json.loads(openapi())["paths"].items()
    for method, told in methods.items()
]


def test_every_operation_says_its_scope_and_every_scope_is_of_one():
    assert {path for _, path, scopes in OPERATIONS if not scopes} == NEEDS_NO_SCOPE
    assert {name for _, _, scopes in OPERATIONS for name in scopes} == {*SCOPES}


def test_the_web_client_says_the_same_of_each_scope():
    text = (settings.BASE_DIR / "static/js/ui/scopes.js").read_text()
    said = re.findall(r'"?([a-z:]+)"?: t\("(.*)"\),', text)
    assert dict(said) == {name: SCOPES[name] for name in GRANTABLE | {SANDBOX}}


def test_of_sync_each_part_needs_its_own_scope(app):
    device = app({"list:read"})
    assert device.get("/api/user/sync?parts=entries").status_code == 200
    refused = device.get("/api/user/sync?parts=entries,profile")
    assert refused.status_code == 403
    assert refused.json()["details"]["scope"] == "profile:read"
    assert device.get("/api/user/sync").status_code == 403


def test_an_operation_without_a_scope_or_with_an_unknown_one_is_none():
    with pytest.raises(TypeError, match="scope"):
        documented("Lists what is there.", name="list")
    with pytest.raises(ValueError, match="hidden:read"):
        documented("Lists what is there.", name="list", scope="hidden:read")
    documented("Lists what is there.", name="list", scope=OPEN)


@pytest.fixture
def app(alice):
    """`app(scopes)`: a client whose sign-in has just these."""
    key = signed_in(alice).cookies["sessionid"].value
    account = account_behind(SignIn("session", key))

    def with_scopes(scopes):
        client = APIClient()
        sign_in = SignIn("session", key, scopes=frozenset(scopes))
        client.force_authenticate(user=account, token=sign_in)
        return client

    return with_scopes


@pytest.mark.django_db
def test_each_operation_asks_for_its_own_scopes_and_no_other(app):
    for method, path, scopes in OPERATIONS:
        address = re.sub(r"\{\w+\}", "1", path)
        address += "?format=csv" if path.startswith("/api/user/export") else ""
        for missing in sorted(scopes):
            refused = app({*SCOPES} - {missing}).generic(method.upper(), address)
            body = refused.json()
            assert (refused.status_code, body["code"]) == (403, "scope_missing"), path
            assert body["details"] == {"scope": missing}
        allowed = app(scopes).generic(method.upper(), address)
        body = b"{}" if allowed.streaming else allowed.content or b"{}"
        allowed.close()
        assert json.loads(body).get("code") != "scope_missing", (method, path)


@pytest.mark.django_db
@pytest.mark.parametrize("scope", sorted(GRANTABLE))
def test_a_personal_token_can_do_what_its_scope_allows_and_no_more(alice, scope):
    """Every operation, by a real token of this one scope."""
    script = by_token(personal_token(alice, scope))
    for method, path, scopes in OPERATIONS:
        address = re.sub(r"\{\w+\}", "1", path)
        address += "?format=csv" if path.startswith("/api/user/export") else ""
        told = script.generic(method.upper(), address)
        if told.streaming:
            assert b"".join(told.streaming_content)
            assert scope in scopes
            continue
        is_missing = json.loads(told.content or b"{}").get("code") == "scope_missing"
        assert is_missing is bool(scopes - {scope}), (method, path)
        assert told.status_code != 401 or not scopes, (method, path)


@pytest.mark.django_db
def test_sessions_and_tokens_have_all_of_them(client, visitor, alice):
    typed = {"email": alice.email, "password": PASSWORD}
    token = visitor.post("/api/auth/token", typed).json()["data"]["access"]
    for who in (client, by_token(token)):
        for address in ("watchList", "profile", "searchHistory", "stats", "sync"):
            assert who.get(f"/api/user/{address}").status_code == 200


def by_token(token):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client
