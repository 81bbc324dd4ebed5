"""Signing in by a second factor after the password, or by a passkey alone."""

from collections.abc import Mapping
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from animecollections.api.errors import ApiError
from profiles.accounts import second_steps
from profiles.accounts.credentials import enter
from profiles.accounts.models import User
from profiles.accounts.places import Place
from profiles.accounts.services import start_session
from profiles.accounts.token_families import begin_family
from profiles.accounts.tokens import TokenPair
from profiles.second_factor import passkeys, removal
from profiles.second_factor.answers import accept
from profiles.second_factor.factors import locked


def finish(
    *,
    ticket: str,
    address: str,
    session: SessionBase,
    user_agent: str,
    device: str,
    **given: Any,
) -> User | TokenPair:
    """What the first step asked for: the user of a session that begins here, or the
    tokens of an app. 401 `ticket_invalid`, `wrong_code`, `passkey_invalid`, 429
    `locked`.
    """
    step, user = second_steps.find(ticket=ticket, device=device)
    place = Place(address, device, session.session_key)

    def let_in() -> User | TokenPair:
        second_steps.use_up(step)
        removal.stop(user_id=user.pk)  # who has a factor has not lost it
        if step.is_app:
            return begin_family(user, address=address, user_agent=user_agent)
        enter(user, address=address, device=device, user_agent=user_agent)
        start_session(session, user, user_agent=user_agent, address=address)
        return user

    return accept(user, given, place, let_in)


def by_passkey(
    *,
    credential: Mapping[str, Any],
    address: str,
    session: SessionBase,
    user_agent: str,
    device: str,
) -> User:
    """A passkey is both steps: the device, and what unlocks it. 401 `passkey_invalid`,
    the same whether there is such an account or not.
    """
    user = None
    if user_id := passkeys.owner_in(credential):
        active = User.objects.filter(pk=user_id, is_active=True)
        user = active.select_related("profile").first()
    if user is None:
        raise ApiError("passkey_invalid")
    with transaction.atomic():
        locked(user.pk)
        passkeys.use(user.pk, credential)
        removal.stop(user_id=user.pk)
        enter(user, address=address, device=device, user_agent=user_agent)
        start_session(session, user, user_agent=user_agent, address=address)
    return user
