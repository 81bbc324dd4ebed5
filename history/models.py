"""All tables of this app, for Django and for other apps. Each room has its own."""

from history.idempotency.models import KeptAnswer
from history.jobs.models import Job
from history.log.models import (
    JOINED_WITHIN,
    LONGEST_WRITE,
    Change,
    ChangeKind,
    UserState,
)
from history.searches.models import Search
from history.staff_log.models import StaffAction
from history.watched.models import EpisodesWatched

__all__ = [
    "JOINED_WITHIN",
    "LONGEST_WRITE",
    "Change",
    "ChangeKind",
    "EpisodesWatched",
    "Job",
    "KeptAnswer",
    "Search",
    "StaffAction",
    "UserState",
]
