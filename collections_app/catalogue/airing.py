"""When a title airs, as far as the catalogue tells. No database.

A title keeps its episodes' times as a *schedule*: a few runs, each of episodes that
follow one another at one distance. So lists can tell what has aired without reading
an episode, and one that goes on with no known end stays as it is from week to week.
Times are minutes since 1970. That of a day, or of a month, is its end: then it has
aired for sure.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from time import time
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from collections_app.catalogue.models import AiringStatus, Precision, Season

if TYPE_CHECKING:
    from collections_app.catalogue.facts import Facts

# An episode a week at least: so many are aired in the year in which a title begins.
AIRED_IN_YEAR: dict[str, int] = {
    Season.WINTER: 52,
    Season.SPRING: 39,
    Season.SUMMER: 26,
    Season.FALL: 13,
}
MOST_OF_YEAR = 52
Kept = dict[str, Any]  # a schedule as JSON
PRECISIONS = (Precision.MINUTE, Precision.DAY, Precision.MONTH)


def has_finished_airing(facts: "Facts", today: date) -> bool:
    """Where the catalogue does not say it, by the year: most of what it knows the
    episodes of is whole a year later.
    """
    if facts["airing_status"] != AiringStatus.UNKNOWN:
        return bool(facts["airing_status"] == AiringStatus.FINISHED)
    year = facts["year"]
    return bool(facts["episodes"] and year and year < today.year - 1)


def this_minute() -> int:
    return int(time() // 60)


def minute_of(at: datetime | None) -> int:
    return int(at.timestamp() // 60) if at else 0


class Run(NamedTuple):
    """Episodes that follow one another.

    length: None of the last run where no end is known. step: minutes between two; 0 of
    a batch. precision: its place in PRECISIONS.
    """

    number: int
    minute: int
    step: int = 0
    length: int | None = 1
    precision: int = 0
    is_estimated: bool = False

    def passed(self, minute: int) -> int:
        """How many of it have aired by then."""
        if minute < self.minute:
            return 0
        if not self.step:
            return self.length or 1
        by_then = (minute - self.minute) // self.step + 1
        return by_then if self.length is None else min(by_then, self.length)

    def one(self, place: int) -> "Run":
        """An episode of it by itself."""
        number, minute = self.number + place, self.minute + place * self.step
        return self._replace(number=number, minute=minute, step=0, length=1)


class Schedule(NamedTuple):
    """The runs of a title, in the order of numbers, which is that of time too."""

    zone: str  # of the broadcast: it says on which day an episode airs
    runs: tuple[Run, ...]

    @classmethod
    def of(cls, kept: Kept | None) -> Self | None:
        """As a title keeps it; None where nothing is known."""
        if not kept:
            return None
        return cls(kept["zone"], tuple(Run(*run) for run in kept["runs"]))

    def to_keep(self) -> Kept:
        return {"zone": self.zone, "runs": [list(run) for run in self.runs]}

    def aired(self, minute: int) -> int:
        """The last episode that has aired by then."""
        for run in reversed(self.runs):
            if passed := run.passed(minute):
                return run.number + passed - 1
        return 0

    def next(self, minute: int) -> Run | None:
        """The first episode that has not aired by then."""
        for run in self.runs:
            passed = run.passed(minute)
            if run.length is None or passed < run.length:
                return run.one(passed)
        return None

    def episode(self, number: int) -> Run | None:
        for run in self.runs:
            place = number - run.number
            if place >= 0 and (run.length is None or place < run.length):
                return run.one(place)
        return None

    def day(self, episode: Run) -> str:
        """On which it airs where it is broadcast, or the month."""
        return day_of(episode.minute, PRECISIONS[episode.precision], self.zone)

    def text(self, episode: Run) -> str:
        """As answers show it: as much as is known."""
        precision = PRECISIONS[episode.precision]
        if precision == Precision.MINUTE:
            return datetime.fromtimestamp(episode.minute * 60, UTC).strftime(
                "%Y-%m-%dT%H:%M:%SZ"
            )
        return day_of(episode.minute, precision, self.zone)


def day_of(minute: int, precision: str, zone: str) -> str:
    """Ends of days and months belong to what they end."""
    seconds = minute * 60 - (precision != Precision.MINUTE)
    day = datetime.fromtimestamp(seconds, ZoneInfo(zone)).date().isoformat()
    return day[:7] if precision == Precision.MONTH else day


class AiringNow(NamedTuple):
    """What has aired of a title at a moment, and what comes next; None: unknown.

    until: the minute at which it is otherwise, 0 for never.
    """

    episodes_aired: int | None
    next_airs_at: str | None = None
    next_airs_estimated: bool | None = None
    until: int = 0

    def behind_by(self, progress: int) -> int | None:
        aired = self.episodes_aired
        return None if aired is None else max(0, aired - progress)


def airing_now(
    status: str, episodes: int | None, schedule: Schedule | None, minute: int
) -> AiringNow:
    """Of a finished title all have aired, whatever its schedule lacks."""
    if status == AiringStatus.FINISHED and episodes:
        return AiringNow(episodes)
    if schedule is None:
        return AiringNow(0 if status == AiringStatus.UPCOMING else None)
    aired, following = schedule.aired(minute), schedule.next(minute)
    until = following.minute if following else 0
    if episodes is not None:
        aired = min(aired, episodes)
        if following and following.number > episodes:
            following = None
    if following is None:
        return AiringNow(aired, until=until if aired < (episodes or 0) else 0)
    text, is_estimated = schedule.text(following), bool(following.is_estimated)
    return AiringNow(aired, text, is_estimated, until)


def first_change(changes: Iterable[int]) -> int:
    """Of several `until`, the one that comes first."""
    return min((minute for minute in changes if minute), default=0)


def days_aired(facts: "Facts", first: int, last: int, today: date) -> dict[str, int]:
    """How many of these episodes aired on each day, in the month where the day is but
    computed, in the year where that is all that is sure; "" where nothing is.
    """
    schedule = Schedule.of(facts.get("schedule"))
    known_to = max(MOST_OF_YEAR, schedule.aired(this_minute()) if schedule else 0)
    days: dict[str, int] = {}
    for number in range(first, min(last, known_to) + 1):
        day = aired_on(facts, schedule, number, today)
        days[day] = days.get(day, 0) + 1
    unknown = last - max(known_to, first - 1)
    if unknown > 0:
        days[""] = days.get("", 0) + unknown
    return days


def aired_on(
    facts: "Facts", schedule: Schedule | None, number: int, today: date
) -> str:
    """When an episode aired, as far as that is sure; "" where it is not."""
    if schedule is None:
        year = facts["year"]
        certain = AIRED_IN_YEAR.get(facts["season"], 1)
        return f"{year:04}" if year and number <= certain else ""
    episode = schedule.episode(number)
    if episode is None or episode.minute > this_minute():
        return ""
    # Where it was broadcast it may be tomorrow already.
    day = min(schedule.day(episode), today.isoformat())
    return day[:7] if episode.is_estimated else day


def runs_of(episodes: Iterable[Run], *, goes_on_by: int = 0) -> tuple[Run, ...]:
    """Episodes, one by one and in order, as few runs. goes_on_by: the minutes after
    which another follows each time, 0 where an end is known.
    """
    runs: list[Run] = []
    for episode in episodes:
        if runs and (longer := lengthened(runs[-1], episode)):
            runs[-1] = longer
        else:
            runs.append(episode)
    if goes_on_by and runs and runs[-1].is_estimated:
        runs[-1:] = endless(runs[-1], goes_on_by)
    return tuple(runs)


def endless(run: Run, step: int) -> list[Run]:
    """The run with no end; in two, where its own step was another."""
    length = run.length or 1
    if length == 1 or run.step == step:
        return [run._replace(step=step, length=None)]
    return [
        run._replace(length=length - 1),
        run.one(length - 1)._replace(step=step, length=None),
    ]


def lengthened(run: Run, episode: Run) -> Run | None:
    """The run with one more episode; None where that does not go on with it."""
    length = run.length or 1
    if episode.number != run.number + length or episode[4:] != run[4:]:
        return None
    step = episode.minute - (run.minute + (length - 1) * run.step)
    if length > 1 and step != run.step:
        return None
    return run._replace(step=step, length=length + 1)
