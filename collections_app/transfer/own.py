"""Our own JSON: everything of a list, in the words of the API.

    {"format": "animecollections", "version": 1, "exported_at": …, "entries":
     [{"anime_id": "1535", "ids": {…}, "title", "type", …, "score": 9.5,
       "watched": [{"watched_on": "2015-06", "episodes": 12}], "viewings": […],
       "lists": […], "extra": {…}}],
     "watched": [{"anime_id", "ids", "title", "watched": […], "lists": […]}],
     "lists": [{"name", "description", …}]}

`watched` is of titles that are not on the watch list. What `GET /api/user/watchList`
answers is read too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from collections_app.watch_list.fields import (
    BY_NAME,
    FIELD_NAMES,
    Field,
    Kind,
    shown,
)

from . import episodes, list_json, own_lists, reading, viewings, watched
from .list_json import child
from .records import (
    FORMAT_NAMES,
    Kept,
    ListFile,
    Owner,
    Record,
    RowError,
    UnsupportedFileError,
)

NAME = "json"
LABEL = "animecollections"
EXTENSION = "json"
MEDIA_TYPE = "application/json"

MARK = {"format": "animecollections", "version": 1}
KNOWN = set(reading.STATUSES.values())
TYPES = [type_ for type_, _ in KNOWN]
PAGE = (
    "This is only one page of a list: request the list without `limit`, or add "
    "the other pages."
)


# --- reading ----------------------------------------------------------------------


def recognises(document: object) -> bool:
    if isinstance(document, list):  # the entries of an answer alone
        return any(
            child(entry, "anime_id") is not None and child(entry, "type") in TYPES
            for entry in document[:1]
        )
    return child(document, "format") == MARK["format"] or any(
        child(entry, "anime_id") is not None
        for entry in list_json.items(child(document, "data"))[:1]
    )


def read(document: object) -> ListFile:
    """UnsupportedFileError if there is nothing in it, or it is of a later version."""
    if isinstance(document, list):
        document = {"data": document}
    document = list_json.fields(document)
    version = document.get("version", MARK["version"])
    if child(document, "format") == MARK["format"] and version != MARK["version"]:
        raise UnsupportedFileError(
            f"This file is of version {reading.shown_title(version)[:50]}, and version "
            f"{MARK['version']} is read here: export it as that version."
        )
    is_page = child(document, "meta", "next_cursor") is not None
    rows = reading.Rows()
    for entry in list_json.items(document.get("entries", child(document, "data"))):
        rows.take(partial(_record, entry), child(entry, "title"))
    for title in list_json.items(document.get("watched")):
        rows.take(partial(_unlisted, title), child(title, "title"))
    return ListFile(
        format=NAME,
        rows=rows.of(LABEL),
        exported_at=reading.time_of(child(document, "exported_at")),
        warnings=[PAGE] * is_page,
        owner=reading.shown_title(child(document, "owner")),
        lists=own_lists.about_from_json(document.get("lists")),
    )


def _record(entry: object, row: int) -> Record:
    entry = list_json.fields(entry)
    ids = list_json.fields(entry.get("ids") or {})
    title = reading.shown_title(entry.get("title"))
    return Record(
        row=row,
        title=title,
        ids=reading.ids(
            [("mal", entry.get("mal_id")), *ids.items(), ("own", entry.get("anime_id"))]
        ),
        values=values_of(entry),
        names=reading.names(list_json.items(entry.get("names")), title),
        year=reading.count_of(entry.get("year")),
        format=reading.format_of(entry.get("format")),
        episodes=reading.count_of(entry.get("episodes")),
        changed_at=reading.time_of(entry.get("updated_at")),
        added_at=reading.time_of(entry.get("added_at")),
        watched=watched.from_json(entry.get("watched")),
        viewings=viewings.from_json(entry.get("viewings")),
        lists=own_lists.from_json(entry.get("lists")),
    )


def _unlisted(entry: object, row: int) -> Record:
    """A title that is not on the list: of it there is a diary."""
    return replace(_record(entry, row), values={}, is_listed=False)


def values_of(entry: Mapping[str, object]) -> dict[str, object]:
    """The columns that the entry names; null clears, as in the API."""
    values = {
        name: READERS[BY_NAME[name].kind](entry[name], BY_NAME[name])
        for name in FIELD_NAMES
        if name in entry
    }
    if "episode_ranges" in values:
        values |= episodes.columns_of(
            values["episode_ranges"], values.get("progress", 0)
        )
    if "type" in values:
        status = values["type"], values.setdefault("state", "active")
        if status not in KNOWN:
            raise RowError(f"There is no {status[0]} that is {status[1]}.")
    elif "state" in values:
        raise RowError("The entry has a state but no type.")
    if "extra" in entry:
        values["extra"] = _extra(entry["extra"])
    return values


def _extra(value: object) -> dict[str, dict[str, object]]:
    extra = list_json.fields(value or {})
    if unknown := extra.keys() - FORMAT_NAMES:
        shown = reading.shown_title(min(unknown))[:50]
        raise RowError(f"extra: “{shown}” is not a known format.")
    return {
        format_: reading.own_fields(list_json.fields(fields).items())
        for format_, fields in extra.items()
    }


def _listed(value: object) -> list[object]:
    if value is not None and not isinstance(value, list):
        raise RowError("The tags are not a list.")
    return value or []


def most_of(field: Field) -> int:
    return field.kept or field.most or 0


# What stood on a list may be more than what can be written to it.
READERS: dict[Kind, Callable[[Any, Field], Any]] = {
    Kind.CHOICE: lambda value, field: reading.plain(value, field.name),
    Kind.NUMBER: lambda value, field: (
        reading.number(value, field.name, most_of(field)) or 0
    ),
    Kind.SCORE: lambda value, field: reading.tenths(value, field.name),
    Kind.DATE: lambda value, field: reading.date_text(value, field.name),
    Kind.TEXT: lambda value, field: reading.notes(value, field.name),
    Kind.LINE: lambda value, field: reading.line(value, field.name, most_of(field)),
    Kind.TAGS: lambda value, field: reading.tags(
        _listed(value), field.name, most_of(field)
    ),
    Kind.FLAG: lambda value, field: reading.flag(value, field.name) or False,
    Kind.EPISODES: lambda value, field: value,  # with progress: `values_of`
}


# --- writing ----------------------------------------------------------------------


def write(entries: Iterable[Kept], owner: Owner) -> Iterator[str]:
    """Everything; read again, it is equal."""
    head = {**MARK, "owner": owner.name, "exported_at": owner.exported_at}
    yield f'{list_json.dumps(head)[:-1]},"entries":[\n'
    yield from list_json.array(map(_entry, entries))
    yield '],"watched":[\n'
    yield from list_json.array(map(_title, owner.unlisted()))
    yield '],"lists":[\n'
    yield from list_json.array(own_lists.about_to_json(owner.lists()))
    yield "]}\n"


def _title(kept: Kept) -> dict[str, object]:
    return {
        "anime_id": str(kept.anime_id),
        "ids": dict(kept.ids),
        "title": kept.title,
        "names": kept.names,
        "format": kept.format,
        "year": kept.year,
        "episodes": kept.episodes,
        "watched": watched.to_json(kept.watched),
        "viewings": viewings.to_json(kept.viewings),
        "lists": own_lists.to_json(kept.lists),
    }


def _entry(kept: Kept) -> dict[str, object]:
    return {
        **_title(kept),
        **{name: shown(name, kept.values[name]) for name in FIELD_NAMES},
        "episode_ranges": episodes.to_json(kept.values),
        "extra": kept.values.get("extra", {}),
        "added_at": kept.added_at,
        "updated_at": kept.updated_at,
    }
