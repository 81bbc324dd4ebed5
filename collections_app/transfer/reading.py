"""Single values of trackers' files, in our terms. What cannot be kept is a RowError.

A row is taken whole or refused with its reason. The few values that are changed on the
way are named in the row's remarks.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from animecollections.api.fields import CONTROL, shows_nothing
from animecollections.db.free_json import first_unkept
from animecollections.db.ids import LARGEST_ID
from collections_app.catalogue.refs import NUMBERED_SITES, OWN, WORD, WORDED_SITES
from collections_app.watch_list.entries import partial_date
from collections_app.watch_list.fields import (
    LARGEST_NUMBER,
    LONGEST_NOTES,
    LONGEST_TAG,
    MOST_TAGS,
)

from . import list_json
from .records import (
    OWNED_TAG,
    NotAnimeError,
    Record,
    Refused,
    Row,
    RowError,
    UnsupportedFileError,
)

MOST_ROWS = 20_000
LONGEST_TITLE = 500
LONGEST_EXTRA = 2_000
MOST_EXTRA = 50
LARGEST_EXTRA = 20_000  # all of one format together
UNUSABLE = re.compile("[\x00\ud800-\udfff]")
DATE = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[T ].{0,40})?", re.ASCII
)
DECIMAL = re.compile(r"\s*\d{1,9}([.,]\d{1,9})?\s*", re.ASCII)
DIGITS = re.compile(r"[0-9]{1,12}", re.ASCII)
# What a spreadsheet makes of 5680: 5680.0, 5680,00, 5,680, 5.680.
AS_DECIMAL = re.compile(r"[.,]0{1,2}", re.ASCII)
GROUPED = re.compile(r"[0-9]{1,3}(?:[.,'\u00a0\u202f][0-9]{3})+", re.ASCII)

WATCHING = ("Watching", "active")
PAUSED = ("Watching", "on_hold")
REWATCHING = ("Watching", "rewatching")
COMPLETED = ("Completed", "active")
PLANNED = ("To Watch", "active")
DROPPED = ("Collection", "dropped")
OWNED = ("Collection", "active")

# For sentences.
CALLED = {PAUSED: "on hold", DROPPED: "dropped", PLANNED: "planned"}

# The words of all trackers, without case, spaces and signs.
STATUSES = {
    "watching": WATCHING,
    "current": WATCHING,
    "currentlywatching": WATCHING,
    "inprogress": WATCHING,
    "started": WATCHING,
    "caughtup": WATCHING,
    "uptodate": WATCHING,
    "paused": PAUSED,
    "onhold": PAUSED,
    "hold": PAUSED,
    "stalled": PAUSED,
    "pause": PAUSED,
    "onpause": PAUSED,
    "suspended": PAUSED,
    "rewatching": REWATCHING,
    "repeating": REWATCHING,
    "rewatch": REWATCHING,
    "completed": COMPLETED,
    "complete": COMPLETED,
    "finished": COMPLETED,
    "watched": COMPLETED,
    "done": COMPLETED,
    "seen": COMPLETED,
    "viewed": COMPLETED,
    "finishedwatching": COMPLETED,
    "plantowatch": PLANNED,
    "planning": PLANNED,
    "planned": PLANNED,
    "ptw": PLANNED,
    "towatch": PLANNED,
    "wanttowatch": PLANNED,
    "watchlist": PLANNED,
    "plan": PLANNED,
    "plannedtowatch": PLANNED,
    "wanttosee": PLANNED,
    "wannawatch": PLANNED,
    "watchlater": PLANNED,
    "towatchlist": PLANNED,
    "wishlist": PLANNED,
    "backlog": PLANNED,
    "todo": PLANNED,
    "notstarted": PLANNED,
    "notstartedyet": PLANNED,
    "unwatched": PLANNED,
    "dropped": DROPPED,
    "notinteresting": DROPPED,
    "notinterested": DROPPED,
    "wontwatch": DROPPED,
    "abandoned": DROPPED,
    "stopwatching": DROPPED,
    "quit": DROPPED,
    "gaveup": DROPPED,
    "owned": OWNED,
    "collection": OWNED,
}
# The words for mangas and books. Of what is known to be an anime they mean the same.
READING = {
    "reading": WATCHING,
    "currentlyreading": WATCHING,
    "read": COMPLETED,
    "rereading": REWATCHING,
    "plantoread": PLANNED,
    "wanttoread": PLANNED,
    "toread": PLANNED,
    "ptr": PLANNED,
}
FORMATS = {
    "tv": "TV",
    "tvshort": "TV",
    "tv_short": "TV",
    "tv series": "TV",
    "movie": "Movie",
    "ova": "OVA",
    "ona": "ONA",
    "special": "Special",
    "tv special": "Special",
    "tv_special": "Special",
    "music": "Music",
    "music video": "Music",
}


class Rows:
    """The rows of a file as they are taken: Records, and Refused for the flawed."""

    def __init__(self) -> None:
        self.taken: list[Row] = []
        self.not_anime: list[str] = []

    def take(self, read: Callable[[int], Record], title: object = "") -> None:
        """Takes the next row; `read` gets its number."""
        row = len(self.taken) + 1
        if row > MOST_ROWS:
            raise too_many_rows()
        try:
            record = read(row)
            if not record.title and not record.ids:
                raise RowError("The row has neither a title nor an id.")
            self.taken.append(fitted(record))
        except RowError as flaw:
            if isinstance(flaw, NotAnimeError):
                self.not_anime.append(flaw.kind)
            shown = shown_title(title)
            reason = storable(str(flaw))
            self.taken.append(Refused(row=row, title=shown, reason=reason))

    def of(self, label: str) -> list[Row]:
        """All of them; raises UnsupportedFileError if none is of an anime."""
        if not self.taken:
            raise UnsupportedFileError(f"This {label} list is empty: it has no anime.")
        if len(self.not_anime) == len(self.taken):
            kinds = " and ".join(dict.fromkeys(self.not_anime))
            raise UnsupportedFileError(
                f"This {label} list holds {kinds} ({len(self.taken):,}), but "
                "only anime can be imported here: export the anime list "
                "instead."
            )
        return self.taken


def too_many_rows() -> UnsupportedFileError:
    return UnsupportedFileError(
        f"This file has more than {MOST_ROWS:,} rows: send it in parts."
    )


def fitted(record: Record) -> Record:
    """The record with notes as long as they may be; the row says what was cut."""
    notes = record.values.get("notes", "")
    if len(notes) > LONGEST_NOTES:
        record.values["notes"] = notes[:LONGEST_NOTES]
        record.remarks.append(
            f"The notes have {len(notes):,} characters: only the first "
            f"{LONGEST_NOTES:,} are kept."
        )
    record.remarks = list(map(storable, record.remarks))
    return record


def storable(text: str) -> str:
    """A sentence that quotes a file: whatever stands in it, it can be stored."""
    return UNUSABLE.sub("\ufffd", text)


def status(
    word: object, what: str = "status", *, is_anime: bool = False
) -> tuple[str, str] | None:
    """Type and state of a tracker's word; None where it says nothing.

    is_anime: whether the row is known to be an anime; then "Plan to Read" is a plan.
    """
    text = plain(word, what)
    if not text:
        return None
    bare = bare_word(text)
    found = STATUSES.get(bare)
    if found is None and bare in READING:
        if is_anime:
            return READING[bare]
        raise RowError(
            f"“{text[:50]}” ({what}) is a status for manga and books, not for anime."
        )
    if found is None:
        raise RowError(f"“{text[:50]}” ({what}) is not a known status.")
    return found


def bare_word(text: str) -> str:
    """A word without case, spaces and signs."""
    return re.sub(r"[\W_]", "", text.lower())


def with_rewatch(
    found: tuple[str, str] | None, is_again: bool | None
) -> tuple[tuple[str, str] | None, list[str]]:
    """The status of an entry that a tracker marks as watched again, and a remark where
    there is no such status here: what is on hold or dropped stays so.
    """
    if not is_again or found == REWATCHING:
        return found, []
    if found is None or found in (WATCHING, COMPLETED):
        return REWATCHING, []
    called = CALLED.get(found, "owned")
    remark = (
        f"The file marks it as {called} and as watched again. It is {called} here; "
        "that it is a rewatch is kept for exports to the same tracker."
    )
    return found, [remark]


def plain(value: object, what: str) -> str:
    """A short text, trimmed and in NFC; None is ""."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RowError(f"{what} is not text.")
    return usable(value, what).strip()


