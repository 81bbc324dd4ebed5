"""What an earlier release counted on the day of a completion, though it was seen long
before: found, and made unknown.

That release counted all episodes of a title that was moved to Completed as watched on
the day of the move. Where it was not Watching before, nobody knows when they were
(rules.py has the table of today).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from animecollections.identity import Origin
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.watch_list.models import EntryType, WatchListEntry
from collections_app.watch_list.undo import day_of_old
from collections_app.watch_list.writes import ListEdit
from history.log.recording import recording
from history.models import Change, ChangeKind, EpisodesWatched
from history.watched.days import UNKNOWN
from history.watched.services import diaries_of


@dataclass(frozen=True, slots=True)
class Miscounted:
    """Episodes that count on a day on which they were not watched."""

    user_id: UUID
    anime_id: int
    day: str
    episodes: int


def miscounted(people: Sequence[UUID]) -> Iterator[Miscounted]:
    """Reads their log, and for what it no longer has their diary."""
    yield from by_the_log(people)
    yield from by_the_list(people)


def by_the_log(people: Sequence[UUID]) -> Iterator[Miscounted]:
    """Completed by a call that set no finish date: an increment to the end did."""
    moved = Q(after__type=EntryType.COMPLETED.value) & ~Q(
        before__type=EntryType.WATCHING.value
    )
    changes = (
        Change.objects.across_users()
        .filter(user_id__in=people, kind=ChangeKind.UPDATE)
        .filter(moved, days__isnull=True, watched__gt=0)
        .exclude(after__has_key="finished_on")
        .order_by("user_id", "revision")
    )
    for change in changes.iterator():
        anime_id = change.anime_id or 0
        diary = diaries_of(change.user_id, [anime_id]).get(anime_id, {})
        day = day_of_old(change.at, diary)
        if (episodes := min(change.watched, diary.get(day, 0))) > 0:
            yield Miscounted(change.user_id, anime_id, day, episodes)


def by_the_list(people: Sequence[UUID]) -> Iterator[Miscounted]:
    """All of a title on one day, and that the only one: it is Completed, and nobody
    knows when it was finished. Where the log knows of that day, it has said so already.
    """
    entries = WatchListEntry.objects.across_users().filter(
        user_id__in=people,
        type=EntryType.COMPLETED,
        finished_on="",
        progress__gt=1,
        counted=F("progress"),
    )
    columns = ("user_id", "anime_id", "progress")
    for user_id, anime_id, progress in entries.values_list(*columns).iterator():
        rows = EpisodesWatched.objects.of(user_id).of_anime([anime_id])
        days = list(rows.exclude(episodes=0).values_list("day", "episodes"))
        day, episodes = days[0] if len(days) == 1 else (None, 0)
        if day is None or episodes != progress:
            continue
        if not is_logged(user_id, anime_id, day):
            yield Miscounted(user_id, anime_id, day.isoformat(), progress)


def is_logged(user_id: UUID, anime_id: int, day: date) -> bool:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    around = (noon - timedelta(days=2), noon + timedelta(days=2))
    theirs = Change.objects.of(user_id).filter(anime_id=anime_id, at__range=around)
    return theirs.exists()


def make_unknown(found: Miscounted, today: date) -> UUID | None:
    """As an operation, which can be undone; None where the day has changed since."""
    ref = AnimeRef(OWN, str(found.anime_id))
    through = Origin("command")
    with recording(user_id=found.user_id, through=through) as record:
        edit = ListEdit(record, found.user_id, today)
        edit.read([ref])
        slot = edit.slot_of(ref)
        slot.watched.add(found.day, -found.episodes)
        edit.settle()
        slot.watched.add(UNKNOWN, -slot.watched.total)
        return record.operation_id if edit.save() else None
