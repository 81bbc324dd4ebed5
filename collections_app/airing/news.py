"""What is news of airings: episodes that aired, dates that moved, sequels with a date.

Each becomes a TitleEvent once, by its key, however often it is looked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.utils import timezone

from collections_app.airing.models import Airing
from collections_app.catalogue.models import Precision
from collections_app.source_facts.franchises import prequels_of
from collections_app.title_events import services as events
from collections_app.title_events.services import NewEvent

Row = Mapping[str, Any]
# So long the worker may stand still, or a source be late, and all is told. What aired
# before is no news.
NEWS_FOR = timedelta(days=7)
# Of what airs later than that, nobody is told that it moved.
SOON = timedelta(days=30)
ANNOUNCED_AHEAD = timedelta(days=90)
A_MOVE = timedelta(hours=1)
A_MOVE_OF_A_GUESS = timedelta(days=1)
COLUMNS = (
    "anime_id", "number", "airs_at", "airs_on", "precision", "is_estimated",
    "anime__episodes",
)  # fmt: skip


def time_of(row: Row) -> str:
    """As answers show it: a time, a day or a month, as much as is known."""
    if row["airs_at"] is None:
        return ""
    if row["precision"] != Precision.MINUTE:
        return str(row["airs_on"])
    at: datetime = row["airs_at"].astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


# --- Episodes that aired --------------------------------------------------------------


def note_aired(now: datetime | None = None) -> int:
    """What aired in the last days and is not noted; how many events. Its cost is that
    of a week's airings, however many titles and lists there are.
    """
    now = now or timezone.now()
    recent = Airing.objects.between(now - NEWS_FOR, now)
    rows = recent.order_by("anime_id", "airs_at", "number").values(*COLUMNS)
    return events.note(aired(rows.iterator()))


def aired(rows: Iterable[Row]) -> Iterator[NewEvent]:
    """One for each title and time: a batch is one piece of news. rows: by both."""
    for (anime_id, at), group in groupby(rows, itemgetter("anime_id", "airs_at")):
        total = None
        numbers, last_row = [], None
        for row in group:
            total = row["anime__episodes"]
            if not total or row["number"] <= total:
                numbers.append(row["number"])
                last_row = row
        if last_row is None:
            continue
        yield NewEvent(
            "aired",
            anime_id,
            str(numbers[-1]),
            at,
            {
                "first": numbers[0],
                "last": numbers[-1],
                "total": total,
                "airs_at": time_of(last_row),
                "estimated": last_row["is_estimated"],
            },
        )


# --- Dates that moved -----------------------------------------------------------------


def moved(
    rows: Sequence[Row], stored: Mapping[int, Mapping[int, Row]], now: datetime
) -> Iterator[NewEvent]:
    """Of each title the first episode that moved, if anybody waits for it already.

    rows: that are written, by title and number. stored: what they were, by both.
    """
    for anime_id, group in groupby(rows, itemgetter("anime_id")):
        before = stored.get(anime_id, {})
        for row in group:
            was = before.get(row["number"])
            if was and is_soon(was, row, now) and has_moved(was, row):
                yield move_of(was, row, now)
                break


def move_of(was: Row, row: Row, now: datetime) -> NewEvent:
    return NewEvent(
        "moved",
        row["anime_id"],
        f"{row['number']}:{row['sequence']}",
        now,
        {
            "episode": row["number"],
            "was_at": time_of(was),
            "airs_at": time_of(row),
            "estimated": row["is_estimated"],
        },
    )


def is_soon(was: Row, row: Row, now: datetime) -> bool:
    """Whether it had not aired, and was to, or is to, before long."""
    if was["airs_at"] is None or was["airs_at"] <= now:
        return False
    times: list[datetime] = [was["airs_at"], row["airs_at"] or was["airs_at"]]
    return min(times) <= now + SOON


def has_moved(was: Row, row: Row) -> bool:
    """By more than a better guess does. What was but computed and is announced no more
    has not moved: nobody had said it.
    """
    if row["airs_at"] is None:
        return not bool(was["is_estimated"])
    is_exact = all(
        one["precision"] == Precision.MINUTE and not one["is_estimated"]
        for one in (was, row)
    )
    least = A_MOVE if is_exact else A_MOVE_OF_A_GUESS
    return bool(abs(row["airs_at"] - was["airs_at"]) >= least)


# --- Sequels --------------------------------------------------------------------------


def note_sequels(now: datetime | None = None) -> str:
    """The periodic job: titles that begin soon, or just began, and are sequels."""
    now = now or timezone.now()
    begin = Airing.objects.between(now - NEWS_FOR, now + ANNOUNCED_AHEAD)
    begin = begin.filter(number=1, anime__gone_since=None)
    rows = begin.order_by().values(*COLUMNS)
    first = {row["anime_id"]: row for row in rows}
    before = prequels_of(first)
    number = events.note(
        NewEvent(
            "sequel",
            anime_id,
            "",
            now,
            {
                "of": sorted(of),
                "airs_at": time_of(first[anime_id]),
                "estimated": first[anime_id]["is_estimated"],
            },
        )
        for anime_id, of in sorted(before.items())
    )
    return f"{number:,} sequels have a date"
