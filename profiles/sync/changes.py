"""Delta sync: what changed after a place, for devices that come back.

Three things move: the user's log, the catalogue under the entries, and what is told as
a whole (the other parts: profiles/sync/parts.py). A page reads on from a cursor in this
order: first the log, one row after the other; then, where the catalogue moved, a walk
through the entries whose titles are newer. A first load is the same walk with every
title new.

Where the user stands is read before any row (by the sign-in check). Rows read later may
be newer than the cursor says, and then come again; they are never older.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Subquery

from animecollections.api.errors import ApiError
from animecollections.identity import Revisions
from collections_app.models import CatalogueState, WatchListEntry
from collections_app.watch_list.entries import to_json
from history.log.cursors import Cursor
from history.log.parts import STAND, to_revisions
from history.models import Change, UserState
from profiles.sync.parts import ENTRIES, SCOPE_OF, SYNCED, Synced

BEFORE_ALL = -1
RELOAD = "/api/user/sync"


@dataclass(slots=True)
class Changes:
    """Entries as they are now, ids of those that are gone, and the other parts that
    changed, by their names.
    """

    cursor: Cursor
    has_more: bool = False
    entries: list[dict[str, Any]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    parts: dict[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, object]:
        """Of a page of sync."""
        parts = {part.key: self.parts.get(part.name) for part in SYNCED}
        return {"entries": self.entries, "removed": self.removed, **parts}


def check_place(place: Cursor, at: Revisions) -> None:
    """410 for a place in another log, or ahead of this one: it was restored."""
    catalogue = max(place.catalogue, place.until or 0)
    if place.epoch != at.epoch or place.user > at.user or catalogue > at.catalogue:
        raise expired()


def expired() -> ApiError:
    return ApiError("cursor_expired", details={"reload": RELOAD})


def changes_since(
    place: Cursor | None,
    *,
    user_id: UUID,
    at: Revisions,
    limit: int,
    parts: Collection[str] = tuple(SCOPE_OF),
) -> Changes:
    """The next page from a place, or from nothing; 410 `cursor_expired`.

    parts: those that are asked for; the cursor goes past all others.

    One statement where nothing changed; three at most for the entries (the log, those
    it names, the walk), and one for each other part that changed.
    """
    if place is None:
        since, place = BEFORE_ALL, Cursor(at.epoch, at.user, BEFORE_ALL, at.catalogue)
    else:
        check_place(place, at)
        since = place.user
    if ENTRIES in parts:
        revision, changed = read_log(place, user_id, at, limit)
        changes = Changes(place._replace(user=revision))
        tell_entries(changes, user_id, {id_ for id_ in changed if id_})
        walk_on(changes, user_id, at, room=limit - len(changed))
    else:
        changes = Changes(Cursor.at(at))
    wholes = [part for part in SYNCED if part.name in parts]
    tell_parts(changes, user_id, at, since=since, parts=wholes)
    changes.has_more = changes.cursor != Cursor.at(at)
    return changes


def changes_by_commit(
    *,
    user_id: UUID,
    since: int,
    revision: int,
    anime_ids: Collection[int],
    ids: Mapping[str, Collection[str]],
) -> tuple[Cursor, Changes] | None:
    """What one commit took a device to from where: (since, revision] as it is now.

    Two statements, and one for each other part that it changed. None for an erased
    user. ids: of what changed in parts with many things, by the name of the part.
    """
    at = stand(user_id)
    if at is None:
        return None
    changes = Changes(Cursor(at.epoch, revision, at.catalogue))
    tell_entries(changes, user_id, anime_ids)
    wholes = [part for part in SYNCED if part.read_some is None]
    tell_parts(changes, user_id, at, since=since, parts=wholes)
    for part in SYNCED:
        if part.read_some and ids.get(part.name):
            changes.parts[part.name] = part.read_some(user_id, ids[part.name])
    return Cursor(at.epoch, since, at.catalogue), changes


def stand(user_id: UUID) -> Revisions | None:
    """Where a user stands, outside a request of theirs."""
    catalogue = CatalogueState.objects.values("revision")[:1]
    states = UserState.objects.filter(user_id=user_id)
    row = (
        states.annotate(catalogue=Subquery(catalogue))
        .values_list(*STAND, "catalogue")
        .first()
    )
    return to_revisions(row[:-1], row[-1]) if row else None


def read_log(
    place: Cursor, user_id: UUID, at: Revisions, limit: int
) -> tuple[int, Sequence[int | None]]:
    """How far the log was read, and the anime of each change (None: of none).

    Where the list did not change there is nothing to look for, however old the place.
    """
    if place.user >= at.parts["list"]:
        return at.user, []
    log = Change.objects.between(user_id, place.user, at.user)
    rows = list(log.values_list("revision", "anime_id")[:limit])
    # Numbers have no gaps, so any that is missing was pruned.
    if not rows or rows[-1][0] != place.user + len(rows):
        raise expired()
    revision = at.user if len(rows) < limit else rows[-1][0]
    return revision, [anime_id for _, anime_id in rows]


def tell_entries(changes: Changes, user_id: UUID, ids: Collection[int]) -> None:
    if not ids:
        return
    listed = WatchListEntry.objects.of(user_id).filter(anime_id__in=ids)
    changes.entries += [to_json(row) for row in listed.order_by("anime_id").rows()]
    found = {entry["anime_id"] for entry in changes.entries}
    changes.removed += [str(id_) for id_ in sorted(ids) if str(id_) not in found]


def walk_on(changes: Changes, user_id: UUID, at: Revisions, room: int) -> None:
    """Tells the next entries, by anime id, whose titles are newer than the cursor's
    catalogue. Titles that change behind the walk are newer than where it leads, and
    found by the next one.
    """
    place = changes.cursor
    if not place.is_walking:
        if place.catalogue == at.catalogue:
            return
        place = place._replace(until=at.catalogue)
    listed = WatchListEntry.objects.of(user_id).filter(anime_id__gt=place.after)
    if place.catalogue != BEFORE_ALL:
        listed = listed.filter(anime__revision__gt=place.catalogue)
    rows = list(listed.order_by("anime_id").rows()[: room + 1])
    told = {entry["anime_id"] for entry in changes.entries}
    walked = [to_json(row) for row in rows[:room]]
    changes.entries += [entry for entry in walked if entry["anime_id"] not in told]
    if len(rows) <= room:
        changes.cursor = Cursor(place.epoch, place.user, place.until or 0)
    elif walked:
        changes.cursor = place._replace(after=int(walked[-1]["anime_id"]))
    else:
        changes.cursor = place


def tell_parts(
    changes: Changes,
    user_id: UUID,
    at: Revisions,
    *,
    since: int,
    parts: Iterable[Synced],
) -> None:
    """Each whole, by the page that reaches its revision, and by no other."""
    for part in parts:
        if since < at.parts[part.name] <= changes.cursor.user:
            changes.parts[part.name] = part.read(user_id)
