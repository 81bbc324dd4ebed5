"""Whom an event of a title concerns, and as what: read in order of users."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from collections_app.models import (
    EntryState,
    EntryType,
    EventKind,
    MergedList,
    TitleEvent,
    WatchListEntry,
)
from profiles.profile.models import NoticeKind

READ_AT_ONCE = 500
FOLLOWED = (EntryState.ACTIVE, EntryState.REWATCHING)
WAITS = Q(type__in=(EntryType.WATCHING, EntryType.TO_WATCH))


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody, and their entry that the event is about."""

    user_id: UUID
    anime_id: int
    type: str
    state: str
    progress: int


def recipients(event: TitleEvent) -> Iterator[Recipient]:
    """Those after `event.place`, once each. The rows are those of the title's entries,
    however many lists there are; memory holds some of them.
    """
    rows = entries_of(event)
    if event.place is not None:
        rows = rows.filter(user_id__gt=event.place)
    before = None
    columns = ("user_id", "anime_id", "type", "state", "progress")
    stream = rows.order_by("user_id", "-anime_id").values_list(*columns)
    for row in stream.iterator(READ_AT_ONCE):
        if row[0] != before:
            yield Recipient(*row)
        before = row[0]


def entries_of(event: TitleEvent) -> QuerySet[WatchListEntry]:
    entries = WatchListEntry.objects.across_users()
    data: Any = event.data
    theirs = entries.filter(anime_id=event.anime_id)
    match event.kind:
        case EventKind.AIRED:
            return theirs.filter(WAITS, progress__lt=data["last"])
        case EventKind.MOVED:
            return theirs.filter(WAITS, progress__lt=data["episode"])
        case EventKind.SEQUEL:
            same = {"user_id": OuterRef("user_id"), "anime_id": event.anime_id}
            listed = WatchListEntry.objects.across_users().filter(**same)
            completed = entries.filter(
                anime_id__in=data["of"], type=EntryType.COMPLETED
            )
            return completed.filter(~Exists(listed))
    moved = MergedList.objects.across_users().filter(
        merge_id=data["merge_id"], user_id=OuterRef("user_id")
    )
    return theirs.filter(Exists(moved))


def kinds_for(event: TitleEvent, to: Recipient) -> Collection[NoticeKind]:
    """As what it is told to this person, the best first; none where it is no news."""
    data: Any = event.data
    follows = to.type == EntryType.WATCHING and to.state in FOLLOWED
    plans = to.type == EntryType.TO_WATCH
    match event.kind:
        case EventKind.AIRED:
            return list(kinds_of_aired(data, follows=follows, plans=plans))
        case EventKind.MOVED if follows or (plans and data["episode"] == 1):
            return [NoticeKind.MOVED]
        case EventKind.SEQUEL:
            return [NoticeKind.SEQUEL]
        case EventKind.MERGED:
            return [NoticeKind.MERGED]
    return []


def kinds_of_aired(data: Any, *, follows: bool, plans: bool) -> Iterator[NoticeKind]:
    """Somebody who paused a title, or waits until it is whole, hears of its end."""
    if plans and data["first"] == 1:
        yield NoticeKind.FIRST
    if data["total"] and data["last"] == data["total"] > 1:
        yield NoticeKind.FINALE
    if follows:
        yield NoticeKind.EPISODE
