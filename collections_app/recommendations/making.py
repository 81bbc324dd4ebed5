"""The daily job: which titles are alike, from the lists of many people.

It reads the lists of at most MOST_PEOPLE: of everybody, or of people by chance where
there are more; so many keys of people at once, without private entries and without
those who do not want to be counted. What it holds is a number an entry. Titles come in
turn, those that waited longest first, and are stored so many at once: killed, or out of
time, it goes on where it was with the next run.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from random import Random
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from animecollections.db.bulk import upsert
from animecollections.db.replica import from_replica
from collections_app.catalogue.models import Anime
from collections_app.recommendations.models import SimilarTitles
from collections_app.recommendations.similarity import (
    FEWEST_PEOPLE,
    MOST_SIMILAR,
    Facts,
    Lists,
    Similar,
    merged,
)
from collections_app.watch_list.models import EntryState, EntryType, WatchListEntry
from history.models import UserState

MOST_PEOPLE = 50_000
LEAST_KEY, GREATEST_KEY = UUID(int=0), UUID(int=2**128 - 1)
PEOPLE_AT_ONCE = 500
TITLES_AT_ONCE = 200
LONGEST = timedelta(minutes=30)
# Not again the same day. Without people it changes with the catalogue alone.
FRESH, FRESH_WITHOUT_PEOPLE = timedelta(hours=20), timedelta(days=7)
WATCHED = [type_ for type_ in EntryType.values if type_ != EntryType.TO_WATCH]


def relate_titles() -> str:
    began = time.monotonic()
    random = Random()  # noqa: S311  (no secret)
    forget_gone()
    due = titles_due(timezone.now())
    if not due:
        return "no title was due"
    lists = read_lists(random)
    facts = read_facts()
    done = 0
    for start in range(0, len(due), TITLES_AT_ONCE):
        if time.monotonic() - began > LONGEST.total_seconds():
            break
        some = due[start : start + TITLES_AT_ONCE]
        store(some, lists, facts, random)
        done += len(some)
    left = f", {len(due) - done:,} wait for the next run" if done < len(due) else ""
    return f"{done:,} titles related by {len(lists):,} lists{left}"


def forget_gone() -> None:
    """What was like titles that are gone: nobody would ever make it anew, without what
    its people have opted out of.
    """
    SimilarTitles.objects.filter(anime__gone_since__isnull=False).delete()


def titles_due(now: datetime) -> list[int]:
    """Those that waited longest first; new ones before them."""
    is_fresh = Q(similar_titles__made_at__gt=now - FRESH)
    has_no_people = Q(
        similar_titles__lists__lt=FEWEST_PEOPLE,
        similar_titles__made_at__gt=now - FRESH_WITHOUT_PEOPLE,
    )
    rows = Anime.objects.listed().exclude(is_fresh | has_no_people)
    waited = rows.values_list("id", "similar_titles__made_at").order_by()
    never = datetime.min.replace(tzinfo=now.tzinfo)
    return [id_ for id_, _ in sorted(waited, key=lambda row: (row[1] or never, row[0]))]


def store(titles: Sequence[int], lists: Lists, facts: Facts, random: Random) -> None:
    """One statement. A title that was merged away meanwhile is left out."""
    there = set(
        Anime.objects.filter(id__in=titles).order_by().values_list("id", flat=True)
    )
    now = timezone.now()
    rows = []
    for id_ in sorted(there):
        similar = in_thousandths(similar_to(id_, lists, facts, random))
        row = {
            "anime_id": id_,
            "similar": similar,
            "closeness": sum(weight for _, weight, _ in similar),
            "lists": len(lists.people.get(id_, ())),
            "made_at": now,
        }
        rows.append(row)
    if rows:
        upsert(SimilarTitles, rows, unique=("anime_id",))


def similar_to(
    anime_id: int, lists: Lists, facts: Facts, random: Random
) -> list[Similar]:
    by_people = lists.similar_to(anime_id, random)
    if len(by_people) >= MOST_SIMILAR:
        return by_people
    return merged(by_people, facts.similar_to(anime_id))


def in_thousandths(similar: Sequence[Similar]) -> list[tuple[int, int, str]]:
    """At least one."""
    return [(id_, max(1, round(weight * 1000)), kind) for id_, weight, kind in similar]


# --- What is read ---------------------------------------------------------------------


def read_lists(random: Random) -> Lists:
    lists = Lists()
    for people in some_people(random):
        for titles in watched_by(people):
            lists.add(titles, random)
    return lists


def watched_by(people: Sequence[UUID]) -> list[list[int]]:
    """What each has watched and not dropped, as far as they let it count."""
    entries = WatchListEntry.objects.across_users().filter(
        user_id__in=people,
        user__is_active=True,
        user__sandbox_of=None,
        user__preferences__help_recommend=True,
        is_private=False,
        type__in=WATCHED,
    )
    counted = entries.exclude(state=EntryState.DROPPED).order_by()
    found: dict[UUID, list[int]] = {}
    rows = from_replica(lambda: list(counted.values_list("user_id", "anime_id")))
    for user_id, anime_id in rows:
        found.setdefault(user_id, []).append(anime_id)
    return list(found.values())


def some_people(random: Random) -> Iterator[list[UUID]]:
    """Everybody, or as many by chance: slices that begin anywhere between the least and
    the greatest key, each person at most once.
    """
    ends = from_replica(Ends.read)
    if ends is None:
        return
    after = LEAST_KEY
    for start in ends.starts(random):
        after = max(start, after)
        if people := next_people(after):
            after = people[-1]
            yield people
        elif not ends.are_too_many:
            return


@dataclass(frozen=True, slots=True)
class Ends:
    first: UUID
    last: UUID
    are_too_many: bool

    @classmethod
    def read(cls) -> "Ends | None":
        """Two ends of an index; and as far into it as lists are read at most."""
        keys = UserState.objects.values_list("pk", flat=True)
        upward = keys.filter(pk__gt=LEAST_KEY).order_by("pk")
        first = upward.first()
        last = keys.filter(pk__lt=GREATEST_KEY).order_by("-pk").first()
        if first is None or last is None:
            return None
        return cls(first, last, bool(upward[MOST_PEOPLE : MOST_PEOPLE + 1]))

    def starts(self, random: Random) -> Iterator[UUID]:
        """Where slices begin: each where the one before ended, or by chance."""
        if not self.are_too_many:
            yield from repeat(LEAST_KEY)
        slices = range(MOST_PEOPLE // PEOPLE_AT_ONCE)
        keys = (random.randint(self.first.int, self.last.int) for _ in slices)
        yield from sorted(UUID(int=key) for key in keys)


def next_people(after: UUID) -> list[UUID]:
    keys = UserState.objects.filter(pk__gt=after).order_by("pk")
    return from_replica(
        lambda: list(keys.values_list("pk", flat=True)[:PEOPLE_AT_ONCE])
    )


def read_facts() -> Facts:
    """Of the catalogue: genres and studios, and how well known each title is."""
    titles = Anime.objects.listed().with_popularity().order_by()
    marks: dict[int, list[object]] = {}
    fame: dict[int, int] = {}
    columns = ("id", "genre_names", "studio_names", "popularity")
    for id_, genres, studios, points in titles.values_list(*columns).iterator(2_000):
        marks[id_] = [*genres, *(("studio", name) for name in studios)]
        fame[id_] = points
    return Facts.of(marks, fame)