def usable(text: str, what: str) -> str:
    """The text in NFC, if it can be kept."""
    if UNUSABLE.search(text):
        raise RowError(f"{what} has a character that is not text (NUL, half an emoji).")
    return unicodedata.normalize("NFC", text)


def notes(value: object, what: str = "notes") -> str:
    """Lines of text with their white space; `fitted` cuts those that are too long."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RowError(f"{what} is not text.")
    return usable(value, what)


def line(value: object, what: str, most: int) -> str:
    """A text of one line; what is longer is cut, and what shows nothing is none."""
    text = CONTROL.sub(" ", plain(value, what))[:most].strip()
    return "" if shows_nothing(text) else text


def tags(
    words: Iterable[object], what: str = "tags", most: int = MOST_TAGS
) -> list[str]:
    """Each tag once, in order; blank ones are none."""
    found: dict[str, None] = {}
    for word in words:
        if word == "" or (isinstance(word, str) and word in found):
            continue
        tag = CONTROL.sub(" ", plain(word, what)).strip()
        if shows_nothing(tag):
            continue
        if len(tag) > LONGEST_TAG:
            raise RowError(
                f"{what}: “{tag[:20]}…” has {len(tag):,} characters; a tag has "
                f"at most {LONGEST_TAG}."
            )
        found[tag] = None
        if len(found) - (OWNED_TAG in found) > most:
            raise RowError(f"{what}: the limit is {most}.")
    return list(found)


def whole(text: str) -> str:
    """The digits of a whole number that a spreadsheet wrote as 12.0 or 1,085."""
    text = text.strip()
    if GROUPED.fullmatch(text):
        return "".join(DIGITS.findall(text))
    digits = DIGITS.match(text)
    is_whole = digits and AS_DECIMAL.fullmatch(text, digits.end())
    return digits[0] if digits and is_whole else text


def number(value: object, what: str, most: int = LARGEST_NUMBER) -> int | None:
    """A count from 0, as a number or as digits; None where it says nothing."""
    if isinstance(value, str):
        value = value.strip()
        if DIGITS.fullmatch(value):
            value = int(value)
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise RowError(
            f"{what} is not a whole number from 0 to {most:,}: {_shown(value)}."
        )
    return value


def score(value: object, what: str, best: int, worth: float) -> int | None:
    """A mark of 0 to `best` on 0–100, each point being worth `worth`; 0 is no mark."""
    mark = decimal(value, what)
    if not mark:
        return None
    if not 0 < mark <= best:
        raise RowError(f"{what} is not from 0 to {best}: {_shown(value)}.")
    kept = mark * worth
    if abs(kept - round(kept)) > 1e-6:
        raise RowError(f"{what} has too many decimals: {_shown(value)}.")
    return round(kept)


def tenths(value: object, what: str) -> int | None:
    """Our own 0–10 with one decimal, on 0–100; unlike elsewhere, 0 is a score."""
    marked = decimal(value, what)
    return 0 if marked == 0 else score(marked, what, 10, 10)


def decimal(value: object, what: str) -> float | None:
    """A number, or a text of one ("8,5" too); None where it says nothing."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        return float(value.replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RowError(f"{what} is not a number: {_shown(value)}.")
    return value


