"""A fresh proof of who is there, asked for before what is dangerous.

Signing in is one. It is kept with the session or the family of tokens, so that what one
device proved opens nothing on another; `POST /api/auth/prove` gives it again.
"""

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.utils import timezone
from rest_framework.request import Request

from animecollections.api.errors import ApiError, missing
from animecollections.identity import Account, SignIn
from animecollections.scopes import ACCOUNT
from profiles.accounts.models import Session, TokenFamily, User
from profiles.accounts.sessions import note_proof


def require_fresh_proof(request: Request) -> None:
    """403 `proof_needed`, with the ways to give one, unless who asks has signed in or
    proved it within PROOF_MINUTES. One statement; a view calls it before its work.
    """
    user_id = cast("Account", request.user).id
    sign_in = cast("SignIn", request.auth)
    if ACCOUNT not in sign_in.scopes:  # nor can it prove anything
        raise missing(ACCOUNT)
    if is_fresh(user_id=user_id, sign_in=sign_in):
        return
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise ApiError("session_ended")
    raise ApiError("proof_needed", details={"methods": methods_of(user)})


def refuse_password_alone(*, user: User, sign_in: SignIn) -> None:
    """For what takes the password: with a second factor on, it is no proof; of who has
    none, it cannot be one.
    """
    if user.second_factors or not user.has_usable_password():
        refuse_stale(user=user, sign_in=sign_in)


def refuse_stale(*, user: User, sign_in: SignIn) -> None:
    if not is_fresh(user_id=user.pk, sign_in=sign_in):
        raise ApiError("proof_needed", details={"methods": methods_of(user)})


def is_fresh(*, user_id: UUID, sign_in: SignIn) -> bool:
    proofs = (
        Session.objects.filter(session_key=sign_in.key, user_id=user_id)
        if sign_in.kind == "session"
        else TokenFamily.objects.filter(id=sign_in.key, user_id=user_id)
    )
    since = timezone.now() - timedelta(minutes=settings.PROOF_MINUTES)
    proved_at = proofs.values_list("proved_at", flat=True).first()
    return proved_at is not None and proved_at > since


def methods_of(user: User) -> list[str]:
    """How they can prove it now; none: by signing in again. With a second factor on,
    a password alone proves nothing: it does not sign in either.
    """
    if user.second_factors:
        return [*user.second_factors.split(), "recovery_code"]
    return ["password"] if user.has_usable_password() else []


def keep_proof(*, user_id: UUID, sign_in: SignIn, session: SessionBase) -> None:
    """That who asks has proved it just now."""
    if sign_in.kind == "session":
        note_proof(session)
        try:
            session.save()
        except UpdateError:  # it ended meanwhile
            raise ApiError("session_ended") from None
    else:
        TokenFamily.objects.filter(id=sign_in.key, user_id=user_id).update(
            proved_at=timezone.now()
        )
