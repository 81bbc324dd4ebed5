"""Which second factors a person has on: one place for all that adds or removes one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from animecollections.api.errors import ApiError
from animecollections.identity import SignIn
from profiles.accounts.authentication import account_behind
from profiles.accounts.models import User
from profiles.second_factor.models import FactorRemoval, Passkey


@contextmanager
def changing_factors(user_id: UUID, sign_in: SignIn | None = None) -> Iterator[User]:
    """A transaction that adds or removes factors of this user, whose row it locks; at
    its end the row says which there are.

    401 `session_ended` where the user is gone, or the sign-in that asks has ended: next
    to a new password, an attacker's must not leave a factor behind.
    """
    with transaction.atomic():
        user = locked(user_id)
        if sign_in and account_behind(sign_in, user_id) is None:
            raise ApiError("session_ended")
        yield user
        note_factors(user)


def locked(user_id: UUID) -> User:
    """Before any other row of theirs is locked: so no two wait for each other."""
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise ApiError("session_ended")
    return user


def note_factors(user: User) -> None:
    """Recovery codes are for who lost a factor: they go with the last one."""
    found = {
        "authenticator": TOTPDevice.objects.filter(user=user, confirmed=True),
        "passkey": Passkey.objects.of(user.pk),
    }
    user.second_factors = " ".join(
        name for name, rows in found.items() if rows.exists()
    )
    User.objects.filter(pk=user.pk).update(second_factors=user.second_factors)
    if not user.second_factors:
        StaticDevice.objects.filter(user=user).delete()
        FactorRemoval.objects.of(user.pk).delete()


def remove_all(user: User) -> bool:
    """Whether there were any; within `changing_factors`. What is begun and not
    confirmed goes too.
    """
    removed = [
        TOTPDevice.objects.filter(user=user).delete()[0],
        StaticDevice.objects.filter(user=user).delete()[0],
        Passkey.objects.of(user.pk).delete()[0],
    ]
    return any(removed)


def remove_since(user_id: UUID, since: datetime | None) -> None:
    """Those that were added since then, or all; for profiles/accounts/ways_in_hooks.py.
    What waits to remove the others was asked for by the password, which is known.
    """
    added = Q() if since is None else Q(created_at__gte=since)
    with changing_factors(user_id) as user:
        TOTPDevice.objects.filter(added, user=user).delete()
        StaticDevice.objects.filter(added, user=user).delete()
        Passkey.objects.of(user_id).filter(added).delete()
        FactorRemoval.objects.of(user_id).delete()
