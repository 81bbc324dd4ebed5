"""Feeds: the table."""

from typing import ClassVar, Self

from django.db import models

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


class FeedQuerySet(OwnedQuerySet["Feed"]):
    def oldest_first(self) -> Self:
        return self.order_by("id")


class Feed(OwnedRow):
    """A secret address that a person gave to a program: it shows what airs of their
    list, and nothing else. Of the address only a hash is kept.
    """

    user = owner("feeds")
    key = models.CharField(max_length=64, help_text="a hash of the secret")
    name = models.CharField(max_length=50, blank=True)
    types = models.JSONField(
        default=list, blank=True, help_text="of entries; empty: all that is not dropped"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    rotated_at = models.DateTimeField(
        null=True, blank=True, help_text="when its address was replaced"
    )
    last_used_on = models.DateField(null=True, blank=True)

    objects: ClassVar = FeedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="feed_user_key_unique")
        ]

    def __str__(self) -> str:
        return self.name or "a feed"
