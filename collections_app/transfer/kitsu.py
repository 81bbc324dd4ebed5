"""Kitsu's library entries, as its JSON:API answers them: a page, or an array of them.

    {"data": [{"type": "libraryEntries", "attributes": {"status", "progress",
     "ratingTwenty", …}, "relationships": {"anime": {"data": {"id"}}}}],
     "included": [{"type": "anime", …}, {"type": "mappings", …}]}

`ratingTwenty` is 2–20 (older answers have `rating`, "0.5"–"5.0"). Dates are times.
Kitsu's other export is MyAnimeList's XML.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from . import list_json, reading
from .list_json import child
from .reading import COMPLETED, DROPPED, OWNED, PAUSED, PLANNED, REWATCHING, WATCHING
from .records import Kept, ListFile, NotAnimeError, Owner, Record, RowError

NAME = "kitsu"
LABEL = "Kitsu"
EXTENSION = "json"
MEDIA_TYPE = "application/vnd.api+json"

KINDS = ("libraryEntries", "library-entries")
WORDS = {
    WATCHING: "current",
    PAUSED: "on_hold",
    REWATCHING: "current",
    COMPLETED: "completed",
    PLANNED: "planned",
    OWNED: "planned",
    DROPPED: "dropped",
}
SITES = {
    "myanimelist/anime": "mal",
    "anilist/anime": "anilist",
    "anilist": "anilist",
    "anidb": "anidb",
}
EXTERNAL = {"mal": "myanimelist/anime", "anilist": "anilist/anime", "anidb": "anidb"}
READ = {
    "status", "progress", "reconsuming", "reconsumeCount", "notes", "private",
    "ratingTwenty", "rating", "startedAt", "finishedAt", "createdAt", "updatedAt",
}  # fmt: skip
DATES = {"started_on": "startedAt", "finished_on": "finishedAt"}
PAGE = 500
MIDNIGHT = "T00:00:00.000Z"
TIME = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]{1,20}Z?", re.ASCII)
Included = Mapping[tuple[str, str], dict[str, Any]]


# --- reading ----------------------------------------------------------------------


def recognises(document: object) -> bool:
    return any(
        child(entry, "type") in KINDS
        for page in _pages(document)
        for entry in list_json.items(child(page, "data"))
    )


def _pages(document: object) -> list[object]:
    return document if isinstance(document, list) else [document]


def read(document: object) -> ListFile:
    """Raises UnsupportedFileError if there is no anime in it."""
    rows = reading.Rows()
    said = 0
    for page in _pages(document):
        said = max(said, reading.count_of(child(page, "meta", "count")) or 0)
        included = _included(page)
        for entry in list_json.items(child(page, "data")):
            rows.take(partial(_record, entry, included))
    count = len(rows.taken)
    more = (
        f"Kitsu counts {said:,} entries, but this file has {count:,}: add the others."
    )
    return ListFile(
        format=NAME,
        rows=rows.of(LABEL),
        exported_at=reading.time_of(child(_pages(document)[0], "meta", "exportedAt")),
        warnings=[more] if said > count else [],
    )


def _included(page: object) -> Included:
    """What stands next to the entries; the mappings of an anime under its id."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for one in list_json.items(child(page, "included")):
        if not isinstance(one, dict):
            continue
        if one.get("type") == "mappings":
            anime = child(one, "relationships", "item", "data", "id")
            site = SITES.get(str(child(one, "attributes", "externalSite")), "")
            ids = found.setdefault(("ids", str(anime)), {})
            ids[site] = child(one, "attributes", "externalId")
        else:
            found[str(one.get("type")), str(one.get("id"))] = one
    return found


def _record(entry: object, included: Included, row: int) -> Record:
    entry = list_json.fields(entry)
    attributes = list_json.fields(entry.get("attributes"))
    id_ = _anime(list_json.fields(entry.get("relationships") or {}))
    facts = child(included.get(("anime", id_)), "attributes")
    title = reading.shown_title(child(facts, "canonicalTitle"))
    titles = child(facts, "titles")
    values, remarks = _values(attributes)
    extra = reading.own_fields(_besides(attributes))
    if remarks:  # so far there is but one
        extra["reconsuming"] = True
    return Record(
        row=row,
        title=title,
        ids=reading.ids([("kitsu", id_), *included.get(("ids", id_), {}).items()]),
        values=values,
        extra=extra,
        remarks=remarks,
        names=reading.names(
            [
                *(titles.values() if isinstance(titles, dict) else ()),
                *list_json.items(child(facts, "abbreviatedTitles")),
            ],
            title,
        ),
        year=reading.count_of(str(child(facts, "startDate") or "")[:4]),
        format=reading.format_of(child(facts, "subtype")),
        episodes=reading.count_of(child(facts, "episodeCount")),
        changed_at=reading.time_of(attributes.get("updatedAt")),
        added_at=reading.time_of(attributes.get("createdAt")),
    )


