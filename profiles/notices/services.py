"""Notices to everyone, for a while."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from animecollections.identity import Origin
from history.staff_log import services as audit
from profiles.notices.models import Notice

LOGGED = ("text", "text_es", "starts_at", "ends_at")


def current(now: datetime | None = None) -> list[Notice]:
    """Those that are shown now; one statement, over few rows."""
    return list(Notice.objects.at(now or timezone.now()))


def save(*, notice: Notice, reason: str, through: Origin) -> None:
    with transaction.atomic():
        before = Notice.objects.filter(pk=notice.pk).values(*LOGGED).first() or {}
        notice.save()
        after: dict[str, Any] = {name: getattr(notice, name) for name in LOGGED}
        audit.note(
            action="set_notice",
            through=through,
            reason=reason,
            before=before,
            after=after,
        )
