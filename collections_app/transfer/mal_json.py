"""MyAnimeList's lists as JSON, in three shapes. Each row becomes fields of the XML.

    {"data": [{"node": {"id", "title"}, "list_status": {…}}], "paging": {…}}   the API
    [{"anime_id", "anime_title", "num_watched_episodes", "start_date_string", …}]
                                                       what the site's own page loads
    {"myanimelist": {"myinfo": {…}, "anime": [{…}]}}   the XML, turned into JSON

The page's dates are 01-02-20, in the order that its user prefers.
"""

import html
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from . import days, list_json, mal, reading
from .list_json import child
from .list_xml import Fields
from .records import ListFile, NotAnimeError, Record, RowError, UnsupportedFileError

NAME = mal.NAME
LABEL = mal.LABEL

OF_API = {
    "status": "my_status",
    "score": "my_score",
    "num_episodes_watched": "my_watched_episodes",
    "num_watched_episodes": "my_watched_episodes",
    "is_rewatching": "my_rewatching",
    "num_times_rewatched": "my_times_watched",
    "start_date": "my_start_date",
    "finish_date": "my_finish_date",
    "priority": "my_priority",
    "tags": "my_tags",
    "comments": "my_comments",
    "updated_at": "my_last_updated",
}
REWATCH_VALUES = ("", "Very Low", "Low", "Medium", "High", "Very High")
OF_PAGE = {
    "anime_id": "series_animedb_id",
    "anime_title": "series_title",
    "anime_num_episodes": "series_episodes",
    "anime_media_type_string": "series_type",
    "status": "my_status",
    "score": "my_score",
    "num_watched_episodes": "my_watched_episodes",
    "is_rewatching": "my_rewatching",
    "tags": "my_tags",
    "priority_string": "my_priority",
    "updated_at": "my_last_updated",
}
DATES_OF_PAGE = {
    "start_date_string": "my_start_date",
    "finish_date_string": "my_finish_date",
}
# The dates of the title have the user's order too, and help to know it.
ALL_DATES_OF_PAGE = (*DATES_OF_PAGE, "anime_start_date_string", "anime_end_date_string")
KEPT_OF_PAGE = {"storage_string"}
PAGE_MARK = {"anime_id", "anime_title", "status"}
# Where converters put a text that is more than a plain one.
TEXT_KEYS = ("_text", "_cdata", "#text", "#cdata-section", "__cdata", "$t", "_")
PAGE = "This is only one page of a list: add the other pages, as an array."


def recognises(document: object) -> bool:
    return _reader(document) is not None


def read(document: object) -> ListFile:
    """Raises UnsupportedFileError if there is no anime in it."""
    reader = _reader(document)
    if reader is None:
        raise UnsupportedFileError("This is not a list from MyAnimeList.")
    file: ListFile = reader(document)
    file.shape = "json"
    return file


def _reader(document: object) -> Callable[[object], ListFile] | None:
    if _converted(document) is not None:
        return _read_converted
    entries = list(_entries(document))
    if any(_is_of_api(entry) for entry in entries[:100]):
        return _read_api
    if any(_is_of_page(entry) for entry in entries[:100]):
        return _read_page
    return None


def _pages(document: object) -> list[object]:
    """The documents in an array of them, or the one there is."""
    pages = document if isinstance(document, list) else [document]
    return [page for page in pages if isinstance(child(page, "data"), list)]


def _entries(document: object) -> Iterator[object]:
    """The rows of one or several pages, or of a bare array."""
    if pages := _pages(document):
        for page in pages:
            yield from list_json.items(child(page, "data"))
        return
    for entry in list_json.items(document):
        # Some hold what the page loaded at once, an array each.
        yield from entry if isinstance(entry, list) else [entry]


def _is_of_api(entry: object) -> bool:
    return _api_status(entry) is not None and child(_node(entry), "id") is not None


def _node(entry: object) -> object:
    return child(entry, "node") or entry


def _api_status(entry: object) -> dict[str, object] | None:
    """The user's part of an entry, which the API puts next to its title or into it."""
    for status in (child(entry, "list_status"), child(_node(entry), "my_list_status")):
        if isinstance(status, dict):
            return status
    return None


def _is_of_page(entry: object) -> bool:
    return isinstance(entry, dict) and (
        entry.keys() >= PAGE_MARK
        or {"manga_id", "manga_title", "status"} <= entry.keys()
    )


