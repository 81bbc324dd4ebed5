"""Web push (RFC 8030, 8291, 8292): browsers show notices while no page is open.

The text is encrypted for the browser; the service that carries it sees to whom and
when. Its address comes from the browser, so it is asked as a stranger's is
(ops/public_hosts.py).
"""

import base64
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

from animecollections.api.errors import ApiError
from animecollections.ops.public_hosts import PublicSession
from profiles.accounts.models import User
from profiles.notifications.answers import UserNoticeAnswer, rows_of, to_json
from profiles.notifications.models import PushSubscription, UserNotice
from profiles.notifications.sentences import sentence
from profiles.notifications.wants import Wants
from profiles.outbox import again

MOST_BROWSERS = 20
# What is not delivered in a day is old; the page has it.
SECONDS_TO_LIVE = 86_400
GONE = (404, 410)


class PushLaterError(OSError):
    """The push service could not take it now."""


# --- Browsers -------------------------------------------------------------------------


@cache
def our_key(text: str) -> Vapid02:
    return Vapid02.from_raw(text.encode())


def public_key() -> str | None:
    """What browsers ask for notices with; None where web push is not set up."""
    if not settings.VAPID_PRIVATE_KEY:
        return None
    key: Any = our_key(settings.VAPID_PRIVATE_KEY).public_key
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def is_point(text: str) -> bool:
    """Whether it is a public key of a browser: a point of the curve."""
    try:
        point = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(point) == 65


def subscribe(
    *, user_id: UUID, endpoint: str, p256dh: str, auth: str, user_agent: str
) -> PushSubscription:
    """A browser asks for notices; again, it is the same row. 409 `browsers_full`, and
    `push_not_set_up`. Like a sign-in it is no part of the log.
    """
    if public_key() is None:
        raise ApiError("push_not_set_up")
    with transaction.atomic():
        # The lock is of the account: of two at once the second counts the first.
        user = User.objects.select_for_update().filter(pk=user_id).first()
        if user is None:
            raise ApiError("session_ended")
        browsers = PushSubscription.objects.of(user_id)
        browsers.exclude(auth_epoch=user.auth_epoch).delete()
        key = sha256(endpoint.encode()).hexdigest()
        if browsers.exclude(key=key).count() >= MOST_BROWSERS:
            raise ApiError("browsers_full", number=MOST_BROWSERS)
        row, _ = browsers.update_or_create(
            user_id=user_id,
            key=key,
            defaults={
                "endpoint": endpoint,
                "p256dh": p256dh,
                "auth": auth,
                "user_agent": user_agent[:300],
                "auth_epoch": user.auth_epoch,
            },
        )
    subscription: PushSubscription = row
    return subscription


def unsubscribe(*, user_id: UUID, subscription_id: UUID) -> None:
    """What is gone already is no error: a browser that signs out asks twice."""
    PushSubscription.objects.of(user_id).filter(pk=subscription_id).delete()


# --- Sending --------------------------------------------------------------------------


def queue(user_id: UUID, notice_id: UUID, wants: Wants) -> None:
    """One task a browser: one that fails is tried again by itself."""
    for subscription_id in wants.browsers:
        push_notice.enqueue(
            user_id=str(user_id),
            subscription_id=str(subscription_id),
            notice_id=str(notice_id),
        )


@task
def push_notice(
    user_id: str, subscription_id: str, notice_id: str, tries: int = 0
) -> None:
    arguments = {
        "user_id": user_id,
        "subscription_id": subscription_id,
        "notice_id": notice_id,
    }
    again(
        push_notice,
        tries,
        dict(arguments),
        lambda: send(UUID(user_id), UUID(subscription_id), UUID(notice_id)),
    )


def send(user_id: UUID, subscription_id: UUID, notice_id: UUID) -> None:
    """Not what was read meanwhile, and not to a browser that was signed out."""
    user = User.objects.for_mail().filter(pk=user_id).first()
    browsers = PushSubscription.objects.of(user_id).filter(pk=subscription_id)
    browser = browsers.first()
    notice = rows_of(UserNotice.objects.of(user_id).unread().filter(pk=notice_id))
    row = notice.first()
    if user is None or browser is None or row is None or public_key() is None:
        return
    if browser.auth_epoch != user.auth_epoch or not user.preferences.web_push:
        return
    text = payload(to_json(row), user)
    if deliver(browser, text, topic=notice_id.hex[-32:]):
        browsers.update(last_sent_at=timezone.now())
    else:
        browsers.delete()


def payload(notice: UserNoticeAnswer, user: User) -> bytes:
    """What the service worker shows (templates/sw.js)."""
    wanted = user.preferences
    said = sentence(notice, language=wanted.language, zone=wanted.timezone)
    shown = {
        "title": said.title or "animecollections",
        "body": said.text,
        "tag": notice["anime_id"] or str(notice["id"]),
        "url": "/notices",
        "lang": wanted.language,
    }
    return orjson.dumps(shown)


def deliver(browser: PushSubscription, text: bytes, *, topic: str) -> bool:
    """False where the browser is gone for good. PushLaterError where it may work later;
    what the service refuses is our fault, and is not tried again.
    """
    keys = {"p256dh": browser.p256dh, "auth": browser.auth}
    try:
        with PublicSession() as session:
            webpush(
                {"endpoint": browser.endpoint, "keys": keys},
                text,
                vapid_private_key=our_key(settings.VAPID_PRIVATE_KEY),
                vapid_claims={"sub": f"mailto:{settings.SUPPORT_EMAIL}"},
                ttl=SECONDS_TO_LIVE,
                headers={"Topic": topic},
                requests_session=session,
            )
    except WebPushException as error:
        if error.status_code in GONE:
            return False
        # Without its text and the address: both are the browser's.
        told = f"The push service answered {error.status_code}."
        if error.status_code == 429 or (error.status_code or 0) >= 500:
            raise PushLaterError(told) from None
        raise ValueError(told) from None
    except OSError as error:  # its text has the address in it
        told = f"The push service was not reached: {type(error).__name__}"
        raise PushLaterError(told) from None
    return True
