"""Ryot's export of everything; its media are read.

    {"metadata": [{"lot": "anime", "source": "anilist", "identifier", "source_id",
     "seen_history": [{"progress", "started_on", "ended_on", "anime_episode_number"}],
     "reviews": [{"rating", "review": {"text"}}],
     "collections": [{"collection_name"}]}]}

Read only. `source_id` is the title. Ratings are 0–100. An episode has a row in
`seen_history`; a row without a number is the whole title. Collections that Ryot keeps
by itself say the status; others become lists.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

from . import list_json, own_lists, reading, watched
from .kinds import LIVE_ACTION
from .list_json import child
from .reading import COMPLETED, OWNED, PLANNED, WATCHING
from .records import ListFile, NotAnimeError, Record

NAME = "csv"
LABEL = "Ryot"

SITES = {"anilist": "anilist", "mal": "mal", "myanimelist": "mal"}
OTHERS = {
    "book": ("mangas and books", "a book"),
    "audio_book": ("mangas and books", "a book"),
    "comic_book": ("mangas and books", "a comic"),
    "manga": ("mangas and books", "a manga"),
    "video_game": ("games", "a game"),
    "visual_novel": ("games", "a game"),
    "music": ("music", "music"),
    "podcast": ("podcasts", "a podcast"),
}
# Of those that Ryot keeps, by precedence.
STATUSES = {
    "completed": COMPLETED,
    "in progress": WATCHING,
    "watchlist": PLANNED,
    "owned": OWNED,
}
# What is on these says nothing of a list.
KEPT_BY_RYOT = {*STATUSES, "monitoring", "reminders", "custom"}
WHOLE = 100
EPISODES = ("anime_episode_number", "show_episode_number")


def recognises(document: object) -> bool:
    return any(
        child(row, "lot") is not None and child(row, "identifier") is not None
        for row in list_json.items(child(document, "metadata"))[:100]
    )


def read(document: object) -> ListFile:
    """Raises UnsupportedFileError if there is no anime in it."""
    rows = reading.Rows()
    for entry in list_json.items(child(document, "metadata")):
        rows.take(partial(_record, entry), child(entry, "source_id"))
    return ListFile(NAME, rows.of(LABEL), shape="json")


def _record(entry: object, row: int) -> Record:
    entry = list_json.fields(entry)
    lot, site = str(entry.get("lot")), SITES.get(str(entry.get("source")), "")
    if lot in OTHERS:
        raise NotAnimeError(*OTHERS[lot])
    names = list(_collections(entry))
    seen = [one for one in list_json.items(entry.get("seen_history")) if one]
    return Record(
        row=row,
        title=reading.title(entry.get("source_id")),
        ids=reading.ids([(site, entry.get("identifier"))]) if site else {},
        values=_values(entry, seen, {name.lower() for name in names}),
        format="Movie" if lot == "movie" else None,
        changed_at=max(filter(None, map(_time, seen)), default=None),
        doubt="" if lot == "anime" else LIVE_ACTION,
        watched=_days(seen),
        lists=own_lists.named(n for n in names if n.lower() not in KEPT_BY_RYOT),
    )


def _collections(entry: Mapping[str, object]) -> Iterator[str]:
    """Their names; older exports have them as texts."""
    for one in list_json.items(entry.get("collections")):
        name = one if isinstance(one, str) else child(one, "collection_name")
        if isinstance(name, str) and name.strip():
            yield name


def _values(
    entry: Mapping[str, object], seen: list[object], names: set[str]
) -> dict[str, object]:
    numbers = [_episode(one) for one in seen if _is_whole(one)]
    values = reading.stated(progress=max(filter(None, numbers), default=None))
    is_seen_whole = any(number is None for number in numbers)
    said = next((status for name, status in STATUSES.items() if name in names), None)
    if found := COMPLETED if is_seen_whole else said or (WATCHING if seen else None):
        values["type"], values["state"] = found
    for review in list_json.items(entry.get("reviews")):
        if any(child(review, name) is not None for name in EPISODES):
            continue
        if (rating := child(review, "rating")) is not None and "score" not in values:
            values["score"] = reading.score(rating, "rating", WHOLE, 1)
        if (text := child(review, "review", "text")) and "notes" not in values:
            values["notes"] = reading.notes(text, "review")
    return values


def _is_whole(seen: object) -> bool:
    """Played to its end: `progress` is 100, or is not there."""
    progress = child(seen, "progress")
    return progress is None or reading.decimal(progress, "progress") == WHOLE


def _episode(seen: object) -> int | None:
    number = next(filter(None, (child(seen, name) for name in EPISODES)), None)
    return reading.number(number, "episode")


def _days(seen: list[object]) -> watched.Days:
    """Of single episodes; when a title was seen whole, no day of each is known."""
    days: Counter[str] = Counter()
    for one in seen:
        if _is_whole(one) and _episode(one):
            days[reading.date_text(child(one, "ended_on"), "ended_on")] += 1
    return dict(days) if any(days) else {}


def _time(seen: object) -> datetime | None:
    return reading.time_of(child(seen, "ended_on") or child(seen, "started_on"))