def _anime(relationships: Mapping[str, object]) -> str:
    for name in ("anime", "media"):
        data = child(relationships, name, "data")
        if child(data, "type") == "anime":
            return str(child(data, "id"))
    for name, kind in (("manga", "mangas"), ("drama", "dramas")):
        if child(relationships, name, "data") is not None:
            raise NotAnimeError(kind)
    raise RowError(
        "The entry does not name its anime: request it from Kitsu with "
        "?include=anime,anime.mappings."
    )


def _values(attributes: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    values = reading.stated(
        progress=reading.number(attributes.get("progress"), "progress"),
        rewatches=reading.number(attributes.get("reconsumeCount"), "reconsumeCount"),
        is_private=reading.flag(attributes.get("private"), "private"),
    )
    if "ratingTwenty" in attributes:
        mark = attributes["ratingTwenty"]
        values["score"] = reading.score(mark, "ratingTwenty", 20, 5)
    elif "rating" in attributes:
        values["score"] = reading.score(attributes["rating"], "rating", 5, 20)
    if "notes" in attributes:
        values["notes"] = reading.notes(attributes["notes"])
    for column, name in DATES.items():
        if name in attributes:
            values[column] = reading.date_text(attributes[name], name)
    again = reading.flag(attributes.get("reconsuming"), "reconsuming")
    status = reading.status(attributes.get("status"))
    found, remarks = reading.with_rewatch(status, again)
    if found:
        values["type"], values["state"] = found
    return values, remarks


def _besides(attributes: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in list_json.besides(attributes, READ):
        if (name, value) != ("reactionSkipped", "unskipped"):
            yield name, value
    for name in DATES.values():
        time = attributes.get(name)
        if time and not str(time).endswith(MIDNIGHT):
            yield name, time


# --- writing ----------------------------------------------------------------------


def write(entries: Iterable[Kept], owner: Owner) -> Iterator[str]:
    """An array of pages, each with its anime and their ids at other sites."""
    made = {"exportedAt": owner.exported_at} if owner.exported_at else {}
    left = iter(entries)
    comma = "["
    while page := list(islice(left, PAGE)):
        yield comma + list_json.dumps(
            {
                "meta": made,
                "data": [_entry(kept) for kept in page],
                "included": [one for kept in page for one in _beside(kept)],
            }
        )
        comma = ",\n"
    yield "]\n" if comma != "[" else "[]\n"


def _reference(kept: Kept) -> dict[str, str]:
    """The anime; one that Kitsu does not know has an id that is none of Kitsu's."""
    return {"type": "anime", "id": kept.ids.get("kitsu") or f"own-{kept.anime_id}"}


def _beside(kept: Kept) -> Iterator[dict[str, object]]:
    reference = _reference(kept)
    yield {
        **reference,
        "attributes": {
            "canonicalTitle": kept.title,
            "abbreviatedTitles": kept.names,
            "episodeCount": kept.episodes,
            "subtype": kept.format,
            "startDate": kept.year and f"{kept.year}-01-01",
        },
    }
    for site, external in EXTERNAL.items():
        if site in kept.ids:
            yield {
                "type": "mappings",
                "attributes": {
                    "externalSite": external,
                    "externalId": kept.ids[site],
                },
                "relationships": {"item": {"data": reference}},
            }


def _entry(kept: Kept) -> dict[str, object]:
    values = kept.values
    status = values["type"], values["state"]
    besides = kept.besides(NAME, READ - {*DATES.values(), "reconsuming"})
    was_again = besides.pop("reconsuming", False) is True
    is_paused_again = was_again and status not in (WATCHING, COMPLETED)
    return {
        "type": "libraryEntries",
        "attributes": {
            **besides,
            "status": WORDS[status],
            "progress": values["progress"],
            "reconsuming": status == REWATCHING or is_paused_again,
            "reconsumeCount": values["rewatches"],
            "notes": values["notes"] or None,
            "private": values["is_private"],
            "ratingTwenty": reading.mark(values["score"], 20, 5, least=2) or None,
            **{
                name: _time(values[column], besides.get(name))
                for column, name in DATES.items()
            },
            "createdAt": kept.added_at,
            "updatedAt": kept.updated_at,
        },
        "relationships": {"anime": {"data": _reference(kept)}},
    }


def _time(date: str, known: Any) -> str | None:
    """The first moment of a date, or the one that Kitsu had of that day."""
    if not date:
        return None
    day = (date + "-01-01")[:10]
    is_of_day = isinstance(known, str) and TIME.fullmatch(known)
    return known if is_of_day and known.startswith(day) else day + MIDNIGHT
