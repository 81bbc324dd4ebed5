"""Viewing histories of players: what was played when, episode by episode.

They are no lists: nothing in them says what somebody plans, rates or has finished. So
each title, or each season of one, becomes a row of the diary (`is_listed` is false).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from . import days, reading
from .foreign import with_season
from .kinds import LIVE_ACTION
from .records import Record, Row, RowError

# A player has films with actors too, and the name of many an anime.
DOUBT = LIVE_ACTION


class Day(NamedTuple):
    """When something was played; `flaw` says why that cannot be read."""

    day: str = ""
    remarks: tuple[str, ...] = ()
    flaw: RowError | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """One episode or film that was played to its end.

    title:   of the show or film. season: its number, "" if nothing says it.
    episode: what tells it from others of the season, "" of a film.
    """

    title: str
    played: Day
    season: str = ""
    episode: str = ""
    year: int | None = None


@dataclass(slots=True)
class Seasons:
    """The plays of one season, or of one film."""

    first: Play
    seen: set[tuple[str, str]] = field(default_factory=set)
    on_days: Counter[str] = field(default_factory=Counter)
    remarks: dict[str, None] = field(default_factory=dict)

    def count(self, play: Play) -> None:
        """An episode counts once a day, however often its player was stopped."""
        day, remarks, _ = play.played
        if (play.episode, day) not in self.seen:
            self.seen.add((play.episode, day))
            self.on_days[day] += 1
        self.remarks.update(dict.fromkeys(remarks))


def rows_of(plays: Iterable[Play], label: str, doubt: str = DOUBT) -> list[Row]:
    """A row for each season, in the order of the file; raises UnsupportedFileError for
    a history without any play.

    doubt: what its titles may be, "" where all are anime.
    """
    rows = reading.Rows()
    seasons: dict[tuple[str, str], Seasons] = {}
    for play in plays:
        if flaw := play.played.flaw:
            rows.take(partial(_refuse, flaw), play.title)
        else:
            key = (play.title, play.season)
            seasons.setdefault(key, Seasons(play)).count(play)
    for season in seasons.values():
        rows.take(partial(_record, season, doubt), season.first.title)
    return rows.of(label)


def played_on(text: object, order: str | None = None) -> Day:
    """The day of a cell or text; `order` is of the file's dates (days.py)."""
    try:
        day, remarks = days.day_of(reading.plain(text, "day"), "day", order)
        if not day:
            raise RowError("The row has no day.")
    except RowError as flaw:
        return Day(flaw=flaw)
    return Day(day, tuple(remarks))


def _refuse(flaw: RowError, row: int) -> Record:
    raise flaw


def _record(season: Seasons, doubt: str, row: int) -> Record:
    first = season.first
    title = reading.title(first.title)
    return Record(
        row=row,
        title=with_season(title, first.season, "") if title else "",
        year=first.year,
        doubt=doubt,
        remarks=list(season.remarks),
        watched=dict(season.on_days),
        is_listed=False,
    )
