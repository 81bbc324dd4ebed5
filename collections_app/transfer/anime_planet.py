"""Anime-Planet's export.

    {"export": {"type": "anime", "date"}, "user": {"name"}, "entries": [{"name",
     "status", "rating", "times", "eps", "started", "completed"}]}

No ids. Ratings are 0.5 to 5 in halves, 0 is none. `times` counts every time it was
watched, `eps` the episodes of what is not watched whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from collections_app.watch_list.fields import LARGEST_NUMBER

from . import list_json, reading
from .list_json import child
from .reading import COMPLETED, DROPPED, OWNED, PAUSED, PLANNED, REWATCHING, WATCHING
from .records import Kept, ListFile, NotAnimeError, Owner, Record, UnsupportedFileError

NAME = "anime-planet"
LABEL = "Anime-Planet"
EXTENSION = "json"
MEDIA_TYPE = "application/json"

WORDS = {
    WATCHING: "watching",
    PAUSED: "stalled",
    REWATCHING: "watching",
    COMPLETED: "watched",
    PLANNED: "want to watch",
    OWNED: "want to watch",
    DROPPED: "dropped",
}
DATES = {"started_on": "started", "finished_on": "completed"}
READ = {
    "name", "status", "rating", "times", "eps", "started", "completed", "year", "type",
    "mal_id",
}  # fmt: skip


# --- reading ----------------------------------------------------------------------


def recognises(document: object) -> bool:
    return child(document, "export", "type") is not None and isinstance(
        child(document, "entries"), list
    )


def read(document: object) -> ListFile:
    """Raises UnsupportedFileError if there is no anime in it."""
    if child(document, "export", "type") == "manga":
        raise UnsupportedFileError(
            "This is a manga list: export the anime list instead."
        )
    rows = reading.Rows()
    for entry in list_json.items(child(document, "entries")):
        rows.take(partial(_record, entry), child(entry, "name"))
    return ListFile(
        format=NAME,
        rows=rows.of(LABEL),
        exported_at=reading.time_of(child(document, "export", "date")),
        owner=reading.shown_title(child(document, "user", "name")),
    )


def _record(entry: object, row: int) -> Record:
    entry = list_json.fields(entry)
    if "ch" in entry or "vol" in entry:
        raise NotAnimeError("mangas", "a manga")
    return Record(
        row=row,
        title=reading.shown_title(entry.get("name")),
        ids=reading.ids([("mal", entry.get("mal_id"))]),
        values=_values(entry),
        extra=reading.own_fields(list_json.besides(entry, READ)),
        year=reading.count_of(entry.get("year")),
        format=reading.format_of(entry.get("type")),
    )


def _values(entry: Mapping[str, object]) -> dict[str, object]:
    values: dict[str, Any] = {}
    if found := reading.status(entry.get("status"), is_anime=True):
        values["type"], values["state"] = found
    progress = reading.number(entry.get("eps"), "eps")
    # Of what was watched whole it has no count, which it writes as 0.
    if progress or found != COMPLETED:
        values |= reading.stated(progress=progress)
    if times := reading.number(entry.get("times"), "times", LARGEST_NUMBER + 1):
        values["rewatches"] = times - 1
    if "rating" in entry:
        values["score"] = reading.score(entry["rating"], "rating", 5, 20)
    for column, name in DATES.items():
        if name in entry:
            values[column] = reading.date_text(entry[name], name)
    return values


# --- writing ----------------------------------------------------------------------


def write(entries: Iterable[Kept], owner: Owner) -> Iterator[str]:
    """The export, with MyAnimeList's ids besides."""
    made = {"type": "anime"}
    date = {"date": owner.exported_at} if owner.exported_at else {}
    head = {"export": made | date, "user": {"name": owner.name}}
    yield f'{list_json.dumps(head)[:-1]},"entries":[\n'
    yield from list_json.array(map(_entry, entries))
    yield "]}\n"


def _entry(kept: Kept) -> dict[str, object]:
    values = kept.values
    mal = kept.ids.get("mal")
    return {
        **kept.besides(NAME, READ),
        "name": kept.title,
        "mal_id": int(mal) if mal else None,
        "year": kept.year,
        "type": kept.format,
        "status": WORDS[values["type"], values["state"]],
        "rating": reading.mark(values["score"], 10, 10) / 2,
        "times": values["rewatches"] + 1,
        "eps": values["progress"],
        "started": values["started_on"] or None,
        "completed": values["finished_on"] or None,
    }
