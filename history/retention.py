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
    """By key as well; an answer stored again under an old key stays."""
    until = timezone.now() - KEPT_FOR
    return KeptAnswer.objects.across_users().filter(
        pk__lt=first_id_at(until + timedelta(milliseconds=1)), created_at__lte=until
    )


RULES = (
    Rule("changes", old_changes),
    Rule("kept answers", old_answers),
)
