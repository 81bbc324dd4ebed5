"""How long plans of imports last, applied or not."""

from django.db.models import QuerySet
from django.utils import timezone

from animecollections.db.ids import first_id_at
from animecollections.ops.retention import Rule
from collections_app.imports.models import ImportPlan, ImportRow
from collections_app.imports.services import KEPT_FOR


def old_plans() -> QuerySet[ImportPlan]:
    return ImportPlan.objects.across_users().filter(expires_at__lte=timezone.now())


def old_rows() -> QuerySet[ImportRow]:
    """By key, which time orders: they are made when their plan is."""
    return ImportRow.objects.across_users().filter(
        pk__lt=first_id_at(timezone.now() - KEPT_FOR)
    )


RULES = (
    Rule("imports", old_plans, by="expires_at"),
    Rule("rows of imports", old_rows),
)
