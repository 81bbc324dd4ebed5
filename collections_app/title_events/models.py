"""What happened to titles: the table."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q


class EventKind(models.TextChoices):
    AIRED = "aired", "episodes aired"
    MOVED = "moved", "an episode has another date"
    SEQUEL = "sequel", "a sequel has a date"
    MERGED = "merged", "another title was merged into it"


class TitleEventQuerySet(models.QuerySet["TitleEvent"]):
    def untold(self) -> Self:
        """Those of which somebody may still have to be told, in order."""
        return self.filter(told_at=None).order_by("pk")


class TitleEvent(models.Model):
    """Something that happened to a title, of which people will be told.

    A number, no foreign key: a title that is merged away may be named by it still.
    """

    kind = models.CharField(max_length=6, choices=EventKind.choices)
    key = models.CharField(
        max_length=80, unique=True, help_text="the same event has the same"
    )
    anime_id = models.PositiveIntegerField()
    happened_at = models.DateTimeField()
    data = models.JSONField(
        default=dict, help_text="title_events.services has the shape of each kind"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # How far the worker got: an interrupted one goes on from there.
    place = models.UUIDField(
        null=True, blank=True, help_text="the last user who was looked at"
    )
    notices = models.PositiveIntegerField(default=0, help_text="how many were written")
    told_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = TitleEventQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"], condition=Q(told_at=None), name="title_event_untold"
            ),
            models.Index(fields=["told_at"], name="title_event_told_at"),
        ]

    def __str__(self) -> str:
        return self.key
