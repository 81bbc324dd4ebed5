"""The shape of each kind of fact as it is stored. No database.

A value is an object; what is unknown is left out or null. Whatever is stored went
through `cleaning`: texts are without control characters, lists and numbers are bounded.
"""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

# A value as it is stored, of one of the shapes below; and what each source says.
Stored = Mapping[str, Any]
BySource = Mapping[str, Stored]
Precision = Literal["minute", "day", "month", "year"]


class Moment(TypedDict):
    """When something is, and how exactly that is known.

    at: "2026-04-08T06:30:00Z" (minute, UTC), "2026-04-08" (day, in Japan), "2026-04"
        (month) or "2026" (year).
    """

    at: str
    precision: Precision


class Broadcast(TypedDict):
    """Regular times: an episode every so many days, from `start` on. `start` has the
    precision minute or day. They stay at their hour by the clocks of `zone` (a name
    such as Europe/London); where it is not said, of Japan.
    """

    start: Moment
    every_days: int
    zone: NotRequired[str]


class Airing(TypedDict):
    """When a title airs.

    begin:    its first episode begins.
    end:      its last episode begins; the same as `begin` where all came at once.
    episodes: how many there are, or will be.
    """

    begin: NotRequired[Moment | None]
    end: NotRequired[Moment | None]
    broadcast: NotRequired[Broadcast | None]
    episodes: NotRequired[int | None]


class Names(TypedDict):
    """Names by language (BCP 47: "zh-Hans", "en", "ja"); the main one first."""

    names: dict[str, list[str]]


class Link(TypedDict):
    """Where a title can be watched, or its own site (`site` is "official").

    site:    a word for the site ("crunchyroll"); name: as people read it.
    regions: countries (ISO 3166) where it can be watched; empty where not said.
    begins:  when it comes there, if that is known.
    """

    site: str
    name: str
    url: str
    regions: list[str]
    begins: NotRequired[Moment | None]


class Links(TypedDict):
    links: list[Link]


RelationType = Literal[
    "prequel",
    "sequel",
    "parent_story",
    "side_story",
    "full_story",
    "summary",
    "spin_off",
    "alternative_version",
    "alternative_setting",
    "character",
    "other",
]


class Relation(TypedDict):
    """What another title is to this one. `ids` are sites' ids of it ("mal:5"), resolved
    when they are read.
    """

    type: RelationType
    ids: list[str]


class Relations(TypedDict):
    relations: list[Relation]


class Description(TypedDict):
    text: str
    language: str


class Votes(TypedDict):
    """mean: 0–10."""

    mean: float
    count: int


class Episode(TypedDict):
    """airs: when it first airs."""

    number: int
    title: NotRequired[str | None]
    airs: NotRequired[Moment | None]
    minutes: NotRequired[int | None]


class Episodes(TypedDict):
    """By number, each number once; not all need be there."""

    episodes: list[Episode]


class Trailer(TypedDict):
    url: str
    site: str


class Trailers(TypedDict):
    trailers: list[Trailer]


class Redirect(TypedDict):
    """Episodes counted on from this title that are another title's.

    first, last:       in this title's numbers; last is null where there is no end.
    ids:               sites' ids of the other title.
    to_first, to_last: in the other's numbers.
    """

    first: int
    last: int | None
    ids: list[str]
    to_first: int
    to_last: int | None


class Redirects(TypedDict):
    redirects: list[Redirect]


class Season(TypedDict):
    """Where episodes of a title are in a database of TV series or films.

    database: tvdb, tmdb (a show), tmdb_movie or imdb; id: of the series or film there.
    season:   its number; 0 is specials; null of a film.
    first, last, to_first, to_last: episodes here, and their numbers there; to_first
        alone where only an offset is known.
    ratio:    2: each episode is two there; -2: two episodes are one there.
    """

    database: Literal["tvdb", "tmdb", "tmdb_movie", "imdb"]
    id: str
    season: int | None
    first: int
    last: int | None
    to_first: int
    to_last: int | None
    ratio: NotRequired[int]


class Seasons(TypedDict):
    seasons: list[Season]


Value = (
    Airing
    | Names
    | Links
    | Relations
    | Description
    | Votes
    | Episodes
    | Trailers
    | Redirects
    | Seasons
)
