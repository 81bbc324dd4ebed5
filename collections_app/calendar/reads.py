"""What airs between two days, as a person's clock counts them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import FilteredRelation, Q, QuerySet

from animecollections.api.errors import refuse
from animecollections.api.parameters import first_moment
from collections_app.airing.models import Airing
from collections_app.catalogue.models import Precision
from collections_app.watch_list.models import EntryState

Json = dict[str, Any]
Row = Mapping[str, Any]  # of COLUMNS
Wanted = Mapping[str, Any]

MOST_DAYS = 60
USUAL_DAYS = 7
PER_PAGE = 1_000  # twice of what airs in a busy week
ORDERINGS = {name: name for name in ("airs_at", "anime_id", "number")}
IN_ORDER = ",".join(ORDERINGS)
# How far the kept end of a day, or of a month, may be from its days on any clock.
DAY_APART = timedelta(days=2)
MONTH_APART = timedelta(days=33)
WAITED_FOR = [state for state in EntryState.values if state != EntryState.DROPPED]


@dataclass(frozen=True)
class Span:
    """The days from `first` to `last`, both in it, in a time zone."""

    first: date
    last: date
    zone: str

    @classmethod
    def of(cls, wanted: Wanted, zone: str, today: date) -> "Span":
        """From today on, a week, where nothing else is said; 400 for too many days."""
        first = wanted.get("from")
        if first is None:
            first = min(today, wanted.get("to", today))
        last = wanted.get("to") or first + timedelta(days=USUAL_DAYS - 1)
        if last < first:
            raise refuse(to="Send a day that is not before `from`.")
        if (last - first).days >= MOST_DAYS:
            raise refuse(to=f"Send at most {MOST_DAYS} days at once.")
        return cls(first, last, zone)

    def airings(self) -> QuerySet[Airing]:
        """A minute counts by this zone, a day as it is called where it is broadcast, a
        month with each of its days.
        """
        begins = first_moment(self.first, self.zone)
        ends = first_moment(self.last + timedelta(days=1), self.zone)
        first, last = self.first.isoformat(), self.last.isoformat()
        minute = Q(precision=Precision.MINUTE, airs_at__gte=begins, airs_at__lt=ends)
        day = Q(precision=Precision.DAY, airs_on__range=(first, last))
        month = Q(precision=Precision.MONTH, airs_on__range=(first[:7], last[:7]))
        near = Airing.objects.between(begins - DAY_APART, ends + MONTH_APART)
        return near.filter(minute | day | month)


@dataclass(frozen=True)
class Whose:
    """Only titles of a user's list, of some types. Dropped ones are left out."""

    user_id: UUID
    types: Collection[str] = ()

    def narrow(self, airings: QuerySet[Airing]) -> QuerySet[Airing]:
        theirs = Q(anime__entries__user_id=self.user_id)
        joined = airings.alias(
            entry=FilteredRelation("anime__entries", condition=theirs)
        )
        if self.types:
            return joined.filter(entry__type__in=self.types)
        return joined.filter(entry__state__in=WAITED_FOR)


COLUMNS = (
    "anime_id", "number", "airs_at", "airs_on", "precision", "is_estimated",
    "sequence", "changed_at", "anime__title", "anime__picture_url",
    "anime__format", "anime__episodes", "anime__episode_minutes",
)  # fmt: skip
OF_ENTRY = ("entry__type", "entry__progress")


def airings_in(
    span: Span, *, hides_mature: bool, whose: Whose | None = None
) -> QuerySet[Airing, Json]:
    """Rows of COLUMNS in the order of time; of a list with OF_ENTRY. No page of them:
    of one list at most what airs at all in some weeks.
    """
    airings, columns = span.airings(), [*COLUMNS]
    if hides_mature:
        airings = airings.filter(anime__mature=False)
    if whose is None:
        airings = airings.filter(anime__gone_since=None)
    else:
        airings, columns = whose.narrow(airings), [*columns, *OF_ENTRY]
    rows: QuerySet[Airing, Json] = airings.order_by(*ORDERINGS).values(*columns)
    return rows


def to_json(row: Row, zone: str) -> Json:
    """An episode as the calendar answers it."""
    shown = {
        "anime_id": str(row["anime_id"]),
        "title": row["anime__title"],
        "imageUrl": row["anime__picture_url"] or None,
        "format": row["anime__format"],
        "episode": row["number"],
        "episodes": row["anime__episodes"],
        "airs_at": airs_at(row),
        "precision": row["precision"],
        "estimated": row["is_estimated"],
        "day": day_of(row, zone),
    }
    if OF_ENTRY[0] not in row:
        return shown
    type_, progress = (row[name] for name in OF_ENTRY)
    return shown | {"entry": {"type": type_, "progress": progress}}


def airs_at(row: Row) -> str:
    """A time, a day or a month: as much as is known."""
    if row["precision"] != Precision.MINUTE:
        return str(row["airs_on"])
    at: datetime = row["airs_at"].astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def day_of(row: Row, zone: str) -> str:
    """The day in the zone; a day or a month that is all that is known stays itself."""
    if row["precision"] != Precision.MINUTE:
        return str(row["airs_on"])
    day: date = row["airs_at"].astimezone(ZoneInfo(zone)).date()
    return day.isoformat()
