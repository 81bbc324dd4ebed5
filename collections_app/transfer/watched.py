"""The diary of an entry in our own files: when its episodes were watched.

In JSON [{"watched_on": "2015-06", "episodes": 12}, …], in a cell "2015-06: 12; …".
"""

from collections.abc import Iterable, Mapping

from . import list_json, reading
from .records import RowError

WHAT = "watched"
SENT_AS_UNKNOWN = "unknown"
MOST_DAYS = 10_000
BEFORE_ALL = "1970-01-01"  # what Simkl writes of a day that nobody knows

Days = dict[str, int]


def to_json(days: Mapping[str, int]) -> list[dict[str, object]]:
    return [
        {"watched_on": day or SENT_AS_UNKNOWN, "episodes": episodes}
        for day, episodes in sorted(days.items())
        if episodes > 0
    ]


def to_cell(days: Mapping[str, int]) -> str:
    return "; ".join(f"{row['watched_on']}: {row['episodes']}" for row in to_json(days))


def from_json(value: object) -> Days:
    rows = [list_json.fields(row) for row in list_json.items(value)]
    return read((row.get("watched_on"), row.get("episodes")) for row in rows)


def from_cell(text: str) -> Days:
    """RowError where a part of it is no day with a number."""
    parts = filter(None, map(str.strip, text.split(";")))
    split = (part.rpartition(":") for part in parts)
    return read((day.strip(), number.strip()) for day, _, number in split)


def from_seasons(seasons: object, progress: object = None) -> Days:
    """Of trackers that keep a time for each episode (Simkl, Trakt): in UTC, the only
    day that such a file tells. Those without one, and all others up to the progress,
    are of no day; where none has one, nothing is said. Specials are not counted.
    """
    days: Days = {}
    for season in list_json.items(seasons):
        if list_json.child(season, "number") == 0:
            continue
        for episode in list_json.items(list_json.child(season, "episodes")):
            day = day_of_time(episode)
            days[day] = days.get(day, 0) + 1
    if not any(days):
        return {}
    whole = progress if isinstance(progress, int) else 0
    rest = whole - sum(days.values())
    return days | ({"": days.get("", 0) + rest} if rest > 0 else {})


def day_of_time(episode: object) -> str:
    time = list_json.child(episode, "watched_at")
    time = time or list_json.child(episode, "last_watched_at")
    try:
        day = reading.date_text(time, WHAT)
    except RowError:
        return ""
    return "" if day.startswith(BEFORE_ALL) else day


def read(pairs: Iterable[tuple[object, object]]) -> Days:
    days: Days = {}
    for said, number in pairs:
        day = "" if said == SENT_AS_UNKNOWN else reading.date_text(said, WHAT)
        if not day and said != SENT_AS_UNKNOWN:
            raise RowError(f"{WHAT}: there is a number of episodes without a day.")
        days[day] = days.get(day, 0) + (reading.number(number, WHAT) or 0)
        if len(days) > MOST_DAYS:
            raise RowError(f"{WHAT} has more than {MOST_DAYS:,} days.")
    return {day: episodes for day, episodes in days.items() if episodes}
