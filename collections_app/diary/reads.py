"""The diary as it is answered."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from animecollections.api.errors import refuse
from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from collections_app.catalogue.lengths import episode_length
from collections_app.catalogue.lookup import find_anime
from collections_app.catalogue.models import Anime
from collections_app.catalogue.refs import parse_anime_id
from collections_app.watch_list.entries import partial_date
from history.models import EpisodesWatched

PER_PAGE = 50
UNKNOWN = "unknown"
Titles = Mapping[int, Mapping[str, Any]]


def diary_of(
    user_id: UUID, wanted: Wanted
) -> tuple[list[dict[str, object]], dict[str, object]]:
    """A page of the diary, newest first: two statements, and one more for a title.

    A day below zero, of an earlier release, tells of no watching.
    """
    rows = EpisodesWatched.objects.of(user_id).with_watched_on().filter(episodes__gt=0)
    if text := wanted.get("animeId"):
        rows = rows.filter(anime_id=find_anime(parse_anime_id(text)).id)
    if wanted.get("watched_on") == UNKNOWN:
        rows = rows.of_day("")
    elif day := day_wanted(wanted, "watched_on"):
        rows = rows.of_day(day)
    first, last = (day_wanted(wanted, name) for name in ("from", "to"))
    found, meta = page(
        rows.between(first, last),
        wanted,
        orderings={"watched_on": "watched_on"},
        default="-watched_on",
        limit=PER_PAGE,
    )
    titles = title_facts({row.anime_id for row in found})
    return [row_to_json(row, titles) for row in found], meta


def day_wanted(wanted: Wanted, name: str) -> str:
    try:
        return partial_date(wanted.get(name, ""))
    except ValueError as error:
        raise refuse(**{name: str(error)}) from None


def title_facts(anime_ids: Collection[int]) -> Titles:
    columns = ("title", "picture_url", "episode_minutes", "format")
    rows = Anime.objects.filter(id__in=anime_ids).values("id", *columns)
    return {row["id"]: row for row in rows}


def row_to_json(row: Any, titles: Titles) -> dict[str, object]:
    """Where the catalogue has it no more: without a title, with the usual minutes."""
    facts = titles.get(row.anime_id) or {}
    length = episode_length(facts.get("episode_minutes"), facts.get("format", ""))
    return {
        "id": row.id,
        "anime_id": str(row.anime_id),
        "title": facts.get("title"),
        "imageUrl": facts.get("picture_url") or None,
        "watched_on": row.watched_on or UNKNOWN,
        "episodes": row.episodes,
        "viewing": row.viewing,
        "minutes": row.episodes * length,
        "through": row.through or None,
        "revision": row.revision,
    }
