"""What a player said, in one form for all; and careful access to what they send.

Pure: no database, no clock. How each player says it is in `players/`, a module each.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from animecollections.api.fields import parse_time
from collections_app.scrobbling.models import LONGEST_NAME, Player

Json = Mapping[str, Any]
What = Literal["watched", "playing", "paused", "stopped", "test", "other"]
LARGEST_NUMBER = 100_000  # of a season or an episode
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# Ids as sites of anime name them, and of databases of series and films.
SITES = {
    "anidb": "anidb",
    "anilist": "anilist",
    "kitsu": "kitsu",
    "mal": "mal",
    "myanimelist": "mal",
    "livechart": "livechart",
    "simkl": "simkl",
    "tvdb": "tvdb",
    "thetvdb": "tvdb",
    "tmdb": "tmdb",
    "themoviedb": "tmdb",
    "imdb": "imdb",
}
ID = re.compile(r"(?:tt)?[0-9]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of a player.

    what:     watched: to its end, or far enough by the player's own rule. stopped: with
              `percent`, by which the source decides.
    accounts: the name and the id that the player has for who watches.
    series:   the name of the series, or of the film; title: of the episode.
    ids:      by site. are_of_series: of the series (or film), not of the episode, which
              has ids of its own in the same databases.
    year:     the series or film began.
    """

    player: Player
    what: What
    event: str
    is_video: bool = True
    is_film: bool = False
    accounts: tuple[str, ...] = ()
    library: str = ""
    series: str = ""
    title: str = ""
    season: int | None = None
    episode: int | None = None
    episode_end: int | None = None
    year: int | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    are_of_series: bool = True
    percent: float | None = None
    at: datetime | None = None


class Reader(NamedTuple):
    """How one player's documents are read.

    recognises: whether a document has the shape of this player's, and of no other's.
    volatile:   keys at the top that differ between two tellings of one event.
    """

    player: Player
    recognises: Callable[[Json], bool]
    read: Callable[[Json], Heard]
    volatile: frozenset[str] = frozenset()


def text_of(item: Json, *keys: str) -> str:
    """The first of these keys that has a text, on one line and bounded."""
    for key in keys:
        value = item.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and (text := CONTROL.sub(" ", value).strip()):
            return text[:LONGEST_NAME]
    return ""


def number_of(item: Json, *keys: str) -> int | None:
    """The first of these keys that has a number, also one as text."""
    for key in keys:
        number = as_number(item.get(key))
        is_whole = number is not None and number == int(number)
        if number is not None and is_whole and 0 <= number <= LARGEST_NUMBER:
            return int(number)
    return None


def as_number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"\d{1,15}(?:\.\d{1,6})?", value):
        return float(value) if value.isascii() else None
    return None


def object_of(item: Json, key: str) -> Json:
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def list_of(item: Json, key: str) -> list[Any]:
    value = item.get(key)
    return value if isinstance(value, list) else []


def percent_of(part: object, whole: object) -> float | None:
    """How much of it was played, where the player says both."""
    played, length = as_number(part), as_number(whole)
    if played is None or not length:
        return None
    return min(100.0, 100 * played / length)


def time_of(value: object) -> datetime | None:
    """A time as text, or as seconds since 1970; None where it is none that can be."""
    seconds = as_number(value)
    try:
        if seconds is not None:
            time = datetime.fromtimestamp(seconds, UTC)
        else:
            time = parse_time(str(value)[:40])
    except (ValueError, OverflowError, OSError):
        return None
    return time if time >= EARLIEST else None


def ids_of(said: Mapping[str, object]) -> dict[str, str]:
    """Those of known sites, whatever the player calls the site."""
    found: dict[str, str] = {}
    for name, value in said.items():
        site = SITES.get(str(name).lower())
        text = str(value).strip() if isinstance(value, str | int) else ""
        if site and not isinstance(value, bool) and ID.fullmatch(text):
            if site != "imdb":
                text = text.removeprefix("tt").lstrip("0")
            if text:
                found.setdefault(site, text)
    return found
