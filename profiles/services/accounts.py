"""Writes to accounts and to who is signed in."""

from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from profiles.models import User
from profiles.sessions import AGENT_KEY, EPOCH_KEY


def start_session(session: Any, user: User, *, user_agent: str = "") -> None:
    """Signs a browser in: a fresh session, good for as long as its epoch is."""
    session.flush()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[EPOCH_KEY] = user.auth_epoch
    session[AGENT_KEY] = user_agent[:300]
    session.create()
