"""A fresh proof of who asks, before what is dangerous."""

import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from animecollections.api.reference import openapi
from conftest import WatchedClient, signed_in
from factories import PASSWORD, personal_token
from profiles.models import Session, TokenFamily

PROVE = "/api/auth/prove"
NEW_TOKEN = {"name": "a script", "scopes": ["read"]}
pytestmark = pytest.mark.django_db

# The password in their body is the proof, for who has no second factor.
TAKE_THE_PASSWORD = {
    ("delete", "/api/user"),
    ("post", "/api/user/erase"),
    ("post", "/api/auth/password"),
}
# Told first what is wrong with a request that has no provider; test_oidc.py has one.
NEED_A_PROVIDER = {("post", "/api/auth/connect/join"), ("post", "/api/user/identities")}
# Where the example of the body, or of none, is not the one that needs a proof.
ASKED_WITH = {
    ("post", PROVE): {},
    ("patch", "/api/user/developer/apps/{app_id}"): {"redirect_uris": []},
    ("patch", "/api/user/webhooks/{webhook_id}"): {"url": "https://hooks.example.org"},
}


def dangerous_operations():
    """Those that are documented with `proof_needed`, by method, path and body."""
    document = json.loads(openapi())
    refusals = document["components"]["responses"]
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            reference = told["responses"].get("403", {}).get("$ref", "")
            refusal = refusals.get(reference.rpartition("/")[2], {})
            if "proof_needed" in refusal.get("description", ""):
                yield method, path, ASKED_WITH.get((method, path), example_of(told))


def example_of(operation):
    content = operation.get("requestBody", {}).get("content", {})
    examples = content.get("application/json", {}).get("examples", {})
    return next((one["value"] for one in examples.values()), None)


def address_of(path):
    address = re.sub(r"{\w+}", str(UUID(int=7)), path)
    return f"{address}?format=account" if path == "/api/user/export" else address


DANGEROUS = [*dangerous_operations()]
dangerous = pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (method, address_of(path), body)
        for method, path, body in DANGEROUS
        if (method, path) not in TAKE_THE_PASSWORD | NEED_A_PROVIDER
    ],
)


def make_stale(user):
    long_ago = timezone.now() - timedelta(hours=1)
    Session.objects.filter(user=user).update(proved_at=long_ago)
    TokenFamily.objects.filter(user=user).update(proved_at=long_ago)


@pytest.fixture
def stale(client, alice):
    """Alice's browser, in which she signed in an hour ago."""
    make_stale(alice)
    return client


def test_the_dangerous_ones_are_found():
    found = {(method, path) for method, path, _ in DANGEROUS}
    assert found >= TAKE_THE_PASSWORD | NEED_A_PROVIDER | ASKED_WITH.keys()
    assert ("post", "/api/user/tokens") in found


@dangerous
def test_what_is_dangerous_asks_for_one(stale, method, path, body):
    refused = getattr(stale, method)(path, body)
    assert refused.status_code == 403, refused.content
    assert refused.json()["code"] == "proof_needed"
    assert refused.json()["details"] == {"methods": ["password"]}


@dangerous
def test_a_sign_in_a_moment_ago_is_one(client, method, path, body):
    answered = getattr(client, method)(path, body)
    answered.close()  # the file of an export
    assert answered.status_code != 403  # what is not there is told as such


def test_the_password_is_one_and_lasts_for_the_next_requests(stale):
    assert stale.post(PROVE, {"password": PASSWORD}).status_code == 200
    assert stale.post("/api/user/tokens", NEW_TOKEN).status_code == 200
    assert stale.post("/api/user/feeds", {}).status_code == 200


def test_a_wrong_password_is_none_and_counts(stale, settings):
    for _ in range(settings.LOCKOUT_TRIES):
        wrong = stale.post(PROVE, {"password": "Wrong-Horse-7"})
        assert wrong.status_code == 401
        assert wrong.json()["code"] == "wrong_credentials"
    locked = stale.post(PROVE, {"password": PASSWORD})
    assert locked.status_code == 429
    assert stale.post("/api/user/tokens", NEW_TOKEN).status_code == 403


def test_what_one_device_proves_opens_nothing_on_another(stale, alice):
    other = signed_in(alice)
    make_stale(alice)
    stale.post(PROVE, {"password": PASSWORD})
    assert other.post("/api/user/tokens", NEW_TOKEN).status_code == 403


def test_an_app_proves_it_for_its_tokens(visitor, alice):
    credentials = {"email": alice.email, "password": PASSWORD}
    pair = visitor.post("/api/auth/token", credentials).json()["data"]
    app = WatchedClient()
    app.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    assert app.post("/api/user/tokens", NEW_TOKEN).status_code == 200
    make_stale(alice)
    assert app.post("/api/user/tokens", NEW_TOKEN).status_code == 403
    assert app.post(PROVE, {"password": PASSWORD}).status_code == 200
    assert app.post("/api/user/tokens", NEW_TOKEN).status_code == 200


def test_a_personal_token_proves_nothing(alice):
    script = WatchedClient()
    text = personal_token(alice, "read", "write")
    script.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    refused = script.post(PROVE, {"password": PASSWORD})
    assert refused.json()["code"] == "scope_missing"


def test_a_visitor_proves_nothing(visitor):
    assert visitor.post(PROVE, {"password": PASSWORD}).status_code == 401


def test_a_proof_grows_old(stale, alice, settings):
    stale.post(PROVE, {"password": PASSWORD})
    at = timezone.now() - timedelta(minutes=settings.PROOF_MINUTES, seconds=1)
    Session.objects.filter(user=alice).update(proved_at=at)
    assert stale.post("/api/user/tokens", NEW_TOKEN).status_code == 403


def test_a_session_that_is_saved_later_keeps_its_proof(stale, alice):
    """As by the admin, which writes into sessions too."""
    stale.post(PROVE, {"password": PASSWORD})
    proved = Session.objects.get(user=alice)
    session = stale.session
    session["django_language"] = "es"
    session.save()
    assert Session.objects.get(user=alice).proved_at == proved.proved_at


def test_an_account_without_a_password_signs_in_again(stale, alice):
    alice.set_unusable_password()
    type(alice).objects.filter(pk=alice.pk).update(password=alice.password)
    refused = stale.post("/api/user/tokens", NEW_TOKEN)
    assert refused.json()["details"] == {"methods": []}


def test_to_ask_for_one_takes_one_statement(client, budget):
    with budget(2, "the sign-in check, and the proof"):
        assert client.post(PROVE, {}).status_code == 200
