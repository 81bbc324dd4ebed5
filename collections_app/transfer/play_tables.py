"""Viewing histories as tables: Netflix's two downloads, and TV Time's.

    Title,Date                            "Death Note: Season 1: Rebirth",1/20/24
    Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type,Bookmark,…
    key,series_name,season_number,episode_number,created_at,…   watch-episode-…

Netflix's day is in its user's own order; the second download has ISO 8601 in UTC, and
trailers. TV Time's `s_id` is TVDB's, which no title here has.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from . import days, reading
from .plays import Play, played_on, rows_of
from .records import ListFile

NAME = "csv"
SHORT = {"title", "date"}
LONG = {"title", "start time", "profile name", "supplemental video type"}
TV_TIME = {"key", "series_name", "season_number", "episode_number", "created_at"}
WATCHED = ("watch-episode-", "rewatch-episode-")
# "Season 2", "Part 1" … in the languages of the web client, and in those of many lists.
SEASON = re.compile(
    r"(?:season|part|volume|book|chapter|series|temporada|parte|volumen|libro|staffel"
    r"|teil|saison|partie|stagione|シーズン)\s?(\d{1,3})",
    re.IGNORECASE | re.ASCII,
)
ONE_SEASON = re.compile(r"(?:limited|mini|miniserie)[\s-]?(?:series)?", re.IGNORECASE)
FEWEST_OF_A_SHOW = 3  # lines that begin alike, where nothing says a season
Cells = Mapping[str, str]


def recognises(header: Iterable[str]) -> bool:
    return _reader(header) is not None


def read(header: list[str], lines: Iterable[list[str]]) -> ListFile:
    """Raises UnsupportedFileError if nothing was played."""
    lines = list(lines)
    if len(lines) > reading.MOST_ROWS:
        raise reading.too_many_rows()
    words = [word.strip().lower() for word in header]
    rows = [dict(zip(words, line, strict=False)) for line in lines]
    reader, label = _reader(header) or (_netflix, "Netflix")
    return ListFile(NAME, rows_of(reader(rows), label), shape="csv")


def _reader(
    header: Iterable[str],
) -> tuple[Callable[[Sequence[Cells]], Iterator[Play]], str] | None:
    words = {word.strip().lower() for word in header} - {""}
    if words == SHORT or words >= LONG:
        return _netflix, "Netflix"
    return (_tv_time, "TV Time") if words >= TV_TIME else None


# --- Netflix ----------------------------------------------------------------------


def _netflix(rows: Sequence[Cells]) -> Iterator[Play]:
    """Trailers and the like are none (`supplemental video type`)."""
    rows = [row for row in rows if not row.get("supplemental video type", "").strip()]
    order = days.order_of(row.get("date", "") for row in rows)
    shows = _shows(row.get("title", "") for row in rows)
    for row in rows:
        title, season, episode = parts_of(row.get("title", ""), shows)
        said = row.get("date") or row.get("start time", "")
        yield Play(title, played_on(said, order), season, episode)


def _shows(titles: Iterable[str]) -> set[str]:
    """What several titles begin with: "Baki: " of "Baki: The Blood Debt"."""
    starts = Counter(title.partition(": ")[0] for title in set(titles) if ": " in title)
    return {start for start, times in starts.items() if times >= FEWEST_OF_A_SHOW}


def parts_of(text: str, shows: Iterable[str] = ()) -> tuple[str, str, str]:
    """Show, season and episode of "Show: Season 2: Episode"; a film is its title."""
    parts = text.strip().split(": ")
    for at, part in enumerate(parts[1:], 1):
        if found := SEASON.fullmatch(part.strip()):
            return ": ".join(parts[:at]), found[1], ": ".join(parts[at + 1 :])
        if ONE_SEASON.fullmatch(part.strip()) and at < len(parts) - 1:
            return ": ".join(parts[:at]), "", ": ".join(parts[at + 1 :])
    if len(parts) > 1 and parts[0] in shows:
        return parts[0], "", ": ".join(parts[1:])
    return text.strip(), "", ""


# --- TV Time ----------------------------------------------------------------------


def _tv_time(rows: Sequence[Cells]) -> Iterator[Play]:
    """Of its rows only those of episodes that were watched; others follow a show."""
    for row in rows:
        if not row.get("key", "").startswith(WATCHED):  # a line may end before it
            continue
        title = row.get("series_name", "")
        played = played_on(row.get("created_at"))
        season = reading.whole(row.get("season_number", ""))
        yield Play(title, played, season, row.get("episode_number", ""))
