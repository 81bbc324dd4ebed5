"""The figures of the dashboard: the tables."""

from typing import ClassVar

from django.db import models


class Figure(models.Model):
    """A figure of the dashboard, on one day; computed by a job, never by a page."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=40)
    day = models.DateField()
    value = models.JSONField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "name"], name="figure_unique")
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.day}"


class TitleCount(models.Model):
    """How often a title was added, and how many episodes of it were watched, on a day
    (UTC): of the last week, for the dashboard.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    anime_id = models.PositiveIntegerField()
    added = models.IntegerField(default=0)
    watched = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "anime_id"], name="title_count_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.anime_id} on {self.day}"


class ListCount(models.Model):
    """On how many lists a title is: of each type, and, named "public", those on which
    it is not private (list_counts.py). Below 0 only where something wrote around the
    log.
    """

    id = models.BigAutoField(primary_key=True)
    anime_id = models.PositiveIntegerField()
    name = models.CharField(max_length=10)
    number = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["anime_id", "name"], name="list_count_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name} of {self.anime_id}"
