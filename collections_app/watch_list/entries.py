"""An entry as plain values: its columns, its JSON, its differences. No database.

Everything that reads or writes the list speaks of entries as {column: value}, with
the anime's facts beside it; JSON for answers is shaped here and nowhere else.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from collections_app.catalogue.entry_facts import card_facts, facts_to_json

Entry = dict[str, Any]

# What may be written to a column at most, whichever way it comes: the API, an import.
LARGEST_NUMBER = 100_000
HIGHEST_PRIORITY = 100
LONGEST_NOTES = 10_000
LONGEST_TAG = 255  # what MyAnimeList allows for all tags of an entry
MOST_TAGS = 50
LIMITS = {
    "progress": (LARGEST_NUMBER, "Send at most {:,}."),
    "rewatches": (LARGEST_NUMBER, "Send at most {:,}."),
    "priority": (HIGHEST_PRIORITY, "Send at most {:,}."),
    "notes": (LONGEST_NOTES, "Send at most {:,} characters."),
    "tags": (MOST_TAGS, "Send at most {:,} tags."),
}
# What may stand there: two titles that became one keep both notes and all tags.
LARGEST_KEPT = 2**31 - 1
MOST_TAGS_KEPT = 1000
YEARS = (1900, 2200)
PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)

# What a user says of an anime, and is shown.
SAID = (
    "type",
    "state",
    "progress",
    "score",
    "rewatches",
    "started_on",
    "finished_on",
    "notes",
    "tags",
    "priority",
    "is_private",
)
# Undo, import and the change log carry these. `extra` holds what other trackers' files
# said for which there is no column ({format: {…}}), to be written back to them.
KEPT = (*SAID, "extra")
# What answers read: lists leave `extra` in the database.
COLUMNS = (
    "id",
    "user_id",
    "anime_id",
    *SAID,
    "added_at",
    "updated_at",
    "revision",
    "watched_at",
    "counted",
)
STORED = (*COLUMNS, "extra")
NEW: Entry = {
    "type": None,
    "state": "active",
    "progress": 0,
    "score": None,
    "rewatches": 0,
    "started_on": "",
    "finished_on": "",
    "notes": "",
    "tags": [],
    "priority": 0,
    "is_private": False,
    "extra": {},
    "watched_at": None,
    "counted": 0,
}


def to_json(row: Sequence[Any]) -> dict[str, Any]:
    """One row of (*COLUMNS, *FACTS) as the API's entry."""
    (
        id_, user_id, anime_id, type_, state, progress, score, rewatches,
        started_on, finished_on, notes, tags, priority, is_private,
        added_at, updated_at, revision, _watched_at, _counted, *facts,
    ) = row  # fmt: skip
    return {
        "id": id_,
        "user_id": user_id,
        "anime_id": str(anime_id),
        "type": type_,
        **facts_to_json(facts),
        "progress": progress,
        "score": shown("score", score),
        "state": state,
        "rewatches": rewatches,
        "started_on": shown("started_on", started_on),
        "finished_on": shown("finished_on", finished_on),
        "notes": notes,
        "tags": tags,
        "priority": priority,
        "is_private": is_private,
        "added_at": added_at,
        "updated_at": updated_at,
        "revision": revision,
    }


# The columns of an entry as text that `written` puts into JSON as it is: no UUID, time
# or list is made of them only to be written again. On both databases.
TEXTS = (
    "CAST(id AS text)",
    "anime_id",
    "type",
    "state",
    "progress",
    "score",
    "rewatches",
    "started_on",
    "finished_on",
    "notes",
    "CAST(tags AS text)",
    "priority",
    "is_private",
    "CAST(added_at AS text)",
    "CAST(updated_at AS text)",
    "revision",
)


def written(row: Sequence[Any], user_id: str, facts: str) -> bytes:
    """One row of TEXTS as `to_json` and orjson would write it, in a fifth of the time.

    facts: `facts_to_json` of its title as JSON, without the braces. A test compares
    the two ways for whatever an entry may hold.
    """
    (
        id_, anime_id, type_, state, progress, score, rewatches, started_on,
        finished_on, notes, tags, priority, is_private, added_at, updated_at, revision,
    ) = row  # fmt: skip
    return (
        f'{{"id":"{dashed(id_)}","user_id":"{user_id}","anime_id":"{anime_id}",'
        f'"type":"{type_}",{facts},"progress":{progress},'
        f'"score":{"null" if score is None else score / 10},"state":"{state}",'
        f'"rewatches":{rewatches},"started_on":{quoted_date(started_on)},'
        f'"finished_on":{quoted_date(finished_on)},"notes":{quoted(notes)},'
        f'"tags":{compact(tags)},"priority":{priority},'
        f'"is_private":{"true" if is_private else "false"},'
        f'"added_at":"{added_at[:10]}T{added_at[11:19]}Z",'
        f'"updated_at":"{updated_at[:10]}T{updated_at[11:19]}Z",'
        f'"revision":{revision}}}'
    ).encode()


