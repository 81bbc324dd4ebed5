"""Webhooks as clients send them, and as they are answered."""

from datetime import datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers

from animecollections.api.fields import (
    KnownFieldsObject,
    StrictBoolean,
    StrictChoice,
    StrictList,
    StrictText,
)
from animecollections.ops.public_hosts import (
    LONGEST_ADDRESS,
    in_ascii,
    what_is_wrong,
)
from history.log.cursors import Cursor
from profiles.sync.parts import SCOPE_OF
from profiles.webhooks import sentences
from profiles.webhooks.models import (
    BodyFormat,
    Delivery,
    DeliveryKind,
    DeliveryStatus,
    PauseReason,
    Webhook,
)

PARTS = tuple(SCOPE_OF)
FAILURES = ("not_reached", "not_public", "certificate", "too_slow")
STATES = ("active", "failing", "paused")


def parts_of(body_format: str) -> tuple[str, ...]:
    """What a webhook of this format can be sent."""
    return PARTS if body_format == BodyFormat.STANDARD else sentences.PARTS


def check_parts(parts: list[str], body_format: str) -> None:
    known = parts_of(body_format)
    if unknown := [part for part in parts if part not in known]:
        sentence = f"A {body_format} webhook has no {unknown[0]}: {', '.join(known)}."
        raise serializers.ValidationError({"parts": [sentence]})


class AddressField(StrictText):
    """An address of the public internet; names in any alphabet."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=LONGEST_ADDRESS, **more)

    def to_internal_value(self, data: object) -> str:
        url = in_ascii(super().to_internal_value(data))
        if wrong := what_is_wrong(url):
            raise serializers.ValidationError(wrong)
        return url


class PartsField(StrictList):
    def __init__(self, **more: Any) -> None:
        super().__init__(
            child=StrictChoice(PARTS), min_length=1, most=len(PARTS), **more
        )


class WebhookInput(KnownFieldsObject):
    url = AddressField(help_text="https, at a host of the public internet")
    name = StrictText(max_length=50, required=False, allow_blank=True, default="")
    format = StrictChoice(
        BodyFormat.choices,
        required=False,
        default=BodyFormat.STANDARD.value,
        help_text="`discord` and `ntfy` get a sentence of what changed, without "
        "private entries and titles for adults",
    )
    parts = PartsField(
        required=False,
        default=lambda: ["entries"],
        help_text="of sync; entries if absent. For `discord` and `ntfy`: entries, "
        "notices",
    )

    def validate(self, body: dict[str, Any]) -> dict[str, Any]:
        check_parts(body["parts"], body["format"])
        return body


class WebhookChangesInput(KnownFieldsObject):
    url = AddressField(required=False)
    name = StrictText(max_length=50, required=False, allow_blank=True)
    parts = PartsField(required=False)
    is_paused = StrictBoolean(
        required=False,
        help_text="`false`: it goes on, with all that it missed",
    )


class WebhookAnswer(TypedDict):
    id: UUID
    name: str
    url: str | None
    host: str
    format: Annotated[str, BodyFormat]
    parts: list[str]
    state: Annotated[str, STATES]
    paused_why: Annotated[str, PauseReason] | None
    failing_since: datetime | None
    next_try_at: datetime | None
    cursor: str | None
    created_at: datetime
    previous_secret_until: datetime | None


class MadeWebhookAnswer(WebhookAnswer):
    secret: str


class DeliveryAnswer(TypedDict):
    id: UUID
    kind: Annotated[str, DeliveryKind]
    status: Annotated[str, DeliveryStatus]
    made_at: datetime
    attempts: int
    tried_at: datetime | None
    delivered_at: datetime | None
    is_asked: bool
    seconds: float | None
    status_code: int | None
    failure: Annotated[str, FAILURES] | None
    answer: str


def state_of(webhook: Webhook) -> str:
    if webhook.paused_at is not None:
        return "paused"
    return "active" if webhook.failing_since is None else "failing"


def to_json(webhook: Webhook, *, shows_url: bool) -> WebhookAnswer:
    """shows_url: who has it can often write to the service, so only its owner sees it,
    and no token.
    """
    until, state = webhook.previous_until, state_of(webhook)
    return {
        "id": webhook.pk,
        "name": webhook.name,
        "url": webhook.url if shows_url else None,
        "host": webhook.host,
        "format": webhook.format,
        "parts": webhook.parts,
        "state": state,
        "paused_why": webhook.paused_why or None,
        "failing_since": webhook.failing_since,
        "next_try_at": webhook.due_at if state == "failing" else None,
        "cursor": str(Cursor(*webhook.place)) if webhook.place else None,
        "created_at": webhook.created_at,
        "previous_secret_until": until if until and until > timezone.now() else None,
    }


def made_to_json(webhook: Webhook, secret: str) -> MadeWebhookAnswer:
    return {**to_json(webhook, shows_url=True), "secret": secret}


def delivery_to_json(delivery: Delivery) -> DeliveryAnswer:
    return {
        "id": delivery.pk,
        "kind": delivery.kind,
        "status": delivery.status,
        "made_at": delivery.made_at,
        "attempts": delivery.attempts,
        "tried_at": delivery.tried_at,
        "delivered_at": delivery.delivered_at,
        "is_asked": delivery.asked_at is not None,
        "seconds": delivery.seconds,
        "status_code": delivery.status_code,
        "failure": delivery.failure or None,
        "answer": delivery.answer,
    }
