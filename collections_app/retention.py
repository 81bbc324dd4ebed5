"""How long plans of imports last, applied or not; and what people were told of."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from animecollections.db.ids import first_id_at
from animecollections.ops.retention import Rule
from collections_app.imports.models import ImportPlan, ImportRow
from collections_app.imports.services import KEPT_FOR
from collections_app.scrobbling.models import Scrobble, ScrobbleState
from collections_app.title_events.models import EventKind, TitleEvent

# Longer than anything is news (airing/news.py): what is forgotten is not told again.
TITLE_EVENTS_FOR = timedelta(days=120)
# What players told; longer what nobody has decided on.
SCROBBLES_FOR, WAITING_FOR = timedelta(days=90), timedelta(days=365)


def old_plans() -> QuerySet[ImportPlan]:
    return ImportPlan.objects.across_users().filter(expires_at__lte=timezone.now())


def old_rows() -> QuerySet[ImportRow]:
    """By key, which time orders: they are made when their plan is."""
    return ImportRow.objects.across_users().filter(
        pk__lt=first_id_at(timezone.now() - KEPT_FOR)
    )


def told_title_events() -> QuerySet[TitleEvent]:
    """But for sequels, few as they are: one that is put off is no news when its new
    date comes near.
    """
    told = TitleEvent.objects.filter(told_at__lt=timezone.now() - TITLE_EVENTS_FOR)
    return told.exclude(kind=EventKind.SEQUEL)


def old_scrobbles() -> QuerySet[Scrobble]:
    """By key, which time orders."""
    old = Scrobble.objects.across_users().filter(
        pk__lt=first_id_at(timezone.now() - SCROBBLES_FOR)
    )
    return old.exclude(state=ScrobbleState.WAITING)


def waiting_scrobbles() -> QuerySet[Scrobble]:
    return Scrobble.objects.across_users().filter(
        pk__lt=first_id_at(timezone.now() - WAITING_FOR), state=ScrobbleState.WAITING
    )


RULES = (
    Rule("imports", old_plans, by="expires_at"),
    Rule("rows of imports", old_rows),
    Rule("events of titles", told_title_events, by="told_at"),
    Rule("scrobbles", old_scrobbles),
    Rule("scrobbles that wait", waiting_scrobbles),
)
