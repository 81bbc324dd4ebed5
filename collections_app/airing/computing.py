"""When each episode of a title airs, out of what sources say. No database, no clock.

Where a source has the date of an episode, that is it. The first and the last are also
known by the begin and the end of the title. What lies between and after is computed
from weekly times, and says so: it goes on from the episode before it, so that a show
which skipped a week goes on a week later. Where neither is known, nothing is guessed.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collections_app.catalogue.models import AiringStatus, Precision

ZONE = "Asia/Tokyo"  # of a broadcast that does not name its own
# How far computed episodes of a title go whose number nobody knows; calendars show 60
# days at once.
HORIZON = timedelta(days=100)
# Such a title, of which nobody says that it still airs, is taken to have ended by then.
GOES_ON_FOR = timedelta(days=400)
MOST_EPISODES = 10_000
FAR = 2**40  # later than any minute that there is; and before 1970 earlier than any

Said = Mapping[str, Any]  # as source_facts.values has it


class Known(NamedTuple):
    """What is known of a title.

    airing, episodes: as source_facts.values has them; empty where no source does.
    """

    status: str
    total: int | None
    airing: Said = {}
    episodes: Sequence[Said] = ()

    @property
    def zone(self) -> str:
        """Of the broadcast, which stays at its hour when clocks change."""
        named = (self.airing.get("broadcast") or {}).get("zone") or ZONE
        try:
            return ZoneInfo(named).key
        except (ZoneInfoNotFoundError, ValueError):
            return ZONE


class Point(NamedTuple):
    """A moment in minutes since 1970; of a day or a month the end, by when it has aired
    for sure.
    """

    minute: int
    precision: Precision


class Episode(NamedTuple):
    number: int
    minute: int
    precision: Precision
    is_estimated: bool


class Computed(NamedTuple):
    """goes_on_by: where nobody knows how many follow, the minutes from one to the next;
    else 0.
    """

    episodes: list[Episode]
    goes_on_by: int
    zone: str


def compute(known: Known, now: datetime) -> Computed:
    """All episodes of which anything is known, in order; none airs before the one
    before it.
    """
    zone = ZoneInfo(known.zone)
    slots = Slots.of(known.airing.get("broadcast"), zone)
    if batch := all_at_once(known, slots, zone):
        return Computed(batch, goes_on_by=0, zone=zone.key)
    points = in_order(points_of(known, zone))
    if slots is None or not is_endless(known, points, slots, now):
        found = list(filled(points, known, slots))
        return Computed(found, goes_on_by=0, zone=zone.key)
    found = list(filled(points, known, slots, endless_from=now))
    step = int(slots.every.total_seconds() // 60)
    return Computed(found, goes_on_by=step, zone=zone.key)


# --- What sources say -----------------------------------------------------------------


def point_of(moment: Said | None, zone: ZoneInfo) -> Point | None:
    """Of a Moment (source_facts.values); None where it is but a year, or unreadable."""
    if not moment:
        return None
    try:
        return read_point(str(moment["at"]), str(moment["precision"]), zone)
    except (KeyError, ValueError, OverflowError):
        return None


def read_point(text: str, precision: str, zone: ZoneInfo) -> Point | None:
    if precision == Precision.MINUTE:
        at = datetime.fromisoformat(text)
        return Point(
            minute_at(at if at.tzinfo else at.replace(tzinfo=UTC)), Precision.MINUTE
        )
    if precision == Precision.DAY:
        following = date.fromisoformat(text) + timedelta(days=1)
        return Point(minute_at(midnight(following, zone)), Precision.DAY)
    if precision == Precision.MONTH:
        within = date.fromisoformat(f"{text}-01") + timedelta(days=31)
        return Point(minute_at(midnight(within.replace(day=1), zone)), Precision.MONTH)
    return None


def minute_at(at: datetime) -> int:
    return int(at.timestamp() // 60)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def all_at_once(
    known: Known, slots: "Slots | None", zone: ZoneInfo
) -> list[Episode] | None:
    """The episodes of a batch release: it ends as it begins, or is broadcast once."""
    begin = point_of(known.airing.get("begin"), zone)
    end = point_of(known.airing.get("end"), zone)
    is_once = (known.airing.get("broadcast") or {}).get("every_days") == 0
    if begin is None or known.episodes or not (is_once or begin == end):
        return None
    total = min(known.total or 1, MOST_EPISODES)
    return [Episode(number, *begin, False) for number in range(1, total + 1)]


def points_of(known: Known, zone: ZoneInfo) -> dict[int, Point]:
    """By number, the dates that sources have: of episodes, of the begin, of the end."""
    points: dict[int, Point] = {}
    for episode in known.episodes:
        number, point = episode.get("number"), point_of(episode.get("airs"), zone)
        if point and isinstance(number, int) and 1 <= number <= MOST_EPISODES:
            points[number] = point
    begin = point_of(known.airing.get("begin"), zone)
    if begin and (1 not in points or is_more_exact(begin, points[1], zone)):
        points[1] = begin
    end = point_of(known.airing.get("end"), zone)
    if end and known.total and known.total <= MOST_EPISODES:
        points.setdefault(known.total, end)
    return points


def is_more_exact(point: Point, than: Point, zone: ZoneInfo) -> bool:
    """Whether it is the minute on what is but a day."""
    if point.precision != Precision.MINUTE or than.precision != Precision.DAY:
        return False
    ends = datetime.fromtimestamp(than.minute * 60, zone)
    return (
        midnight(ends.date() - timedelta(days=1), zone)
        <= datetime.fromtimestamp(point.minute * 60, zone)
        < ends
    )


def in_order(points: Mapping[int, Point]) -> dict[int, Point]:
    """As many of the points as contradict no other: sources have slips, and no episode
    airs before the one before it. (The longest run of them that never falls.)
    """
    ends: list[int] = []  # the least minute at which a run of each length ends
    chain: list[int] = []  # and the number there
    before: dict[int, int | None] = {}
    for number in sorted(points):
        minute = points[number].minute
        place = bisect_right(ends, minute)
        before[number] = chain[place - 1] if place else None
        ends[place : place + 1], chain[place : place + 1] = [minute], [number]
    kept: list[int] = []
    last = chain[-1] if chain else None
    while last is not None:
        kept.append(last)
        last = before[last]
    return {number: points[number] for number in reversed(kept)}


# --- Weekly times ---------------------------------------------------------------------


def begin_of_day(at: datetime, precision: Precision) -> datetime:
    """Of the day that a time is on; the end of a day, or a month, belongs to it."""
    if precision != Precision.MINUTE:
        at -= timedelta(minutes=1)
    return datetime.combine(at, time())


class Slots(NamedTuple):
    """Regular times, at the same hour by the clocks of the zone."""

    first: datetime  # by those clocks, without a zone
    every: timedelta
    precision: Precision
    zone: ZoneInfo

    @classmethod
    def of(cls, broadcast: Said | None, zone: ZoneInfo) -> "Slots | None":
        broadcast = broadcast or {}
        days, start = (
            broadcast.get("every_days"),
            point_of(broadcast.get("start"), zone),
        )
        if start is None or start.precision == Precision.MONTH:
            return None
        if not isinstance(days, int) or not 1 <= days <= 366:
            return None
        first = datetime.fromtimestamp(start.minute * 60, zone).replace(tzinfo=None)
        return cls(first, timedelta(days=days), start.precision, zone)

    def minute(self, place: int) -> int:
        at = (self.first + place * self.every).replace(tzinfo=self.zone)
        return minute_at(at)

    def nearest(self, point: Point) -> int:
        """The place of the slot that a point is closest to; what is before the first
        stands right before it. A day, which is kept as its end, is compared with the
        days of slots: in what airs daily, its end is closer to the slot after its own.
        """
        at = datetime.fromtimestamp(point.minute * 60, self.zone).replace(tzinfo=None)
        first = self.first
        if Precision.DAY in (point.precision, self.precision):
            at = begin_of_day(at, point.precision)
            first = begin_of_day(first, self.precision)
        return max(-1, round((at - first) / self.every))


def is_endless(
    known: Known, points: Mapping[int, Point], slots: Slots, now: datetime
) -> bool:
    """Whether more follow than anybody says the number of."""
    if known.total or known.airing.get("end"):
        return False
    if known.status == AiringStatus.UNKNOWN:
        latest = max([slots.minute(0), *(point.minute for point in points.values())])
        return minute_at(now - GOES_ON_FOR) < latest
    return known.status != AiringStatus.FINISHED


def filled(
    points: Mapping[int, Point],
    known: Known,
    slots: Slots | None,
    endless_from: datetime | None = None,
) -> Iterator[Episode]:
    """The points, and what is computed before, between and after them."""
    if slots is None:
        for number, point in points.items():
            yield Episode(number, *point, False)
        return
    latest = ends_at(known, slots.zone, endless_from)
    last = min(known.total or MOST_EPISODES, MOST_EPISODES)
    number, place, earliest = 1, place_of_first(points, slots), -FAR
    for fixed, point in points.items():
        yield from computed(
            slots, range(number, fixed), place, earliest, latest=point.minute
        )
        yield Episode(fixed, *point, False)
        number, earliest = fixed + 1, point.minute
        place = slots.nearest(point) + 1
    if latest is not None:
        yield from computed(
            slots, range(number, last + 1), place, earliest, latest, ends=True
        )


def place_of_first(points: Mapping[int, Point], slots: Slots) -> int:
    """The slot of the first episode, counted back from the first that is known."""
    for number, point in points.items():
        return slots.nearest(point) - number + 1
    return 0


def ends_at(known: Known, zone: ZoneInfo, endless_from: datetime | None) -> int | None:
    """Until when episodes are computed; None for none after those that are known."""
    if endless_from is not None:
        return minute_at(endless_from + HORIZON)
    end = point_of(known.airing.get("end"), zone)
    if known.total:
        return FAR
    return end.minute if end else None


def computed(
    slots: Slots,
    numbers: Iterable[int],
    place: int,
    earliest: int,
    latest: int,
    *,
    ends: bool = False,
) -> Iterator[Episode]:
    """Episodes in their slots, none before `earliest`; none after `latest`, either
    because what follows is known to air then, or because it `ends` there.
    """
    for number in numbers:
        try:
            minute = max(earliest, slots.minute(place)) if place >= 0 else None
        except (OverflowError, ValueError):
            return  # after the year 9999
        place += 1
        if minute is None:
            continue  # before anything was broadcast
        if ends and minute > latest:
            return
        yield Episode(number, min(minute, latest), slots.precision, True)
