"""Links to what is a user's: the table."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


class SharedThing(models.TextChoices):
    """What a link leads to."""

    PROFILE = "profile"
    LIST = "list", "a list of one's own"
    TYPE = "type", "a type of the watch list"
    STATS = "stats", "statistics"
    YEAR = "year", "a year in review"


class ShareQuerySet(OwnedQuerySet["Share"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")

    def open_at(self, now: datetime) -> Self:
        """Those that have not ended, and have uses left."""
        has_uses = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
        return self.lasting_at(now).filter(has_uses)

    def lasting_at(self, now: datetime) -> Self:
        """Those that have not ended, used up or not."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now))


class Share(OwnedRow):
    """A link that its owner gave to somebody. Of its secret only a hash is kept."""

    user = owner("shares")
    key = models.CharField(max_length=64, help_text="a hash of the secret")
    of = models.CharField(max_length=7, choices=SharedThing.choices)
    which = models.CharField(
        max_length=36, blank=True, help_text="which list, which type, which year"
    )
    fields = models.JSONField(
        default=list, blank=True, help_text="what it shows that others do not see"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    rotated_at = models.DateTimeField(
        null=True, blank=True, help_text="when its address was replaced"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0, help_text="how often it was answered")

    objects: ClassVar = ShareQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "key"], name="share_user_key_unique"
            ),
            models.CheckConstraint(
                condition=Q(max_uses=None) | Q(uses__lte=F("max_uses")),
                name="share_uses_at_most",
            ),
        ]

    def __str__(self) -> str:
        return f"a link to {self.of} {self.which}".strip()
