"""Staff's second factor: a code from an authenticator, or one of ten for emergencies.

django-otp keeps the devices, refuses a code used twice, and makes each wrong guess wait
twice as long as the one before. Recovery codes are kept as hashes.
"""

import secrets
from base64 import b32encode
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django_otp import verify_token
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from animecollections.identity import Origin
from history.staff_log import services as audit
from profiles.accounts.models import User

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


def confirm(*, user: User, code: str, through: Origin) -> list[str] | None:
    """Adds the authenticator whose first code this is: the recovery codes, which are
    shown once; None where the code is wrong.
    """
    device = enrolment(user)
    with transaction.atomic():
        if verify_token(user, device.persistent_id, code) is None:
            return None
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
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
    device, _ = StaticDevice.objects.get_or_create(
        user=user, defaults={"name": "recovery codes"}
    )
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
    if device is None:
        return None
    is_allowed, told = device.verify_is_allowed()
    return None if is_allowed else told["locked_until"]


def remove(user: User) -> bool:
    """All of it: the next sign-in enrols again. Whether there was any."""
    removed = [
        model.objects.filter(user=user).delete()[0]
        for model in (TOTPDevice, StaticDevice)
    ]
    return any(removed)
