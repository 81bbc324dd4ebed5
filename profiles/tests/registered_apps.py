"""Registered apps for tests, and what they sign in with."""

import re
from base64 import urlsafe_b64encode
from datetime import timedelta
from hashlib import sha256
from html import unescape
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from animecollections.scopes import with_groups
from conftest import WatchedClient, signed_in
from profiles.accounts.tokens import write_pair
from profiles.models import App, TokenFamily
from profiles.oauth import secrets

CALLBACK = "https://app.example.org/callback"


def register(user, **more):
    """A public app, as its developer would have registered it."""
    wanted = {"name": "Ani Notes", "redirect_uris": [CALLBACK], **more}
    return App.objects.create(user=user, **wanted)


def register_confidential(user, **more):
    """The app and its secret."""
    secret = secrets.new_secret()
    kept = {"secret_digest": secrets.digest(secret), "is_confidential": True}
    return register(user, **kept, **more), secret


def let_in(app, user, *scopes, **more):
    """The token family of an app that the person let in."""
    return TokenFamily.objects.create(
        user=user,
        app=app,
        scopes=" ".join(sorted(with_groups(scopes or ["read"]))),
        auth_epoch=user.auth_epoch,
        refresh_id=uuid4(),
        expires_at=timezone.now() + timedelta(days=1),
        **more,
    )


def client_of(family):
    client = WatchedClient()
    token = write_pair(family)["access"]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def challenge_of(verifier):
    digest = sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


VERIFIER = "a-verifier-of-an-app-that-is-long-enough-for-the-standard"


def request_of(app, **more):
    """What an app sends somebody with to /oauth/authorize; without what is None."""
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": CALLBACK,
        "scope": "read",
        "state": "the-state",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        **more,
    }
    return {name: value for name, value in asked.items() if value is not None}


def person(user):
    """A browser in which they are signed in; its forms are looked at for forgery."""
    client = Client(enforce_csrf_checks=True)
    client.cookies.update(signed_in(user).cookies)
    return client


def form_of(response):
    """What the page's form would send, with everything as it was shown."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", response.content.decode()):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if found.get("type") == "checkbox" and " checked" not in tag:
            continue
        if "name" in found:
            fields.setdefault(found["name"], []).append(
                unescape(found.get("value", "on"))
            )
    return fields


def answer_to(browser, app, decision="allow", changes=(), **asked):
    """Where the app is told what the person decided."""
    page = browser.get("/oauth/authorize", request_of(app, **asked))
    assert page.status_code == 200, page.content
    form = {**form_of(page), "decision": decision, **dict(changes)}
    decided = browser.post("/oauth/authorize", form)
    assert decided.status_code == 303, decided.content
    return decided["Location"]


def query_of(address):
    return dict(parse_qsl(urlsplit(address).query))


def code_for(browser, app, **asked):
    return query_of(answer_to(browser, app, **asked))["code"]


def token_request(app, code, /, **more):
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": app.client_id,
        "code_verifier": VERIFIER,
        **more,
    }
    return {name: value for name, value in sent.items() if value is not None}


def post(path, sent, **headers):
    body = urlencode(sent, doseq=True)
    form = "application/x-www-form-urlencoded"
    return Client().post(path, body, content_type=form, headers=headers)


def taken(app, code, /, **more):
    """The tokens that an app takes with a code."""
    told = post("/oauth/token", token_request(app, code, **more))
    assert told.status_code == 200, told.content
    return told.json()
