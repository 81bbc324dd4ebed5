"""/oauth/token and /oauth/revoke: codes, refresh tokens, who an app is."""

from base64 import b64encode
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import quote_plus

import pytest
from django.test import Client
from django.utils import timezone

from animecollections.api import throttling
from animecollections.scopes import GROUPS
from conftest import WatchedClient
from factories import AnimeFactory
from profiles.models import App, AuthorizationCode, TokenFamily
from profiles.oauth import hooks
from profiles.tests.registered_apps import (
    CALLBACK,
    VERIFIER,
    answer_to,
    code_for,
    person,
    post,
    query_of,
    register,
    register_confidential,
    taken,
    token_request,
)

LIST = "/api/user/watchList"
TOKEN = "/oauth/token"
REVOKE = "/oauth/revoke"
pytestmark = pytest.mark.django_db


@pytest.fixture
def no_time_passes(monkeypatch):
    """For rates, which begin anew with each minute."""
    monkeypatch.setattr(throttling, "time", SimpleNamespace(time=lambda: 1_800_000_000))


@pytest.fixture
def app(stranger):
    return register(stranger)


@pytest.fixture
def confidential(stranger):
    return register_confidential(stranger, name="Server side")


@pytest.fixture
def browser(alice):
    return person(alice)


@pytest.fixture
def code(browser, app):
    return code_for(browser, app, scope="read list:write")


@pytest.fixture
def tokens(app, code):
    return taken(app, code)


def bearer(tokens):
    client = WatchedClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
    return client


def works(tokens):
    return bearer(tokens).get(LIST).status_code == 200


def refusal(told):
    assert told["Content-Type"] == "application/json"
    assert "no-store" in told["Cache-Control"]
    return told.status_code, told.json()["error"]


def refresh(app, tokens, **more):
    sent = {
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
        "client_id": app.client_id,
    }
    return post(TOKEN, sent | more)


def basic(client_id, secret):
    text = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return {"Authorization": f"Basic {b64encode(text.encode()).decode()}"}


# --- A code -------------------------------------------------------------------------


def test_a_code_becomes_tokens_that_work(app, code, alice):
    told = post(TOKEN, token_request(app, code))
    assert told.status_code == 200
    assert told["Cache-Control"] == "no-store"
    tokens = told.json()
    assert tokens.keys() == {
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "scope",
    }
    assert tokens["token_type"] == "Bearer"
    assert "list:write" in tokens["scope"].split()
    script = bearer(tokens)
    anime = AnimeFactory()
    assert (
        script.post(LIST, {"animeId": anime.pk, "type": "Watching"}).status_code == 200
    )
    assert script.get("/api/user/tokens").status_code == 403
    family = TokenFamily.objects.get(user=alice)
    assert family.app == app
    assert tokens["scope"] == "list:write read"
    assert family.scopes.split() == sorted({*GROUPS["read"], "list:write"})


def test_the_scopes_are_those_that_the_person_left(app, browser):
    address = answer_to(browser, app, changes={"allowed": ["stats:read"]})
    tokens = taken(app, query_of(address)["code"])
    assert tokens["scope"] == "stats:read"
    assert bearer(tokens).get(LIST).json()["code"] == "scope_missing"


@pytest.mark.parametrize(
    "more",
    [
        {"code_verifier": None},
        {"code_verifier": "short"},
        {"code_verifier": VERIFIER + "!"},
        {"code": None},
        {"grant_type": None},
        {"grant_type": "password"},
        {"grant_type": "openid"},
        {"grant_type": "client_credentials"},
        {"client_id": None},
        {"client_id": "nobody"},
        {"redirect_uri": ["a", "b"]},
    ],
)
def test_what_is_no_request_at_all_uses_no_code_up(app, code, more):
    assert post(TOKEN, token_request(app, code, **more)).status_code in (400, 401)
    assert works(taken(app, code))


@pytest.mark.parametrize(
    "more",
    [
        {"code_verifier": "another-verifier-that-is-as-long-as-it-must-be-12345"},
        {"redirect_uri": "https://app.example.org/other"},
        {"redirect_uri": None},
    ],
)
def test_a_code_is_bound_to_its_verifier_and_redirect(app, code, more):
    told = post(TOKEN, token_request(app, code, **more))
    assert told.status_code == 400
    again = post(TOKEN, token_request(app, code))
    assert refusal(again) == (400, "invalid_grant")
    assert not TokenFamily.objects.filter(app=app).exists()


def test_a_code_is_bound_to_its_app(app, code, stranger):
    other = register(stranger, name="Other")
    told = post(TOKEN, token_request(other, code))
    assert refusal(told) == (400, "invalid_grant")
    assert not TokenFamily.objects.filter(app=other).exists()


