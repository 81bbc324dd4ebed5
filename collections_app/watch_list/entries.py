"""An entry as plain values: its columns, its JSON, its differences. No database.

Everything that reads or writes the list speaks of entries as {column: value}, with
the anime's facts next to it; JSON for answers is shaped here and nowhere else.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast
from uuid import UUID

import orjson

from collections_app.catalogue.airing import (
    AiringNow,
    Schedule,
    airing_now,
    this_minute,
)
from collections_app.catalogue.entry_facts import (
    AIRING_KEYS,
    CARD_KEYS_OF_FACTS,
    FACT_KEYS,
    FACTS,
    NULL_FACT_KEYS,
    card_facts,
)
from collections_app.watch_list.episode_ranges import Seen
from collections_app.watch_list.fields import (
    FIELDS,
    LOGGED_FIELDS,
    NEW_ENTRY,
    Kind,
    limit_of,
)

# By column, and as answered: fields.py says which values they have.
Entry = dict[str, Any]
EntryJson = dict[str, Any]
Row = Sequence[Any]  # of ROW

YEARS = (1900, 2200)
PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)

# The keys of an answered entry: around what it shows of its title, its own fields; and
# what has aired, which no column says.
FIRST, *OTHERS = (field.name for field in FIELDS)
STORED_KEYS = (
    "id", "user_id", "anime_id", FIRST, *FACT_KEYS, *OTHERS,
    "added_at", "updated_at", "revision",
)  # fmt: skip
JSON_KEYS = (*STORED_KEYS, *AIRING_KEYS)
CARD_KEYS = (*JSON_KEYS, *CARD_KEYS_OF_FACTS)
NEXT_KEYS = (*JSON_KEYS, "next_episode", "episodes_left")
LISTED_KEYS = (*JSON_KEYS, "lists")
# The columns of a row that `to_json` reads: those of the keys, in their order; then
# what cards show besides, and the schedule.
COLUMN_OF_KEY = {
    key: f"anime__{fact}" for key, fact in zip(FACT_KEYS, FACTS, strict=False)
}
ROW = (
    *(COLUMN_OF_KEY.get(key, key) for key in STORED_KEYS),
    *(f"anime__{fact}" for fact in FACTS[len(FACT_KEYS) :]),
)
ANIME_ID = ROW.index("anime_id")
facts_in = itemgetter(*(ROW.index(f"anime__{fact}") for fact in FACTS))
SCORE_KEYS = [field.name for field in FIELDS if field.kind is Kind.SCORE]
# Blank in its column is null in an answer.
NULL_KEYS = [
    *NULL_FACT_KEYS,
    *(field.name for field in FIELDS if field.kind is Kind.DATE),
]


def to_json(row: Sequence[object]) -> EntryJson:
    """One row of ROW as the API's entry. It is hot: no call for each field."""
    entry: EntryJson = dict(zip(STORED_KEYS, row, strict=False))
    entry["anime_id"] = str(entry["anime_id"])
    for key in NULL_KEYS:
        if not entry[key]:
            entry[key] = None
    for key in SCORE_KEYS:
        if (score := entry[key]) is not None:
            entry[key] = score / 10
    if kept := entry["episode_ranges"]:
        entry["episode_ranges"] = Seen.read(entry["progress"], kept).to_json()
    else:
        del entry["episode_ranges"]
    now = airing_of(row)
    entry["episodes_aired"] = now.episodes_aired
    entry["behind_by"] = behind_by(now, entry["progress"], kept)
    entry["next_airs_at"] = now.next_airs_at
    entry["next_airs_estimated"] = now.next_airs_estimated
    return entry


RANGES = ROW.index("episode_ranges")
STATUS, EPISODES, SCHEDULE = (
    ROW.index(f"anime__{fact}") for fact in ("airing_status", "episodes", "schedule")
)


def airing_of(row: Row) -> AiringNow:
    """What has aired by now of the title of a row of ROW."""
    schedule = Schedule.of(row[SCHEDULE])
    return airing_now(row[STATUS], row[EPISODES], schedule, this_minute())


def behind_by(now: AiringNow, progress: int, kept: str) -> int | None:
    """How many have aired and are neither watched nor skipped."""
    aired = now.episodes_aired
    if not kept or aired is None:
        return now.behind_by(progress)
    return Seen.read(progress, kept).left_of(aired)


SOURCES = [(name.removeprefix("anime__"), "__" in name) for name in ROW]


def values_to_json(entry: Entry, facts: Mapping[str, object]) -> EntryJson:
    """The same, of an entry's columns and its title's."""
    return to_json(
        [facts[name] if is_fact else entry[name] for name, is_fact in SOURCES]
    )


# --- The whole list, as text -------------------------------------------------------

# The columns of an entry as text that `written` puts into JSON as it is: no UUID, time
# or list is made of them only to be written again. On both databases.
TEXTS = (
    "CAST(id AS text)",
    "anime_id",
    *(
        f"CAST({field.name} AS text)" if field.kind is Kind.TAGS else field.name
        for field in FIELDS
    ),
    "CAST(added_at AS text)",
    "CAST(updated_at AS text)",
    "revision",
)
# How a value of each kind is written, as a piece of an f-string.
WRITTEN_AS = {
    Kind.CHOICE: '"{value}"',
    Kind.NUMBER: "{value}",
    Kind.SCORE: '{"null" if value is None else value / 10}',
    Kind.DATE: '{quoted_date(value) if value else "null"}',
    Kind.TEXT: "{quoted(value)}",
    Kind.LINE: "{quoted(value)}",
    Kind.TAGS: "{compact(value)}",
    Kind.FLAG: '{"true" if value else "false"}',
    Kind.EPISODES: '{quoted_episodes(progress, value) if value else ""}',
}
# Of an AiringNow, by place: else names would be looked up and functions called for each
# of a thousand entries.
AIRING_WRITTEN_AS = {
    "episodes_aired": '{"null" if (aired := now[0]) is None else aired}',
    "behind_by": (
        '{"null" if aired is None else '
        "behind_by(now, progress, episode_ranges) if episode_ranges "
        "else max(aired - progress, 0)}"
    ),
    "next_airs_at": '{quoted_date(now[1]) if now[1] else "null"}',
    "next_airs_estimated": "{FLAGS[now[2]]}",
}
FLAGS = {None: "null", True: "true", False: "false"}
TIME = '"{value[:10]}T{value[11:19]}Z"'


