"""AniList's lists: GraphQL's `MediaListCollection`, and the export of all one's data.

    {"data": {"MediaListCollection": {"lists": [{"name", "isCustomList", "entries":
     [{"mediaId", "status", "score", …, "media": {"idMal", "title"}}]}]}, "User": …}}
    {"user": {…}, "lists": [{"series_id", "series_type", "status": 2, "score": 85, …}]}

The first has scores in the scale of its user; the second in AniList's own 0–100.
Custom lists are tags here. An entry stands in each custom list it is in, and, unless it
is hidden there, in the list of its status: it is one row all the same.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import groupby
from typing import Any

from collections_app.entries import HIGHEST_PRIORITY

from . import list_json, reading
from .list_json import child
from .reading import COMPLETED, DROPPED, OWNED, PAUSED, PLANNED, REWATCHING, WATCHING
from .records import Flaw, Kept, ListFile, NotAnime, Owner, Record

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
# What stars and smileys are on AniList's own 0–100, so that both kinds of file agree.
STARS = (10, 30, 50, 70, 90)
SMILEYS = (35, 60, 85)

PARTS = ("year", "month", "day")

READ = {
    "mediaId", "status", "score", "progress", "repeat", "notes", "private", "priority",
    "customLists", "startedAt", "completedAt", "updatedAt", "createdAt", "media",
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


def recognises(document: Any) -> bool:
    return _collection(document) is not None or _is_dump(document)


def _collection(document: Any) -> dict[str, Any] | None:
    for found in (
        child(document, "data", "MediaListCollection"),
        child(document, "MediaListCollection"),
    ):
        if isinstance(found, dict) and "lists" in found:
            return found
    lists = list_json.items(child(document, "lists"))
    has_entries = any(isinstance(child(one, "entries"), list) for one in lists)
    return document if has_entries else None


def _is_dump(document: Any) -> bool:
    lists = child(document, "lists")
    return isinstance(lists, list) and (
        child(document, "user") is not None
        or any(child(one, "series_id") is not None for one in lists)
    )


def read(document: Any) -> ListFile:
    """Raises WrongFile if there is no anime in it."""
    collection = _collection(document)
    if collection is None:
        return _read_dump(document)
    data = document if child(document, "data") is None else document["data"]
    user = child(data, "User") or child(data, "Viewer") or child(collection, "user")
    entries = list(_entries(collection))
    scale, warnings = _scale(user, [child(entry, "score") for entry, _ in entries])
    rows = reading.Rows()
    for entry, lists in entries:
        rows.take(partial(_record, entry, lists, scale), _title(child(entry, "media")))
    return ListFile(
        format=NAME,
        rows=rows.of(LABEL),
        exported_at=reading.time_of(child(document, "extensions", "exportedAt")),
        warnings=warnings,
        owner=reading.shown_title(child(user, "name")),
        score_format=SCORE_FORMATS[scale],
    )


def _entries(collection: dict[str, Any]) -> Iterator[tuple[Any, list[str] | None]]:
    """Each entry once, with the custom lists it stands in (None: there are none)."""
    lists = list_json.items(collection["lists"])
    custom = [one for one in lists if child(one, "isCustomList")]
    found: dict[object, tuple[Any, list[str]]] = {}
    for one in lists:
        if not child(one, "isCustomList"):
            for entry in list_json.items(child(one, "entries")):
                key = _media_id(entry)
                # What stands twice in the lists of statuses is twice in the file.
                found[key if key not in found else object()] = (entry, [])
    for one in custom:
        for entry in list_json.items(child(one, "entries")):
            _, names = found.setdefault(_media_id(entry), (entry, []))
            names.append(str(child(one, "name") or ""))
    for entry, names in found.values():
        yield entry, names if custom else None


def _media_id(entry: Any) -> object:
    id_ = child(entry, "mediaId") or child(entry, "media", "id")
    return id_ if isinstance(id_, int | str) else object()


def _scale(user: Any, marks: list[Any]) -> tuple[str, list[str]]:
    """The scale of a file's scores, and what there is to say about it."""
    said = child(user, "mediaListOptions", "scoreFormat")
    numbers = [mark for mark in marks if isinstance(mark, int | float)]
    highest = max(numbers, default=0)
    if isinstance(said, str) and said in BEST and highest <= BEST[said]:
        return said, []
    if not highest:
        return FINEST, []
    scale = FINEST if highest <= 10 else "POINT_100"
    return scale, [reading.scale_warning(highest, BEST[scale])]


def _record(entry: Any, lists: list[str] | None, scale: str, row: int) -> Record:
    entry = list_json.fields(entry)
    media = entry.get("media")
    if child(media, "type") == "MANGA" or child(media, "chapters") is not None:
        raise NotAnime("mangas")
    values = _values(entry, scale)
    tags = _tags(entry.get("customLists"), lists)
    if tags is not None:
        values["tags"] = tags
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
    )


def _marks(advanced: Any) -> Iterable[Any]:
    if isinstance(advanced, dict):
        return advanced.values()
    return advanced if isinstance(advanced, list) else (advanced,)


def _title(media: Any) -> str:
    words = (child(media, "title", key) for key in ("romaji", "english", "native"))
    return next((reading.shown_title(word) for word in words if word), "")


def _values(entry: dict[str, Any], scale: str) -> dict[str, Any]:
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
            year, month, day = (child(entry[name], part) for part in PARTS)
            values[column] = reading.date_of(year, month, day, name)
    if found := reading.status(entry.get("status")):
        values["type"], values["state"] = found
    return values


def _tags(said: Any, lists: list[str] | None) -> list[str] | None:
    """The custom lists of an entry; None where the file has none to speak of."""
    if said is None and lists is None:
        return None
    names: list[Any] = []
    if isinstance(said, dict):
        names = [name for name, is_in in said.items() if is_in]
    elif isinstance(said, list):
        names = [child(one, "name") for one in said if child(one, "enabled")]
    elif said is not None:
        raise Flaw("customLists are no lists.")
    return reading.tags([*names, *(lists or ())], "customLists")


# --- reading the export of all one's data -----------------------------------------


def _read_dump(document: dict[str, Any]) -> ListFile:
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


def _record_of_dump(entry: Any, lists: list[Any], row: int) -> Record:
    entry = list_json.fields(entry)
    if entry.get("series_type") == 1:
        raise NotAnime("mangas")
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
    values["tags"] = reading.tags(_custom(entry.get("custom_lists"), lists))
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
    )


def _date(number: object) -> dict[str, int]:
    """20171003 in parts; 20170000 is the year alone, and 0 none."""
    whole = reading.number(number, "a date", 99_991_231) or 0
    return {"year": whole // 10_000, "month": whole // 100 % 100, "day": whole % 100}


def _custom(said: Any, lists: list[Any]) -> list[Any]:
    """The names of custom lists: given so, or as [1, 0, …] in the order of `lists`."""
    said = list_json.items(_parsed(said))
    if all(isinstance(one, str) for one in said):
        return list(said)
    return [name for name, is_in in zip(lists, said, strict=False) if is_in]


def _parsed(value: Any) -> Any:
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
    yield f'"extensions":{list_json.dumps({"madeBy": "animecollections", **made})}}}\n'


def _status(kept: Kept) -> str:
    return WORDS[kept.values["type"], kept.values["state"]]


def _entry(kept: Kept, scale: str) -> dict[str, Any]:
    values = kept.values
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
        "customLists": dict.fromkeys(reading.tags_for(values), True),
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
    return dict(zip(PARTS, [*parts, None, None, None], strict=False))


def _seconds(time: Any) -> int:
    return int(time.timestamp()) if time else 0
