"""Delta sync: what changed after a place, for devices that come back.

Three things move: the user's log, the catalogue under the entries, and what is told as
a whole (profile, preferences, searches). A page reads on from a cursor in this order:
first the log, one row after the other; then, where the catalogue moved, a walk through
the entries whose titles are newer. A first load is the same walk with every title new.

Where the user stands is read before any row (by the sign-in check). Rows read later may
be newer than the cursor says, and then come again; they are never older.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Subquery

from animecollections.api.errors import ApiError
from animecollections.identity import Revisions
from collections_app.models import CatalogueState, WatchListEntry
from collections_app.watch_list.entries import to_json
from history import serializers as searches
from history.cursors import Cursor
from history.models import Change, Search, UserState
from profiles.answers import preferences_answer, profile_answer
from profiles.models import Preferences, Profile

BEFORE_ALL = -1
RELOAD = "/api/user/sync"


@dataclass(slots=True)
class Changes:
    """Entries as they are now, ids of those that are gone, and what changed as a whole
    (None where it did not).
    """

    cursor: Cursor
    has_more: bool = False
    entries: list[dict[str, Any]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    profile: Any = None
    preferences: Any = None
    searches: list[dict[str, Any]] | None = None
    # In a live message: {"saved": […], "removed": [ids]}, for all may be 800 KB.
    some_searches: dict[str, Any] | None = None

    @property
    def data(self) -> dict[str, Any]:
        return {
            "entries": self.entries,
            "removed": self.removed,
            "profile": self.profile,
            "preferences": self.preferences,
            "searchHistory": self.searches,
        }


def check_place(place: Cursor, at: Revisions) -> None:
    """410 for a place in another log, or ahead of this one: it was restored."""
    catalogue = max(place.catalogue, place.until or 0)
    if place.epoch != at.epoch or place.user > at.user or catalogue > at.catalogue:
        raise expired()


def expired() -> ApiError:
    return ApiError("cursor_expired", details={"reload": RELOAD})


def changes_since(
    place: Cursor | None, *, user_id: UUID, at: Revisions, limit: int
) -> Changes:
    """The next page from a place, or from nothing; 410 `cursor_expired`.

    Six statements at most, one where nothing changed: the log and the entries it names,
    the walk, profile, preferences and searches.
    """
    if place is None:
        since, place = BEFORE_ALL, Cursor(at.epoch, at.user, BEFORE_ALL, at.catalogue)
    else:
        check_place(place, at)
        since = place.user
    revision, changed = read_log(place, user_id, at, limit)
    changes = Changes(place._replace(user=revision))
    tell_entries(changes, user_id, {id_ for id_ in changed if id_})
    walk_on(changes, user_id, at, room=limit - len(changed))
    tell_wholes(changes, user_id, at, since=since)
    if since < at.searches <= changes.cursor.user:
        rows = Search.objects.of(user_id).newest_first()
        changes.searches = [searches.to_json(row) for row in rows]
    changes.has_more = changes.cursor != Cursor.at(at)
    return changes


def changes_by_commit(
    *,
    user_id: UUID,
    since: int,
    revision: int,
    anime_ids: Collection[int],
    search_ids: Collection[str],
) -> tuple[Cursor, Changes] | None:
    """What one commit took a device to from where: (since, revision] as it is now.

    Two statements, and one for profile, preferences or searches where it changed them.
    None for an erased user.
    """
    at = stand(user_id)
    if at is None:
        return None
    changes = Changes(Cursor(at.epoch, revision, at.catalogue))
    tell_entries(changes, user_id, anime_ids)
    tell_wholes(changes, user_id, at, since=since)
    if search_ids:
        changes.some_searches = searches_of(user_id, search_ids)
    return Cursor(at.epoch, since, at.catalogue), changes


def stand(user_id: UUID) -> Revisions | None:
    """Where a user stands, outside a request of theirs."""
    catalogue = CatalogueState.objects.values("revision")[:1]
    states = UserState.objects.filter(user_id=user_id)
    row = (
        states.annotate(catalogue=Subquery(catalogue))
        .values_list(
            "epoch",
            "revision",
            "list_revision",
            "searches_revision",
            "profile_revision",
            "preferences_revision",
            "catalogue",
        )
        .first()
    )
    return Revisions(*(revision or 0 for revision in row)) if row else None


def read_log(
    place: Cursor, user_id: UUID, at: Revisions, limit: int
) -> tuple[int, Sequence[int | None]]:
    """How far the log was read, and the anime of each change (None: of none).

    Where the list did not change there is nothing to look for, however old the place.
    """
    if place.user >= at.list:
        return at.user, []
    log = Change.objects.between(user_id, place.user, at.user)
    rows = list(log.values_list("revision", "anime_id")[:limit])
    # Numbers have no gaps, so any that is missing was trimmed.
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


def searches_of(user_id: UUID, ids: Collection[str]) -> dict[str, Any]:
    rows = Search.objects.of(user_id).filter(id__in=ids).newest_first()
    saved = [searches.to_json(row) for row in rows]
    found = {str(search["id"]) for search in saved}
    return {"saved": saved, "removed": [id_ for id_ in ids if id_ not in found]}


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


def tell_wholes(changes: Changes, user_id: UUID, at: Revisions, *, since: int) -> None:
    """Each by the page that reaches its revision, and by no other."""

    def is_new(revision: int) -> bool:
        return since < revision <= changes.cursor.user

    # Nothing is there where the account was erased a moment ago.
    if is_new(at.profile) and (
        profile := Profile.objects.filter(user_id=user_id).first()
    ):
        changes.profile = profile_answer(profile)
    if is_new(at.preferences) and (
        preferences := Preferences.objects.filter(user_id=user_id).first()
    ):
        changes.preferences = preferences_answer(preferences)