def writer() -> Callable[..., bytes]:
    """Of the table above a function of all columns, made as namedtuple makes its own,
    and so as quick as one that is written out by hand. No value is in its text.
    """
    pieces = {"id": '"{dashed(id)}"', "user_id": '"{user_id}"'}
    pieces["anime_id"] = '"{anime_id}"'
    pieces |= {field.name: WRITTEN_AS[field.kind] for field in FIELDS}
    pieces |= dict.fromkeys(("added_at", "updated_at"), TIME)
    pieces["revision"] = "{revision}"
    pieces = {name: piece.replace("value", name) for name, piece in pieces.items()}
    members = [member(name, piece) for name, piece in pieces.items()]
    members.insert(list(pieces).index(FIRST) + 1, "{facts},")
    members += [member(name, piece) for name, piece in AIRING_WRITTEN_AS.items()]
    given = ["user_id", "facts", "now"]
    names = ", ".join([*given, *(n for n in pieces if n not in given)])
    inside = "".join(members).removesuffix(",")
    made = f"lambda {names}: f'{{{{{inside}}}}}'.encode()"
    return cast("Callable[..., bytes]", eval(made))  # noqa: S307


def member(name: str, piece: str) -> str:
    """With its comma. That of episodes is whole by itself, for most have none."""
    return piece if "quoted_episodes" in piece else f'"{name}":{piece},'


def quoted_episodes(progress: int, kept: str) -> str:
    told = orjson.dumps(Seen.read(progress, kept).to_json()).decode()
    return f'"episode_ranges":{told},'


def dashed(id_: str) -> str:
    """SQLite keeps an id as its 32 digits."""
    return id_ if len(id_) == 36 else str(UUID(id_))


def quoted(text: str) -> str:
    return orjson.dumps(text).decode() if text else '""'


@lru_cache(10_000)
def quoted_date(text: str | None) -> str:
    """Partial dates are few, and come again in every list."""
    return orjson.dumps(text or None).decode()


def compact(tags: str) -> str:
    """Databases write JSON with spaces, and SQLite's without letters like é."""
    return tags if tags == "[]" else orjson.dumps(orjson.loads(tags)).decode()


# written(user_id, facts, now, *row): a row of TEXTS as `to_json` and orjson would write
# it, in a fifth of the time. facts: `facts_to_json` of its title as JSON, without
# braces. now: its AiringNow. A test compares the two ways for whatever an entry may
# hold.
written = writer()


# --- Views of a list ------------------------------------------------------------------


def to_card(row: Sequence[object]) -> EntryJson:
    """The same as `to_json`, with what cards read."""
    return to_json(row) | card_facts(facts_in(row))


def to_next(row: Row) -> EntryJson:
    """The same as `to_json`, with what comes next (view=up_next)."""
    entry = to_json(row)
    total, seen = entry["episodes"], Seen.read(entry["progress"], row[RANGES])
    return entry | {
        "next_episode": seen.progress + 1,
        "episodes_left": None if total is None else seen.left_of(total),
    }


def with_lists(rows: Iterable[Row], lists: Mapping[int, list[str]]) -> list[Row]:
    """Rows of ROW that go on with the ids of the lists each title is on."""
    return [(*row, lists.get(row[ANIME_ID], [])) for row in rows]


def to_listed(row: Row) -> EntryJson:
    """The same as `to_json`, with the lists that it is on (view=lists)."""
    return to_json(row) | {"lists": row[-1]}


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


def snapshot(entry: Entry) -> dict[str, object]:
    """All of an entry as JSON, for the change log: enough to bring it back."""
    kept = {name: entry[name] for name in LOGGED_FIELDS}
    times = {name: entry.get(name) for name in ("added_at", "watched_at")}
    told = {name: time and time.isoformat() for name, time in times.items()}
    counted = entry.get("counted", 0)
    return {"id": str(entry["id"]), **told, "counted": counted, **kept}


def from_snapshot(kept: Mapping[str, Any]) -> Entry:
    """What `snapshot` made, as column values."""
    entry = {name: kept.get(name, NEW_ENTRY[name]) for name in LOGGED_FIELDS}
    entry["id"] = UUID(kept["id"])
    for name in ("added_at", "watched_at"):
        time = kept.get(name)
        entry[name] = time and datetime.fromisoformat(time)
    entry["counted"] = kept.get("counted", 0)
    return entry


LIMITED = [field for field in FIELDS if field.most is not None]


def beyond_limits(values: Mapping[str, Any], before: Entry) -> dict[str, str]:
    """What of the values is more than may be written, in a sentence for each.

    What stands there already may be sent back, whatever brought it there.
    """
    return {
        field.name: limit_of(field)
        for field in LIMITED
        if (value := values.get(field.name)) is not None
        if value != before.get(field.name) and size_of(value) > (field.most or 0)
    }


def size_of(value: int | Sized) -> int:
    return value if isinstance(value, int) else len(value)


def differences(before: Entry, after: Entry) -> list[str]:
    """The names of kept columns that differ."""
    return [name for name in LOGGED_FIELDS if before[name] != after[name]]
