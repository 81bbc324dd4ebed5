"""A title as plain values: the columns an answer needs, and its JSON. No database."""

from collections.abc import Sequence
from typing import Any

COLUMNS = (
    "id",
    "mal_id",
    "title",
    "english_title",
    "native_title",
    "synonyms",
    "picture_url",
    "thumbnail_url",
    "rating",
    "weighted_rating",
    "votes",
    "episodes",
    "episode_minutes",
    "format",
    "airing_status",
    "season",
    "year",
    "genre_names",
    "studio_names",
    "mature",
    "external_ids",
    "updated_at",
)
ENTRY_COLUMNS = ("type", "progress", "score", "revision")


def to_json(row: Sequence[object]) -> dict[str, Any]:
    """One row of COLUMNS as the API's anime; what follows them is left alone."""
    (
        id_, mal_id, title, english_title, native_title, synonyms, picture_url,
        thumbnail_url, rating, weighted_rating, votes, episodes, episode_minutes,
        format_, airing_status, season, year, genres, studios, mature, external_ids,
        updated_at, *_,
    ) = row  # fmt: skip
    return {
        "id": str(id_),
        "mal_id": mal_id,
        "title": title,
        "english_title": english_title or None,
        "native_title": native_title or None,
        "synonyms": synonyms,
        "imageUrl": picture_url or None,
        "thumbnailUrl": thumbnail_url or None,
        "rating": rating,
        "weighted_rating": weighted_rating,
        "votes": votes,
        "episodes": episodes,
        "episode_minutes": episode_minutes,
        "format": format_,
        "airing_status": airing_status,
        "season": season or None,
        "year": year,
        "genres": genres,
        "studios": studios,
        "mature": mature,
        "external_ids": external_ids,
        "updated_at": updated_at,
    }


KEYS = tuple(to_json([None] * len(COLUMNS)))


def with_entry(row: Sequence[Any]) -> dict[str, object]:
    """The same, of a row that goes on with ENTRY_COLUMNS of the entry, or nulls."""
    type_, progress, score, revision = row[len(COLUMNS) :]
    entry = {
        "type": type_,
        "progress": progress,
        "score": None if score is None else score / 10,
        "revision": revision,
    }
    return to_json(row) | {"entry": entry if type_ else None}


def to_related(anime: Any) -> dict[str, object]:
    """A title as `relations` of another show it."""
    return {
        "id": str(anime.id),
        "title": anime.title,
        "english_title": anime.english_title or None,
        "imageUrl": anime.picture_url or None,
        "thumbnailUrl": anime.thumbnail_url or None,
        "rating": anime.rating,
        "episodes": anime.episodes,
        "format": anime.format,
        "airing_status": anime.airing_status,
        "year": anime.year,
    }
