"""Annict's lists, as its two APIs answer.

    {"data": {"viewer": {"libraryEntries": {"nodes": [{"status": {"state": "WATCHED"},
     "note", "work": {"annictId", "malAnimeId", "title", "titleEn", "seasonYear",
     "episodesCount", "media"}}]}}}}                                     GraphQL
    {"works": [{"id", "title", "title_en", "mal_anime_id", "media", "episodes_count",
     "season_name", "status": {"kind": "watched"}}]}                     REST

Read only. Annict counts no episodes and gives no scores to a list, only the status.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from . import reading
from .list_json import child
from .records import ListFile, Record

NAME = "csv"
LABEL = "Annict"

# Both APIs' names of one field.
FIELDS = {
    "mal": ("malAnimeId", "mal_anime_id"),
    "title": ("title",),
    "romaji": ("titleRo", "title_ro"),
    "english": ("titleEn", "title_en"),
    "kana": ("titleKana", "title_kana"),
    "episodes": ("episodesCount", "episodes_count"),
    "media": ("media",),
}
NO_STATUS = {"NO_STATE", "no_select"}
MARKS = {"annictId", "malAnimeId", "mal_anime_id", "season_name", "watchers_count"}
DEEPEST = 6


def recognises(document: object) -> bool:
    return any(
        _status(entry) and work.keys() & MARKS for entry, work in _entries(document)
    )


def read(document: object) -> ListFile:
    """Raises UnsupportedFileError if there is no anime in it."""
    rows = reading.Rows()
    for entry, work in _entries(document):
        rows.take(partial(_record, entry, work), work.get("title"))
    return ListFile(NAME, rows.of(LABEL), shape="json")


def _entries(document: object) -> Iterator[tuple[dict[str, object], dict[str, object]]]:
    """Each entry and its title, which may be one object."""
    for row in _rows(document):
        if isinstance(row, dict):
            work = row.get("work")
            yield row, work if isinstance(work, dict) else row


def _rows(document: object, depth: int = 0) -> Iterator[object]:
    """What is in lists of works or entries, wherever a query has put them."""
    if depth > DEEPEST or not isinstance(document, dict | list):
        return
    if isinstance(document, list):  # pages
        for page in document:
            yield from _rows(page, depth + 1)
        return
    for name, value in document.items():
        if name in ("nodes", "works") and isinstance(value, list):
            yield from value
        elif name == "edges" and isinstance(value, list):
            yield from (child(edge, "node") for edge in value)
        else:
            yield from _rows(value, depth + 1)


def _status(entry: Mapping[str, object]) -> object:
    """The word for it in either API."""
    said = entry.get("status")
    said = child(said, "state") or child(said, "kind") or entry.get("viewerStatusState")
    return said or child(entry.get("work"), "viewerStatusState")


def _record(entry: dict[str, object], work: dict[str, object], row: int) -> Record:
    said = {name: _first(work, names) for name, names in FIELDS.items()}
    title = reading.title(said["title"])
    values: dict[str, object] = {}
    word = _status(entry)
    is_none = isinstance(word, str) and word in NO_STATUS
    if not is_none and (found := reading.status(word, is_anime=True)):
        values["type"], values["state"] = found
    if "note" in entry:
        values["notes"] = reading.notes(entry["note"], "note")
    year = work.get("seasonYear") or str(work.get("season_name") or "")[:4]
    return Record(
        row=row,
        title=title,
        ids=reading.ids([("mal", said["mal"])]),
        values=values,
        names=reading.names([said["english"], said["romaji"], said["kana"]], title),
        year=reading.count_of(year),
        format=reading.format_of(said["media"]),
        episodes=reading.count_of(said["episodes"]),
    )


def _first(work: Mapping[str, object], names: tuple[str, ...]) -> object:
    return next((work[name] for name in names if work.get(name) is not None), None)
