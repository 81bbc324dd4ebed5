"""What the template of each page for others is given, of what was read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from profiles.profile.answers import TEXTS
from profiles.profile.image_urls import MASKED_FOLDER, is_of_image_host
from profiles.public_pages import figures
from profiles.public_pages.sections import (
    first_eager,
    last_day,
    of_entry,
    of_item,
)
from profiles.public_pages.words import (
    FREQUENCIES,
    day,
    format_name,
    number,
    t,
    titles,
    type_name,
)
from profiles.sharing.models import Share, SharedThing

Json = Mapping[str, Any]
Context = dict[str, Any]
LONGEST_DESCRIPTION = 200


def of_shared(share: Share, shown: Json, meta: Json, names: Json) -> Context:
    """What a link leads to. names: of titles that a profile names, by their ids."""
    owner = shown["user_name"]
    head = of_link(share, owner)
    match share.of:
        case SharedThing.LIST:
            part = of_list(shown["list"], shown["items"])
        case SharedThing.TYPE:
            entries = shown["entries"]
            part = {"cards": first_eager([of_entry(one) for one in entries])}
            if has_notes(entries):
                part |= reportable("notes", which=share.which)
        case SharedThing.STATS:
            part = figures.of_statistics(shown["stats"])
        case SharedThing.YEAR:
            part = figures.of_year(shown["year"])
        case _:
            part = of_profile(shown["profile"], names)
    opened = {"is_open": True, "is_link": True} | reportable()
    return head | opened | part | next_page({}, meta)


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


def reportable(*things: str, which: str = "") -> Context:
    """What of a page can be reported, as ui/report.js takes it: the name, and these.
    which: the list, or the type of notes.
    """
    named = {"id": which} if which else {}
    found = [{"of": "user_name"}, *({"of": thing, **named} for thing in things)]
    return {"reportable": json.dumps(found)}


def of_list(about: Json, items: Sequence[Json]) -> Context:
    texts = [f"list_{name}" for name in ("name", "description") if about[name]]
    notes = ["list_notes"] if has_notes(items) else []
    return reportable("list", *texts, *notes, which=str(about["id"])) | {
        "title": about["name"],
        "about": about["description"],
        "size": titles(about["size"]),
        "cards": first_eager([of_item(item) for item in items]),
    }


def has_notes(rows: Sequence[Json]) -> bool:
    return any(row.get("notes") for row in rows)


def of_profile(profile: Json, names: Json) -> Context:
    """names: {id: card} of the titles that it names, as far as they are there."""
    pictures = [name for name in ("avatar", "banner_image") if profile[name]]
    texts = ["profile_texts"] if any(profile.get(name) for name in TEXTS) else []
    return reportable("profile", *pictures, *texts) | {
        "avatar": own_address(profile["avatar"]),
        "banner": own_address(profile["banner_image"]),
        "facts": profile_facts(profile),
        "genres": profile["favorite_genres"],
        "studios": profile["favorite_studios"],
        "favorites": first_eager(cards_of(profile["favorite_animes"], names)),
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
    """A picture of ours by its path, so that it is of the page's own origin; or of an
    image host. Of any other nothing is loaded: its owner would learn who looks.
    """
    path = (picture or "").removeprefix(settings.PUBLIC_URL)
    is_known = path.startswith(f"/{MASKED_FOLDER}") or is_of_image_host(path)
    return path if is_known else ""


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


# --- Pages of a person ----------------------------------------------------------------


def address_of(owner: str, path: str = "") -> str:
    return f"/u/{quote(owner)}{path}"


def person_page(owner: str, path: str, sides: Json, here: str) -> Context:
    """What each has: its address, its card, the other pages. here: which it is."""
    address = address_of(owner, path)
    path, _, query = address.partition("?")
    card = f"{settings.PUBLIC_URL}{path}/card.png"
    return {
        "picture_card": f"{card}?{query}" if query else card,
        "owner": owner,
        "profile_href": address_of(owner) if sides["has_profile"] else "",
        "address": f"{settings.PUBLIC_URL}{address}",
        "tabs": tabs(owner, sides, here),
    } | reportable()


def feeds_of(owner: str, path: str, sides: Json) -> Context:
    """Of the watch list, or of a list of their own; where days are seen."""
    if not sides["has_feeds"]:
        return {}
    address = f"{settings.PUBLIC_URL}/api/users/{quote(owner)}{path}"
    types = {"rss": "application/rss+xml", "json": "application/feed+json"}
    return {
        "feeds": [
            {"type": type_, "title": owner, "href": f"{address}.{name}"}
            for name, type_ in types.items()
        ]
    }


def tabs(owner: str, sides: Json, here: str) -> list[Context]:
    found = []
    if sides["has_profile"]:
        found.append((t("Profile"), "", "profile"))
    for type_ in sides["types"]:
        query = urlencode({"type": type_})
        found.append((type_name(type_), f"/watchList?{query}", type_))
    if sides.get("has_lists"):
        found.append((t("Lists"), "/lists", "lists"))
    if sides["has_stats"]:
        found.append((t("Statistics"), "/stats", "stats"))
    if year := sides["year"]:
        found.append((t("In review"), f"/year/{year}", "year"))
    return [
        {"name": name, "href": address_of(owner, path), "is_here": what == here}
        for name, path, what in found
    ]


def profile_page(owner: str, seen: Json) -> Context:
    about, stats = of_profile(seen["about"], seen["names"]), seen["stats"]
    sides = {**seen["sides"], "has_lists": bool(seen["lists"])}
    counts = {type_: n for type_, n in seen["counts"].items() if n}
    said = [f"{type_name(type_)}: {number(n)}" for type_, n in counts.items()]
    shelves = [
        {
            "title": type_name(type_),
            "size": titles(counts[type_]),
            "href": address_of(owner, f"/watchList?{urlencode({'type': type_})}"),
            "has_more": counts[type_] > len(entries),
            "cards": [of_entry(entry) | {"more": ()} for entry in entries],
        }
        for type_, entries in seen["shelves"].items()
    ]
    figures_shown = figures.of_statistics(stats) if stats else {}
    return (
        person_page(owner, "", sides, "profile")
        | (feeds_of(owner, "/watchList", sides) if shelves else {})
        | about
        | {
            "title": owner,
            "is_person": True,
            "description": " · ".join([*about["facts"], *said])
            or t("What {name} watches.", name=owner),
            "initial": owner[:1].upper(),
            "shelves": shelves,
            "lists": [list_card(owner, one) for one in seen["lists"]],
            "figures": figures_shown.get("figures"),
            "charts": figures_shown.get("charts", [])[:2],
            "stats_href": address_of(owner, "/stats"),
        }
    )


def list_card(owner: str, about: Json) -> Context:
    return {
        "href": address_of(owner, f"/lists/{about['id']}"),
        "name": about["name"],
        "about": about["description"],
        "size": titles(about["size"]),
    }


def lists_page(owner: str, seen: Json) -> Context:
    sides = {**seen["sides"], "has_lists": True}
    names = ", ".join(one["name"] for one in seen["lists"])
    return person_page(owner, "/lists", sides, "lists") | {
        "title": t("Lists"),
        "description": names[:LONGEST_DESCRIPTION],
        "lists": [list_card(owner, one) for one in seen["lists"]],
    }


def list_page(owner: str, seen: Json, query: Json) -> Context:
    about = seen["list"]
    part = of_list(about, seen["items"])
    sides = {**seen["sides"], "has_lists": True}
    said = about["description"] or ", ".join(card["title"] for card in part["cards"])
    return (
        person_page(owner, f"/lists/{about['id']}", sides, "lists")
        | feeds_of(owner, f"/lists/{about['id']}", sides)
        | part
        | next_page(query, seen["meta"])
        | {"description": f"{part['size']}. {said}"[:LONGEST_DESCRIPTION]}
    )


def watch_list_page(owner: str, seen: Json, query: Json) -> Context:
    type_ = seen["type"]
    query = {**query, "type": type_}
    path = f"/watchList?{urlencode({'type': type_})}"
    size = titles(seen["counts"][type_])
    return (
        person_page(owner, path, seen["sides"], type_)
        | feeds_of(owner, "/watchList", seen["sides"])
        | next_page(query, seen["meta"])
        | {
            "title": type_name(type_),
            "description": size,
            "size": size,
            "cards": first_eager(
                [of_entry(one) | {"more": last_day(one)} for one in seen["entries"]]
            ),
            "orders": orders(query),
        }
    )


def orders(query: Json) -> list[Context]:
    here = query.get("ordering", "title")
    names = {
        "title": t("Title"),
        "-score": t("Score"),
        "-rating": t("Rating"),
        "-year": t("Year"),
    }
    return [
        {
            "name": name,
            "href": f"?{urlencode({'type': query['type'], 'ordering': order})}",
            "is_here": order == here,
        }
        for order, name in names.items()
    ]


def stats_page(owner: str, seen: Json) -> Context:
    part = figures.of_statistics(seen["stats"])
    return (
        person_page(owner, "/stats", seen["sides"], "stats")
        | part
        | {"title": t("Statistics"), "description": in_words(part["figures"])}
    )


def year_page(owner: str, seen: Json, which: int) -> Context:
    part = figures.of_year(seen["year"])
    last = seen["sides"]["year"]
    return (
        person_page(owner, f"/year/{which}", seen["sides"], "year")
        | part
        | {
            "title": t("{year} in review", year=which),
            "description": in_words(part["figures"]),
            "years": [
                {"name": str(year), "href": address_of(owner, f"/year/{year}")}
                for year in (which - 1, which + 1)
                if year <= last
            ],
        }
    )


def in_words(shown: Sequence[tuple[str, str]]) -> str:
    return " · ".join(f"{name}: {value}" for name, value in shown)
