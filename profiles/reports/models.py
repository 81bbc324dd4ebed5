"""Reports of what people show: the table."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Q

from animecollections.db.ids import new_id
from profiles.moderation.models import ModerationState, ReportedThing


class ReportReason(models.TextChoices):
    SPAM = "spam", "advertising or spam"
    HARASSMENT = "harassment", "harassment or threats"
    HATE = "hate", "hate"
    SEXUAL = "sexual", "sexual or violent content"
    PERSONAL = "personal_data", "somebody's personal data"
    IMPERSONATION = "impersonation", "pretends to be somebody else"
    ILLEGAL = "illegal", "against the law"
    OTHER = "other", "something else"


class ReportQuerySet(models.QuerySet["Report"]):
    def by(self, user_id: UUID) -> Self:
        """Those of a person, newest first."""
        return self.filter(reporter_user_id=user_id).order_by("-id")

    def open(self) -> Self:
        return self.filter(state=ModerationState.OPEN)


class Report(models.Model):
    """What one person or visitor reported. It is between two people, so it is no row of
    either's: the one whom it is about never learns who wrote it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    moderation_id = models.UUIDField(help_text="the decision that it waits for")
    about_user_id = models.UUIDField(help_text="whose thing it is")
    about_user_name = models.CharField(
        max_length=50, help_text="their name as it was seen"
    )
    reporter_user_id = models.UUIDField(
        null=True, blank=True, help_text="none: a visitor"
    )
    reporter_key = models.CharField(
        max_length=64,
        help_text="tells reporters apart: an account, or a network hashed",
    )
    thing = models.CharField(max_length=16, choices=ReportedThing.choices)
    which = models.CharField(max_length=36, blank=True)
    reason = models.CharField(max_length=16, choices=ReportReason.choices)
    text = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(
        max_length=8, choices=ModerationState.choices, default=ModerationState.OPEN
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(
        max_length=1000, blank=True, help_text="what staff say to who reported it"
    )

    objects: ClassVar[Any] = ReportQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["moderation_id", "reporter_key"], name="report_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["reporter_user_id", "id"], name="report_reporter"),
            models.Index(fields=["about_user_id"], name="report_about"),
            models.Index(
                fields=["decided_at"],
                condition=Q(decided_at__isnull=False),
                name="report_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.get_thing_display()}"
