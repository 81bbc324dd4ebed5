"""AniList's lists: any answer of GraphQL's that has them, and the export of all data.

    {"data": {"MediaListCollection": {"lists": [{"name", "isCustomList", "entries":
     [{"mediaId", "status", "score", …, "media": {"idMal", "title"}}]}]}, "User": …}}
    {"user": {…}, "lists": [{"series_id", "series_type", "status": 2, "score": 85, …}]}

The first has scores in the scale of its user; the second in AniList's own 0–100. A
query names its parts as it likes (`anime: MediaListCollection`), and may ask for pages
(`Page { mediaList }`): lists of entries are found wherever they are.
Custom lists are tags here, and lists of one's own if the user wants them so. An entry
stands in each custom list it is in, and, unless it is hidden there, in the list of its
status: it is one row all the same.

In files that are written here `customLists` has tags and lists of one's own; an entry
that is on lists says in `tags` and `lists`, which AniList does not have, what is what.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from collections_app.own_lists.models import MOST_LISTS
from collections_app.own_lists.values import Row
from collections_app.watch_list.fields import HIGHEST_PRIORITY

from . import list_json, own_lists, reading
from .list_json import child
from .reading import COMPLETED, DROPPED, OWNED, PAUSED, PLANNED, REWATCHING, WATCHING
from .records import (
    OWNED_TAG,
    Kept,
    ListFile,
    NotAnimeError,
    Owner,
    Record,
    RowError,
)

NAME = "anilist"
LABEL = "AniList"
EXTENSION = "json"
MEDIA_TYPE = "application/json"

# In the order of AniList's numbers for them.
STATUSES = ("CURRENT", "PLANNING", "COMPLETED", "DROPPED", "PAUSED", "REPEATING")
WORDS = {
    WATCHING: "CURRENT",
    PAUSED: "PAUSED",
    REWATCHING: "REPEATING",
    COMPLETED: "COMPLETED",
    PLANNED: "PLANNING",
    OWNED: "PLANNING",
    DROPPED: "DROPPED",
}
# The scales, by the words of the preference `scoreFormat`.
SCALES = {
    "100": "POINT_100",
    "10.0": "POINT_10_DECIMAL",
    "10": "POINT_10",
    "5": "POINT_5",
    "3": "POINT_3",
}
SCORE_FORMATS = {scale: name for name, scale in SCALES.items()}
FINEST = "POINT_10_DECIMAL"
BEST = {"POINT_100": 100, FINEST: 10, "POINT_10": 10, "POINT_5": 5, "POINT_3": 3}
# The scales that the sender of a file may say.
SENT_SCALES = {"5": "POINT_5", "10": FINEST, "100": "POINT_100"}
# What stars and smileys are on AniList's own 0–100, so that both kinds of file agree.
STARS = (10, 30, 50, 70, 90)
SMILEYS = (35, 60, 85)

DATE_PARTS = ("year", "month", "day")
OF_MANGA = ("MANGA", "NOVEL", "ONE_SHOT")
DEEPEST = 8
MADE_BY = "animecollections"
PAGE = "This is only one page of a list: add the other pages, as an array."

READ = {
    "mediaId", "status", "score", "progress", "repeat", "notes", "private", "priority",
    "customLists", "startedAt", "completedAt", "updatedAt", "createdAt", "media",
    "tags", "lists",
}  # fmt: skip
NOT_KEPT = {"id", "userId", "user", "progressVolumes"}
READ_OF_DUMP = {
    "series_id", "series_type", "status", "score", "progress", "repeat", "notes",
    "private", "priority", "custom_lists", "started_on", "finished_on", "updated_at",
    "created_at", "id", "user_id", "progress_volume",
}  # fmt: skip


# --- scales -----------------------------------------------------------------------


def to_score(mark: object, scale: str) -> int | None:
    """A mark in one of AniList's scales, on 0–100; 0 is no mark."""
    if scale in ("POINT_5", "POINT_3"):
        place = reading.number(mark, "score", BEST[scale])
        return (STARS if scale == "POINT_5" else SMILEYS)[place - 1] if place else None
    return reading.score(mark, "score", BEST[scale], 100 // BEST[scale])


def to_mark(score: int | None, scale: str) -> float:
    """A score in one of AniList's scales, as AniList itself turns one into another."""
    if score is None:
        return 0
    if scale == "POINT_5":
        return min(5, max(1, (score + 10) // 20))
    if scale == "POINT_3":
        return 1 if score <= 35 else 2 if score <= 60 else 3
    if scale == "POINT_10":
        return reading.mark(score, 10, 10)
    return max(score, 1) / (1 if scale == "POINT_100" else 10)


def scale_for(owner: Owner) -> str:
    """The scale that is wished for, if all scores fit it; else the finest."""
    scale = SCALES.get(owner.score_format, FINEST)
    scores = owner.scores or ()
    fits = all(to_score(to_mark(score, scale), scale) == score for score in scores)
    return scale if fits else FINEST


# --- reading ----------------------------------------------------------------------


class Part(NamedTuple):
    """A list of entries in an answer, and the object that it is a part of."""

    parent: dict[str, Any]
    entries: list[Any]
    is_manga: bool


def recognises(document: object) -> bool:
    return _is_dump(document) or next(_find_parts(document), None) is not None


def _is_dump(document: object) -> bool:
    lists = child(document, "lists")
    return isinstance(lists, list) and (
        any(child(one, "series_id") is not None for one in lists)
        or (
            child(document, "user") is not None
            and not any(isinstance(child(one, "entries"), list) for one in lists)
        )
    )


def _find_parts(
    value: object, is_manga: bool = False, depth: int = 0
) -> Iterator[Part]:
    """The lists of entries in an answer, at any depth that answers have."""
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            is_of_mangas = is_manga or "manga" in name.lower()
            is_empty = inner == [] and name in ("lists", "mediaList")
            if is_empty or (isinstance(inner, list) and _has_entries(inner, value)):
                yield Part(value, inner, is_of_mangas)
            elif isinstance(inner, dict | list):
                yield from _find_parts(inner, is_of_mangas, depth + 1)
    elif isinstance(value, list):
        if _has_entries(value, {}):
            yield Part({}, value, is_manga)
            return
        for inner in value:
            if isinstance(inner, dict | list):
                yield from _find_parts(inner, is_manga, depth + 1)


def _has_entries(values: Sequence[object], parent: Mapping[str, object]) -> bool:
    """Whether these are entries. A list of a status may be empty, and yet is one."""
    if not values:
        return "isCustomList" in parent
    return any(
        isinstance(child(one, "media"), dict) or child(one, "mediaId") is not None
        for one in values[:100]
    )


def read(document: object, scale: str | None = None) -> ListFile:
    """Raises UnsupportedFileError if there is no anime in it.

    scale: that of the scores, if the sender says it and the file does not.
    """
    if isinstance(document, dict) and _is_dump(document):
        return _read_dump(document)
    parts = list(_find_parts(document))
    user = _user(document)
    entries = list(_entries(parts))
    is_ours = child(document, "extensions", "madeBy") == MADE_BY
    marks = [child(entry, "score") for entry, *_ in entries]
    read_as, warnings = _scale(user, marks, scale)
    rows = reading.Rows()
    for entry, lists, is_manga in entries:
        title = _title(child(entry, "media"))
        if is_manga:
            rows.take(_refuse_manga, title)
        else:
            rows.take(partial(_record, entry, lists, read_as, is_ours), title)
    return ListFile(
        format=NAME,
        rows=rows.of(LABEL),
        exported_at=reading.time_of(child(document, "extensions", "exportedAt")),
        warnings=warnings + [PAGE] * _is_part(document),
        owner=reading.shown_title(child(user, "name")),
        score_format=SCORE_FORMATS[read_as],
    )


def _refuse_manga(row: int) -> Record:
    raise NotAnimeError("mangas")


def _user(value: Any, depth: int = 0) -> object:
    """Whose list it is: the first object that says its options, or is called so."""
    if not isinstance(value, dict) or depth > DEEPEST:
        return child(value[0], "data", "User") if _is_pages(value) else None
    if "mediaListOptions" in value:
        return value
    inner = [one for one in value.values() if isinstance(one, dict)]
    named = [value.get(name) for name in ("User", "Viewer", "user")]
    found = (_user(one, depth + 1) for one in inner)
    return next(filter(None, (*found, *named)), None)


def _is_pages(value: object) -> bool:
    return isinstance(value, list) and bool(value)


def _is_part(document: object) -> bool:
    """Whether the last page in it says that another follows."""
    pages = list_json.items(document)
    last = pages[-1] if pages else document
    data = child(last, "data")
    parts = data.values() if isinstance(data, dict) else ()
    return any(child(part, "pageInfo", "hasNextPage") is True for part in parts)


def _entries(parts: list[Part]) -> Iterator[tuple[object, list[str] | None, bool]]:
    """Each entry once, with the custom lists it stands in (None: there are none), and
    whether it is of a manga.
    """
    custom = [part for part in parts if part.parent.get("isCustomList")]
    found: dict[object, tuple[Any, list[str], bool]] = {}
    for part in parts:
        if not part.parent.get("isCustomList"):
            for entry in part.entries:
                key = _media_id(entry)
                # What stands twice in the lists of statuses is twice in the file.
                key = key if key not in found else object()
                found[key] = (_with_status(entry, part), [], part.is_manga)
    for part in custom:
        for entry in part.entries:
            key = _media_id(entry)
            _, names, _ = found.setdefault(key, (entry, [], part.is_manga))
            names.append(str(part.parent.get("name") or ""))
    for entry, names, is_manga in found.values():
        yield entry, names if custom else None, is_manga


def _with_status(entry: object, part: Part) -> object:
    """A query may ask for the status of the list instead of each entry's."""
    status = part.parent.get("status")
    if isinstance(entry, dict) and "status" not in entry and isinstance(status, str):
        return entry | {"status": status}
    return entry


def _media_id(entry: object) -> object:
    id_ = child(entry, "mediaId") or child(entry, "media", "id")
    return id_ if isinstance(id_, int | str) else object()


def _scale(
    user: object, marks: Sequence[object], sent: str | None
) -> tuple[str, list[str]]:
    """The scale of a file's scores, and what there is to say about it."""
    said = child(user, "mediaListOptions", "scoreFormat")
    if not said and sent:
        return SENT_SCALES[sent], []
    numbers = [mark for mark in marks if isinstance(mark, int | float)]
    highest = max(numbers, default=0)
    if isinstance(said, str) and said in BEST and highest <= BEST[said]:
        return said, []
    if not highest:
        return FINEST, []
    scale = FINEST if highest <= 10 else "POINT_100"
    return scale, [reading.scale_warning(highest, BEST[scale])]


def _record(
    entry: object, lists: list[str] | None, scale: str, is_ours: bool, row: int
) -> Record:
    entry = list_json.fields(entry)
    media = entry.get("media")
    is_manga = child(media, "type") == "MANGA" or child(media, "format") in OF_MANGA
    if is_manga or child(media, "chapters") is not None:
        raise NotAnimeError("mangas")
    values = _values(entry, scale)
    custom = _custom_lists(entry.get("customLists"), lists)
    tags = entry.get("tags") if is_ours and "tags" in entry else custom
    if tags is not None:
        values["tags"] = reading.tags(list_json.items(tags), "customLists")
    on_lists = list_json.items(entry.get("lists")) if is_ours else custom or ()
    scored = values.get("score") is not None
    more = dict(list_json.besides(entry, READ | NOT_KEPT))
    if not any(_marks(more.get("advancedScores"))):
        more.pop("advancedScores", None)
    title = _title(media)
    names = child(media, "title") or {}
    return Record(
        row=row,
        title=title,
        ids=reading.ids(
            [
                ("anilist", entry.get("mediaId") or child(media, "id")),
                ("mal", child(media, "idMal")),
            ]
        ),
        values=reading.owned(values),
        extra=reading.own_fields(
            {**more, **({"scoreFormat": scale} if scored else {})}.items()
        ),
        names=reading.names(
            [
                *(names.values() if isinstance(names, dict) else ()),
                *list_json.items(child(media, "synonyms")),
            ],
            title,
        ),
        year=reading.count_of(
            child(media, "seasonYear") or child(media, "startDate", "year")
        ),
        format=reading.format_of(child(media, "format")),
        episodes=reading.count_of(child(media, "episodes")),
        changed_at=reading.time_of(entry.get("updatedAt")),
        added_at=reading.time_of(entry.get("createdAt")),
        lists=_places(on_lists),
    )


def _marks(advanced: object) -> Iterable[object]:
    if isinstance(advanced, dict):
        return advanced.values()
    return advanced if isinstance(advanced, list) else (advanced,)


def _title(media: object) -> str:
    words = (child(media, "title", key) for key in ("romaji", "english", "native"))
    return next((reading.shown_title(word) for word in words if word), "")


def _values(entry: Mapping[str, object], scale: str) -> dict[str, object]:
    values = reading.stated(
        progress=reading.number(entry.get("progress"), "progress"),
        rewatches=reading.number(entry.get("repeat"), "repeat"),
        priority=reading.number(entry.get("priority"), "priority", HIGHEST_PRIORITY),
        is_private=reading.flag(entry.get("private"), "private"),
    )
    if "score" in entry:
        values["score"] = to_score(entry["score"], scale)
    if "notes" in entry:
        values["notes"] = reading.notes(entry["notes"])
    for column, name in (("started_on", "startedAt"), ("finished_on", "completedAt")):
        if name in entry:
            year, month, day = (child(entry[name], part) for part in DATE_PARTS)
            values[column] = reading.date_of(year, month, day, name)
    if found := reading.status(entry.get("status")):
        values["type"], values["state"] = found
    return values


def _places(names: Iterable[object]) -> list[Row]:
    """On lists of one's own; the tag that we write of what is owned is none."""
    shown = reading.tags(names, "customLists", MOST_LISTS)
    return own_lists.named(name for name in shown if name != OWNED_TAG)


def _custom_lists(said: object, lists: list[str] | None) -> list[object] | None:
    """The custom lists of an entry; None where the file has none to speak of."""
    if said is None and lists is None:
        return None
    names: list[Any] = []
    if isinstance(said, dict):
        names = [name for name, is_in in said.items() if is_in]
    elif isinstance(said, list):
        names = [child(one, "name") for one in said if child(one, "enabled")]
    elif said is not None:
        raise RowError("customLists are not lists.")
    return [*names, *(lists or ())]


# --- reading the export of all one's data -----------------------------------------


def _read_dump(document: Mapping[str, object]) -> ListFile:
    lists = list_json.items(child(document, "user", "custom_lists", "anime"))
    rows = reading.Rows()
    for entry in list_json.items(document["lists"]):
        rows.take(partial(_record_of_dump, entry, lists))
    user = child(document, "user")
    return ListFile(
        format=NAME,
        rows=rows.of(LABEL),
        owner=reading.shown_title(
            child(user, "display_name") or child(user, "user_name")
        ),
        score_format="100",
    )


def _record_of_dump(entry: object, lists: Sequence[object], row: int) -> Record:
    entry = list_json.fields(entry)
    if entry.get("series_type") == 1:
        raise NotAnimeError("mangas")
    place = reading.number(entry.get("status"), "status", len(STATUSES) - 1)
    values = _values(
        {
            **{name: entry[name] for name in ("score", "notes") if name in entry},
            "status": None if place is None else STATUSES[place],
            **{name: entry.get(name) for name in ("progress", "repeat", "priority")},
            "private": entry.get("private"),
            "startedAt": _date(entry.get("started_on")),
            "completedAt": _date(entry.get("finished_on")),
        },
        "POINT_100",
    )
    custom = _custom(entry.get("custom_lists"), lists)
    values["tags"] = reading.tags(custom)
    more = dict(list_json.besides(entry, READ_OF_DUMP))
    if not any(_marks(_parsed(more.get("advanced_scores")))):
        more.pop("advanced_scores", None)
    return Record(
        row=row,
        ids=reading.ids([("anilist", entry.get("series_id"))]),
        values=reading.owned(values),
        extra=reading.own_fields(more.items()),
        changed_at=reading.time_of(entry.get("updated_at")),
        added_at=reading.time_of(entry.get("created_at")),
        lists=_places(custom),
    )


def _date(number: object) -> dict[str, int]:
    """20171003 in parts; 20170000 is the year alone, and 0 none."""
    whole = reading.number(number, "a date", 99_991_231) or 0
    return {"year": whole // 10_000, "month": whole // 100 % 100, "day": whole % 100}


def _custom(said: object, lists: Sequence[object]) -> list[object]:
    """The names of custom lists: given so, or as [1, 0, …] in the order of `lists`."""
    said = list_json.items(_parsed(said))
    if all(isinstance(one, str) for one in said):
        return list(said)
    return [name for name, is_in in zip(lists, said, strict=False) if is_in]


def _parsed(value: Any) -> object:
    """What is JSON within JSON."""
    is_text = isinstance(value, str) and bool(value)
    return list_json.inner(value, "custom_lists") if is_text else value


# --- writing ----------------------------------------------------------------------


def write(entries: Iterable[Kept], owner: Owner) -> Iterator[str]:
    """GraphQL's answer. Entries in the order of their statuses make one list each."""
    scale = scale_for(owner)
    yield '{"data":{"MediaListCollection":{"lists":['
    comma = ""
    for status, group in groupby(entries, key=_status):
        name = status.capitalize()
        yield f'{comma}{{"name":"{name}","isCustomList":false,"entries":[\n'
        yield from list_json.array(_entry(kept, scale) for kept in group)
        yield "]}"
        comma = ","
    user = {"name": owner.name, "mediaListOptions": {"scoreFormat": scale}}
    made = {"exportedAt": owner.exported_at} if owner.exported_at else {}
    yield f']}},"User":{list_json.dumps(user)}}},'
    yield f'"extensions":{list_json.dumps({"madeBy": MADE_BY, **made})}}}\n'


def _status(kept: Kept) -> str:
    return WORDS[kept.values["type"], kept.values["state"]]


def _entry(kept: Kept, scale: str) -> dict[str, object]:
    values, tags = kept.values, reading.tags_for(kept.values)
    names = [place["name"] for place in kept.lists]
    return {
        **kept.besides(NAME, READ | NOT_KEPT | {"scoreFormat"}),
        "mediaId": _number(kept.ids.get("anilist")),
        "status": _status(kept),
        "score": to_mark(values["score"], scale),
        "progress": values["progress"],
        "repeat": values["rewatches"],
        "notes": values["notes"] or None,
        "private": values["is_private"],
        "priority": values["priority"],
        "customLists": dict.fromkeys([*tags, *names], True),
        **({"tags": tags, "lists": names} if names else {}),
        "startedAt": _parts(values["started_on"]),
        "completedAt": _parts(values["finished_on"]),
        "updatedAt": _seconds(kept.updated_at),
        "createdAt": _seconds(kept.added_at),
        "media": {
            "type": "ANIME",
            "idMal": _number(kept.ids.get("mal")),
            "title": {"romaji": kept.title},
            "format": FORMATS.get(kept.format),
            "episodes": kept.episodes,
            "seasonYear": kept.year,
        },
    }


FORMATS = {"TV": "TV", "Movie": "MOVIE", "Special": "SPECIAL", "Music": "MUSIC"} | {
    word: word for word in ("OVA", "ONA")
}


def _number(id_: str | None) -> int | None:
    return int(id_) if id_ else None


def _parts(date: str) -> dict[str, int | None]:
    parts = [int(part) for part in date.split("-") if part]
    return dict(zip(DATE_PARTS, [*parts, None, None, None], strict=False))


def _seconds(time: Any) -> int:
    return int(time.timestamp()) if time else 0
