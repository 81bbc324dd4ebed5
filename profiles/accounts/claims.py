"""Mends claims to e-mails and user names that a release before claims left wrong."""

from uuid import UUID

from django.db import transaction

from history.log.recording import locked
from profiles.accounts.managers import claims_of
from profiles.accounts.models import LoginClaim, User


def claim_again(user_id: UUID) -> None:
    """What an account's e-mail and name claim, where a release that knew no claims made
    or renamed it. Under the user's lock, or a renaming could leave the old ones.
    """
    with locked(user_id):
        if user := User.objects.filter(pk=user_id).first():
            LoginClaim.objects.take(user_id, claims_of(user))


def forget_claim(value: str, user_id: UUID) -> None:
    """One whose user has another e-mail or name, or is gone. Its row is locked first:
    anyone who takes it meanwhile waits, and makes it again.
    """
    with transaction.atomic():
        LoginClaim.objects.select_for_update().filter(value=value).first()
        if not LoginClaim.objects.is_in_use(user_id, value):
            LoginClaim.objects.give_up(user_id, [value])
