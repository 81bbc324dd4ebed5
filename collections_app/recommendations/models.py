"""What is alike, made by the daily job; and what people do not want to be shown."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from animecollections.db.owned import OwnedRow, owner


class SimilarTitles(models.Model):
    """The titles that are most like one, the closest first. Made by `making.py` alone.

    Titles are named by their ids: one that is gone since is left out when it is read.
    """

    anime = models.OneToOneField(
        "collections_app.Anime",
        models.CASCADE,
        primary_key=True,
        related_name="similar_titles",
    )
    similar = models.JSONField(
        default=list, help_text="[id, how alike in thousandths, kind]"
    )
    closeness = models.PositiveIntegerField(
        default=0, help_text="the sum: what is like everything says little"
    )
    lists = models.PositiveIntegerField(
        default=0, help_text="how many of the lists that were read have it"
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "similar titles"

    def __str__(self) -> str:
        return f"like {self.anime_id}"


class HiddenScope(models.TextChoices):
    TITLE = "title"
    FRANCHISE = "franchise"


class HiddenTitle(OwnedRow):
    """That a person does not want a title recommended, or any of its franchise."""

    user = owner("hidden_titles")
    anime_id = models.PositiveIntegerField()
    scope = models.CharField(
        max_length=9, choices=HiddenScope.choices, default=HiddenScope.TITLE
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "anime_id"], name="hidden_title_unique"
            ),
            models.CheckConstraint(
                condition=Q(scope__in=HiddenScope.values), name="hidden_title_scope"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anime_id} ({self.scope})"
