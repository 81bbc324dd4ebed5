"""Registered apps for tests, and what they sign in with."""

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from animecollections.scopes import with_groups
from conftest import WatchedClient
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
