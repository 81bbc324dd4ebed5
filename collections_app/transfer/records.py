"""What passes between a list and the files of trackers: rows read, entries written."""

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

# Leaves as a tag of what is owned but on no list that others know; comes back as such.
OWNED_TAG = "animecollections:owned"
# Whose fields `extra` may hold: the names of transfer.FORMATS.
FORMAT_NAMES = frozenset(
    {"json", "mal", "anilist", "kitsu", "simkl", "shikimori", "hikka", "anime-planet"}
    | {"csv"}
)


# For the message of what is none of these.
READ_HERE = (
    "What is read: MyAnimeList's XML, JSON and CSV, AniList, Kitsu, Simkl, Shikimori, "
    "Hikka, Anime-Planet, Yamtrack's CSV, Bangumi, Annict, Ryot, AniDB's mylist, the "
    "viewing histories of Netflix, Crunchyroll, TV Time and Trakt, our own JSON and "
    "CSV, and any table (CSV or JSON) with a column for the title."
)


class UnsupportedFileError(Exception):
    """The file is no list that is read here; says what it is, and what to send."""


class RowError(Exception):
    """Why one row is refused, as a sentence."""


ONE_OF = {
    "mangas": "a manga",
    "novels": "a novel",
    "dramas": "a drama",
    "TV shows": "a TV show that is not anime",
    "films that are not anime": "a film that is not anime",
}


class NotAnimeError(RowError):
    """The row is of something else: `kind` says what, in the plural ("games"), and
    `one` in the singular ("a game"), if ONE_OF does not.
    """

    def __init__(self, kind: str, one: str = "") -> None:
        super().__init__(
            f"This is {one or ONE_OF[kind]}, but only anime can be imported here."
        )
        self.kind = kind


@dataclass(slots=True)
class Record:
    """A row of a file, in our terms.

    row:    its place in the file, from 1.
    title:  as the file says it, "" if it does not.
    ids:    {site: id}, the most trusted first; `own` is a title's id here.
    values: the entry's fields that the file states (fields.FIELDS), in our units: score
            0–100 or None, dates "" or partial. One it does not speak of is absent. Only
            our own JSON states `extra`, whole.
    extra:  the source's fields that have no column here, as small JSON, for exports to
            the same format.
    names:  more of its titles, for matching; so are year, format and episodes.
    changed_at, added_at: the row's own times, in UTC.
    doubt:   what the row may be if it is no anime, "" where the file leaves no doubt.
             Then the name alone does not choose a title.
    remarks: what was read otherwise than it stands in the file, as sentences.
    watched: how many episodes on which day ("" is unknown).
    viewings: every time through (transfer/viewings.py), where it was several.
    lists:   the lists of one's own that it is on (transfer/own_lists.py).
    is_listed: whether the row is an entry; what is only in the diary is none.
    """

    row: int
    title: str = ""
    ids: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    year: int | None = None
    format: str | None = None
    episodes: int | None = None
    changed_at: datetime | None = None
    added_at: datetime | None = None
    doubt: str = ""
    remarks: list[str] = field(default_factory=list)
    watched: dict[str, int] = field(default_factory=dict)
    viewings: list[dict[str, Any]] = field(default_factory=list)
    lists: list[dict[str, Any]] = field(default_factory=list)
    is_listed: bool = True


@dataclass(slots=True)
class Refused:
    """A row that was not taken, and why: a sentence for a person."""

    row: int
    title: str
    reason: str


Row = Record | Refused


@dataclass(slots=True)
class ListFile:
    """A file that was read: each of its rows is in `rows`, in its order.

    format:       the name in FORMATS.
    exported_at:  when the file was made, in UTC, if it says so.
    warnings:     what is odd about the file as a whole, as sentences.
    owner:        whose list it is there, "" if the file does not say.
    score_format: the scale of its scores, in the words of the preference `scoreFormat`
                  ("10.0", "10", "100", "5", "3"), "" if it is no matter of choice.
    shape:        the format whose syntax the file has, where that is another one's: a
                  table that holds MyAnimeList's columns is `mal`, and its shape `csv`.
    lists:        what its lists of one's own say of themselves.
    """

    format: str
    rows: list[Row]
    exported_at: datetime | None = None
    warnings: list[str] = field(default_factory=list)
    owner: str = ""
    score_format: str = ""
    shape: str = ""
    lists: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Kept:
    """An entry as an export knows it.

    values: its fields (fields.FIELDS), and `extra` ({format: {…}}) if there is any.
    ids:    {site: id} of the title; `anime_id` is its id here.
    names:  more of its titles.
    watched: how many episodes on which day, month or year; "" is unknown.
    viewings: those that have rows, by number.
    lists:  {"name", "rank", "notes"} of each list of one's own that it is on.
    """

    values: dict[str, Any]
    anime_id: int = 0
    title: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    format: str = "Unknown"
    episodes: int | None = None
    year: int | None = None
    added_at: datetime | None = None
    updated_at: datetime | None = None
    watched: Mapping[str, int] = field(default_factory=dict)
    viewings: Sequence[Mapping[str, Any]] = ()
    lists: Sequence[Mapping[str, Any]] = ()

    def besides(self, format_: str, known: Collection[str] = ()) -> dict[str, object]:
        """What a file of that format said for which there is no column.

        Our own JSON may have brought anything under that name: no object, fields that
        have a column (`known`), values of any kind.
        """
        fields = self.values.get("extra", {}).get(format_)
        if not isinstance(fields, dict):
            return {}
        return {name: value for name, value in fields.items() if name not in known}


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose list is written, and what its file says as a whole.

    exported_at:  the time the file bears.
    counts:       {"total", "by_type", "by_state"}, for headers that count.
    score_format: the scale of scores wished for ("10.0", "10", "100", "5", "3"), where
                  a format leaves the choice; "" is the finest.
    scores:       all scores that the list has. If they are given and one does not fit
                  the scale, a finer scale is taken; if not, scores are rounded to it.
    unlisted:     titles that are not on the watch list and were watched, or are on a
                  list of one's own; their `values` are empty.
    lists:        what each list of one's own says of itself.
    """

    name: str = ""
    exported_at: datetime | None = None
    counts: Mapping[str, Any] | None = None
    score_format: str = ""
    scores: frozenset[int] | None = None
    unlisted: Callable[[], Iterable[Kept]] = tuple
    lists: Callable[[], Iterable[Mapping[str, Any]]] = tuple


class Format(Protocol):
    """What each module of FORMATS is."""

    NAME: str  # in FORMATS and in addresses
    LABEL: str  # for people
    EXTENSION: str
    MEDIA_TYPE: str

    def write(self, entries: Iterable[Kept], owner: Owner) -> Iterator[str]:
        """The file, in pieces; memory does not grow with the list."""
        ...
