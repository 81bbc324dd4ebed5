"""What staff did: the tables."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from animecollections.db.ids import new_id


class StaffAction(models.Model):
    """Something staff did, and why. Rows are only ever added: triggers of the database
    refuse the rest (migration 0005_staffaction; one that alters this table on SQLite
    makes them again). What may happen to a row is that it forgets the person, when the
    account is erased: then all but who did what, when, is emptied.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=timezone.now)
    actor_id = models.UUIDField(null=True, blank=True, help_text="empty = a command")
    action = models.CharField(max_length=30)
    # Of whom, or of which title; no foreign keys, for the log outlives both.
    user_id = models.UUIDField(null=True, blank=True)
    anime_id = models.PositiveIntegerField(null=True, blank=True)
    reason = models.TextField(blank=True)
    before = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    operation_id = models.UUIDField(null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user_id", "id"], name="staff_action_user"),
            models.Index(fields=["anime_id", "id"], name="staff_action_anime"),
            models.Index(fields=["request_id"], name="staff_action_request"),
            models.Index(fields=["operation_id"], name="staff_action_operation"),
        ]

    def __str__(self) -> str:
        return f"{self.action} at {self.at:%Y-%m-%d %H:%M}"
