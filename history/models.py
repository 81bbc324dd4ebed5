"""What users did: the revision each list stands at, every change, every search."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from animecollections.api.ids import new_epoch, new_id


class UserState(models.Model):
    """One row a user: the lock of every write to what is theirs, and its revisions.

    `revision` is the newest taken; the others tell which revision last changed the
    list, the searches and so on, so that one row answers every "anything new?".
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="state",
    )
    # Changed when a database is restored from a backup: older cursors then end.
    epoch = models.PositiveIntegerField(default=new_epoch)
    revision = models.PositiveBigIntegerField(default=0)
    list_revision = models.PositiveBigIntegerField(default=0)
    searches_revision = models.PositiveBigIntegerField(default=0)
    profile_revision = models.PositiveBigIntegerField(default=0)
    preferences_revision = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.user_id} at {self.revision}"


class ChangeKind(models.TextChoices):
    ADD = "add"
    UPDATE = "update"
    REMOVE = "remove"
    SEARCHES = "searches"
    PROFILE = "profile"
    PREFERENCES = "preferences"


class Change(models.Model):
    """One changed row of one user, in the transaction that changed it.

    For entries, `before` and `after` hold the fields that differ; all of them where
    the entry was not there before, or is not after. They hold nothing for the rest.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="changes",
        db_index=False,
    )
    revision = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=12, choices=ChangeKind.choices)
    anime_id = models.PositiveIntegerField(null=True, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    operation_id = models.UUIDField()
    at = models.DateTimeField()
    # Through what it came: session, token, import, admin, command …
    through = models.CharField(max_length=12)
    # … and for staff, who they were.
    actor_id = models.UUIDField(null=True, blank=True)
    client_id = models.CharField(max_length=100, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "revision"], name="change_user_revision_unique"
            )
        ]
        indexes: ClassVar = [
            # The last removal of an anime, for an add that follows soon.
            models.Index(
                fields=["user", "anime_id", "revision"],
                condition=Q(kind="remove"),
                name="change_removals",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.anime_id or ''} at {self.revision}"


class Search(models.Model):
    """One search a user made; the same search again only moves `searched_at`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="searches",
        db_index=False,
    )
    # sha256 of what makes two searches the same: text, type, filters.
    key = models.CharField(max_length=64)
    query = models.CharField(max_length=500, blank=True)
    type = models.CharField(max_length=50, blank=True)
    filters = models.JSONField(default=dict, blank=True)
    total_results = models.PositiveIntegerField(default=0)
    searched_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "searches"
        ordering: ClassVar = ["-searched_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "key"], name="search_user_key_unique"
            )
        ]

    def __str__(self) -> str:
        return self.query
