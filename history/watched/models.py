"""Episodes watched, by day: the tables."""

from typing import ClassVar

from django.db import models

from animecollections.db.owned import OwnedRow, owner


class EpisodesWatched(OwnedRow):
    """How many episodes of an anime a user watched on a day of theirs. Never trimmed.

    A day may be below zero, where it took back what an earlier one counted: sums over
    days are right.
    """

    user = owner("episodes_watched")
    day = models.DateField()
    anime_id = models.PositiveIntegerField()
    episodes = models.IntegerField()

    class Meta:
        verbose_name_plural = "episodes watched"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "day", "anime_id"], name="watched_user_day_anime_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.episodes} of {self.anime_id} on {self.day}"
