"""What the pages of a person are made of, each by the reads of the API: as a visitor,
whom nothing but `everyone` lets see a thing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from animecollections.api.errors import ApiError
from animecollections.identity import today_in
from collections_app.lists.for_others import lists_for, newest_items_for
from collections_app.models import Anime
from collections_app.watch_list.for_others import counts_for, newest_for
from collections_app.watch_list.models import EntryType, thing_of_type
from profiles.public_pages.sections import cover
from profiles.sharing import reads
from profiles.sharing.owners import Look

Json = dict[str, Any]
# In the order of pages; on a profile the first entries of each, the best first.
TYPES = (
    EntryType.WATCHING.value,
    EntryType.COMPLETED.value,
    EntryType.TO_WATCH.value,
    EntryType.COLLECTION.value,
)
BEST_FIRST = {"Watching": "-progress", "Completed": "-score"}
ON_SHELF = 12
MOST_NEWS = 50  # in a feed
MOST_NAMED = 48  # titles that a profile names


def types_seen(look: Look) -> list[str]:
    return [type_ for type_ in TYPES if thing_of_type(type_) in look.sees]


def sides(look: Look) -> Json:
    """Which pages of this person there are."""
    return {
        "has_profile": "profile" in look.sees,
        "types": types_seen(look),
        "has_stats": "stats" in look.sees,
        "has_feeds": "history" in look.sees,
        "year": today_in(look.timezone).year if "year" in look.sees else None,
    }


def profile(look: Look) -> Json:
    """All that a profile shows at once."""
    about = reads.profile(look)[0]
    found: Json = {"about": about, "names": titles_named(about), "sides": sides(look)}
    seen = types_seen(look)
    counts = counts_for(look.viewer, look.user_id) if seen else {}
    found["counts"] = {type_: counts.get(type_, 0) for type_ in seen}
    found["shelves"] = {
        type_: shelf(look, type_) for type_ in seen if counts.get(type_)
    }
    found["lists"] = lists_or_none(look)
    found["stats"] = reads.statistics(look)[0] if "stats" in look.sees else None
    return found


def shelf(look: Look, type_: str) -> list[Json]:
    wanted = {
        "type": [type_],
        "ordering": BEST_FIRST.get(type_, "-rating"),
        "limit": ON_SHELF,
    }
    entries: list[Json] = reads.watch_list(replace(look, wanted=wanted))[0]
    return entries


def lists_or_none(look: Look) -> list[Json]:
    try:
        found: list[Json] = reads.lists(look)[0]
    except ApiError:
        return []
    return found


def lists(look: Look) -> Json:
    return {"lists": reads.lists(look)[0], "sides": sides(look)}


def list_and_titles(look: Look, list_id: UUID) -> Json:
    items, meta = reads.list_and_titles(look, list_id)
    return {
        "list": meta.pop("list"),
        "items": items,
        "meta": meta,
        "sides": sides(look),
    }


def watch_list(look: Look) -> Json:
    """Of one type, the first that is seen where the query names none."""
    look.require(*reads.TYPES)
    seen = types_seen(look)
    type_ = look.wanted.get("type", seen[0])
    if type_ not in seen:
        raise ApiError("not_found")
    look = replace(look, wanted={**look.wanted, "type": [type_]})
    entries, meta = reads.watch_list(look)
    counts = counts_for(look.viewer, look.user_id)
    return {
        "entries": entries,
        "meta": meta,
        "type": type_,
        "counts": {type_: counts.get(type_, 0) for type_ in seen},
        "sides": sides(look),
    }


def newest_entries(look: Look) -> list[Json]:
    """Who does not see days learns nothing of what came last."""
    look.require(*reads.TYPES)
    look.require("history")
    return newest_for(look.viewer, look.user_id, look.named, MOST_NEWS)


def newest_items(look: Look, list_id: UUID) -> tuple[Json, list[Json]]:
    """A list and what was put on it last."""
    look.require("history")
    found = lists_for(look.viewer, look.user_id, look.named, list_id)
    if not found:
        raise ApiError("not_found")
    items = newest_items_for(look.viewer, look.user_id, list_id, look.named, MOST_NEWS)
    return found[0], items


def statistics(look: Look) -> Json:
    return {"stats": reads.statistics(look)[0], "sides": sides(look)}


def year(look: Look, which: int) -> Json:
    return {"year": reads.year_in_review(look, which)[0], "sides": sides(look)}


def titles_named(about: Mapping[str, Any]) -> Json:
    """{id: card} of titles that a profile names: which it may, its read has decided."""
    ids = (*about["favorite_animes"], *about.get("watched_animes", ()))
    return cards(ids[:MOST_NAMED])


def cards(ids: Iterable[str]) -> Json:
    wanted = [int(id_) for id_ in ids]
    if not wanted:
        return {}
    rows = Anime.objects.filter(id__in=wanted).values_list(
        "id", "title", "thumbnail_url", "picture_url", "year"
    )
    return {
        str(id_): cover(id_, title, thumbnail or picture, year=year)
        for id_, title, thumbnail, picture, year in rows
    }
