"""Devices without a keyboard: a TV shows a code, its person types it elsewhere."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from animecollections.db.ids import new_id
from profiles.oauth import codes
from profiles.oauth.models import App, DeviceCode
from profiles.oauth.services import Permission

LIVES = timedelta(minutes=10)
INTERVAL = 5  # seconds between two of a device's questions
SLOWER = 5  # so many more each time that it asks too soon
SLOWEST = 60
State = DeviceCode.State
Answer = Literal[
    "authorized", "authorization_pending", "slow_down", "expired_token", "access_denied"
]


def begin(*, app: App, scopes: Collection[str]) -> codes.DeviceTexts:
    texts = codes.new_device_texts()
    DeviceCode.objects.create(
        key=codes.key_of(texts.letters),
        digest=codes.digest(texts.secret),
        app=app,
        scopes=" ".join(sorted(scopes)),
        interval=INTERVAL,
        expires_at=timezone.now() + LIVES,
    )
    return texts


def waiting(letters: str) -> DeviceCode | None:
    """What waits under the letters that a person typed. Never those of an app that was
    stopped; whatever is wrong, the answer is the same.
    """
    rows = DeviceCode.objects.filter(key=codes.key_of(letters), state=State.WAITING)
    return rows.filter(expires_at__gt=timezone.now()).first()


def decide(
    *,
    letters: str,
    user_id: UUID,
    auth_epoch: int,
    scopes: Collection[str],
    mature: bool,
    is_allowed: bool,
) -> bool:
    """Whether it still waited: of two who decide at once the first does."""
    rows = DeviceCode.objects.filter(key=codes.key_of(letters), state=State.WAITING)
    decided = rows.filter(expires_at__gt=timezone.now()).update(
        state=State.ALLOWED if is_allowed else State.DENIED,
        user_id=user_id,
        auth_epoch=auth_epoch,
        scopes=" ".join(sorted(scopes)),
        mature=mature,
    )
    return bool(decided)


@dataclass(frozen=True, slots=True)
class Told:
    answer: Answer
    permission: Permission | None = None


def ask(*, device_code: str, app: App) -> Told | None:
    """What a device is told that asks whether it was let in; None where there is no
    such code, or it was used.
    """
    texts = codes.read_device_code(device_code)
    if texts is None:
        return None
    row = DeviceCode.objects.filter(key=codes.key_of(texts.letters), app=app).first()
    digest = codes.digest(texts.secret)
    if row is None or not constant_time_compare(row.digest, digest):
        return None
    now = timezone.now()
    if row.state == State.USED:
        return None
    if row.expires_at <= now:
        return Told("expired_token")
    if row.state == State.DENIED:
        return Told("access_denied")
    if row.state == State.WAITING:
        return Told("slow_down" if asks_too_soon(row, now) else "authorization_pending")
    return use(row, app)


def asks_too_soon(row: DeviceCode, now: datetime) -> bool:
    """Notes that it asked; one that asks too soon has to wait longer from then on."""
    earliest = row.asked_at and row.asked_at + timedelta(seconds=row.interval)
    is_too_soon = earliest is not None and now < earliest
    interval = min(SLOWEST, row.interval + SLOWER) if is_too_soon else row.interval
    DeviceCode.objects.filter(pk=row.pk).update(asked_at=now, interval=interval)
    return is_too_soon


def use(row: DeviceCode, app: App) -> Told | None:
    """Of two questions at once one gets the tokens."""
    rows = DeviceCode.objects.filter(pk=row.pk, state=State.ALLOWED)
    if row.user_id is None or not rows.update(state=State.USED):
        return None
    permission = Permission(
        user_id=row.user_id,
        app=app,
        scopes=row.scopes,
        mature=row.mature,
        auth_epoch=row.auth_epoch,
        family_id=new_id(),
    )
    return Told("authorized", permission)
