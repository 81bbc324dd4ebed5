"""MyAnimeList's XML, and the dialects of it that other trackers write.

    <myanimelist><myinfo>…</myinfo><anime><series_animedb_id>1535</…>…</anime>…

Scores are whole, 0–10. While rewatching, an entry stays "Completed" with
`my_rewatching` 1, and counts in `my_rewatching_ep` (once in `my_watched_episodes`).
"""

import html
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from . import kinds, reading
from .list_xml import Fields, read_rows
from .reading import COMPLETED, DROPPED, OWNED, PAUSED, PLANNED, REWATCHING, WATCHING
from .records import (
    READ_HERE,
    Kept,
    ListFile,
    NotAnimeError,
    Owner,
    Record,
    RowError,
    UnsupportedFileError,
)

NAME = "mal"
LABEL = "MyAnimeList"
EXTENSION = "xml"
MEDIA_TYPE = "application/xml"

MANGA_EXPORT = "2"
# What `my_status` was before it had words.
NUMBERS = {"1": WATCHING, "2": COMPLETED, "3": PAUSED, "4": DROPPED, "6": PLANNED}
WORDS = {
    WATCHING: "Watching",
    PAUSED: "On-Hold",
    REWATCHING: "Completed",
    COMPLETED: "Completed",
    PLANNED: "Plan to Watch",
    OWNED: "Plan to Watch",
    DROPPED: "Dropped",
}
PRIORITIES = {"LOW": 0, "MEDIUM": 1, "HIGH": 2}
PRIORITY_WORDS = tuple(PRIORITIES)
# A byte there, and full where MyAnimeList lost the count: that is known of its exports.
LOST_COUNT = 255
MOST_REWATCHES = LOST_COUNT - 1
# The name MyAnimeList gives an export, with the second it was made at.
FILE_NAME = re.compile(r"\banimelist_(\d{10})_-_\d+", re.ASCII)
FIRST_EXPORT = datetime(2005, 1, 1, tzinfo=UTC)

# Fields that have a column here, or are facts of the title.
READ = {
    "series_animedb_id", "series_title", "series_type", "series_episodes",
    "my_watched_episodes", "my_start_date", "my_finish_date", "my_score", "my_status",
    "my_comments", "my_times_watched", "my_priority", "my_tags", "my_rewatching",
    "my_rewatching_ep", "my_last_updated", "shiki_status",
}  # fmt: skip
# The others, as MyAnimeList writes an entry that says nothing in them.
OTHERS = {
    "my_id": "0",
    "my_rated": "",
    "my_storage": "",
    "my_storage_value": "0.00",
    "my_rewatch_value": "",
    "my_discuss": "1",
    "my_sns": "default",
    "update_on_import": "1",
}
FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,60}", re.ASCII)
EXPORTED = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z", re.ASCII)


# --- reading ----------------------------------------------------------------------


def read(data: bytes) -> ListFile:
    """Raises UnsupportedFileError if this is no list of anime in MyAnimeList's XML."""
    rows = reading.Rows()
    header: Fields = {}

    def take(tag: str, fields: Fields, flaw: RowError | None) -> None:
        if tag == "myinfo":
            header.update(fields)
            return
        title = fields.get("series_title") or fields.get("manga_title", "")
        rows.take(partial(_record, tag, fields, flaw), title)

    shape = read_rows(data, take)
    if shape.root != "myanimelist":
        raise UnsupportedFileError(
            f"We couldn't recognise this file. It holds <{shape.root[:50]}>, and "
            "MyAnimeList's export holds <myanimelist>: export the list from "
            f"myanimelist.net/panel.php?go=export. {READ_HERE}"
        )
    if header.get("user_export_type") == MANGA_EXPORT:
        raise UnsupportedFileError(
            "This is a manga list: export the anime list instead."
        )
    made = EXPORTED.search(shape.comments)
    return ListFile(
        format=NAME,
        rows=rows.of(LABEL),
        exported_at=reading.time_of(made[0]) if made else None,
        warnings=list(miscounts(header.get("user_total_anime", ""), rows)),
        owner=reading.shown_title(header.get("user_name", "")),
    )