def _text(value: object, what: str) -> str:
    """A value of JSON as the XML would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return reading.whole(str(value))
    raise RowError(f"{what[:50]} is not text.")


# --- the API ----------------------------------------------------------------------


def _read_api(document: object) -> ListFile:
    rows = reading.Rows()
    for entry in _entries(document):
        rows.take(partial(_record_of_api, entry), child(_node(entry), "title"))
    nexts = [child(page, "paging", "next") for page in _pages(document)]
    is_part = bool(nexts) and all(isinstance(one, str) and one for one in nexts)
    return ListFile(format=NAME, rows=rows.of(LABEL), warnings=[PAGE] * is_part)


def _record_of_api(entry: object, row: int) -> Record:
    node, status = list_json.fields(_node(entry)), _api_status(entry)
    if not isinstance(status, dict):
        raise RowError("The row has no status.")
    if "num_chapters_read" in status:
        raise NotAnimeError("mangas", "a manga")
    fields = {
        "series_animedb_id": _text(node.get("id"), "id"),
        "series_title": _text(node.get("title"), "title"),
        "series_type": _text(node.get("media_type"), "media_type"),
        "series_episodes": _text(node.get("num_episodes"), "num_episodes"),
    }
    for name, field in OF_API.items():
        if name in status:
            value = status[name]
            if name == "tags" and isinstance(value, list):
                value = ",".join(_text(tag, "tags") for tag in value)
            fields[field] = _text(value, name)
    value = reading.count_of(status.get("rewatch_value")) or 0
    if 0 < value < len(REWATCH_VALUES):
        fields["my_rewatch_value"] = REWATCH_VALUES[value]
    record = mal.record_of(fields, row)
    other = child(node, "alternative_titles")
    names = [child(other, "en"), child(other, "ja")]
    names += list_json.items(child(other, "synonyms"))
    record.names = reading.names([*record.names, *names], record.title)
    record.year = reading.count_of(child(node, "start_season", "year"))
    return record


# --- what the site's page loads ---------------------------------------------------


def _read_page(document: object) -> ListFile:
    entries = list(_entries(document))
    order = days.order_of(_dates(entries))
    rows = reading.Rows()
    for entry in entries:
        rows.take(partial(record_of_page, entry, order), _title(entry))
    return ListFile(format=NAME, rows=rows.of(LABEL))


def _dates(entries: Iterable[object]) -> Iterator[str]:
    for entry in entries:
        for name in ALL_DATES_OF_PAGE:
            if isinstance(date := child(entry, name), str):
                yield date


def _title(entry: object) -> object:
    return child(entry, "anime_title") or child(entry, "manga_title")


def record_of_page(entry: object, order: str | None, row: int) -> Record:
    entry = list_json.fields(entry)
    if "manga_id" in entry:
        raise NotAnimeError("mangas", "a manga")
    # A title of digits, such as 86, is a number there.
    fields: Fields = {
        field: _text(entry[name], name)
        for name, field in OF_PAGE.items()
        if name in entry
    }
    fields |= {name: _text(entry[name], name) for name in KEPT_OF_PAGE & entry.keys()}
    if "editable_notes" in entry:
        fields["my_comments"] = _text(entry["editable_notes"], "editable_notes")
    elif "notes" in entry:
        fields["my_comments"] = html.unescape(_text(entry["notes"], "notes"))
    record = mal.record_of(fields, row)
    for name, field in DATES_OF_PAGE.items():
        if name in entry:
            column = "started_on" if field == "my_start_date" else "finished_on"
            date, remarks = days.day_of(_text(entry[name], name), column, order)
            record.values[column] = date
            record.remarks += remarks
    names = [*record.names, entry.get("anime_title_eng"), entry.get("title_localized")]
    record.names = reading.names(names, record.title)
    record.added_at = reading.time_of(entry.get("created_at"))
    return record


# --- the XML, turned into JSON ----------------------------------------------------


def _converted(document: object) -> dict[str, object] | None:
    """What stands in <myanimelist>, or its rows alone."""
    root = child(document, "myanimelist")
    if isinstance(root, list) and len(root) == 1:
        [root] = root
    if isinstance(root, dict):
        return root
    rows = document if isinstance(document, list) else child(document, "anime")
    is_xml = any(
        isinstance(row, dict) and {"series_title", "my_status"} <= row.keys()
        for row in list_json.items(rows)[:100]
    )
    return {"anime": rows} if is_xml else None


def _read_converted(document: object) -> ListFile:
    root = _converted(document) or {}
    rows = reading.Rows()
    for entry in _elements(root.get("anime")):
        title = _unwrapped(child(entry, "series_title"))
        rows.take(partial(_record_of_converted, entry), title)
    for entry in _elements(root.get("manga")):
        rows.take(_refuse_manga, _unwrapped(child(entry, "manga_title")))
    [header, *_] = _elements(root.get("myinfo")) or [None]
    owner = _unwrapped(child(header, "user_name"))
    return ListFile(format=NAME, rows=rows.of(LABEL), owner=reading.shown_title(owner))


def _refuse_manga(row: int) -> Record:
    raise NotAnimeError("mangas", "a manga")


def _elements(value: object) -> list[object]:
    """The elements of one name: converters write a single one without an array."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _unwrapped(value: object) -> object:
    """The text of an element, in whatever converters wrap it."""
    for _ in range(3):
        if isinstance(value, list) and len(value) == 1:
            [value] = value
        elif isinstance(value, dict):
            texts = [value[key] for key in TEXT_KEYS if key in value]
            value = texts[0] if texts else value or None
    return None if value == [] else value


def _record_of_converted(entry: object, row: int) -> Record:
    entry = list_json.fields(entry)
    fields = {
        name: _text(_unwrapped(value), name)
        for name, value in entry.items()
        if isinstance(name, str) and not name.startswith(("$", "@", "_", "#"))
    }
    return mal.record_of(fields, row)
