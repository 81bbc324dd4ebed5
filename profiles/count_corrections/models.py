"""Numbers that were counted, or not yet, and whose rows are gone."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone

from animecollections.db.ids import new_id


class CountCorrectionQuerySet(models.QuerySet["CountCorrection"]):
    """Each only adds a row: nobody waits for anybody."""

    def take_away(self, counts: Mapping[str, int]) -> None:
        """What all the rows that go come to."""
        gone = {key: -number for key, number in counts.items() if number}
        self.create(at=timezone.now(), counts=gone)

    def put_back(self, made_at: datetime, counts: Mapping[str, int]) -> None:
        """What some of them came to, in the minute when they were made. Where that is
        counted already, nobody reads this any more.
        """
        there = {key: number for key, number in counts.items() if number}
        self.create(at=minute_of(made_at), counts=there)


class CountCorrection(models.Model):
    """Numbers that an erasure takes from the dashboard's counts, and nothing of whose
    they were; until the next refresh (profiles/figures/running_counts.py).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_index=True)
    counts = models.JSONField()

    objects: ClassVar = CountCorrectionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{len(self.counts)} counts at {self.at}"


def minute_of(at: datetime) -> datetime:
    """Counts end at whole minutes, so that a minute is counted or is not."""
    return at.replace(second=0, microsecond=0)
