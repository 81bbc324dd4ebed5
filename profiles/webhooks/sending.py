"""One webhook's turn: the next message is made, sent, and noted.

A webhook is held by one worker at a time, by a lease in its row: so its messages leave
in order, and one that was sent by a worker that was killed is sent again, by the same
id. The receiver's place moves when it answered with 2xx, and at no other time.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import requests
from django.db import Error, transaction
from django.db.models import F, Q
from django.utils import timezone
from requests import Response
from requests.exceptions import SSLError

from animecollections.ops.public_hosts import NotPublicError, PublicSession
from history.log.cursors import Cursor
from profiles.sync.changes import stand
from profiles.webhooks.bodies import CONTENT_TYPE, Message, next_message
from profiles.webhooks.models import (
    BodyFormat,
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    PauseReason,
    Webhook,
    WebhookQuerySet,
)
from profiles.webhooks.signing import signed
from profiles.webhooks.tasks import mail_webhook_paused

logger = logging.getLogger(__name__)

SECONDS_OF_A_CALL = 10
SECONDS_OF_A_TURN = 20  # for a webhook that has much to catch up with
SLOW_SECONDS = 2
# Longer than the longest turn: a worker that lives is never joined by another.
LEASE = timedelta(seconds=SECONDS_OF_A_TURN + 4 * SECONDS_OF_A_CALL)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=15)
LONGEST_ASKED_FOR = timedelta(hours=1)  # by Retry-After
TRIED_FOR = timedelta(days=1)
MOST_KEPT = 2048  # bytes of an answer
GONE = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try. failure: why there was no answer, in a word."""

    seconds: float
    status_code: int | None = None
    answer: str = ""
    failure: str = ""
    retry_after: timedelta = timedelta()

    @property
    def is_taken(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


def take_turn(
    user_id: UUID,
    webhook_id: UUID,
    *,
    is_stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Sends what there is, one message after the other; how many were taken. 0 where
    somebody else holds the webhook.
    """
    now = timezone.now()
    mine = Webhook.objects.of(user_id).filter(pk=webhook_id)
    is_free = Q(held_until=None) | Q(held_until__lt=now)
    until = now + LEASE
    if not mine.filter(is_free).update(held_until=until):
        return 0
    held = mine.filter(held_until=until)
    began, taken = time.monotonic(), 0
    try:
        while has_taken_next(held.first()):
            taken += 1
            if is_stopping() or time.monotonic() - began > SECONDS_OF_A_TURN:
                break
    except Error:
        raise
    except Exception:  # something of theirs that cannot be told, and theirs alone
        logger.exception("A webhook could not be served")
        held.update(due_at=timezone.now() + LONGEST_PAUSE, asked_at=None)
    finally:
        held.update(held_until=None)
    return taken


def has_taken_next(webhook: Webhook | None) -> bool:
    """Or tried what its owner asked for. None: the webhook was ended, or another worker
    holds it, for this one slept too long.
    """
    if webhook is None:
        return False
    delivery = asked_delivery(webhook) or next_delivery(webhook)
    if delivery is None:
        return False
    outcome = send(webhook, delivery)
    note(webhook, delivery, outcome)
    return outcome.is_taken or delivery.asked_at is not None


def held_row(webhook: Webhook) -> WebhookQuerySet:
    """For what is written of it, as long as this worker holds it."""
    mine = Webhook.objects.of(webhook.user_id).filter(pk=webhook.pk)
    held: WebhookQuerySet = mine.filter(held_until=webhook.held_until)
    return held


# --- What is sent ---------------------------------------------------------------------


def asked_delivery(webhook: Webhook) -> Delivery | None:
    """A test or a redelivery, which its owner waits for."""
    if webhook.asked_at is None:
        return None
    found: Delivery | None = (
        Delivery.objects.of(webhook.user_id).to(webhook).asked_for().first()
    )
    if found is None:  # unless another was asked for since
        held_row(webhook).filter(asked_at=webhook.asked_at).update(asked_at=None)
    return found


def next_delivery(webhook: Webhook) -> Delivery | None:
    """The message that was not taken yet, else a new one; None where there is nothing,
    or it has to wait.
    """
    if webhook.paused_at is not None or webhook.due_at > timezone.now():
        return None
    waiting: Delivery | None = None
    if webhook.is_behind:
        waiting = Delivery.objects.of(webhook.user_id).to(webhook).current().first()
    if waiting is not None and waiting.is_sentence:
        return said_again(webhook, waiting)
    return waiting or new_delivery(webhook)


def said_again(webhook: Webhook, waiting: Delivery) -> Delivery | None:
    """For people it is made again before each try: since the first one something may
    have become private, and who reads it may be somebody else.
    """
    row = Delivery.objects.of(webhook.user_id).filter(pk=waiting.pk)
    at = stand(webhook.user_id)
    message = next_message(webhook, at) if at else None
    if message is None or not message.body:
        row.delete()
        return new_delivery(webhook)
    values = {"body": message.body, "place": list(message.cursor)}
    row.update(**values)
    for name, value in values.items():
        setattr(waiting, name, value)
    return waiting


def new_delivery(webhook: Webhook) -> Delivery | None:
    """Changes of which this webhook is sent nothing are passed over."""
    while at := stand(webhook.user_id):
        is_same_log = webhook.epoch == at.epoch
        if is_same_log and webhook.revision >= at.user and not webhook.is_behind:
            return None
        message = next_message(webhook, at)
        if message.body:
            return keep(webhook, message)
        if not held_row(webhook).update(**moved_to(message.cursor, message.has_more)):
            return None
        for name, value in moved_to(message.cursor, message.has_more).items():
            setattr(webhook, name, value)
    return None


def moved_to(cursor: Cursor, has_more: bool) -> dict[str, Any]:
    """The columns of a webhook whose receiver stands there."""
    place = list(cursor if cursor.is_walking else cursor[:3])
    return {
        "epoch": cursor.epoch,
        "revision": cursor.user,
        "place": place,
        "is_behind": has_more,
    }


def keep(webhook: Webhook, message: Message) -> Delivery | None:
    """Before it leaves, so that whoever sends it again sends the same."""
    with transaction.atomic():
        # It names the account, whose row others lock before that of the webhook.
        made: Delivery = Delivery.objects.create(
            user_id=webhook.user_id,
            webhook_id=webhook.pk,
            kind=DeliveryKind.CHANGE,
            format=webhook.format,
            body=message.body,
            place=list(message.cursor),
            has_more=message.has_more,
            made_at=timezone.now(),
        )
        if held_row(webhook).update(is_behind=True):
            return made
        transaction.set_rollback(True)  # ended at this moment
    return None


# --- Sending --------------------------------------------------------------------------


def send(webhook: Webhook, delivery: Delivery) -> Outcome:
    """One call. Never an exception: whatever a receiver does is an outcome."""
    at = datetime.now(UTC)  # of the machine: receivers compare it with their own
    headers = signed(webhook, f"msg_{delivery.pk.hex}", delivery.body, at) | {
        "Content-Type": CONTENT_TYPE[BodyFormat(delivery.format)],
        "User-Agent": "animecollections-webhooks",
        "Accept": "*/*",
        "Accept-Encoding": "identity",
    }
    began = time.monotonic()
    try:
        with PublicSession(SECONDS_OF_A_CALL) as session:
            response = session.post(
                webhook.url, data=delivery.body.encode(), headers=headers
            )
    except (OSError, ValueError) as error:  # requests has some of its own of each
        return Outcome(time.monotonic() - began, failure=failure_of(error))
    return Outcome(
        seconds=time.monotonic() - began,
        status_code=response.status_code,
        answer=text_of(response),
        retry_after=asked_pause(response),
    )


def text_of(response: Response) -> str:
    """What people are shown of an answer: never as anything but text."""
    text = response.content[:MOST_KEPT].decode(errors="replace")
    return "".join(one for one in text if one.isprintable() or one in "\n\t")


def asked_pause(response: Response) -> timedelta:
    """Of Retry-After, in seconds; a date is not read."""
    said = response.headers.get("Retry-After", "")
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        return timedelta()
    return min(timedelta(seconds=int(said)), LONGEST_ASKED_FOR)


def failure_of(error: BaseException) -> str:
    """A word for it. Its own text has the address in it, and is not kept."""
    causes = [*causes_of(error)]
    if any(isinstance(cause, NotPublicError) for cause in causes):
        return "not_public"
    if any(isinstance(cause, SSLError) for cause in causes):
        return "certificate"
    if any(isinstance(cause, TimeoutError | requests.Timeout) for cause in causes):
        return "too_slow"
    if any("too slow" in str(cause) for cause in causes):
        return "too_slow"
    return "not_reached"


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """It, and what it came of: by Python's chain, or as urllib3 has it."""
    seen: set[int] = set()
    left = [error]
    while left:
        one = left.pop()
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            left += [one.__cause__, one.__context__, getattr(one, "reason", None)]
            left += one.args


# --- What came of it ------------------------------------------------------------------


def note(webhook: Webhook, delivery: Delivery, outcome: Outcome) -> None:
    """Unless the webhook was ended meanwhile, or is held by another."""
    is_current = (
        delivery.kind == DeliveryKind.CHANGE
        and delivery.status == DeliveryStatus.WAITING
    )
    is_asked = delivery.asked_at is not None
    values: dict[str, Any] = {"is_slow": outcome.seconds > SLOW_SECONDS}
    if is_current and outcome.is_taken:
        values |= moved_to(Cursor(*delivery.place), delivery.has_more)
        # Now: behind those that wait, where many are due at once.
        values |= {"failures": 0, "failing_since": None, "due_at": timezone.now()}
    elif is_current and not is_asked:
        values |= after_failure(webhook, outcome)
    with transaction.atomic():
        if not held_row(webhook).update(**values):
            return
        Delivery.objects.of(webhook.user_id).filter(pk=delivery.pk).update(
            **tried(outcome, is_current=is_current)
        )
        if values.get("paused_at"):
            mail_webhook_paused.enqueue(
                user_id=str(webhook.user_id), webhook_id=str(webhook.pk)
            )


def tried(outcome: Outcome, *, is_current: bool) -> dict[str, Any]:
    now = timezone.now()
    values: dict[str, Any] = {
        "attempts": F("attempts") + 1,
        "asked_at": None,
        "tried_at": now,
        "seconds": round(outcome.seconds, 3),
        "status_code": outcome.status_code,
        "answer": outcome.answer,
        "failure": outcome.failure,
    }
    if outcome.is_taken:
        values |= {"status": DeliveryStatus.DELIVERED, "delivered_at": now}
    elif not is_current:
        values["status"] = DeliveryStatus.FAILED
    return values


def after_failure(webhook: Webhook, outcome: Outcome) -> dict[str, Any]:
    """Later and later, for a day; then it is paused, and its owner gets a mail."""
    now = timezone.now()
    since = webhook.failing_since or now
    values = {"failures": webhook.failures + 1, "failing_since": since}
    if outcome.status_code == GONE:
        return values | {"paused_at": now, "paused_why": PauseReason.GONE}
    if now - since >= TRIED_FOR:
        return values | {"paused_at": now, "paused_why": PauseReason.FAILING}
    pause = max(pause_after(webhook.failures), outcome.retry_after)
    return values | {"due_at": now + pause}


def pause_after(failures: int) -> timedelta:
    """Doubled each time; half of it is random, so that no two keep step."""
    longest: timedelta = min(FIRST_PAUSE * 2 ** min(failures, 20), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311  (nobody is to guess it)
