"""What was watched on which day: sums by day, and what follows from them.

Days are the user's own, as the diary has them: whole days, months or years alone, and
one without a name for all of which no more is known. What an earlier release did not
put there counts on the day that the list says it was finished on. Of that release a day
can be below zero, where it took back what an earlier one counted by a slip: so sums are
right, and a day counts as one of watching if of any title something was watched.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from collections_app.stats.answers import (
    WEEKDAYS,
    DayTotals,
    MonthTotals,
    Streak,
    WeekdayTotals,
    YearWatched,
)
from collections_app.stats.reading import Row, Watched

CALENDAR = 371  # days: 53 weeks, as a year is shown


class Day(NamedTuple):
    """has_watched: by what the diary has of that day; has_any: by the list too."""

    name: str  # "2026-11-23"; by a partial date "2026-11" or "2026"; unknown ""
    episodes: int
    minutes: int
    has_any: bool
    has_watched: bool

    @property
    def is_whole(self) -> bool:
        return is_whole(self.name)


def days_of(watched: Watched) -> list[Day]:
    """The days on which anything was counted, in order."""
    lengths = {id_: title.length for id_, title in watched.titles.items()}
    days: dict[str, list[int]] = {}  # episodes, minutes, most of a title
    add(days, watched.noted, lengths)
    by_diary = {name for name, day in days.items() if day[2] > 0}
    add(days, watched.dated, lengths)
    return [
        Day(name, episodes, minutes, most > 0, is_whole(name) and name in by_diary)
        for name, (episodes, minutes, most) in sorted(days.items())
    ]


def add(
    days: dict[str, list[int]], rows: Iterable[Row], lengths: Mapping[int, int]
) -> None:
    """In one loop: of ten years there are tens of thousands."""
    for anime_id, name, episodes in rows:
        if not episodes:
            continue
        minutes = episodes * lengths.get(anime_id, 0)
        day = days.get(name)
        if day is None:
            days[name] = [episodes, minutes, episodes]
            continue
        day[0] += episodes
        day[1] += minutes
        if episodes > day[2]:
            day[2] = episodes


def is_whole(name: str) -> bool:
    return len(name) == len("2026-11-23")


def calendar(days: Iterable[Day], *, since: date) -> list[DayTotals]:
    return [day_totals(day) for day in days if day.is_whole and day.name >= str(since)]


def day_totals(day: Day) -> DayTotals:
    return {
        "day": day.name,
        "episodes": day.episodes,
        "minutes": day.minutes,
    }


def years_of(days: Iterable[Day]) -> list[YearWatched]:
    return [
        {"year": int(name), "episodes": episodes, "minutes": minutes}
        for name, episodes, minutes in sums_by(days, len("2026"))
    ]


def months_of(days: Iterable[Day]) -> list[MonthTotals]:
    return [
        {"month": name, "episodes": episodes, "minutes": minutes}
        for name, episodes, minutes in sums_by(days, len("2026-11"))
    ]


def sums_by(days: Iterable[Day], length: int) -> list[tuple[str, int, int]]:
    """Of the years or months in which anything was watched, in order."""
    sums: dict[str, list[Day]] = {}
    for day in days:
        if len(day.name) >= length:
            sums.setdefault(day.name[:length], []).append(day)
    return [
        (name, sum(day.episodes for day in those), sum(day.minutes for day in those))
        for name, those in sums.items()
        if any(day.has_any for day in those)
    ]


def weekdays_of(days: Iterable[Day]) -> list[WeekdayTotals]:
    week: list[WeekdayTotals] = [
        {"weekday": name, "episodes": 0, "minutes": 0} for name in WEEKDAYS
    ]
    for day in days:
        if not day.is_whole:
            continue
        totals = week[date.fromisoformat(day.name).weekday()]
        totals["episodes"] += day.episodes
        totals["minutes"] += day.minutes
    return week


def streaks_of(days: Iterable[Day]) -> list[Streak]:
    """Days of watching that follow each other without a gap, the earliest first."""
    runs: list[list[date]] = []
    for day in days:
        if not day.has_watched:
            continue
        at = date.fromisoformat(day.name)
        if not runs or (at - runs[-1][-1]).days > 1:
            runs.append([])
        runs[-1].append(at)
    return [
        {"days": len(run), "first": run[0].isoformat(), "last": run[-1].isoformat()}
        for run in runs
    ]


def longest(streaks: Sequence[Streak]) -> Streak | None:
    """The earliest of the longest."""
    return max(streaks, key=lambda streak: streak["days"], default=None)


def current(streaks: Sequence[Streak], *, today: date) -> Streak | None:
    """The one that today can still carry on."""
    yesterday = (today - timedelta(days=1)).isoformat()
    return streaks[-1] if streaks and streaks[-1]["last"] >= yesterday else None
