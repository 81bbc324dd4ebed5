"""Codes: from an authenticator, or one of ten for emergencies.

django-otp keeps the devices, refuses a code used twice, and makes each wrong guess wait
twice as long as the one before. Recovery codes are kept as hashes.
"""

import secrets
from base64 import b32encode
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_otp import verify_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from animecollections.api.errors import ApiError
from animecollections.identity import Origin, SignIn
from history.staff_log import services as audit
from profiles.accounts import lockouts
from profiles.accounts.models import User
from profiles.second_factor import tasks
from profiles.second_factor.factors import changing_factors

CODES = 10
BYTES_OF_CODE = 10  # 80 bits: nobody guesses one, nor what its hash is of
KEPT = 16  # characters of a hash, of which the column takes so many


def authenticator(user: User) -> TOTPDevice | None:
    """The one that they sign in with."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def enrolment(user: User) -> TOTPDevice:
    """The one they are about to add; the same until its first code is right."""
    device, _ = TOTPDevice.objects.get_or_create(
        user=user, confirmed=False, defaults={"name": "authenticator"}
    )
    return device


def begin_authenticator(*, user_id: UUID, sign_in: SignIn) -> TOTPDevice:
    """Another secret each time: who began it before may not be the one who ends it."""
    with changing_factors(user_id, sign_in) as user:
        TOTPDevice.objects.filter(user=user, confirmed=False).delete()
        return TOTPDevice.objects.create(
            user=user, confirmed=False, name="authenticator"
        )


def add_authenticator(
    *, user_id: UUID, sign_in: SignIn | None, code: str
) -> list[str] | None:
    """Adds the one that was begun, in the place of an older one, by its first code: 401
    `wrong_code`. The recovery codes, where it is the first factor; else None.
    """
    with changing_factors(user_id, sign_in) as user:
        mine = TOTPDevice.objects.filter(user=user)
        device = mine.filter(confirmed=False).first()
        if device is None:
            raise ApiError("authenticator_not_begun")
        refuse_closed(device)
        is_right = verify_token(user, device.persistent_id, code) is not None
        codes = None
        if is_right:
            mine.exclude(pk=device.pk).delete()
            mine.update(confirmed=True, created_at=timezone.now())
            codes = None if user.second_factors else new_codes(user)
            tasks.mail_factors_changed.enqueue(
                user_id=str(user_id), what="authenticator_added"
            )
    if not is_right:  # after the commit: wrong ones count
        raise ApiError("wrong_code")
    return codes


def remove_authenticator(*, user_id: UUID, sign_in: SignIn) -> bool:
    with changing_factors(user_id, sign_in) as user:
        removed = TOTPDevice.objects.filter(user=user).delete()[0]
        if removed:
            tasks.mail_factors_changed.enqueue(
                user_id=str(user_id), what="authenticator_removed"
            )
    return bool(removed)


def replace_codes(*, user_id: UUID, sign_in: SignIn) -> list[str]:
    """409 `second_factor_off` where there is nothing that they would be for."""
    with changing_factors(user_id, sign_in) as user:
        if not user.second_factors:
            raise ApiError("second_factor_off")
        tasks.mail_factors_changed.enqueue(user_id=str(user_id), what="new_codes")
        return new_codes(user)


def confirm(*, user: User, code: str, through: Origin) -> list[str] | None:
    """Adds the authenticator of staff whose first code this is: the recovery codes,
    which are shown once; None where the code is wrong.
    """
    device = enrolment(user)
    with changing_factors(user.pk):
        if verify_token(user, device.persistent_id, code) is None:
            return None
        TOTPDevice.objects.filter(pk=device.pk).update(
            confirmed=True, created_at=timezone.now()
        )
        codes = new_codes(user)
        why = "Enrolled by themselves."
        audit.note(
            action="add_second_factor", through=through, reason=why, user_id=user.pk
        )
        return codes


def renew_codes(*, user: User, through: Origin) -> list[str]:
    """At the request of the owner of the authenticator; it is in the log of staff."""
    with transaction.atomic():
        why = "Asked for by themselves."
        audit.note(
            action="new_recovery_codes", through=through, reason=why, user_id=user.pk
        )
        return new_codes(user)


def new_codes(user: User) -> list[str]:
    """Ten recovery codes, instead of those there were."""
    about = {"name": "recovery codes", "created_at": timezone.now()}
    device, _ = StaticDevice.objects.update_or_create(user=user, defaults=about)
    codes = [new_code() for _ in range(CODES)]
    with transaction.atomic():
        device.token_set.all().delete()
        for code in codes:
            device.token_set.create(token=kept(code))
    return codes


def new_code() -> str:
    text = b32encode(secrets.token_bytes(BYTES_OF_CODE)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def kept(code: str) -> str:
    """What is kept of a recovery code, however it is typed."""
    plain = "".join(code.split()).replace("-", "").lower()
    return b32encode(sha256(plain.encode()).digest()).decode()[:KEPT]


def check(*, user: User, code: str) -> TOTPDevice | StaticDevice | None:
    """The device whose code this is; a recovery code is used up."""
    text = "".join(code.split())
    device, token = device_for(user, text)
    return verify_token(user, device.persistent_id, token) if device else None


def device_for(user: User, text: str) -> tuple[TOTPDevice | StaticDevice | None, str]:
    if text.isascii() and text.isdecimal():
        return authenticator(user), text
    return StaticDevice.objects.filter(user=user).first(), kept(text)


def closed_until(*, user: User, code: str) -> datetime | None:
    """Until when no code is looked at, after wrong ones."""
    device, _ = device_for(user, "".join(code.split()))
    return until_of(device) if device else None


def until_of(device: TOTPDevice | StaticDevice) -> datetime | None:
    is_allowed, told = device.verify_is_allowed()
    return None if is_allowed else told["locked_until"]


def refuse_closed(device: TOTPDevice | StaticDevice | None) -> None:
    """429 `locked` while django-otp looks at no code of this device."""
    if device and (until := until_of(device)):
        raise lockouts.locked(until)


def secret_of(device: TOTPDevice) -> str:
    """For who types it into an authenticator that cannot read the picture."""
    return b32encode(device.bin_key).decode()


def codes_left(user_id: UUID) -> int:
    return int(StaticToken.objects.filter(device__user_id=user_id).count())
