"""What statistics are counted from, as it is read: the titles of a list, and what was
watched of which on which day.

Two statements, one more for a year or a month, and one where something was watched that
is on the list no more. They read one user's rows as they lie, and join titles by their
key alone: to join the days to sums of themselves was left to a guess of the database,
and took seconds where SQLite guessed wrongly. All else is summed in Python.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from collections_app.catalogue.lengths import OTHERWISE_USUAL, USUAL_MINUTES
from collections_app.stats.sources import Sources
from collections_app.watch_list.episode_ranges import Seen, size
from collections_app.watch_list.models import EntryState, EntryType

# Of one entry: nobody sees more, and no sum of them leaves 64 bits.
MOST_EPISODES = 1_000_000

USUAL = " ".join(f"WHEN '{name}' THEN {m}" for name, m in USUAL_MINUTES.items())
LENGTH = (
    "COALESCE(NULLIF(a.episode_minutes, 0), "
    f"CASE a.format {USUAL} ELSE {OTHERWISE_USUAL} END)"
)
IS_ESTIMATED = "CASE WHEN COALESCE(a.episode_minutes, 0) = 0 THEN 1 ELSE 0 END"
IS_AGAIN = f"CASE e.state WHEN '{EntryState.REWATCHING}' THEN 1 ELSE 0 END"
HAS_FINISHED = (
    f"(e.type = '{EntryType.COMPLETED}' OR e.state = '{EntryState.REWATCHING}')"
)
ONCE_THROUGH = (
    "CASE WHEN COALESCE(a.episodes, 0) > e.progress THEN a.episodes ELSE e.progress END"
)
OF_TITLE = f"{LENGTH}, {IS_ESTIMATED}, a.format, a.year, a.genre_names, a.studio_names"

# {entries} and {days} are what the viewer sees of them (stats/sources.py).
LISTED = f"""
SELECT e.anime_id, e.type, e.state, e.score, e.tags, e.finished_on, e.rewatches,
       CASE WHEN {HAS_FINISHED} THEN 1 ELSE 0 END,
       CAST(e.progress AS bigint)
       + {ONCE_THROUGH} * (CAST(e.rewatches AS bigint) + {IS_AGAIN}),
       CASE {IS_AGAIN} WHEN 1 THEN {ONCE_THROUGH} ELSE e.progress END,
       {OF_TITLE}, e.episode_ranges, e.progress
FROM {{entries}} e JOIN collections_app_anime a ON a.id = e.anime_id
"""  # noqa: S608  (made of our own constants)
LISTED_NO_MORE = f"""
SELECT a.id, NULL, NULL, NULL, '[]', '', 0, 0, 0, 0, {OF_TITLE}, '', 0
FROM collections_app_anime a
WHERE a.id IN (
    SELECT anime_id FROM {{days}} d WHERE watched_on LIKE %(within)s
    EXCEPT SELECT anime_id FROM {{entries}} e
)
"""  # noqa: S608
OF_PERIOD = """
WHERE e.finished_on LIKE %(within)s OR e.anime_id IN (
    SELECT anime_id FROM {days} d WHERE watched_on LIKE %(within)s
)
"""
# Days as text, for Python's sqlite3 takes long to make a date of what is one.
NOTED = "SELECT anime_id, watched_on, episodes FROM {days} d"
EVER_NOTED = "SELECT anime_id, SUM(episodes) FROM {days} d GROUP BY anime_id"


class Title(NamedTuple):
    """A title, and what the entry has of it; type: None of what is on the list no more.

    tags, genre_names, studio_names: arrays of JSON.
    seen:       episodes, of all times through.
    first_pass: episodes that its date of finishing tells of.
    length:     of an episode, in minutes; the usual one where `is_estimated`.
    """

    anime_id: int
    type: str | None
    state: str | None
    score: int | None
    tags: str
    finished_on: str
    rewatches: int
    has_finished: int
    seen: int
    first_pass: int
    length: int
    is_estimated: int
    format: str | None
    year: int | None
    genre_names: str
    studio_names: str
    episode_ranges: str
    progress: int

    def has_finished_in(self, period: str) -> bool:
        """By its date, of which a part will do: "2026" and "2026-05" are of 2026."""
        date = self.finished_on
        return bool(date and self.has_finished and date.startswith(period))


NONE: Mapping[str, str] = {}
Row = tuple[int, str, int]  # a title, the day as far as it is known, episodes


class Watched(NamedTuple):
    """What was watched in a year, a month, or ever.

    titles: by id, of what was watched or finished then; for all time, of all the list.
    noted:  by the diary.
    dated:  what an entry tells of the day it was finished on, where the diary has
            nothing of it: what an earlier release imported, or added.
    """

    titles: Mapping[int, Title]
    noted: Sequence[Row]
    dated: Sequence[Row]


def watched_in(sources: Sources, period: str) -> Watched:
    """period: "2026", "2026-11", or "" for all time, to which belongs also what nobody
    knows the day of.
    """
    within = {"within": f"{period}%"}
    listed = LISTED + OF_PERIOD if period else LISTED
    titles = titles_by(sources, listed, within)
    if period:
        noted = rows(sources, f"{NOTED} WHERE watched_on LIKE %(within)s", within)
        sums = dict(rows(sources, EVER_NOTED))
    else:
        noted = rows(sources, NOTED)
        sums = sums_by_title(noted)
    if {anime_id for anime_id, _, _ in noted} - titles.keys():
        titles |= titles_by(sources, LISTED_NO_MORE, within)
    dated = [
        (id_, title.finished_on, first_pass - sums.get(id_, 0))
        for id_, title in titles.items()
        if title.has_finished_in(period)
        and (first_pass := min(title.first_pass, MOST_EPISODES)) > sums.get(id_, 0)
    ]
    return Watched(titles, noted, dated)


def sums_by_title(noted: Sequence[Row]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for anime_id, _, episodes in noted:
        sums[anime_id] += episodes
    return sums


def titles_by(
    sources: Sources, statement: str, parameters: Mapping[str, str]
) -> dict[int, Title]:
    titles = map(Title._make, rows(sources, statement, parameters))
    return {
        title.anime_id: as_watched(title) if title.episode_ranges else title
        for title in titles
    }


def as_watched(title: Title) -> Title:
    """Without what was skipped, and with what was watched ahead."""
    seen = Seen.read(title.progress, title.episode_ranges)
    more = size(seen.watched) - title.progress
    is_again = title.state == EntryState.REWATCHING
    return title._replace(
        seen=title.seen + more,
        first_pass=title.first_pass + (0 if is_again else more),
    )


def rows(
    sources: Sources, statement: str, parameters: Mapping[str, str] = NONE
) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sources.filled(statement), sources.parameters(**parameters))
        return list(cursor.fetchall())
