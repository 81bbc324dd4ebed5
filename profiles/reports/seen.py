"""What a viewer reports: found by the reads that showed it to them, so that what may
not be seen cannot be reported, and no copy of it has more than they saw.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import orjson

from animecollections.api.errors import ApiError
from animecollections.api.ids import parse_id
from animecollections.viewer import digest_of, place_of
from collections_app.lists.for_others import lists_for, notes_on_list
from collections_app.watch_list.for_others import notes_of_type
from collections_app.watch_list.models import EntryType
from profiles.moderation.models import ReportedThing
from profiles.profile.answers import TEXTS, profile_shown_to
from profiles.profile.image_urls import picture_identity
from profiles.sharing.owners import Look

Json = dict[str, Any]
# Of a copy: so many notes, and so many characters of each, and of a list of words.
MOST_NOTES = 50
LONGEST_NOTE = 500
MOST_WORDS = 50
SHOWN = ("avatar", "banner_image", *TEXTS)


class Seen(NamedTuple):
    """which: of several, the id of the list or the type. content: a digest of what was
    seen. snapshot: a copy of it, for staff.
    """

    thing: str
    which: str
    content: str
    snapshot: Json


def find(look: Look, thing: str, which: str) -> Seen:
    """404 for what this viewer does not see."""
    match thing:
        case ReportedThing.LIST_NOTES | ReportedThing.NOTES:
            return notes(look, thing, which)
        case _ if thing.startswith("list"):
            return of_list(look, thing, which)
        case ReportedThing.USER_NAME:
            require_anything(look)
            return Seen(
                thing, "", digest_of(look.user_name), {"user_name": look.user_name}
            )
        case ReportedThing.PROFILE:
            require_anything(look)
            shown = shown_profile(look) if "profile" in look.sees else {}
            return whole(thing, "", {"user_name": look.user_name} | shown)
    return of_profile(look, thing)


def require_anything(look: Look) -> None:
    """Who sees nothing of a person does not know that they are there."""
    if not look.sees and not lists_for(look.viewer, look.user_id, ()):
        raise ApiError("not_found")


def shown_profile(look: Look) -> Json:
    """What is not empty of it."""
    shown = profile_shown_to(look.viewer, look.user_id, look.named) or {}
    return {name: cut(shown[name]) for name in SHOWN if shown.get(name)}


def cut(value: object) -> object:
    return value[:MOST_WORDS] if isinstance(value, list) else value


def of_profile(look: Look, thing: str) -> Seen:
    shown = shown_profile(look)
    names = TEXTS if thing == ReportedThing.TEXTS else (thing,)
    snapshot = {name: shown[name] for name in names if name in shown}
    if not snapshot:
        raise ApiError("not_found")
    if thing == ReportedThing.TEXTS:
        return whole(thing, "", snapshot)
    picture = picture_identity(cast("str", snapshot[thing]))
    return Seen(thing, "", digest_of(picture), snapshot)


def of_list(look: Look, thing: str, which: str) -> Seen:
    [shown] = lists_for(look.viewer, look.user_id, (), parse_id(which)) or [{}]
    name = thing.removeprefix("list_")
    if not shown.get("id" if name == "list" else name):
        raise ApiError("not_found")
    which = str(shown["id"])
    if thing == ReportedThing.LIST:
        texts = {name: shown[name] for name in ("name", "description")}
        return whole(thing, which, texts | {"size": shown["size"]})
    return Seen(thing, which, digest_of(shown[name]), {name: shown[name]})


def notes(look: Look, thing: str, which: str) -> Seen:
    """By a link that names them alone."""
    found: list[tuple[str, str]] = []
    if "notes" in look.named:
        read: Callable[..., list[tuple[str, str]]] = notes_of_type
        key: object = which
        if thing == ReportedThing.LIST_NOTES:
            key, read = parse_id(which), notes_on_list
            which = str(key)
        if not look.viewer.withholds_notes(thing):
            found = read(look.viewer, look.user_id, key, MOST_NOTES)
    if not found:
        raise ApiError("not_found")
    rows = [[title, text[:LONGEST_NOTE]] for title, text in found]
    return whole(thing, which, {"notes": rows})


def whole(thing: str, which: str, snapshot: Json) -> Seen:
    """What has no content that could stand elsewhere: its digest tells whether it is
    still the same.
    """
    text = orjson.dumps([place_of(thing, which), snapshot]).decode()
    return Seen(thing, which, digest_of(text), snapshot)


def wrong_which(thing: str, which: str) -> str:
    """What is wrong with the `id` of what is reported, as a sentence; or nothing."""
    if thing == ReportedThing.NOTES:
        types = EntryType.values
        return "" if which in types else f"Send one of {', '.join(types)}."
    if thing.startswith("list"):
        return "" if which else "Send the id of the list."
    return "There is one of these: send no id." if which else ""
