"""Hikka's export of one's lists, and its API's pages of them.

    {"anime": [{"mal_id", "hikka_slug", "created", "updated", "rewatches", "episodes",
     "status", "score", "note"}], "manga": […], "novel": […]}

    {"list": [{"status", "score", …, "anime": {"mal_id", "slug", "title_en", …}}]}

`mal_id` is MyAnimeList's. Scores are whole, 0–10; times are seconds. No dates,
no tags, and in the export no titles.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from . import list_json, reading
from .list_json import child
from .reading import COMPLETED, DROPPED, OWNED, PAUSED, PLANNED, REWATCHING, WATCHING
from .records import Kept, ListFile, NotAnimeError, Owner, Record

NAME = "hikka"
LABEL = "Hikka"
EXTENSION = "json"
MEDIA_TYPE = "application/json"

OTHERS = {"manga": "mangas", "novel": "novels"}
WORDS = {
    WATCHING: "watching",
    PAUSED: "on_hold",
    REWATCHING: "watching",
    COMPLETED: "completed",
    PLANNED: "planned",
    OWNED: "planned",
    DROPPED: "dropped",
}
READ = {
    "mal_id", "hikka_slug", "created", "updated", "rewatches", "episodes", "status",
    "score", "note", "title",
}  # fmt: skip


OF_API = {"anime", "reference", "duration"}


# --- reading ----------------------------------------------------------------------


def recognises(document: object) -> bool:
    entries = document if isinstance(document, list) else child(document, "list")
    is_page = any(
        child(entry, "anime", "slug") is not None
        and child(entry, "anime", "mal_id") is not None
        for entry in list_json.items(entries)[:100]
    )
    return is_page or any(
        child(entry, "hikka_slug") is not None
        for kind in ("anime", *OTHERS)
        for entry in list_json.items(child(document, kind))[:100]
    )


def read(document: object) -> ListFile:
    """Raises UnsupportedFileError if there is no anime in it."""
    if isinstance(document, list):
        document = {"list": document}
    rows = reading.Rows()
    for entry in list_json.items(child(document, "anime")):
        rows.take(partial(_record, entry), _title(entry))
    for entry in list_json.items(child(document, "list")):
        rows.take(partial(_record_of_page, entry))
    for kind, called in OTHERS.items():
        for entry in list_json.items(child(document, kind)):
            rows.take(partial(_refuse, called), _title(entry))
    said = reading.count_of(child(document, "pagination", "total")) or 0
    count = len(rows.taken)
    more = (
        f"Hikka counts {said:,} entries, but this file has {count:,}: add the others."
    )
    return ListFile(
        format=NAME,
        rows=rows.of(LABEL),
        exported_at=reading.time_of(child(document, "exported_at")),
        warnings=[more] if said > count else [],
    )


def _title(entry: object) -> object:
    """For people; the export itself has no titles."""
    return child(entry, "title") or child(entry, "hikka_slug")


def _refuse(called: str, row: int) -> Record:
    raise NotAnimeError(called)


def _record(entry: object, row: int) -> Record:
    entry = list_json.fields(entry)
    return Record(
        row=row,
        title=reading.shown_title(_title(entry)),
        ids=reading.ids([("mal", entry.get("mal_id"))]),
        values=_values(entry),
        extra=reading.own_fields(list_json.besides(entry, READ)),
        changed_at=reading.time_of(entry.get("updated")),
        added_at=reading.time_of(entry.get("created")),
    )


def _record_of_page(entry: object, row: int) -> Record:
    """An entry of the API's: the title is an object in it."""
    entry = list_json.fields(entry)
    anime = list_json.fields(entry.get("anime"))
    titles = [anime.get(f"title_{language}") for language in ("ja", "en", "ua")]
    known = {name: value for name, value in entry.items() if name not in OF_API}
    said = {"mal_id": anime.get("mal_id"), "title": next(filter(None, titles), None)}
    record = _record({**known, **said}, row)
    record.names = reading.names(titles, record.title)
    record.year = reading.count_of(anime.get("year"))
    record.format = reading.format_of(anime.get("media_type"))
    record.episodes = reading.count_of(anime.get("episodes_total"))
    return record


def _values(entry: Mapping[str, object]) -> dict[str, object]:
    values = reading.stated(
        progress=reading.number(entry.get("episodes"), "episodes"),
        rewatches=reading.number(entry.get("rewatches"), "rewatches"),
    )
    if "score" in entry:
        values["score"] = reading.score(entry["score"], "score", 10, 10)
    if "note" in entry:
        values["notes"] = reading.notes(entry["note"], "note")
    if found := reading.status(entry.get("status"), is_anime=True):
        values["type"], values["state"] = found
    return values


# --- writing ----------------------------------------------------------------------


def write(entries: Iterable[Kept], owner: Owner) -> Iterator[str]:
    """The export, with a title for each anime besides."""
    made = {"exported_at": owner.exported_at} if owner.exported_at else {}
    yield f'{list_json.dumps(made)[:-1]}{"," if made else ""}"anime":[\n'
    yield from list_json.array(map(_entry, entries))
    yield '],"manga":[],"novel":[]}\n'


def _entry(kept: Kept) -> dict[str, object]:
    values = kept.values
    mal = kept.ids.get("mal")
    return {
        **kept.besides(NAME, READ),
        "mal_id": int(mal) if mal else None,
        "hikka_slug": "",
        "title": kept.title,
        "created": kept.added_at and int(kept.added_at.timestamp()),
        "updated": kept.updated_at and int(kept.updated_at.timestamp()),
        "rewatches": values["rewatches"],
        "episodes": values["progress"],
        "status": WORDS[values["type"], values["state"]],
        "score": reading.mark(values["score"], 10, 10),
        "note": values["notes"] or None,
    }
