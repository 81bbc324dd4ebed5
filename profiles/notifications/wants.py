"""What people want to be told, and where: read for many at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F

from profiles.notifications.models import PushSubscription
from profiles.profile.models import DigestTime, Preferences

DIGEST_HOUR = time(8)  # by the clock of the person


@dataclass(frozen=True, slots=True)
class Wants:
    """browsers: the ids of their subscriptions; none where web push is off."""

    muted: frozenset[str]
    digest: str
    adds_sequels: bool
    hides_mature: bool
    timezone: str
    browsers: tuple[UUID, ...] = ()

    def digest_due(self, now: datetime) -> datetime | None:
        """When the next mail goes out: the next morning, or the next Monday's."""
        if self.digest == DigestTime.OFF:
            return None
        here = now.astimezone(ZoneInfo(self.timezone))
        days = 1 if self.digest == DigestTime.DAILY else 7 - here.weekday()
        day = here.date() + timedelta(days=days)
        return datetime.combine(day, DIGEST_HOUR, ZoneInfo(self.timezone))


COLUMNS = (
    "user_id", "muted_notices", "notice_digest", "add_sequels", "parental_control",
    "timezone", "web_push",
)  # fmt: skip


def wants_of(user_ids: Collection[UUID]) -> dict[UUID, Wants]:
    """By user; who was erased or locked is left out. Two statements."""
    browsers: dict[UUID, list[UUID]] = {}
    standing = PushSubscription.objects.across_users().filter(
        user_id__in=user_ids, auth_epoch=F("user__auth_epoch")
    )
    for user_id, id_ in standing.order_by("pk").values_list("user_id", "pk"):
        browsers.setdefault(user_id, []).append(id_)
    rows = Preferences.objects.filter(user_id__in=user_ids, user__is_active=True)
    return {
        row["user_id"]: Wants(
            frozenset(row["muted_notices"].split()),
            row["notice_digest"],
            row["add_sequels"],
            row["parental_control"],
            row["timezone"],
            tuple(browsers.get(row["user_id"], ())) if row["web_push"] else (),
        )
        for row in rows.values(*COLUMNS)
    }
