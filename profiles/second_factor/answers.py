"""Looking at a second factor that somebody gives, to sign in or to prove it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice

from animecollections.api.errors import ApiError
from profiles.accounts import lockouts
from profiles.accounts.models import User
from profiles.accounts.places import Place
from profiles.second_factor import passkeys, tasks
from profiles.second_factor import services as second_factor
from profiles.second_factor.factors import locked

Opened = TypeVar("Opened")


def accept(
    user: User, given: Mapping[str, Any], place: Place, then: Callable[[], Opened]
) -> Opened:
    """What `then` opens, in the transaction that uses the factor up: 401 `wrong_code`,
    `passkey_invalid`, 429 `locked`.

    Wrong codes count as wrong passwords do, by themselves.
    """
    if passkey := given.get("passkey"):
        with transaction.atomic():
            locked(user.pk)
            passkeys.use(user.pk, passkey)
            return then()
    code = given.get("code") or given["recovery_code"]
    codes = lockouts.codes_of(user.pk)
    lockouts.refuse_locked(codes, place)
    if until := second_factor.closed_until(user=user, code=code):
        raise lockouts.locked(until)
    with transaction.atomic():
        locked(user.pk)
        device = second_factor.check(user=user, code=code)
        if device is not None:
            lockouts.forgive(codes, place)
            tell_of_recovery(user, device)
            return then()
    lockouts.count_wrong(codes, place)
    raise ApiError("wrong_code")


def tell_of_recovery(user: User, device: object) -> None:
    """Who finds a list of codes could use one: its owner is told of each."""
    if isinstance(device, StaticDevice):
        tasks.mail_factors_changed.enqueue(user_id=str(user.pk), what="code_used")
