"""What a viewer sees of a user's, as it is answered. Each is 404 where nothing of it is
seen.
"""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from animecollections.api.errors import ApiError, refuse
from animecollections.identity import today_in
from collections_app import stats
from collections_app.lists.for_others import items_for, lists_for
from collections_app.stats.for_others import shown_to
from collections_app.watch_list.for_others import entries_for
from collections_app.watch_list.models import EntryType, thing_of_type
from profiles.profile.answers import profile_shown_to
from profiles.profile.image_urls import url_for_others
from profiles.sharing.models import Share, SharedThing
from profiles.sharing.owners import Look

Json = dict[str, Any]
Read = tuple[Any, Json]  # what is seen, and its meta
TYPES = [thing_of_type(type_) for type_ in EntryType.values]


def profile(look: Look) -> Read:
    shown = profile_shown_to(look.viewer, look.user_id, look.named)
    if shown is None:
        raise ApiError("not_found")
    for name in ("avatar", "banner_image"):
        shown[name] = url_for_others(cast("str | None", shown[name]), look.user_id)
    return {"user_name": look.user_name} | shown, {}


def watch_list(look: Look) -> Read:
    look.require(*TYPES)
    return entries_for(
        look.viewer, look.user_id, look.named, look.wanted, look.page_size
    )


def lists(look: Look) -> Read:
    found = lists_for(look.viewer, look.user_id, look.named)
    if not found:
        raise ApiError("not_found")
    return found, {}


def list_and_titles(look: Look, list_id: UUID) -> Read:
    """A page of its titles; in meta the list itself."""
    found = lists_for(look.viewer, look.user_id, look.named, list_id)
    if not found:
        raise ApiError("not_found")
    items, meta = items_for(
        look.viewer, look.user_id, list_id, look.named, look.wanted, look.page_size
    )
    return items, meta | {"list": found[0]}


def statistics(look: Look) -> Read:
    look.require("stats")
    today = today_in(look.timezone)
    figures = stats.of_list(look.user_id, viewer=look.viewer, today=today)
    return shown_to(figures, look.viewer, look.user_id, look.named), {}


def year_in_review(look: Look, year: int) -> Read:
    look.require("year")
    viewer, zone = look.viewer, look.timezone
    figures = stats.of_year(look.user_id, year, viewer=viewer, zone=zone)
    return shown_to(figures, viewer, look.user_id, look.named), {}


def year_asked_for(look: Look) -> Read:
    if "year" not in look.wanted:
        raise refuse(year="Send the year.")
    return year_in_review(look, look.wanted["year"])


def by_link(look: Look, share: Share) -> tuple[Json, Json]:
    """What a link leads to, under its key; and the meta."""
    match share.of:
        case SharedThing.LIST:
            items, meta = list_and_titles(look, UUID(share.which))
            return {"list": meta.pop("list"), "items": items}, meta
        case SharedThing.TYPE:
            look.require(thing_of_type(share.which))  # not another that is seen
            entries, meta = watch_list(look)
            return {"entries": entries}, meta
        case SharedThing.STATS:
            return {"stats": statistics(look)[0]}, {}
        case SharedThing.YEAR:
            return {"year": year_in_review(look, int(share.which))[0]}, {}
    return {"profile": profile(look)[0]}, {}


def require(look: Look, share: Share) -> None:
    """404 where the link leads to nothing that is seen by it, without reading it."""
    if share.of != SharedThing.LIST:
        is_type = share.of == SharedThing.TYPE
        look.require(thing_of_type(share.which) if is_type else share.of)
    elif not lists_for(look.viewer, look.user_id, (), UUID(share.which)):
        raise ApiError("not_found")


# By the word of `view-as`: what of one's own is looked at as others see it; and the key
# under which it is answered, where that is another.
READS: dict[str, Callable[[Look], Read]] = {
    "profile": profile,
    "watchList": watch_list,
    "lists": lists,
    "stats": statistics,
    "year": year_asked_for,
}
KEYS = {"watchList": "entries"}
