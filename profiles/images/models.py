"""Uploaded pictures: the tables."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Count, Max

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


class ImageQuerySet(OwnedQuerySet["Image"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")

    def version(self) -> tuple[object, ...]:
        """Another for every set of them: a new one is the newest, none comes back."""
        at = self.order_by().aggregate(Count("id"), Max("created_at"))
        return tuple(at.values())


class Image(OwnedRow):
    """An uploaded image, re-encoded; `path` is its name in the default storage."""

    user = owner("images")
    path = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(help_text="bytes")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = ImageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "path"], name="image_user_path_unique"
            )
        ]

    def __str__(self) -> str:
        return self.path
