"""What the worker does at set times: the tables."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Job(models.Model):
    """What the worker does by itself: when it last did, and when it is due again.

    The row is the lock: the worker that moves `held_until` into the future runs it.
    """

    name = models.CharField(max_length=50, primary_key=True)
    due_at = models.DateTimeField(help_text="when the worker runs it next")
    # A run that failed leaves it, so that a job that fails every time is late in the
    # end. The database's own default is for a release that does not know the column.
    due_since = models.DateTimeField(
        db_default=Now(), help_text="since when it was to be done, and was not"
    )
    held_until = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(null=True, blank=True)
    seconds = models.FloatField(null=True, blank=True, help_text="of the last run")
    outcome = models.CharField(max_length=500, blank=True)
    has_failed = models.BooleanField(default=False)

    class Meta:
        permissions: ClassVar = [("run_job", "Can have a job run now")]

    def __str__(self) -> str:
        return self.name

    def is_late(self, now: datetime, grace: timedelta) -> bool:
        """One that is done, and due at a later time, is not: a worker of the release
        before this one, which goes on during an upgrade, sets no `due_since`.
        """
        is_due = self.has_failed or self.due_at <= now
        return is_due and self.due_since + grace < now
