"""The fields of an entry, each declared once. No database.

From FIELDS derive the columns that are read and written, the keys of answers, what
clients may send, the log, texts of changes, our own files, and how two entries become
one. docs/recipes/entry-field.md tells how to add one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from animecollections.viewer import SeenBy

# What may be written to a column at most, whichever way it comes: the API, an import.
LARGEST_NUMBER = 100_000
HIGHEST_PRIORITY = 100
LONGEST_NOTES = 10_000
LONGEST_TITLE = 200  # of what a user calls a title
LONGEST_TAG = 255  # what MyAnimeList allows for all tags of an entry
MOST_TAGS = 50
LONGEST_PLACE = 100  # where a title was watched, of a viewing
# What may stand there: two titles that became one keep both notes and all tags.
LARGEST_KEPT = 2**31 - 1
MOST_TAGS_KEPT = 1000


class Kind(Enum):
    """What a value is. Whatever reads or shows fields has a way for each kind."""

    CHOICE = auto()  # one of a few words
    NUMBER = auto()
    SCORE = auto()  # 0–100 or None; answers show 0–10
    DATE = auto()  # "", "2017", "2017-10" or "2017-10-03"; answers show None for ""
    TEXT = auto()  # of many lines
    LINE = auto()
    TAGS = auto()  # a list of texts
    FLAG = auto()
    EPISODES = (
        auto()
    )  # beside progress, as text (episode_ranges.py); answers show all of it


SENTENCES = {
    Kind.NUMBER: "Send at most {:,}.",
    Kind.TEXT: "Send at most {:,} characters.",
    Kind.LINE: "Send at most {:,} characters.",
    Kind.TAGS: "Send at most {:,} tags.",
}


@dataclass(frozen=True, slots=True)
class Field:
    """
    name:    of the column, and of the key in JSON.
    new:     what a new entry holds; null from a client clears to it.
    example: as the reference of the API shows it.
    seen_by: who may see it of an entry that they may see.
    word:    for it in sentences of what changed; the name, if there is none.
    most:    how large a number, how long a text, how many tags may be written at most.
    kept:    how much may stand there and be sent back, where that is more than `most`.
    """

    name: str
    kind: Kind
    new: Any
    example: Any
    seen_by: SeenBy
    word: str = ""
    most: int | None = None
    kept: int | None = None

    @property
    def label(self) -> str:
        return self.word or self.name


OTHERS, WHERE_NAMED, OWNER = SeenBy.OTHERS, SeenBy.WHERE_NAMED, SeenBy.OWNER
# In the order of answers. What a title is stands there after `type`.
FIELDS = (
    Field("type", Kind.CHOICE, None, "Watching", OTHERS),
    Field(
        "progress", Kind.NUMBER, 0, 12, OTHERS,
        most=LARGEST_NUMBER, kept=LARGEST_KEPT,
    ),
    Field("score", Kind.SCORE, None, 9.5, OTHERS),
    Field("state", Kind.CHOICE, "active", "active", OTHERS),
    Field(
        "rewatches", Kind.NUMBER, 0, 0, WHERE_NAMED,
        most=LARGEST_NUMBER, kept=LARGEST_KEPT,
    ),
    Field("started_on", Kind.DATE, "", "2026-10-02", WHERE_NAMED, word="started"),
    Field("finished_on", Kind.DATE, "", None, WHERE_NAMED, word="finished"),
    Field("notes", Kind.TEXT, "", "", WHERE_NAMED, most=LONGEST_NOTES),
    Field("tags", Kind.TAGS, [], [], WHERE_NAMED, most=MOST_TAGS, kept=MOST_TAGS_KEPT),
    Field("priority", Kind.NUMBER, 0, 0, OWNER, most=HIGHEST_PRIORITY),
    Field("is_private", Kind.FLAG, False, False, OWNER, word="private"),
    Field(
        "episode_ranges", Kind.EPISODES, "", {"watched": "1-6,8-12", "skipped": "7"},
        WHERE_NAMED, word="episodes",
    ),
    Field(
        "custom_title", Kind.LINE, "", "", OWNER, word="own title", most=LONGEST_TITLE
    ),
)  # fmt: skip
BY_NAME = {field.name: field for field in FIELDS}
# The same for people and files: type and state, which are one, come first.
FIELD_NAMES = ("type", "state", *(n for n in BY_NAME if n not in ("type", "state")))
# Undo, imports and the log carry these. `extra` holds what other trackers' files said
# for which there is no field ({format: {…}}), to be written back to them.
LOGGED_FIELDS = (*FIELD_NAMES, "extra")
# What the service keeps of an entry besides, and nobody sends.
KEPT_BESIDES: dict[str, Any] = {"watched_at": None, "counted": 0}
# What a new entry holds.
NEW_ENTRY: dict[str, Any] = {name: BY_NAME[name].new for name in FIELD_NAMES} | {
    "extra": {}
}
NEW_ENTRY |= KEPT_BESIDES
# What answers read: lists leave `extra` in the database.
ENTRY_COLUMNS = (
    "id", "user_id", "anime_id", *FIELD_NAMES,
    "added_at", "updated_at", "revision", *KEPT_BESIDES,
)  # fmt: skip
STORED_COLUMNS = (*ENTRY_COLUMNS, "extra")
# Who may see each column of an entry.
COLUMNS_SEEN_BY = {"anime_id": OTHERS} | {f.name: f.seen_by for f in FIELDS}
COLUMNS_SEEN_BY |= {"added_at": WHERE_NAMED, "updated_at": WHERE_NAMED}
COLUMNS_SEEN_BY |= dict.fromkeys(
    ("id", "user_id", "revision", *KEPT_BESIDES, "extra"), OWNER
)


def label_of(name: str) -> str:
    """For a field in sentences; the log may have one that there is no more."""
    return BY_NAME[name].label if name in BY_NAME else name


def limit_of(field: Field) -> str:
    """The sentence for more than may be written."""
    return SENTENCES[field.kind].format(field.most)


def shown(name: str, value: object) -> Any:
    """A column's value as the API shows it."""
    field = BY_NAME.get(name)
    show = SHOWN_AS.get(field.kind) if field else None
    return show(value) if show else value


def as_tenths(score: int | None) -> float | None:
    return None if score is None else score / 10


def text_or_none(text: str | None) -> str | None:
    return text or None


# What is shown otherwise than it stands in its column.
SHOWN_AS: dict[Kind, Callable[[Any], Any]] = {
    Kind.SCORE: as_tenths,
    Kind.DATE: text_or_none,
    Kind.EPISODES: text_or_none,
}
