"""A title as plain values: the columns an answer needs, and its JSON. No database."""

from collections.abc import Sequence
from typing import Any

from collections_app.catalogue.airing import Kept, Schedule, airing_now

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


SCHEDULE_KEYS = (
    "first_airs_at", "first_airs_estimated", "episodes_aired", "next_airs_at",
    "next_airs_estimated",
)  # fmt: skip


def schedule_to_json(
    status: str, episodes: int | None, kept: Kept | None, minute: int
) -> dict[str, object]:
    """When a title airs, at a minute, as include=schedule shows it; null is unknown."""
    schedule = Schedule.of(kept)
    first = schedule.episode(1) if schedule else None
    now = airing_now(status, episodes, schedule, minute)
    values = (
        schedule.text(first) if schedule and first else None,
        bool(first.is_estimated) if first else None,
        *now[:3],
    )
    return dict(zip(SCHEDULE_KEYS, values, strict=True))


def entry_to_json(values: Sequence[Any]) -> dict[str, object] | None:
    """Of ENTRY_COLUMNS, which are null where there is no entry."""
    type_, progress, score, revision = values
    if not type_:
        return None
    return {
        "type": type_,
        "progress": progress,
        "score": None if score is None else score / 10,
        "revision": revision,
    }


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
