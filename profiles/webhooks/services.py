"""What a person does with their webhooks.

A webhook is no part of the log: like a sign-in, what ends one must not be undone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.identity import SignIn
from history.log.cursors import Cursor
from profiles.accounts.authentication import account_behind
from profiles.accounts.models import User
from profiles.sync.changes import stand
from profiles.webhooks.bodies import test_message
from profiles.webhooks.models import (
    Delivery,
    DeliveryKind,
    PauseReason,
    Webhook,
)
from profiles.webhooks.signing import new_seed, secret_of

MOST_WEBHOOKS = 10
BOTH_SIGN_FOR = timedelta(days=1)


class Made(NamedTuple):
    """A webhook with its secret, which nobody is shown again."""

    webhook: Webhook
    secret: str


def make(
    *,
    user_id: UUID,
    url: str,
    name: str,
    format: str,
    parts: Sequence[str],
    sign_in: SignIn | None = None,
) -> Made:
    """It is sent what changes from now on. 409 where there are too many; 401
    `session_ended` beside the user's erasure, or the end of the sign-in that asks.
    """
    now = timezone.now()
    with transaction.atomic():
        # The lock is of the account: of two at once the second counts the first.
        hold(user_id, sign_in)
        at = stand(user_id)
        if at is None:
            raise ApiError("session_ended")
        if Webhook.objects.of(user_id).count() >= MOST_WEBHOOKS:
            raise ApiError("webhooks_full", number=MOST_WEBHOOKS)
        webhook = Webhook.objects.create(
            user_id=user_id,
            url=url,
            name=name,
            format=format,
            parts=[*parts],
            seed=new_seed(),
            changed_at=now,
            epoch=at.epoch,
            revision=at.user,
            place=list(Cursor.at(at)[:3]),
            due_at=now,
        )
    return Made(webhook, secret_of(webhook.seed))


def hold(user_id: UUID, sign_in: SignIn | None) -> None:
    """Locks the account. A webhook outlives a new password: beside the end of all
    sign-ins, an attacker's must not leave one behind.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None or (sign_in and account_behind(sign_in, user_id) is None):
        raise ApiError("session_ended")


def change(
    *,
    user_id: UUID,
    webhook_id: UUID,
    values: dict[str, Any],
    sign_in: SignIn | None = None,
) -> Webhook:
    """values: columns, and `is_paused`. One that goes on gets what it missed, from the
    last message that it took.
    """
    values, now = dict(values), timezone.now()
    is_paused = values.pop("is_paused", None)
    if is_paused is True:
        values |= {"paused_at": now, "paused_why": PauseReason.OWNER}
    elif is_paused is False:
        values |= {"paused_at": None, "paused_why": "", "due_at": now}
        values |= {"failures": 0, "failing_since": None}
    if "url" in values:
        values["changed_at"] = now
    mine = Webhook.objects.of(user_id).filter(pk=webhook_id)
    with transaction.atomic():
        hold(user_id, sign_in)
        if values:
            mine.update(**values)
        webhook: Webhook | None = mine.first()
        if webhook is None:
            raise ApiError("webhook_not_found")
        if "parts" in values:  # what waits was made of the others
            Delivery.objects.of(webhook.user_id).to(webhook).current().delete()
            mine.update(is_behind=True)
    return webhook


def rotate(*, user_id: UUID, webhook_id: UUID, sign_in: SignIn | None = None) -> Made:
    """Another secret; for a day the one before it signs too."""
    now = timezone.now()
    with transaction.atomic():
        hold(user_id, sign_in)
        mine = Webhook.objects.of(user_id).filter(pk=webhook_id)
        webhook: Webhook | None = mine.select_for_update().first()
        if webhook is None:
            raise ApiError("webhook_not_found")
        webhook.previous_seed, webhook.seed = webhook.seed, new_seed()
        webhook.previous_until, webhook.changed_at = now + BOTH_SIGN_FOR, now
        webhook.save(
            update_fields=["seed", "previous_seed", "previous_until", "changed_at"]
        )
    return Made(webhook, secret_of(webhook.seed))


def end(*, user_id: UUID, webhook_id: UUID) -> None:
    """With its deliveries. Its row first: a worker that is at it waits, or is done."""
    with transaction.atomic():
        if not Webhook.objects.of(user_id).filter(pk=webhook_id).delete()[0]:
            raise ApiError("webhook_not_found")
        Delivery.objects.of(user_id).filter(webhook_id=webhook_id).delete()


def end_since(user_id: UUID, since: datetime | None) -> None:
    """Those whose address or secret was set since then, or all; for
    profiles/accounts/ways_in_hooks.py.
    """
    webhooks = Webhook.objects.of(user_id)
    if since is not None:
        webhooks = webhooks.filter(changed_at__gte=since)
    ids = list(webhooks.select_for_update().values_list("pk", flat=True))
    if ids:
        webhooks.filter(pk__in=ids).delete()
        Delivery.objects.of(user_id).filter(webhook_id__in=ids).delete()


def test(*, user_id: UUID, webhook_id: UUID) -> Delivery:
    """Sends a message that says nothing, as soon as a worker looks; also where it is
    paused. One at a time: the one that waits is answered again.
    """
    now = timezone.now()
    with transaction.atomic():
        webhook = asked(user_id, webhook_id, now)
        tests = (
            Delivery.objects.of(webhook.user_id)
            .to(webhook)
            .filter(kind=DeliveryKind.TEST)
        )
        waiting: Delivery | None = tests.asked_for().first()
        return waiting or Delivery.objects.create(
            user_id=user_id,
            webhook_id=webhook_id,
            kind=DeliveryKind.TEST,
            format=webhook.format,
            body=test_message(webhook),
            asked_at=now,
            made_at=now,
        )


def redeliver(*, user_id: UUID, webhook_id: UUID, delivery_id: UUID) -> Delivery:
    """The same message once more, as soon as a worker looks. 409 `sentence_was_sent`
    where it tells people of what may be private by now.
    """
    now = timezone.now()
    with transaction.atomic():
        webhook = asked(user_id, webhook_id, now)
        found = Delivery.objects.of(webhook.user_id).to(webhook).filter(pk=delivery_id)
        delivery: Delivery | None = found.first()
        if delivery is None:
            raise ApiError("delivery_not_found")
        if delivery.is_sentence:
            raise ApiError("sentence_was_sent")
        if found.filter(asked_at=None).update(asked_at=now):
            delivery.asked_at = now
    return delivery


def asked(user_id: UUID, webhook_id: UUID, now: datetime) -> Webhook:
    """The webhook, locked after the account, with word for the workers."""
    hold(user_id, None)
    mine = Webhook.objects.of(user_id).filter(pk=webhook_id)
    mine.update(asked_at=now)
    webhook: Webhook | None = mine.first()
    if webhook is None:
        raise ApiError("webhook_not_found")
    return webhook