def test_a_replayed_code_kills_its_tokens(app, code):
    tokens = taken(app, code)
    assert works(tokens)
    assert refusal(post(TOKEN, token_request(app, code))) == (400, "invalid_grant")
    assert not works(tokens)
    assert refusal(refresh(app, tokens)) == (400, "invalid_grant")


def test_a_replay_kills_nothing_else(app, code, browser):
    taken(app, code)
    others = taken(app, code_for(browser, app))
    post(TOKEN, token_request(app, code))
    assert works(others)


def test_a_code_lives_for_a_minute(app, code):
    past = timezone.now() - timedelta(seconds=1)
    AuthorizationCode.objects.across_users().update(expires_at=past)
    assert refusal(post(TOKEN, token_request(app, code))) == (400, "invalid_grant")


def test_a_code_of_somebody_else_is_none(app, code, stranger):
    forged = code[:-32] + stranger.pk.hex
    told = post(TOKEN, token_request(app, forged))
    assert refusal(told) == (400, "invalid_grant")


def test_a_new_password_ends_a_code_too(app, code, alice):
    alice.set_password("Other-Horse-7")
    alice.save()
    assert refusal(post(TOKEN, token_request(app, code))) == (400, "invalid_grant")


def test_a_stopped_app_gets_nothing(app, code):
    App.objects.update(stopped_at=timezone.now())
    told = post(TOKEN, token_request(app, code))
    assert refusal(told) == (401, "invalid_client")


def test_only_the_first_access_is_told(app, browser, monkeypatch, alice):
    told = []
    monkeypatch.setattr(hooks, "hooks", [lambda *who: told.append(who)])
    for _ in range(2):
        taken(app, code_for(browser, app))
    assert told == [(alice.pk, app.pk)]


# --- Who the app is -------------------------------------------------------------------


def test_a_secret_is_needed_where_there_is_one(browser, confidential):
    app, secret = confidential
    for proof, headers, is_good in [
        ({}, {}, False),
        ({"client_secret": "wrong"}, {}, False),
        ({}, basic(app.client_id, "wrong"), False),
        ({}, {"Authorization": "Basic !!"}, False),
        ({"client_secret": secret}, basic(app.client_id, secret), False),
        ({"client_id": None}, basic(app.client_id, secret), True),
        ({"client_secret": secret}, {}, True),
    ]:
        code = code_for(browser, app)
        told = post(TOKEN, token_request(app, code, **proof), **headers)
        if is_good:
            assert told.status_code == 200, told.content
        else:
            assert refusal(told) == (401, "invalid_client")
            assert told["WWW-Authenticate"].startswith("Basic")


def test_an_app_without_a_secret_that_sends_one_is_another(app, code):
    told = post(TOKEN, token_request(app, code, client_secret="guess"))
    assert refusal(told) == (401, "invalid_client")


def test_a_public_app_may_use_the_header_too(app, code):
    """As common libraries do, with an empty secret."""
    sent = token_request(app, code, client_id=None)
    assert post(TOKEN, sent, **basic(app.client_id, "")).status_code == 200


def test_an_app_is_not_two(app, code, confidential):
    other, secret = confidential
    told = post(TOKEN, token_request(app, code), **basic(other.client_id, secret))
    assert refusal(told) == (401, "invalid_client")


# --- Refresh tokens -------------------------------------------------------------------


def test_a_refresh_token_is_good_once(app, tokens):
    told = refresh(app, tokens)
    assert told.status_code == 200
    new = told.json()
    assert new["refresh_token"] != tokens["refresh_token"]
    assert "scope" not in new
    assert works(new)


def test_a_refresh_is_a_use_from_somewhere(app, tokens):
    family = TokenFamily.objects.get(app=app)
    assert family.used_from == "127.0.0.1"
    TokenFamily.objects.update(used_from="203.0.113.7")
    refresh(app, tokens)
    family.refresh_from_db()
    assert family.used_from == "127.0.0.1"


def test_a_replayed_refresh_token_ends_all_that_came_of_it(app, tokens):
    new = refresh(app, tokens).json()
    assert refusal(refresh(app, tokens)) == (400, "invalid_grant")
    assert not works(new)
    assert refusal(refresh(app, new)) == (400, "invalid_grant")


def test_it_is_of_its_app_alone(app, tokens, stranger):
    other = register(stranger, name="Other")
    assert refusal(refresh(other, tokens)) == (400, "invalid_grant")
    assert works(tokens)


def test_a_server_side_app_proves_who_it_is_to_refresh(browser, confidential):
    app, secret = confidential
    tokens = taken(app, code_for(browser, app), client_secret=secret)
    assert refusal(refresh(app, tokens)) == (401, "invalid_client")
    assert refresh(app, tokens, client_secret=secret).status_code == 200


