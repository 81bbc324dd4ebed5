"""What a catalogue says of a title, as columns; and how two sources' facts meet.

The rule (docs/decisions/0005-catalogue-identity.md): the latest known fact wins, and
an unknown one never erases a known one.
"""

from datetime import datetime
from typing import Any, TypedDict, cast

from collections_app.catalogue.held_facts import HeldFacts
from collections_app.catalogue.reader import Record
from collections_app.catalogue.search.search_names import fold_name


class Facts(TypedDict, total=False):
    """Facts of a title by column, as far as they are known or asked for."""

    mal_id: int | None
    title: str
    english_title: str
    native_title: str
    synonyms: list[str]
    format: str
    airing_status: str
    season: str
    year: int | None
    episodes: int | None
    episode_minutes: int | None
    picture_url: str
    thumbnail_url: str
    rating: float | None
    mature: bool
    genre_names: list[str]
    studio_names: list[str]
    external_ids: dict[str, str]
    related: list[str]
    # What the facts of other sources make of it.
    names_elsewhere: list[str]
    votes: int | None
    status_by_dates: bool
    schedule: dict[str, Any] | None  # of catalogue/airing.py
    # What a row of a title has besides.
    id: int
    sort_title: str
    gone_since: datetime | None
    created_at: datetime | None
    held_facts: HeldFacts


# Every fact, and how "unknown" is written in its column.
UNKNOWN: Facts = {
    "mal_id": None,
    "title": "",
    "english_title": "",
    "native_title": "",
    "synonyms": [],
    "format": "Unknown",
    "airing_status": "unknown",
    "season": "",
    "year": None,
    "episodes": None,
    "episode_minutes": None,
    "picture_url": "",
    "thumbnail_url": "",
    "rating": None,
    "mature": False,
    "genre_names": [],
    "studio_names": [],
    "external_ids": {},
    "related": [],
}
# What facts of other sources make of a title (the room source_facts), where they say
# nothing. `status_by_dates`: the airing status follows from them.
FROM_SOURCES: Facts = {"names_elsewhere": [], "votes": None, "status_by_dates": False}
# The columns that a write of a title takes.
STORED = (
    "id",
    "sort_title",
    "gone_since",
    "created_at",
    "held_facts",
    *FROM_SOURCES,
    *UNKNOWN,
)
NAMES = ("title", "english_title", "native_title", "synonyms", "names_elsewhere")


def facts_of(record: Record) -> Facts:
    """A record's facts by column; what the record does not know is left out."""
    ids: dict[str, str] = {}
    for site, id_ in record.external_ids:
        ids.setdefault(site, id_)
    facts: Facts = {
        "mal_id": mal_id_of(record),
        "title": record.title,
        "english_title": record.english_title or "",
        "native_title": record.native_title or "",
        "synonyms": list(record.synonyms),
        "format": record.format,
        "airing_status": record.airing_status,
        "season": record.season or "",
        "year": record.year,
        "episodes": record.episodes,
        "episode_minutes": record.episode_minutes,
        "picture_url": record.picture_url,
        "thumbnail_url": record.thumbnail_url,
        "rating": None if record.rating is None else float(record.rating),
        "genre_names": list(record.genres),
        "studio_names": list(record.studios),
        "external_ids": ids,
        "related": [f"{site}:{id_}" for site, id_ in record.related],
    }
    said = {name: v for name, v in facts.items() if v and v != UNKNOWN.get(name)}
    known = cast("Facts", said)
    if record.mature or record.genres:  # without any tag it says nothing of this
        known["mature"] = record.mature
    return known


def mal_id_of(record: Record) -> int | None:
    """The smallest, where a record names several: the oldest entry on MyAnimeList."""
    numbers = [int(id_) for site, id_ in record.external_ids if site == "mal"]
    return min(numbers, default=None)


def lay_over(known: Facts, facts: Facts) -> Facts:
    """The facts that `facts` changes in what is known."""
    laid = facts.copy()
    laid["external_ids"] = {**known["external_ids"], **facts.get("external_ids", {})}
    if known["mal_id"]:  # a title that two MyAnimeList ids name keeps its first
        laid["mal_id"] = known["mal_id"]
        laid["external_ids"]["mal"] = str(known["mal_id"])
    changed = {name: v for name, v in laid.items() if v != known.get(name)}
    return cast("Facts", changed)


def sort_title(title: str) -> str:
    return fold_name(title)
