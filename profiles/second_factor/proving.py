"""Giving a fresh proof (profiles/accounts/proofs.py asks for it)."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from animecollections.api.errors import ApiError
from animecollections.identity import SignIn
from profiles.accounts.credentials import check_own_password
from profiles.accounts.models import User
from profiles.accounts.places import Place
from profiles.accounts.proofs import keep_proof, methods_of
from profiles.second_factor.answers import accept


def prove(
    *,
    user_id: UUID,
    sign_in: SignIn,
    session: SessionBase,
    address: str,
    device: str,
    **given: Any,
) -> None:
    """By the password, or by what `accept` takes. 403 `proof_needed` for a password
    where a second factor is on, 401 `wrong_credentials` and others, 429 `locked`.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise ApiError("session_ended")
    keep = partial(keep_proof, user_id=user_id, sign_in=sign_in, session=session)
    if "password" not in given:
        accept(user, given, Place(address, device), keep)
        return
    if user.second_factors:
        raise ApiError("proof_needed", details={"methods": methods_of(user)})
    check_own_password(
        user_id=user_id, password=given["password"], address=address, device=device
    )
    keep()