@pytest.mark.parametrize(
    ("scope", "status"),
    [("list:read", 200), ("list:write read", 200), ("account", 400), ("write", 400)],
)
def test_no_refresh_brings_more_scopes(app, tokens, scope, status):
    told = refresh(app, tokens, scope=scope)
    assert told.status_code == status
    if status == 200:  # a family has one set of scopes, and says which
        everything = " ".join(sorted({*GROUPS["read"], "list:write"}))
        is_all = scope == "list:write read"
        assert told.json()["scope"] == (scope if is_all else everything)
    else:
        assert refusal(told) == (400, "invalid_scope")
        assert works(tokens)


@pytest.mark.parametrize("token", ["", "nonsense", "a.b.c", "\0", "é", "x" * 5000])
def test_what_is_no_refresh_token(app, tokens, token):
    told = refresh(app, {"refresh_token": token})
    assert told.status_code == 400


def test_an_access_token_refreshes_nothing(app, tokens):
    told = refresh(app, {"refresh_token": tokens["access_token"]})
    assert refusal(told) == (400, "invalid_grant")


# --- Ending ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", [None, "access_token", "refresh_token", "other"])
def test_either_token_ends_both(app, tokens, kind, hint):
    sent = {"token": tokens[kind], "client_id": app.client_id}
    told = post(REVOKE, sent | ({"token_type_hint": hint} if hint else {}))
    assert told.status_code == 200
    assert not works(tokens)
    assert refusal(refresh(app, tokens)) == (400, "invalid_grant")


def test_an_unknown_token_is_ended_already(app):
    sent = {"token": "nonsense", "client_id": app.client_id}
    assert post(REVOKE, sent).status_code == 200


def test_another_app_ends_nothing(app, tokens, stranger):
    other = register(stranger, name="Other")
    sent = {"token": tokens["refresh_token"], "client_id": other.client_id}
    assert post(REVOKE, sent).status_code == 200
    assert works(tokens)


def test_nobody_ends_anything(tokens):
    assert refusal(post(REVOKE, {"token": tokens["refresh_token"]})) == (
        401,
        "invalid_client",
    )


# --- What is no form ------------------------------------------------------------------


@pytest.mark.parametrize("path", [TOKEN, REVOKE, "/oauth/device_authorization"])
def test_other_requests_are_refused_in_the_same_shape(path, app):
    visitor = Client()
    form = "application/x-www-form-urlencoded"
    assert refusal(visitor.get(path)) == (405, "invalid_request")
    for sent, content_type, status in [
        ('{"grant_type": "refresh_token"}', "application/json", 400),
        (b"\xff\xfe=\xff", form, 400),
        ("a" * 20_000, form, 413),
        ("&".join(f"a{n}=1" for n in range(1000)), form, 400),
        ("", form, 400),
        ("a=b", "text/plain", 400),
        ("grant_type=x", f"{form}; charset=utf-99", 400),
        ("client=x&user=y&permission=z&code_row=1&family_scopes=all", form, 400),
    ]:
        told = visitor.generic("POST", path, sent, content_type=content_type)
        assert told.status_code in (status, 401), (told.status_code, sent[:40])
        assert "error" in told.json()


def test_nothing_counts_that_stands_in_the_address(app, code):
    """It would stand in the logs of every proxy."""
    sent = token_request(app, code)
    told = Client().post(
        f"{TOKEN}?code={code}",
        f"grant_type=authorization_code&client_id={app.client_id}",
        content_type="application/x-www-form-urlencoded",
    )
    assert refusal(told) == (400, "invalid_request")
    assert post(TOKEN, sent).status_code == 200


def test_a_page_of_any_site_can_take_its_tokens(app, code):
    asked = Client().options(TOKEN, headers={"Origin": "https://app.example.org"})
    assert asked.status_code == 204
    assert asked["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in asked
    told = post(TOKEN, token_request(app, code), Origin="https://app.example.org")
    assert told["Access-Control-Allow-Origin"] == "*"


@pytest.mark.usefixtures("no_time_passes")
def test_a_network_asks_only_so_often(app, settings):
    settings.RATES = settings.RATES | {"oauth": (1, 60)}
    settings.THROTTLE_SCALE = 1
    sent = token_request(app, "nothing")
    post(TOKEN, sent)
    told = post(TOKEN, sent)
    assert refusal(told) == (429, "slow_down")
    assert int(told["Retry-After"]) > 0


def test_so_many_statements(app, code, budget):
    with budget(
        8, "app; code found and used; epoch; earlier access; family; savepoint"
    ):
        taken(app, code)


def test_where_everything_is(settings):
    told = Client().get("/.well-known/oauth-authorization-server")
    assert told.status_code == 200
    said = told.json()
    assert said["issuer"] == settings.PUBLIC_URL
    assert said["token_endpoint"] == settings.PUBLIC_URL + TOKEN
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert said["response_types_supported"] == ["code"]
    assert "account" not in said["scopes_supported"]
    assert said["authorization_response_iss_parameter_supported"] is True
    assert CALLBACK not in str(said)
