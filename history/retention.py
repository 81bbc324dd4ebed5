"""How long the log and kept answers last. Episodes watched are kept for good."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from animecollections.db.ids import first_id_at
from animecollections.ops.retention import Rule
from history.idempotency.models import KeptAnswer
from history.idempotency.records import KEPT_FOR
from history.log.models import Change


def old_changes() -> QuerySet[Change]:
    """By key, which time orders: `at` has no index."""
    until = timezone.now() - timedelta(days=settings.CHANGE_LOG_DAYS)
    return Change.objects.across_users().filter(pk__lt=first_id_at(until))


def old_answers() -> QuerySet[KeptAnswer]:
    return KeptAnswer.objects.across_users().filter(
        created_at__lte=timezone.now() - KEPT_FOR
    )


RULES = (
    Rule("changes", old_changes),
    Rule("kept answers", old_answers, by="created_at"),
)
