"""What a catalogue says of a title, as columns; and how two sources' facts meet.

The rule (docs/decisions/0005-catalogue-identity.md): the latest known fact wins, and
an unknown one never erases a known one.
"""

from collections.abc import Mapping
from typing import Any

from collections_app.catalogue.reader import Record
from collections_app.catalogue.search.search_names import fold_name

Facts = dict[str, Any]

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
    facts = {
        "mal_id": mal_id_of(record),
        "title": record.title,
        "english_title": record.english_title,
        "native_title": record.native_title,
        "synonyms": list(record.synonyms),
        "format": record.format,
        "airing_status": record.airing_status,
        "season": record.season,
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
    known = {name: v for name, v in facts.items() if v and v != UNKNOWN[name]}
    if record.mature or record.genres:  # without any tag it says nothing of this
        known["mature"] = record.mature
    return known


def mal_id_of(record: Record) -> int | None:
    """The smallest, where a record names several: the oldest entry on MyAnimeList."""
    numbers = [int(id_) for site, id_ in record.external_ids if site == "mal"]
    return min(numbers, default=None)


def lay_over(known: Mapping[str, Any], facts: Facts) -> Facts:
    """The facts that `facts` changes in what is known."""
    laid = dict(facts)
    laid["external_ids"] = {**known["external_ids"], **facts.get("external_ids", {})}
    if known["mal_id"]:  # a title that two MyAnimeList ids name keeps its first
        laid["mal_id"] = known["mal_id"]
        laid["external_ids"]["mal"] = str(known["mal_id"])
    return {name: value for name, value in laid.items() if known[name] != value}


def sort_title(title: str) -> str:
    return fold_name(title)