def dashed(id_: str) -> str:
    """SQLite keeps an id as its 32 digits."""
    return id_ if len(id_) == 36 else str(UUID(id_))


def quoted(text: str) -> str:
    return orjson.dumps(text).decode() if text else '""'


@lru_cache(10_000)
def quoted_date(text: str) -> str:
    """Partial dates are few, and come again in every list."""
    return orjson.dumps(text or None).decode()


def compact(tags: str) -> str:
    """Databases write JSON with spaces, and SQLite's without letters like é."""
    return tags if tags == "[]" else orjson.dumps(orjson.loads(tags)).decode()


def shown(name: str, value: Any) -> Any:
    """A column's value as the API shows it."""
    if name == "score" and value is not None:
        return value / 10
    is_date = name in ("started_on", "finished_on")
    return None if is_date and value == "" else value


def to_card(row: Sequence[Any]) -> dict[str, Any]:
    """The same as `to_json`, with what cards read."""
    return to_json(row) | card_facts(row[len(COLUMNS) :])


def to_next(row: Sequence[Any]) -> dict[str, Any]:
    """The same as `to_json`, with what comes next (view=up_next)."""
    entry = to_json(row)
    total, progress = entry["episodes"], entry["progress"]
    return entry | {
        "next_episode": progress + 1,
        "episodes_left": None if total is None else total - progress,
    }


JSON_KEYS = (
    "id", "user_id", "anime_id", "type", "title", "imageUrl", "rating", "episodes",
    "mal_id", "format", "airing_status", "season", "year", "progress", "score",
    "state", "rewatches", "started_on", "finished_on", "notes", "tags", "priority",
    "is_private", "added_at", "updated_at", "revision",
)  # fmt: skip
CARD_KEYS = (
    *JSON_KEYS, "image_webp", "image_large_webp", "image_small_webp", "status",
    "genres",
)  # fmt: skip
NEXT_KEYS = (*JSON_KEYS, "next_episode", "episodes_left")


def partial_date(text: str) -> str:
    """The text, if it is "2017", "2017-10", "2017-10-03" or "" for unknown.

    Raises ValueError with a sentence for a person.
    """
    if not text:
        return text
    if not PARTIAL_DATE.fullmatch(text):
        raise ValueError("Send a date such as 2017, 2017-10 or 2017-10-03.")
    try:
        first_day = date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        raise ValueError("There is no such day.") from None
    if not YEARS[0] <= first_day.year <= YEARS[1]:
        raise ValueError("The year is from {} to {}.".format(*YEARS))
    return text


def snapshot(entry: Entry) -> dict[str, Any]:
    """All of an entry as JSON, for the change log: enough to bring it back."""
    kept = {name: entry[name] for name in KEPT}
    times = {name: entry.get(name) for name in ("added_at", "watched_at")}
    told = {name: time and time.isoformat() for name, time in times.items()}
    counted = entry.get("counted", 0)
    return {"id": str(entry["id"]), **told, "counted": counted, **kept}


def from_snapshot(kept: Mapping[str, Any]) -> Entry:
    """What `snapshot` made, as column values."""
    entry = {name: kept.get(name, NEW[name]) for name in KEPT}
    entry["id"] = UUID(kept["id"])
    for name in ("added_at", "watched_at"):
        time = kept.get(name)
        entry[name] = time and datetime.fromisoformat(time)
    entry["counted"] = kept.get("counted", 0)
    return entry


def beyond_limits(values: Mapping[str, Any], before: Entry) -> dict[str, str]:
    """What of the values is more than may be written, in a sentence for each.

    What stands there already may be sent back, whatever brought it there.
    """
    return {
        name: sentence.format(most)
        for name, (most, sentence) in LIMITS.items()
        if values.get(name) is not None and values[name] != before.get(name)
        if size_of(values[name]) > most
    }


def size_of(value: Any) -> int:
    return value if isinstance(value, int) else len(value)


def differences(before: Entry, after: Entry) -> list[str]:
    """The names of kept columns that differ."""
    return [name for name in KEPT if before[name] != after[name]]