def miscounts(said: str, rows: reading.Rows) -> Iterator[str]:
    """A warning where a header counts (`said`) other than the rows are."""
    said = said.strip()
    if said.isdecimal() and int(said[:9]) != len(rows.taken):
        yield (
            f"The file's header counts {said[:9]} anime, but the file "
            f"has {len(rows.taken):,} rows: all of them were read."
        )


def exported_at(file_name: str) -> datetime | None:
    """When an export was made, by its file's name; None where that does not say it."""
    found = FILE_NAME.search(file_name)
    time = reading.time_of(found[1]) if found else None
    return time if time and time > FIRST_EXPORT else None


def _record(tag: str, fields: Fields, flaw: RowError | None, row: int) -> Record:
    if tag == "manga":
        raise NotAnimeError("mangas")
    if tag != "anime":
        raise RowError(f"<{tag[:50]}> is not a row of an anime list.")
    if flaw:
        raise flaw
    return record_of(fields, row)


def record_of(fields: Fields, row: int) -> Record:
    """A row in the fields of the XML, whatever syntax it stands in."""
    said = reading.title(fields.get("series_title"))
    kinds.doubt_of(kinds.Said([fields.get("series_type", "")], [], has_id=True))
    values, remarks = _values(fields)
    unread = fields.keys() - READ
    extra = reading.own_fields(
        (name, fields[name])
        for name in sorted(unread)
        if fields[name] != OTHERS.get(name) and fields[name].strip()
        if not name.startswith("series_")
    )
    if is_rewatching(fields) and values.get("state") != "rewatching":
        extra["my_rewatching"] = "1"
    return Record(
        row=row,
        title=said,
        ids=reading.ids([("mal", fields.get("series_animedb_id"))]),
        values=reading.owned(values),
        extra=extra,
        # Old exports escape titles once too often.
        names=reading.names([html.unescape(said)], said),
        format=reading.format_of(fields.get("series_type")),
        episodes=reading.count_of(fields.get("series_episodes")),
        changed_at=reading.time_of(fields.get("my_last_updated")),
        remarks=remarks,
    )


def _values(fields: Fields) -> tuple[dict[str, object], list[str]]:
    values: dict[str, Any] = reading.stated(
        progress=reading.number(
            fields.get("my_watched_episodes"), "my_watched_episodes"
        ),
        rewatches=reading.number(fields.get("my_times_watched"), "my_times_watched"),
        priority=_priority(fields.get("my_priority", "").strip()),
        started_on=_date(fields, "my_start_date"),
        finished_on=_date(fields, "my_finish_date"),
    )
    if fields.get("my_score", "").strip():
        values["score"] = reading.score(fields["my_score"], "my_score", 10, 10)
    if "my_comments" in fields:
        values["notes"] = reading.notes(fields["my_comments"], "my_comments")
    if "my_tags" in fields:
        values["tags"] = reading.tags(fields["my_tags"].split(","), "my_tags")
    found, remarks = reading.with_rewatch(_status(fields), is_rewatching(fields))
    if found:
        values["type"], values["state"] = found
    if is_rewatching(fields):
        again = reading.number(fields.get("my_rewatching_ep"), "my_rewatching_ep")
        values.update(reading.stated(progress=again or None))
    if values.get("rewatches") == LOST_COUNT:
        del values["rewatches"]
        remarks.append(
            f"my_times_watched is {LOST_COUNT}, which MyAnimeList writes when it "
            "lost the count: the count stays unknown."
        )
    return values, remarks


def _status(fields: Fields) -> tuple[str, str] | None:
    # Shikimori's dialect says more in a field of its own.
    word = (fields.get("shiki_status") or fields.get("my_status", "")).strip()
    return NUMBERS.get(word) or reading.status(word, "my_status", is_anime=True)


def is_rewatching(fields: Fields) -> bool:
    return fields.get("my_rewatching", "").strip().lower() in ("1", "yes", "true")


def _priority(word: str) -> int | None:
    found = PRIORITIES.get(word.upper())
    return reading.number(word, "my_priority", 2) if found is None else found


def _date(fields: Fields, name: str) -> str | None:
    return reading.date_text(fields[name], name) if name in fields else None


# --- writing ----------------------------------------------------------------------


