"""Whether titles that are a person's own have changed: all that an answer made of their
list needs to know of the catalogue, for its ETag.

An import of one title moves the catalogue's revision under everybody. Devices then ask
with an ETag that names an older revision; it still fits where no title of theirs is
newer. That is one statement, by the few titles that are, and the answer is remembered:
the next time it costs nothing.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from rest_framework.request import Request

from animecollections.api.conditional import NotModified, dates_held
from animecollections.identity import Account
from collections_app.catalogue.models import Anime
from collections_app.watch_list.models import WatchListEntry
from history.watched.models import EpisodesWatched

MOST_REMEMBERED = 20_000  # lists, some 300 bytes each


class Place(NamedTuple):
    """A list as it is: another after each write to it."""

    user_id: UUID
    epoch: int
    revision: int


class OwnTitles:
    """Of each list, between which revisions of the catalogue no title of it changed."""

    def __init__(self, has_newer: Callable[[UUID, int], bool]) -> None:
        self.has_newer = has_newer
        self.known: OrderedDict[Place, tuple[int, int]] = OrderedDict()
        self.lock = Lock()

    def are_as_at(self, place: Place, since: int, now: int) -> bool:
        """Whether nothing changed since a revision, up to that of now. One statement
        at most, none where that is known.
        """
        if since >= now:  # later: of a database that was restored
            return since == now
        first, seen = self.known.get(place, (since, since))
        is_within = first <= since <= seen
        asked_from = seen if is_within else since
        if asked_from < now and self.has_newer(place.user_id, asked_from):
            return False
        self.remember(place, first if is_within else since, max(now, seen))
        return True

    def as_at(self, place: Place, now: int) -> int:
        """The oldest known revision since when they are as they are now: an answer
        gets the same ETag as long as it is the same.
        """
        first, seen = self.known.get(place, (now, now))
        if first > now:  # known to a request that saw more than this one
            return now
        if seen < now and self.has_newer(place.user_id, seen):
            first = now
        self.remember(place, first, max(now, seen))
        return first

    def remember(self, place: Place, first: int, seen: int) -> None:
        with self.lock:
            self.known[place] = (first, seen)
            self.known.move_to_end(place)
            while len(self.known) > MOST_REMEMBERED:
                self.known.popitem(last=False)

    def forget(self) -> None:
        with self.lock:
            self.known.clear()


def newer_on_list(user_id: UUID, revision: int) -> bool:
    mine = WatchListEntry.objects.of(user_id).filter(anime_id=OuterRef("pk"))
    return has_newer(revision, mine)


def newer_on_list_or_watched(user_id: UUID, revision: int) -> bool:
    """Statistics tell of what was watched, though it left the list."""
    watched = EpisodesWatched.objects.of(user_id).filter(anime_id=OuterRef("pk"))
    return newer_on_list(user_id, revision) or has_newer(revision, watched)


def has_newer(revision: int, mine: QuerySet[Any]) -> bool:
    return Anime.objects.filter(Exists(mine), revision__gt=revision).exists()


listed = OwnTitles(newer_on_list)
listed_or_watched = OwnTitles(newer_on_list_or_watched)


def unless_held(
    request: Request, tag: str, titles: OwnTitles, account: Account, minute: int = 0
) -> int:
    """The revision of the catalogue since when none of the titles changed, for the tag;
    ends the view with a 304 where the client holds a tag that still fits.
    """
    at = account.revisions
    place = Place(account.id, at.epoch, at.parts["list"])
    for since, held in dates_held(request, tag, minute):
        if titles.are_as_at(place, since, at.catalogue):
            raise NotModified(held)
    return titles.as_at(place, at.catalogue)
