"""Simkl's backup, the JSON in its ZIP file.

    {"anime": [{"status", "user_rating", "watched_episodes_count", "memo": {"text"},
     "show": {"title", "year", "ids": {"simkl", "mal", …}}}], "shows": […], "movies": …}

Ratings are whole, 1–10. There are no dates but those on which episodes were watched
(`seasons`), no tags and no rewatching; a title that was watched again has a row more.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from . import list_json, reading, watched
from .list_json import child
from .reading import COMPLETED, DROPPED, OWNED, PAUSED, PLANNED, REWATCHING, WATCHING
from .records import Kept, ListFile, NotAnimeError, Owner, Record

NAME = "simkl"
LABEL = "Simkl"
EXTENSION = "json"
MEDIA_TYPE = "application/json"

KINDS = {"anime": "anime", "shows": "TV shows", "movies": "films that are not anime"}
WORDS = {
    WATCHING: "watching",
    PAUSED: "hold",
    REWATCHING: "watching",
    COMPLETED: "completed",
    PLANNED: "plantowatch",
    OWNED: "plantowatch",
    DROPPED: "dropped",
}
SITES = {
    "simkl": "simkl",
    "mal": "mal",
    "anilist": "anilist",
    "kitsu": "kitsu",
    "anidb": "anidb",
    "anisearch": "anisearch",
    "livechart": "livechart",
    "ann": "animenewsnetwork",
    "animeplanet": "anime-planet",
}
TIMES = ("last_watched_at", "user_rated_at", "added_to_watchlist_at")
READ = {
    "status", "user_rating", "watched_episodes_count", "total_episodes_count", "show",
    "memo", "added_to_watchlist_at", "anime_type", "seasons",
}  # fmt: skip
# What Simkl works out from the rest.
DERIVED = {
    "next_to_watch", "next_to_watch_info", "not_aired_episodes_count", "last_watched",
}  # fmt: skip


# --- reading ----------------------------------------------------------------------


def recognises(document: object) -> bool:
    found = (child(document, kind) for kind in KINDS)
    lists = [rows for rows in found if isinstance(rows, list)]
    has_rows = any(
        isinstance(child(row, "show") or child(row, "movie"), dict)
        for rows in lists
        for row in rows[:100]
    )
    return has_rows or (bool(lists) and not any(lists))


def read(document: object) -> ListFile:
    """Raises UnsupportedFileError if there is no anime in it."""
    rows = reading.Rows()
    for kind, called in KINDS.items():
        for entry in list_json.items(child(document, kind)):
            title = child(entry, "show", "title") or child(entry, "movie", "title")
            rows.take(partial(_record, entry, kind, called), title)
    return ListFile(
        format=NAME,
        rows=rows.of(LABEL),
        exported_at=reading.time_of(child(document, "exported_at")),
    )


def _record(entry: object, kind: str, called: str, row: int) -> Record:
    if kind != "anime":
        raise NotAnimeError(called)
    entry = list_json.fields(entry)
    show = list_json.fields(entry.get("show") or {})
    ids = list_json.fields(show.get("ids") or {})
    title = reading.shown_title(show.get("title"))
    values = _values(entry)
    return Record(
        row=row,
        title=title,
        ids=reading.ids((site, ids.get(name)) for name, site in SITES.items()),
        values=values,
        extra=reading.own_fields(_besides(entry)),
        names=reading.names([show.get("title_romaji"), show.get("title_en")], title),
        year=reading.count_of(show.get("year")),
        format=reading.format_of(entry.get("anime_type")),
        episodes=reading.count_of(entry.get("total_episodes_count")),
        # No time of its own tells of a change of status: these are the latest known.
        changed_at=max(
            filter(None, (reading.time_of(entry.get(name)) for name in TIMES)),
            default=None,
        ),
        added_at=reading.time_of(entry.get("added_to_watchlist_at")),
        watched=watched.from_seasons(entry.get("seasons"), values.get("progress")),
    )


def _values(entry: Mapping[str, object]) -> dict[str, object]:
    count = entry.get("watched_episodes_count")
    if count is None and entry.get("seasons"):
        count = sum(
            len(list_json.items(child(season, "episodes")))
            for season in list_json.items(entry["seasons"])
        )
    values = reading.stated(progress=reading.number(count, "watched_episodes_count"))
    if "user_rating" in entry:
        values["score"] = reading.score(entry["user_rating"], "user_rating", 10, 10)
    if "memo" in entry:
        values["notes"] = reading.notes(child(entry["memo"], "text"), "memo")
    if found := reading.status(entry.get("status")):
        values["type"], values["state"] = found
    return values


def _besides(entry: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    yield from list_json.besides(entry, READ | DERIVED)
    memo = entry.get("memo")
    if isinstance(memo, dict) and memo.get("is_private"):
        yield "memo_is_private", True


# --- writing ----------------------------------------------------------------------


def write(entries: Iterable[Kept], owner: Owner) -> Iterator[str]:
    """A backup with anime alone."""
    made = {"exported_at": owner.exported_at} if owner.exported_at else {}
    head = list_json.dumps(made)[:-1]
    yield f'{head}{"," if made else ""}"anime":[\n'
    yield from list_json.array(map(_entry, entries))
    yield "]}\n"


def _entry(kept: Kept) -> dict[str, object]:
    values = kept.values
    besides = kept.besides(NAME, READ | DERIVED)
    is_private = besides.pop("memo_is_private", False)
    return {
        **besides,
        "added_to_watchlist_at": kept.added_at,
        "status": WORDS[values["type"], values["state"]],
        "user_rating": reading.mark(values["score"], 10, 10) or None,
        "watched_episodes_count": values["progress"],
        "total_episodes_count": kept.episodes or 0,
        "anime_type": kept.format.lower(),
        "memo": {"text": values["notes"], "is_private": is_private},
        "show": {
            "title": kept.title,
            "year": kept.year,
            "ids": {
                name: kept.ids[site] for name, site in SITES.items() if site in kept.ids
            },
        },
    }
