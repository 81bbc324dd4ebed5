"""Webhooks: the tables."""

from datetime import datetime
from typing import ClassVar, Self
from urllib.parse import urlsplit

from django.db import models
from django.db.models import F, Q

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


class BodyFormat(models.TextChoices):
    """How a body is made for who receives it."""

    STANDARD = "standard"
    DISCORD = "discord"
    NTFY = "ntfy"


class PauseReason(models.TextChoices):
    OWNER = "owner", "its owner paused it"
    FAILING = "failing", "it did not take anything for a day"
    GONE = "gone", "it answered that it is gone (410)"


class WebhookQuerySet(OwnedQuerySet["Webhook"]):
    def oldest_first(self) -> Self:
        return self.order_by("id")

    def due_at(self, now: datetime) -> Self:
        """Across users: those with something to send that nobody else is sending. The
        log says so itself: no write has to note it.
        """
        state = "user__state"
        has_news = Q(**{f"{state}__revision__gt": F("revision")})
        has_news |= Q(is_behind=True) | ~Q(**{f"{state}__epoch": F("epoch")})
        is_asked = Q(asked_at__isnull=False)
        is_free = Q(held_until=None) | Q(held_until__lt=now)
        wants = is_asked | (Q(paused_at=None, due_at__lte=now) & has_news)
        return self.filter(is_free, wants, user__is_active=True).order_by("due_at")

    def failing(self) -> Self:
        """Across users: those that take nothing now, and are not paused yet."""
        return self.filter(paused_at=None, failing_since__isnull=False)


class Webhook(OwnedRow):
    """An address that is sent what changes. Its secret is nowhere: it is made of
    `seed` and the server's key (signing.py).

    epoch, revision, place: what the receiver has taken, as numbers of a cursor; no
    place: nothing yet. It is compared with the person's state, which each write moves.
    """

    user = owner("webhooks")
    url = models.CharField(max_length=1000)
    name = models.CharField(max_length=50, blank=True)
    format = models.CharField(max_length=8, choices=BodyFormat.choices)
    parts = models.JSONField(default=list, help_text="of sync, which it is sent")
    seed = models.CharField(max_length=43)
    previous_seed = models.CharField(max_length=43, blank=True)
    previous_until = models.DateTimeField(
        null=True, blank=True, help_text="until then the secret before signs too"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(help_text="when it got its address or its secret")
    epoch = models.PositiveIntegerField()
    revision = models.PositiveBigIntegerField()
    place = models.JSONField(default=list, blank=True)
    is_behind = models.BooleanField(
        default=False, help_text="there is more to send, whatever the revision says"
    )
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="a test or a redelivery waits"
    )
    due_at = models.DateTimeField(help_text="not before")
    held_until = models.DateTimeField(
        null=True, blank=True, help_text="a worker is at it"
    )
    failures = models.PositiveIntegerField(default=0, help_text="one after the other")
    failing_since = models.DateTimeField(null=True, blank=True)
    is_slow = models.BooleanField(default=False, help_text="its last answer was")
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_why = models.CharField(max_length=7, choices=PauseReason.choices, blank=True)

    objects: ClassVar = WebhookQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "seed"], name="webhook_unique")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=Q(paused_at=None) | Q(asked_at__isnull=False),
                name="webhook_due",
            )
        ]

    def __str__(self) -> str:
        return self.name or "a webhook"

    @property
    def host(self) -> str:
        """All of the address that is no secret."""
        return urlsplit(self.url).hostname or ""


class DeliveryKind(models.TextChoices):
    CHANGE = "change"
    TEST = "test"


class DeliveryStatus(models.TextChoices):
    WAITING = "waiting", "not taken yet"
    DELIVERED = "delivered"
    FAILED = "failed", "not taken, and not tried again by itself"


class DeliveryQuerySet(OwnedQuerySet["Delivery"]):
    def to(self, webhook: Webhook) -> Self:
        return self.filter(webhook_id=webhook.pk)

    def asked_for(self) -> Self:
        """By the owner: beside the order of changes, the first asked first."""
        return self.filter(asked_at__isnull=False).order_by("asked_at", "id")

    def current(self) -> Self:
        """The changes that the receiver has to take before any later ones."""
        return self.filter(
            kind=DeliveryKind.CHANGE, status=DeliveryStatus.WAITING
        ).order_by("id")


class Delivery(OwnedRow):
    """One message to a webhook: its id is the `webhook-id`, and its body is kept, so
    that each try is the same message; but for sentences, which are made for each try.
    """

    user = owner("webhook_deliveries")
    webhook_id = models.UUIDField()
    kind = models.CharField(max_length=6, choices=DeliveryKind.choices)
    format = models.CharField(max_length=8, choices=BodyFormat.choices)
    body = models.TextField()
    # Where the receiver stands once it has taken it; none of a test.
    place = models.JSONField(default=list, blank=True)
    has_more = models.BooleanField(default=False)
    status = models.CharField(
        max_length=9, choices=DeliveryStatus.choices, default=DeliveryStatus.WAITING
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True, help_text="of the last try")
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True, help_text="its first 2,048 bytes, as text")
    failure = models.CharField(max_length=12, blank=True)

    objects: ClassVar = DeliveryQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            # In order: no change leaves before the one before it was taken.
            models.UniqueConstraint(
                fields=["user", "webhook_id"],
                condition=Q(kind="change", status="waiting"),
                name="webhook_delivery_current_unique",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "webhook_id", "id"], name="webhook_delivery_newest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def is_sentence(self) -> bool:
        """About what changed, for people: others than the owner may read it."""
        is_change = self.kind == DeliveryKind.CHANGE
        return is_change and self.format != BodyFormat.STANDARD
