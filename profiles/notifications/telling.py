"""The job that tells people what happened to titles on their lists.

An event is a row of collections_app (title_events): its recipients are read as a stream
in order of users, and each batch notes how far it came. Killed in the middle, the next
run goes on there; what was told is not told again, for a notice has a key.
"""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils import timezone

from animecollections.identity import today_in
from collections_app.airing import news
from collections_app.catalogue.lookup import ids_of
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.models import Anime, EntryType, EventKind, TitleEvent
from collections_app.watch_list.writes import ListEdit, Operation
from history.log.recording import Recording
from profiles.notifications.models import MutedTitle, UserNotice
from profiles.notifications.recipients import Recipient, kinds_for, recipients
from profiles.notifications.services import NewNotice, write
from profiles.notifications.wants import Wants, wants_of

TOGETHER = 500  # people
# A run ends then, long before its lease does, and the next goes on.
SECONDS_A_RUN = 600


def tell_all() -> str:
    """The periodic job. Its cost is that of what happened, and of the entries of those
    titles.
    """
    news.note_aired()
    until = time.monotonic() + SECONDS_A_RUN
    number = told = 0
    for event in TitleEvent.objects.untold():
        told += tell(event, until)
        number += 1
        if time.monotonic() > until:
            break
    return f"{told:,} notices of {number:,} events"


def tell(event: TitleEvent, until: float) -> int:
    """Those who have not been told yet; how many notices that was."""
    told, title = 0, Anime.objects.filter(pk=event.anime_id).first()
    people, ids = (recipients(event), ids_of(title.pk)) if title else (iter(()), set())
    for batch in batches(people):
        told += tell_some(event, title, ids, batch)
        note_place(event, batch[-1].user_id, told=told)
        if time.monotonic() > until:
            return told
    TitleEvent.objects.filter(pk=event.pk, told_at=None).update(told_at=timezone.now())
    return told


def batches(people: Iterable[Recipient]) -> Iterator[list[Recipient]]:
    rest = iter(people)
    while batch := list(islice(rest, TOGETHER)):
        yield batch


def note_place(event: TitleEvent, user_id: UUID, *, told: int) -> None:
    """Never back: another worker may be ahead."""
    behind = Q(place=None) | Q(place__lt=user_id)
    TitleEvent.objects.filter(behind, pk=event.pk).update(
        place=user_id, notices=F("notices") + told
    )


def tell_some(
    event: TitleEvent, title: Any, ids: Collection[int], batch: list[Recipient]
) -> int:
    """Four statements for the batch, and the write of each who is told. ids: by which
    the title may be muted.
    """
    users = [to.user_id for to in batch]
    wants = wants_of(users)
    muted = MutedTitle.objects.across_users().filter(
        user_id__in=users, anime_id__in=ids
    )
    told = UserNotice.objects.across_users().filter(user_id__in=users, key=event.key)
    settled = set(muted.values_list("user_id", flat=True))
    settled |= set(told.values_list("user_id", flat=True))
    number = 0
    for to in batch:
        if to.user_id not in settled and to.user_id in wants:
            number += tell_one(event, title, to, wants[to.user_id])
    return number


def tell_one(event: TitleEvent, title: Any, to: Recipient, wants: Wants) -> bool:
    kinds = (kind for kind in kinds_for(event, to) if kind not in wants.muted)
    kind = next(kinds, None)
    if kind is None:
        return False
    notice = NewNotice(
        kind, event.key, event.happened_at, event.anime_id, details_of(event)
    )
    if event.kind != EventKind.SEQUEL:
        return write(to.user_id, notice, wants)
    if title.mature and wants.hides_mature:
        return False  # the list has no title of it that is their own choice
    return write(to.user_id, notice, wants, Sequel(event.anime_id, to, wants))


def details_of(event: TitleEvent) -> Mapping[str, object]:
    """As answers.Details has it."""
    data: Any = event.data
    match event.kind:
        case EventKind.AIRED:
            return {
                "first_episode": data["first"],
                "episode": data["last"],
                "episodes": data["total"],
                "airs_at": data["airs_at"],
                "estimated": data["estimated"],
            }
        case EventKind.MOVED:
            return {"first_episode": data["episode"], **data}
        case EventKind.MERGED:
            gone = data["gone_id"]
            return {"related_id": str(gone), "related_title": data["gone_title"]}
    return {"airs_at": data["airs_at"], "estimated": data["estimated"]}


class Sequel:
    """What is written with the notice of a sequel: its entry, by preference. None where
    it is on the list by now, or is just being merged into another title.
    """

    def __init__(self, anime_id: int, to: Recipient, wants: Wants) -> None:
        self.anime, self.to, self.wants = AnimeRef(OWN, str(anime_id)), to, wants

    def __call__(self, record: Recording) -> Mapping[str, object] | None:
        edit = ListEdit(record, self.to.user_id, today_in(self.wants.timezone))
        edit.read([self.anime])
        slot = edit.slot_of(self.anime)
        if slot.after is not None or slot.goes_into is not None:
            return None
        # What its owner took off a moment ago does not come back by itself.
        is_added = self.wants.adds_sequels and slot.removed is None
        if is_added:
            edit.apply(Operation("add", self.anime, {"type": EntryType.TO_WATCH.value}))
            edit.save()
        return {"added": is_added, **goes_on_with(self.to.anime_id)}


def goes_on_with(anime_id: int) -> Mapping[str, object]:
    titles = Anime.objects.filter(pk=anime_id).values_list("title", flat=True)
    return {"related_id": str(anime_id), "related_title": titles.first() or ""}
