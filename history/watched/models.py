"""The diary of watching: the table."""

from collections.abc import Collection
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Coalesce

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


class DiaryQuerySet(OwnedQuerySet["EpisodesWatched"]):
    def with_watched_on(self) -> Self:
        """Each with its day as text, as much of it as is known (days.py)."""
        day = Cast("day", models.CharField(max_length=10))
        return self.annotate(watched_on=Coalesce(day, F("period")))

    def between(self, first: str, last: str) -> Self:
        """Those of which a part may be within; days, months or years, "" for no end.
        The longest are last: "2015-06-03" is within "2015-06".
        """
        rows = self.exclude(day=None, period="") if first or last else self
        if first:
            around = [first[: len("2015")], first[: len("2015-06")]]
            rows = rows.filter(Q(watched_on__gte=first) | Q(watched_on__in=around))
        if last:
            rows = rows.filter(Q(watched_on__lte=f"{last}-99"))
        return rows

    def of_day(self, day: str) -> Self:
        """Of a day, a month or a year as it stands; "" of none that is known."""
        return self.filter(Q(watched_on=day))

    def of_anime(self, anime_ids: Collection[int]) -> Self:
        return self.filter(anime_id__in=anime_ids)


class EpisodesWatched(OwnedRow):
    """How many episodes of an anime a user watched on a day of theirs. Never pruned.

    Rows are sums, and writes add to them: two devices that count at once both succeed,
    and an undo adds what was taken. A day of an earlier release may be below zero,
    where it took back what an earlier one counted: sums over days are right.
    """

    user = owner("episodes_watched")
    day = models.DateField(null=True, blank=True, help_text="empty if not known")
    # What is known where the day is not: "2015-06", "2015", or nothing.
    period = models.CharField(max_length=7, blank=True, default="", db_default="")
    anime_id = models.PositiveIntegerField()
    viewing = models.PositiveIntegerField(
        default=1, db_default=1, help_text="which time through"
    )
    episodes = models.IntegerField()
    # How the row was last written (Origin.kind), and its revision.
    through = models.CharField(max_length=12, blank=True, default="", db_default="")
    revision = models.PositiveBigIntegerField(default=0, db_default=0)

    objects: ClassVar = DiaryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "episodes watched"
        indexes: ClassVar = [
            # Who watched some of a title, for merges.
            models.Index(fields=["anime_id"], name="watched_anime")
        ]
        constraints: ClassVar = [
            # Without `viewing`: the release before this one writes by this key, and
            # goes on for some seconds next to it (docs/decisions/0043).
            models.UniqueConstraint(
                fields=["user", "day", "anime_id"], name="watched_user_day_anime_unique"
            ),
            models.UniqueConstraint(
                fields=["user", "period", "anime_id"],
                condition=Q(day=None),
                name="watched_user_period_anime_unique",
            ),
            models.CheckConstraint(
                condition=Q(day=None) | Q(period=""), name="watched_day_or_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.episodes} of {self.anime_id} on {self.day or self.period}"
