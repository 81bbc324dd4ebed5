"""Notices of users: the tables."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


class UserNoticeQuerySet(OwnedQuerySet["UserNotice"]):
    def unread(self) -> Self:
        return self.filter(read_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class UserNotice(OwnedRow):
    """One thing that a person is told, once: `key` is the same for the same event."""

    user = owner("notices")
    kind = models.CharField(max_length=16, help_text="NoticeKind")
    key = models.CharField(max_length=80)
    # Its title. Without a constraint: one that is merged away stays named until the
    # notice goes, and no write of the catalogue waits for notices.
    anime = models.ForeignKey(
        "collections_app.Anime",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    happened_at = models.DateTimeField()
    data = models.JSONField(default=dict, blank=True, help_text="answers.Details")
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = UserNoticeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "key"], name="user_notice_key_unique"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "id"], name="user_notice_newest"),
            models.Index(
                fields=["user"], condition=Q(read_at=None), name="user_notice_unread"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class MutedTitle(OwnedRow):
    """That a person wants no notices of a title."""

    user = owner("muted_titles")
    anime_id = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "anime_id"], name="muted_title_unique"
            )
        ]

    def __str__(self) -> str:
        return str(self.anime_id)


class PushSubscription(OwnedRow):
    """A browser that asked for notices. Its address and keys are secrets: whoever has
    them and our key can send to it.
    """

    user = owner("push_subscriptions")
    key = models.CharField(max_length=64, help_text="a hash of its address")
    endpoint = models.CharField(max_length=1000)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    user_agent = models.CharField(max_length=300, blank=True)
    # As of a sign-in: a change of password ends it.
    auth_epoch = models.PositiveIntegerField()
    last_sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "key"], name="push_subscription_unique"
            )
        ]

    def __str__(self) -> str:
        return self.user_agent or "a browser"


class Digest(OwnedRow):
    """A mail with notices that were not read: to come, queued, or sent.

    `sent_at` is written right before the mail server is given the mail, so that no
    second worker gives it once more.
    """

    user = owner("digests")
    first_id = models.UUIDField(help_text="of the first notice that it is about")
    last_id = models.UUIDField(null=True, blank=True, help_text="... of the last")
    due_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(queued_at=None),
                name="digest_to_come_unique",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["user"], name="digest_user"),
            models.Index(
                fields=["due_at"], condition=Q(queued_at=None), name="digest_due"
            ),
        ]

    def __str__(self) -> str:
        return f"digest of {self.due_at:%Y-%m-%d}"
