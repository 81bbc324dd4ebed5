"""What is taken of which token or app: a household's others stay out."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import timezone

from collections_app.scrobbling.heard import Heard
from collections_app.scrobbling.models import NO_TOKEN, ScrobbleSource, no_settings
from history.log.recording import locked

MOST_SOURCES = 100
NOTE_EACH = timedelta(minutes=1)


def source_of(user_id: UUID, token_id: UUID | None) -> ScrobbleSource:
    if token_id is None:
        return no_settings(user_id, token_id)
    rows = ScrobbleSource.objects.of(user_id).filter(token_id=token_id)
    return rows.first() or no_settings(user_id, token_id)


def why_left_out(source: ScrobbleSource, heard: Heard) -> str:
    """ "" for what is taken. Names are compared without regard to case."""
    if heard.what == "test":
        return "test"
    if heard.what == "other":
        return "other_event"
    if not heard.is_video:
        return "no_video"
    accounts = {name.casefold() for name in source.accounts}
    if accounts and accounts.isdisjoint(name.casefold() for name in heard.accounts):
        return "other_account"
    libraries = {name.casefold() for name in source.libraries}
    if libraries and heard.library.casefold() not in libraries:
        return "other_library"
    if heard.what == "stopped" and (heard.percent or 0) < source.least_percent:
        return "below_percent"
    return ""


def change(
    *, user_id: UUID, token_id: UUID, values: Mapping[str, Any]
) -> ScrobbleSource:
    """Of one token. Those of a token that has ended do nothing."""
    with locked(user_id):
        rows = ScrobbleSource.objects.of(user_id)
        mine = rows.filter(token_id=token_id)
        if not mine.exists():
            make_room(user_id)
        # Its first event makes the row without the lock (`note_heard`).
        source: ScrobbleSource
        source, _ = rows.get_or_create(user_id=user_id, token_id=token_id)
        for name, value in values.items():
            setattr(source, name, value)
        source.save(update_fields=[*values])
    return source


def make_room(user_id: UUID) -> None:
    """Of so many, those that were heard longest ago are of tokens that have ended."""
    rows = ScrobbleSource.objects.of(user_id)
    oldest = rows.order_by(F("heard_at").desc(nulls_last=True), "-id")
    surplus = list(oldest.values_list("pk", flat=True)[MOST_SOURCES - 1 :])
    if surplus:
        rows.filter(pk__in=surplus).delete()


def forget(user_id: UUID, token_id: UUID) -> None:
    """With its token."""
    ScrobbleSource.objects.of(user_id).filter(token_id=token_id).delete()


def note_heard(source: ScrobbleSource, became: str) -> None:
    """When it was last heard, and what became of that: once a minute, or where it
    differs. It is a note, and keeps nothing out where it cannot be written.
    """
    if source.token_id == NO_TOKEN:
        return
    now = timezone.now()
    values = {"heard_at": now, "heard": became}
    try:
        with transaction.atomic():
            rows = ScrobbleSource.objects.of(source.user_id)
            mine = rows.filter(token_id=source.token_id)
            if source._state.adding:
                make_room(source.user_id)
                rows.get_or_create(
                    user_id=source.user_id, token_id=source.token_id, defaults=values
                )
            elif (
                source.heard != became
                or source.heard_at is None
                or source.heard_at <= now - NOTE_EACH
            ):
                mine.filter(~Q(heard_at__gt=now)).update(**values)
    except DatabaseError:
        pass
