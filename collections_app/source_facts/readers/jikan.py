"""Answers of the Jikan API, v4 (MIT): what MyAnimeList says of titles.

https://docs.api.jikan.moe: one title (/anime/{id}, /full) or a page of them, as it was
answered, or within `body` as recorders keep it.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from collections_app.catalogue.reader import SourceUnreadable
from collections_app.catalogue.reader.pieces import Cursor
from collections_app.catalogue.reader.records import Refusal, label_of
from collections_app.catalogue.reader.text import Text
from collections_app.source_facts.models import FactKind
from collections_app.source_facts.readers.pieces import (
    Json,
    guarded,
    items,
    keys_of,
    list_of,
    members,
    object_of,
    text_of,
)
from collections_app.source_facts.readers.said import Reader, Said

LANGUAGES = {
    "Default": "ja-Latn",
    "Japanese": "ja",
    "English": "en",
    "German": "de",
    "Spanish": "es",
    "French": "fr",
    "Italian": "it",
    "Portuguese": "pt",
    "Korean": "ko",
    "Chinese": "zh",
}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def fits(head: str) -> bool:
    return head.lstrip().startswith("{") and bool(
        re.search(r'"(mal_id|api\.jikan\.moe|_request|pagination)"', head)
    )


def read(text: Text) -> Iterator[Said | Refusal]:
    return guarded(text, read_answer(Cursor(text)))


def read_answer(cursor: Cursor) -> Iterator[Said | Refusal]:
    found = False
    for key in members(cursor):
        if key == "body":
            found = True
            yield from read_answer(cursor)
        elif key == "data":
            found = True
            yield from titles(cursor)
        elif key == "status":
            status = cursor.value()
            if isinstance(status, int) and status >= 400:
                raise SourceUnreadable(f"Jikan answered with the failure {status}.")
        else:
            cursor.value()
    if not found:
        raise SourceUnreadable("This answer of Jikan has no titles.")


def titles(cursor: Cursor) -> Iterator[Said | Refusal]:
    answered = items(cursor) if cursor.peek() == "[" else iter([cursor.value()])
    for place, item in enumerate(answered, start=1):
        yield said(item, place)


def said(item: object, place: int) -> Said | Refusal:
    if not isinstance(item, dict):
        return Refusal(place, "", "it is not an object")
    label = label_of(item.get("title"))
    ids = keys_of([("mal", item.get("mal_id"))])
    if not ids:
        return Refusal(place, label, "it has no MyAnimeList id")
    values: dict[FactKind, object] = {
        kind: read_part(item) or None
        for kind, (key, read_part) in PARTS.items()
        if key in item
    }
    return Said(place, label, ids, values)


def airing(item: Json) -> Json:
    aired = object_of(item, "aired")
    said_days = object_of(aired, "prop")
    found: Json = {
        "begin": day_of(object_of(said_days, "from")),
        "end": day_of(object_of(said_days, "to")),
        "episodes": item.get("episodes"),
    }
    if found["begin"] and item.get("type") == "Movie" and not found["end"]:
        found["end"] = found["begin"]
    found["broadcast"] = broadcast(object_of(item, "broadcast"), found["begin"])
    return {key: value for key, value in found.items() if value}


def day_of(parts: Json) -> str | None:
    """As exact as it is said: a day, a month or a year."""
    text = ""
    for key, width in (("year", 4), ("month", 2), ("day", 2)):
        value = parts.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            break
        text += f"{'-' if text else ''}{value:0{width}}"
    return text or None


def broadcast(said_times: Json, begin: str | None) -> Json | None:
    """Every week from the first such weekday on; its day and time are of a zone."""
    day = text_of(said_times, "day").casefold().removesuffix("s")
    at = TIME.fullmatch(text_of(said_times, "time"))
    if day not in DAYS or not at or not begin:
        return None
    try:
        first = date.fromisoformat(begin)
        first += timedelta(days=(DAYS.index(day) - first.weekday()) % 7)
        zone = ZoneInfo(text_of(said_times, "timezone") or "Asia/Tokyo")
        hour = time(int(at[1]), int(at[2]))
        start = datetime.combine(first, hour, zone).astimezone(UTC)
    except (ValueError, OverflowError, OSError, ZoneInfoNotFoundError):
        return None
    return {
        "start": f"{start:%Y-%m-%dT%H:%M:00Z}",
        "every_days": 7,
        "zone": zone.key,
    }


def names(item: Json) -> Json:
    found: dict[str, list[str]] = {}
    for one in list_of(item, "titles"):
        if isinstance(one, dict) and text_of(one, "type") in LANGUAGES:
            language = LANGUAGES[text_of(one, "type")]
            found.setdefault(language, []).append(text_of(one, "title"))
    return found


def relations(item: Json) -> list[Json]:
    found: list[Json] = []
    for group in list_of(item, "relations"):
        if not isinstance(group, dict):
            continue
        type_ = re.sub(r"\W+", "_", text_of(group, "relation").casefold()).strip("_")
        found += [
            {"type": type_, "ids": [f"mal:{entry.get('mal_id')}"]}
            for entry in list_of(group, "entry")
            if isinstance(entry, dict) and entry.get("type") == "anime"
        ]
    return found


def links(item: Json) -> list[Json]:
    found: list[Json] = []
    for one in list_of(item, "streaming"):
        if isinstance(one, dict) and (name := text_of(one, "name")):
            site = re.sub(r"[^a-z0-9]+", "", name.casefold())[:40]
            found.append({"site": site, "name": name, "url": one.get("url")})
    return found


def trailers(item: Json) -> list[Json]:
    url = text_of(object_of(item, "trailer"), "url")
    return [{"site": "youtube", "url": url}] if url else []


def description(item: Json) -> str:
    return text_of(item, "synopsis")


def votes(item: Json) -> Json:
    mean, count = item.get("score"), item.get("scored_by")
    return {"mean": mean, "count": count} if mean and count else {}


PARTS = {
    FactKind.AIRING: ("aired", airing),
    FactKind.NAMES: ("titles", names),
    FactKind.LINKS: ("streaming", links),
    FactKind.RELATIONS: ("relations", relations),
    FactKind.DESCRIPTION: ("synopsis", description),
    FactKind.VOTES: ("scored_by", votes),
    FactKind.TRAILERS: ("trailer", trailers),
}
READER = Reader(
    "jikan", "descriptions, dates, votes, relations, names of MyAnimeList", fits, read
)
