"""Bangumi's collections, as its API answers: a page, or an array of pages.

    {"data": [{"subject_id", "subject_type": 2, "type": 3, "rate", "ep_status",
     "comment", "tags", "private", "updated_at", "subject": {"name", "name_cn", "date",
     "eps"}}], "total", "limit", "offset"}

Read only. `rate` is whole, 0–10; 0 is none. No title here has Bangumi's id, so names,
year and episodes decide: `name` is the original one, `name_cn` the Chinese one.
"""

from collections.abc import Mapping
from functools import partial

from . import list_json, reading
from .list_json import child
from .reading import COMPLETED, DROPPED, PAUSED, PLANNED, WATCHING
from .records import ListFile, NotAnimeError, Record, RowError

NAME = "csv"
LABEL = "Bangumi"

ANIME = 2
OTHERS = {
    1: ("mangas and books", "a book"),
    3: ("music", "music"),
    4: ("games", "a game"),
    6: ("live action", "live action"),
}
STATUSES = {1: PLANNED, 2: COMPLETED, 3: WATCHING, 4: PAUSED, 5: DROPPED}
READ = {
    "subject_id", "subject_type", "type", "rate", "ep_status", "vol_status", "comment",
    "tags", "private", "updated_at", "subject",
}  # fmt: skip


def recognises(document: object) -> bool:
    return any(
        child(row, "subject_type") is not None and child(row, "ep_status") is not None
        for row in _rows(document)[:100]
    )


def read(document: object) -> ListFile:
    """Raises UnsupportedFileError if there is no anime in it."""
    rows = reading.Rows()
    for row in _rows(document):
        rows.take(partial(_record, row), child(row, "subject", "name"))
    return ListFile(NAME, rows.of(LABEL), shape="json", score_format="10")


def _rows(document: object) -> list[object]:
    pages = document if isinstance(document, list) else [document]
    if any(isinstance(child(page, "data"), list) for page in pages):
        return [row for page in pages for row in list_json.items(child(page, "data"))]
    return pages


def _record(entry: object, row: int) -> Record:
    entry = list_json.fields(entry)
    kind = reading.number(entry.get("subject_type"), "subject_type") or 0
    if kind in OTHERS:
        raise NotAnimeError(*OTHERS[kind])
    if kind != ANIME:
        raise RowError(f"“{kind}” (subject_type) is not a kind that is known.")
    subject = list_json.fields(entry.get("subject") or {})
    title = reading.title(subject.get("name") or subject.get("name_cn"))
    return Record(
        row=row,
        title=title,
        values=_values(entry),
        extra=reading.own_fields(list_json.besides(entry, READ)),
        names=reading.names([subject.get("name_cn")], title),
        year=reading.count_of(str(subject.get("date") or "")[:4]),
        episodes=reading.count_of(subject.get("eps")),
        changed_at=reading.time_of(entry.get("updated_at")),
    )


def _values(entry: Mapping[str, object]) -> dict[str, object]:
    values = reading.stated(
        progress=reading.number(entry.get("ep_status"), "ep_status"),
        is_private=reading.flag(entry.get("private"), "private"),
    )
    values["score"] = reading.score(entry.get("rate"), "rate", 10, 10)
    values["notes"] = reading.notes(entry.get("comment"), "comment")
    values["tags"] = reading.tags(list_json.items(entry.get("tags")))
    word = reading.number(entry.get("type"), "type") or 0
    if word not in STATUSES:
        raise RowError(f"“{word}” (type) is not a known status.")
    values["type"], values["state"] = STATUSES[word]
    return values
