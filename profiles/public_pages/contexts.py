"""What the template of each page for others is given, of what was read."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from profiles.public_pages import figures
from profiles.public_pages.sections import first_eager, is_picture, of_entry, of_item
from profiles.public_pages.words import (
    FREQUENCIES,
    day,
    format_name,
    t,
    titles,
    type_name,
)
from profiles.sharing.models import Share, SharedThing

Json = Mapping[str, Any]
Context = dict[str, Any]


def of_shared(share: Share, shown: Json, meta: Json, names: Json) -> Context:
    """What a link leads to. names: of titles that a profile names, by their ids."""
    owner = shown["user_name"]
    head = of_link(share, owner)
    match share.of:
        case SharedThing.LIST:
            part = of_list(shown["list"], shown["items"])
        case SharedThing.TYPE:
            part = {"cards": first_eager([of_entry(one) for one in shown["entries"]])}
        case SharedThing.STATS:
            part = figures.of_statistics(shown["stats"])
        case SharedThing.YEAR:
            part = figures.of_year(shown["year"])
        case _:
            part = of_profile(shown["profile"], names)
    return head | {"is_open": True} | part | next_page({}, meta)


def of_link(share: Share, owner: str) -> Context:
    """What is said of a link before it is opened: of what it leads to nothing but whose
    it is.
    """
    titles_ = {
        SharedThing.LIST: lambda: t("A list"),
        SharedThing.TYPE: lambda: type_name(share.which),
        SharedThing.STATS: lambda: t("Statistics"),
        SharedThing.YEAR: lambda: t("{year} in review", year=share.which),
        SharedThing.PROFILE: lambda: t("Profile"),
    }
    title = titles_[SharedThing(share.of)]()
    return {
        "owner": owner,
        "title": title,
        "description": t("Shared by {name}.", name=owner),
        "of": share.of,
    }


def of_list(about: Json, items: Sequence[Json]) -> Context:
    return {
        "title": about["name"],
        "about": about["description"],
        "size": titles(about["size"]),
        "cards": first_eager([of_item(item) for item in items]),
    }


def of_profile(profile: Json, names: Json) -> Context:
    """names: {id: card} of the titles that it names, as far as they are there."""
    return {
        "avatar": own_address(profile["avatar"]),
        "banner": own_address(profile["banner_image"]),
        "facts": profile_facts(profile),
        "genres": profile["favorite_genres"],
        "studios": profile["favorite_studios"],
        "favorites": cards_of(profile["favorite_animes"], names),
        "watched": cards_of(profile.get("watched_animes", ()), names),
        "person": person(profile),
    }


def cards_of(ids: Sequence[str], names: Json) -> list[Any]:
    return [names[id_] for id_ in ids if id_ in names]


def profile_facts(profile: Json) -> list[str]:
    """Words that its owner chose, or wrote."""
    frequency, level = profile["frequency"] or "", profile["fanatic_level"] or ""
    return [
        fact
        for fact in (
            level.replace("_", " ").capitalize(),
            FREQUENCIES[frequency]() if frequency in FREQUENCIES else frequency,
            format_name(profile["preferred_format"] or ""),
        )
        if fact
    ]


def person(profile: Json) -> list[tuple[str, str]]:
    """What names a person, where a link shows it."""
    name = f"{profile.get('name') or ''} {profile.get('last_name') or ''}".strip()
    genders = {
        "male": lambda: t("Male"),
        "female": lambda: t("Female"),
        "other": lambda: t("Other"),
    }
    gender = profile.get("gender")
    found = [
        (t("Name"), name),
        (t("Birthday"), day(profile.get("birthday"))),
        (t("Gender"), genders[gender]() if gender in genders else ""),
    ]
    return [(label, text) for label, text in found if text]


def own_address(picture: str | None) -> str:
    """A picture of ours by its path: then it is of the page's own origin."""
    if not picture or not is_picture(picture):
        return ""
    return picture.removeprefix(settings.PUBLIC_URL)


def next_page(query: Json, meta: Json) -> Context:
    """Where the next page is: the same query with a cursor."""
    cursor = meta.get("next_cursor")
    more = {k: v for k, v in query.items() if k != "cursor"}
    return {
        "next": f"?{urlencode(more | {'cursor': cursor}, doseq=True)}"
        if cursor
        else "",
        "first": f"?{urlencode(more, doseq=True)}" if "cursor" in query else "",
    }
