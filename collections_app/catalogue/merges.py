"""Titles that were two and are one: what it takes to go on, and to go back."""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from animecollections.db.ids import new_id
from animecollections.db.owned import OwnedRow, owner
from animecollections.ops.tries import MINUTES_TO_NEXT_TRY

# By then the next try that comes by itself would have begun.
STANDS_STILL_AFTER = timedelta(hours=1, minutes=max(MINUTES_TO_NEXT_TRY))


class MergeStatus(models.TextChoices):
    MERGING = "merging"
    MERGED = "merged"
    UNMERGING = "unmerging"
    UNMERGED = "unmerged"


class MergeQuerySet(models.QuerySet["Merge"]):
    def standing_still(self, now: datetime) -> Self:
        """Begun, not ended, and nothing goes on with it by itself."""
        return self.filter(
            status__in=[MergeStatus.MERGING, MergeStatus.UNMERGING],
            moved_at__lt=now - STANDS_STILL_AFTER,
        )


class Merge(models.Model):
    """One duplicate merged into the title that is kept.

    Its id is that of the operation which moves each user's entry; `undo_id` that of
    the one which moves them back.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    undo_id = models.UUIDField(default=new_id, editable=False)
    status = models.CharField(
        max_length=10, choices=MergeStatus.choices, default=MergeStatus.MERGING
    )
    # Numbers, no foreign keys: one of the two rows is gone once they are one.
    kept_id = models.PositiveIntegerField()
    gone_id = models.PositiveIntegerField()
    reason = models.TextField()
    started_at = models.DateTimeField(default=timezone.now)
    # The column has a default of its own: the release before this one sets none.
    moved_at = models.DateTimeField(
        default=timezone.now,
        db_default=Now(),
        help_text="when a try began, or a list was done",
    )
    # The row that went, with its ids, names and sources; and what the kept one gained.
    gone = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    gained = models.JSONField(default=dict)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-started_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["gone_id"],
                condition=~Q(status=MergeStatus.UNMERGED),
                name="merge_of_a_title_once",
            ),
            models.CheckConstraint(
                condition=~Q(kept_id=models.F("gone_id")), name="merge_of_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id} ({self.status})"


class MergedList(OwnedRow):
    """That a merge changed a user's list, and what was counted as watched of the title
    that went: [[day, episodes], …].
    """

    user = owner("+")
    merge = models.ForeignKey(Merge, models.CASCADE, related_name="lists")
    watched = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "merge"], name="merged_list_unique")
        ]

    def __str__(self) -> str:
        return f"list of {self.user_id}"
