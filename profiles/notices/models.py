"""Notices to everyone, for a while: the tables."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from animecollections.db.ids import new_id


class NoticeQuerySet(models.QuerySet["Notice"]):
    def at(self, now: datetime) -> Self:
        """Those that are shown at a moment."""
        return self.filter(starts_at__lte=now, ends_at__gt=now).order_by("starts_at")


class Notice(models.Model):
    """A notice to everyone, such as that the service will be away. It ends by itself.
    Empty Spanish is shown as the English.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    text = models.CharField(max_length=300)
    text_es = models.CharField("text in Spanish", max_length=300, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    objects: ClassVar = NoticeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="notice_ends"
            )
        ]

    def __str__(self) -> str:
        return self.text
