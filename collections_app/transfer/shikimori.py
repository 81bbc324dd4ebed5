"""Shikimori's JSON export, and its API's user rates, which are alike.

    [{"target_title", "target_id", "target_type": "Anime", "status", "score",
      "episodes", "rewatches", "text"}]

`target_id` is MyAnimeList's id. Scores are whole, 0–10. No dates, no tags. Shikimori's
other export is MyAnimeList's XML.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from . import list_json, reading
from .list_json import child
from .reading import COMPLETED, DROPPED, OWNED, PAUSED, PLANNED, REWATCHING, WATCHING
from .records import Kept, ListFile, NotAnimeError, Owner, Record

NAME = "shikimori"
LABEL = "Shikimori"
EXTENSION = "json"
MEDIA_TYPE = "application/json"

WORDS = {
    WATCHING: "watching",
    PAUSED: "on_hold",
    REWATCHING: "rewatching",
    COMPLETED: "completed",
    PLANNED: "planned",
    OWNED: "planned",
    DROPPED: "dropped",
}
READ = {
    "target_title", "target_title_ru", "target_id", "target_type", "status", "score",
    "episodes", "rewatches", "text", "created_at", "updated_at",
}  # fmt: skip
NOT_KEPT = {
    "id",
    "user_id",
    "user",
    "anime",
    "manga",
    "text_html",
    "volumes",
    "chapters",
}


# --- reading ----------------------------------------------------------------------


def recognises(document: object) -> bool:
    return isinstance(document, list) and any(
        child(entry, "target_type") is not None
        or (child(entry, "target_id") or child(entry, "anime", "id")) is not None
        for entry in document[:100]
    )


def read(document: object) -> ListFile:
    """Raises UnsupportedFileError if there is no anime in it."""
    rows = reading.Rows()
    for entry in list_json.items(document):
        rows.take(partial(_record, entry), child(entry, "target_title"))
    return ListFile(format=NAME, rows=rows.of(LABEL))


def _record(entry: object, row: int) -> Record:
    entry = list_json.fields(entry)
    if entry.get("target_type") not in (None, "Anime") or entry.get("manga"):
        raise NotAnimeError("mangas")
    anime = entry.get("anime")
    title = reading.shown_title(entry.get("target_title") or child(anime, "name"))
    return Record(
        row=row,
        title=title,
        ids=reading.ids([("mal", entry.get("target_id") or child(anime, "id"))]),
        values=_values(entry),
        extra=reading.own_fields(list_json.besides(entry, READ | NOT_KEPT)),
        names=reading.names(
            [entry.get("target_title_ru"), child(anime, "russian")], title
        ),
        format=reading.format_of(child(anime, "kind")),
        episodes=reading.count_of(child(anime, "episodes")),
        changed_at=reading.time_of(entry.get("updated_at")),
        added_at=reading.time_of(entry.get("created_at")),
    )


def _values(entry: Mapping[str, object]) -> dict[str, object]:
    values = reading.stated(
        progress=reading.number(entry.get("episodes"), "episodes"),
        rewatches=reading.number(entry.get("rewatches"), "rewatches"),
    )
    if "score" in entry:
        values["score"] = reading.score(entry["score"], "score", 10, 10)
    if "text" in entry:
        values["notes"] = reading.notes(entry["text"], "text")
    if found := reading.status(entry.get("status")):
        values["type"], values["state"] = found
    return values


# --- writing ----------------------------------------------------------------------


def write(entries: Iterable[Kept], owner: Owner) -> Iterator[str]:
    """The export; it has no place for whose it is, or for when it was made."""
    yield "[\n"
    yield from list_json.array(map(_entry, entries))
    yield "]\n"


def _entry(kept: Kept) -> dict[str, object]:
    values = kept.values
    return {
        **kept.besides(NAME, READ | NOT_KEPT),
        "target_title": kept.title,
        "target_title_ru": None,
        "target_id": int(kept.ids.get("mal", 0)),
        "target_type": "Anime",
        "score": reading.mark(values["score"], 10, 10),
        "status": WORDS[values["type"], values["state"]],
        "rewatches": values["rewatches"],
        "episodes": values["progress"],
        "text": values["notes"] or None,
        "created_at": kept.added_at,
        "updated_at": kept.updated_at,
    }
