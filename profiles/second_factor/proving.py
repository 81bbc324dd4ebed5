"""Giving a fresh proof (profiles/accounts/proofs.py asks for it)."""

from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase

from animecollections.identity import SignIn
from profiles.accounts.credentials import check_own_password
from profiles.accounts.proofs import keep_proof


def prove(
    *,
    user_id: UUID,
    sign_in: SignIn,
    session: SessionBase,
    address: str,
    device: str,
    password: str,
) -> None:
    """By the password; 401 `wrong_credentials`, 429 `locked`."""
    check_own_password(
        user_id=user_id, password=password, address=address, device=device
    )
    keep_proof(user_id=user_id, sign_in=sign_in, session=session)