def scale_warning(highest: float, best: int) -> str:
    return (
        "The file does not name the scale of its scores. The highest is "
        f"{highest:g}, so they were read as 0 to {best}. If that is wrong, send the "
        "file again with the scale: 5, 10 or 100."
    )


def flag(value: object, what: str) -> bool | None:
    """True or false, as JSON, a number or a word; None where it says nothing."""
    word = str(value).strip().lower() if value is not None else ""
    if word in ("true", "1", "yes"):
        return True
    if word in ("false", "0", "no"):
        return False
    if word:
        raise RowError(f"{what} is neither true nor false: {_shown(value)}.")
    return None


def mark(score: int | None, best: int, worth: int, least: int = 1) -> int:
    """A score of 0–100 in points worth `worth` each, half a point up; 0 is no mark."""
    if score is None:
        return 0
    return min(best, max(least, (2 * score + worth) // (2 * worth)))


def date_of(year: object, month: object, day: object, what: str) -> str:
    """A partial date of numbers; 0 and None are unknown."""
    parts = (number(part, what, 9999) or 0 for part in (year, month, day))
    return date_text("{:04}-{:02}-{:02}".format(*parts), what)


def date_text(value: object, what: str) -> str:
    """A date such as 2017-10-03, 2017-10-00, 2017-10 or 2017; with a time, its day."""
    try:
        return _date(plain(value, what))
    except ValueError as error:
        raise RowError(
            f"{what} is not a valid date: {_shown(value)}. {error}"
        ) from None


@lru_cache(maxsize=4096)  # a list has the same few days again and again
def _date(text: str) -> str:
    if not text:
        return ""
    found = DATE.fullmatch(text)
    if not found:
        raise ValueError("Use a date such as 2017-10-03.")
    parts = [int(part or 0) for part in found.groups()]
    while parts and not parts[-1]:
        parts.pop()
    if 0 in parts:
        raise ValueError("A day needs a month and a year.")
    widths = (4, 2, 2)
    known = (str(part).zfill(width) for part, width in zip(parts, widths, strict=False))
    return partial_date("-".join(known))


def time_of(value: object) -> datetime | None:
    """A time in UTC, of seconds since 1970 or ISO 8601; None where it says none.

    A time is there to compare by, so one that cannot be read is as good as none.
    """
    try:
        if isinstance(value, str) and not value.isdigit():
            time = datetime.fromisoformat(value)
            return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
        seconds = int(value or 0)  # type: ignore[call-overload]
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def ids(found: Iterable[tuple[str, object]]) -> dict[str, str]:
    """{site: id} of what can be an id at a site that is known; 0 and "" are none."""
    known: dict[str, str] = {}
    for site, value in found:
        text = str(value or "").strip()
        if site in WORDED_SITES:
            fits = WORD.fullmatch(text) is not None
        elif site in NUMBERED_SITES or site == OWN:
            text = whole(text)
            fits = bool(DIGITS.fullmatch(text)) and 0 < int(text) <= LARGEST_ID
            text = str(int(text)) if fits else ""
        else:
            fits = False
        if fits:
            known.setdefault(site, text)
    return known


def title(value: object) -> str:
    """A name, for matching and for people."""
    return shown_title(plain(value, "the title"))


def names(values: Iterable[object], title: str) -> list[str]:
    """Other names than the title, each once."""
    found = dict.fromkeys(
        shown_title(value) for value in values if isinstance(value, str)
    )
    return [name for name in found if name and name != title]


def shown_title(value: object) -> str:
    """Whatever a title is, as one line that can be shown."""
    text = CONTROL.sub(" ", storable(str(value or "")))
    return unicodedata.normalize("NFC", text[: 2 * LONGEST_TITLE]).strip()[
        :LONGEST_TITLE
    ]


def format_of(value: object) -> str | None:
    """A tracker's word for TV, Movie …; None where it is none of ours."""
    return FORMATS.get(str(value or "").strip().lower())


def count_of(value: object) -> int | None:
    """A fact of the title for matching (episodes, year); what is odd is unknown."""
    try:
        return number(value, "") or None
    except RowError:
        return None


def own_fields(fields: Iterable[tuple[str, object]]) -> dict[str, object]:
    """The source's own fields, if they are few and small."""
    kept = dict(fields)
    if len(kept) > MOST_EXTRA:
        raise RowError(f"The row has {len(kept)} fields of its own, which is too many.")
    for name, value in kept.items():
        usable(name, "a field's name")
        shown = shown_title(name)[:50]
        for text in list_json.texts(value):
            usable(text, shown)
        if (unkept := first_unkept(value)) is not None:
            raise RowError(f"{shown} has a number out of range: {unkept}.")
        size = len(value if isinstance(value, str) else list_json.dumps(value))
        if size > LONGEST_EXTRA:
            raise RowError(f"{shown} has {size:,} characters, which is too many.")
    if (size := len(list_json.dumps(kept))) > LARGEST_EXTRA:
        raise RowError(
            f"The row's own fields have {size:,} characters; the "
            f"limit is {LARGEST_EXTRA:,}."
        )
    return kept


def owned(values: dict[str, Any]) -> dict[str, object]:
    """The values with the reserved tag turned back: to watch, and owned, is owned."""
    if OWNED_TAG in values.get("tags", ()):
        values["tags"] = [tag for tag in values["tags"] if tag != OWNED_TAG]
        if (values.get("type"), values.get("state")) == PLANNED:
            values["type"], values["state"] = OWNED
    return values


def tags_for(values: dict[str, Any]) -> list[str]:
    """The tags to write, with the reserved one for what is owned."""
    is_owned = (values["type"], values["state"]) == OWNED
    return [*values["tags"], OWNED_TAG] if is_owned else values["tags"]


def stated(**columns: object) -> dict[str, object]:
    """The columns that are not None."""
    return {name: value for name, value in columns.items() if value is not None}


def _shown(value: object) -> str:
    return shown_title(value if value is not False else "false")[:50] or "nothing"
