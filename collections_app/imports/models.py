"""Imports of lists: the plan that a user reads and changes before it is applied."""

from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


class ImportStatus(models.TextChoices):
    PLANNED = "planned"
    APPLIED = "applied"


class Policy(models.TextChoices):
    """Whose value counts where a file and the list differ; see policies.py."""

    NEWEST = "newest"
    KEEP = "keep"
    OVERWRITE = "overwrite"
    MAX_PROGRESS = "max_progress"


class Outcome(models.TextChoices):
    """What applying the plan does with a row; only the first two write."""

    ADD = "add"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    UNMATCHED = "unmatched"
    REFUSED = "refused"


class Decision(models.TextChoices):
    TAKE = "take"
    KEEP = "keep"
    SKIP = "skip"


class PlanQuerySet(OwnedQuerySet["ImportPlan"]):
    def current(self) -> Self:
        """Those still there: a plan ends, whether or not it was pruned already."""
        return self.filter(expires_at__gt=timezone.now())


class ImportPlan(OwnedRow):
    """One file of a user's, read and compared with the list; written when applied."""

    user = owner("import_plans")
    format = models.CharField(max_length=20)
    # What its user calls the file; "" where the client did not say.
    file_name = models.CharField(max_length=200, blank=True, db_default="")
    policy = models.CharField(max_length=20, choices=Policy.choices)
    status = models.CharField(
        max_length=10, choices=ImportStatus.choices, default=ImportStatus.PLANNED
    )
    # When what the file says was so: sent with it, or in its header.
    exported_at = models.DateTimeField(null=True, blank=True)
    # The scale of its scores, where the tracker leaves the choice.
    score_format = models.CharField(max_length=4, blank=True)
    # What is odd about the file as a whole, in sentences.
    warnings = models.JSONField(default=list, blank=True)
    # The lists of the file and its tags: imports/own_lists.py.
    lists = models.JSONField(default=list, blank=True, db_default=[])
    # {outcome: rows}
    summary = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)
    operation_id = models.UUIDField(null=True, blank=True)

    objects: ClassVar = PlanQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            # Led by the user, like all that is a user's.
            models.UniqueConstraint(fields=["user", "id"], name="import_plan_unique")
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="import_plan_age")  # for pruning
        ]

    def __str__(self) -> str:
        return f"{self.format}, {self.created_at:%Y-%m-%d}"


class RowQuerySet(OwnedQuerySet["ImportRow"]):
    def in_plan(self, plan_id: UUID) -> Self:
        return self.filter(plan_id=plan_id)

    def unmatched(self) -> Self:
        """Those with a title that the catalogue does not know."""
        return self.filter(outcome=Outcome.UNMATCHED).exclude(title="")


class ImportRow(OwnedRow):
    """One row of a file: what it says, what becomes of it, and why."""

    user = owner("+")
    plan_id = models.UUIDField()
    row = models.PositiveIntegerField(help_text="its place in the file, from 1")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.TextField(blank=True)
    title = models.TextField(blank=True, help_text="as the file says it")
    anime_id = models.PositiveIntegerField(null=True, blank=True)
    # transfer.records.Record as JSON; empty where the row could not be read.
    record = models.JSONField(default=dict, blank=True)
    # Columns of the entry that would change: as they are, and as they would be.
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    # The entry's revision when it was compared; null where it was not on the list.
    seen_revision = models.PositiveBigIntegerField(null=True, blank=True)
    # Titles that it may be, where ids or names fit several.
    candidates = models.JSONField(default=list, blank=True)
    # What the user said: of the row, and which title it is.
    decision = models.CharField(max_length=4, choices=Decision.choices, blank=True)
    chosen_id = models.PositiveIntegerField(null=True, blank=True)

    objects: ClassVar = RowQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "plan_id", "row"], name="import_row_unique"
            )
        ]
        indexes: ClassVar = [
            # For the dashboard: the newest titles that the catalogue does not know.
            models.Index(
                fields=["-id"],
                condition=Q(outcome="unmatched") & ~Q(title=""),
                name="import_row_unmatched",
            )
        ]

    def __str__(self) -> str:
        return f"{self.row}: {self.title} ({self.outcome})"
