"""Airings: when each episode of a title airs, as far as anybody knows."""

from datetime import date, datetime
from typing import ClassVar, Self
from uuid import UUID, uuid5

from django.db import models

from collections_app.catalogue.models import Precision

NAMESPACE = UUID("5b2f4a0e-6f0d-4b0c-9d58-1c1f6e4a7d31")


class AiringQuerySet(models.QuerySet["Airing"]):
    def between(self, since: datetime, until: datetime) -> Self:
        return self.filter(airs_at__gte=since, airs_at__lte=until)


class Airing(models.Model):
    """One episode of a title. Derived: written by airing/services.py alone, out of the
    facts of the title.

    A row never goes while its title stays, so that what calendars have seen keeps its
    id, and `sequence` only rises.
    """

    anime = models.ForeignKey(
        "collections_app.Anime",
        models.CASCADE,
        related_name="airings",
        db_index=False,  # the unique key leads with it
    )
    number = models.PositiveIntegerField(help_text="of the episode, from 1")
    airs_at = models.DateTimeField(
        null=True,
        help_text="of a day or a month its end; empty: announced once, not now",
    )
    airs_on = models.CharField(
        max_length=10,
        blank=True,
        help_text="the day where it is broadcast, or the month",
    )
    precision = models.CharField(max_length=6, choices=Precision.choices)
    is_estimated = models.BooleanField(help_text="computed from weekly times")
    sequence = models.PositiveIntegerField(
        default=0, help_text="how often it has moved"
    )
    changed_at = models.DateTimeField()

    objects: ClassVar = AiringQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["anime", "number"], name="airing_unique")
        ]
        indexes: ClassVar = [models.Index(fields=["airs_at"], name="airing_airs_at")]

    def __str__(self) -> str:
        return f"{self.anime_id}, episode {self.number}"

    @property
    def day(self) -> date:
        """The day, or the first of the month, where it is broadcast."""
        return date.fromisoformat(f"{self.airs_on}-01"[:10])


def uid_of(anime_id: int, number: int) -> UUID:
    """The id by which calendars know an episode: the same for ever."""
    return uuid5(NAMESPACE, f"{anime_id}/{number}")