def write(entries: Iterable[Kept], owner: Owner) -> Iterator[str]:
    """The export, row by row; header counts only if the owner brings them."""
    made = f", {owner.exported_at:%Y-%m-%dT%H:%M:%SZ}" if owner.exported_at else ""
    yield '<?xml version="1.0" encoding="UTF-8" ?>\n'
    yield f"<!-- Made by animecollections{made} -->\n"
    yield "<myanimelist>\n\n\t<myinfo>\n"
    for name, value in _header(owner).items():
        yield f"\t\t<{name}>{_escaped(str(value))}</{name}>\n"
    yield "\t</myinfo>\n"
    for kept in entries:
        yield _row(kept)
    yield "\n</myanimelist>\n"


def _header(owner: Owner) -> dict[str, object]:
    header = {"user_id": "", "user_name": owner.name, "user_export_type": 1}
    if owner.counts is None:
        return header
    types, states = owner.counts["by_type"], owner.counts["by_state"]
    again, on_hold, dropped = (
        states[state] for state in ("rewatching", "on_hold", "dropped")
    )
    return header | {
        "user_total_anime": owner.counts["total"],
        "user_total_watching": types["Watching"] - on_hold - again,
        "user_total_completed": types["Completed"] + again,
        "user_total_onhold": on_hold,
        "user_total_dropped": dropped,
        "user_total_plantowatch": types["To Watch"] + types["Collection"] - dropped,
    }


def _row(kept: Kept) -> str:
    fields = _fields(kept)
    lines = "".join(f"\t\t<{name}>{text}</{name}>\n" for name, text in fields.items())
    return f"\n\t<anime>\n{lines}\t</anime>\n"


def _fields(kept: Kept) -> Fields:
    values = kept.values
    extra = {
        name: text
        for name, text in kept.besides(NAME, READ - {"my_rewatching"}).items()
        if isinstance(text, str)  # nothing else stands in this XML
    }
    status = values["type"], values["state"]
    again = status == REWATCHING
    was_again = extra.pop("my_rewatching", "") == "1"
    is_paused_again = was_again and status not in (WATCHING, COMPLETED)
    other = {name: _escaped(extra.get(name, OTHERS[name])) for name in OTHERS}
    more = {
        name: _cdata(text)
        for name, text in extra.items()
        if name not in OTHERS and FIELD.fullmatch(name)
    }
    # A comma parts tags there: one within a tag would make two of it.
    tags = [tag.replace(",", ";") for tag in reading.tags_for(values)]
    return {
        "series_animedb_id": kept.ids.get("mal", "0"),
        "series_title": _cdata(kept.title),
        "series_type": _escaped(kept.format),
        "series_episodes": str(kept.episodes or 0),
        "my_id": other["my_id"],
        "my_watched_episodes": str(values["progress"]),
        "my_start_date": _full(values["started_on"]),
        "my_finish_date": _full(values["finished_on"]),
        "my_rated": other["my_rated"],
        "my_score": str(reading.mark(values["score"], 10, 10)),
        "my_storage": other["my_storage"],
        "my_storage_value": other["my_storage_value"],
        "my_status": WORDS[status],
        "my_comments": _cdata(values["notes"]),
        "my_times_watched": str(min(values["rewatches"], MOST_REWATCHES)),
        "my_rewatch_value": other["my_rewatch_value"],
        "my_priority": PRIORITY_WORDS[min(values["priority"], 2)],
        "my_tags": _cdata(", ".join(tags)),
        "my_rewatching": str(int(again or is_paused_again)),
        "my_rewatching_ep": str(values["progress"] if again else 0),
        "my_discuss": other["my_discuss"],
        "my_sns": other["my_sns"],
        **more,
        "update_on_import": other["update_on_import"],
    }


def _full(date: str) -> str:
    """A partial date in MyAnimeList's way: 2017-10-00; none is 0000-00-00."""
    return date + "0000-00-00"[len(date) :]


def _escaped(text: str) -> str:
    return html.escape(_fit(text), quote=False).replace("\r", "&#13;")


def _cdata(text: str) -> str:
    text = _fit(text).replace("]]>", "]]]]><![CDATA[>")
    # A bare carriage return would be read as a line feed.
    return f"<![CDATA[{text}]]>".replace("\r", "]]>&#13;<![CDATA[")


def _fit(text: str) -> str:
    """The text without the control characters that XML has no way to write."""
    return UNWRITABLE.sub("", text)


UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
