"""Writes whole new accounts of made-up people: for a demo, and for benchmarks.

It writes lists and their log without the one write path, which nothing else may: one
write a change would take hours for a million entries. What the path promises holds all
the same. Nobody races with it, for until the commit the accounts do not exist; an
account comes whole in one transaction, or not at all; revisions have no gaps and the
log ends in the list, because every event is told through the path's own functions
(profiles/demo/people.py). An account that is there already is never touched.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.db.bulk import pour
from animecollections.db.ids import new_id
from animecollections.identity import Origin
from collections_app import transfer
from collections_app.catalogue.models import Format
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.imports import services as imports
from collections_app.models import Anime, WatchListEntry
from collections_app.own_lists.edit import ListOperation
from collections_app.watch_list import writes as watch_list
from collections_app.watch_list.models import EntryType
from collections_app.watch_list.writes import Operation
from history.models import Change, EpisodesWatched, Search, UserState
from profiles.accounts import lockouts
from profiles.accounts.managers import claims_of
from profiles.accounts.models import LoginClaim, User
from profiles.accounts.places import Place
from profiles.demo.people import (
    BEST_KNOWN,
    Person,
    Plan,
    Shelf,
    Story,
    Teller,
    Title,
    nth,
)
from profiles.figures import running_counts
from profiles.profile.models import Preferences, Profile

PEOPLE_AT_ONCE = 500
TROUBLED = {nth(number).id: number for number in range(1, 7)}  # staff are asked of them
WITH_LISTS = {nth(number).id for number in range(1, 31)}  # all of `manage.py demo`
LONGEST_OWN_LIST = 12
UNKNOWN = ("Sora no Umi: The Lost Cut", "Kitsune Express 2", "Yoru no Tosho")
MOST_TRIES = 100
SOMEWHERE = "203.0.113.7"  # an address for documentation
ROWS_AT_ONCE = 10_000  # about half a second of SQLite's one writer


class NotOursError(Exception):
    """An address of a made-up person belongs to somebody else."""


def shelf() -> Shelf:
    """The catalogue by how known its titles are."""
    columns = ("id", "title", "episodes", "airing_status", "rating", "genre_names")
    rows = Anime.objects.listed().values_list(*columns, "external_ids", "format")
    known = {anime_id: rank for rank, anime_id in enumerate(reversed(BEST_KNOWN), 1)}

    def fame(row: tuple[Any, ...]) -> tuple[float, int]:
        anime_id, _, _, _, rating, _, sites, format_ = row
        is_major = format_ in (Format.TV, Format.MOVIE)
        told = (rating or 5) + 0.3 * len(sites) + 0.5 * is_major
        return known.get(anime_id, 0) * 100 + told, -anime_id

    ordered = sorted(rows.iterator(), key=fame, reverse=True)
    return Shelf([Title(*row[: len(columns)]) for row in ordered])


def missing(people: Iterable[Person]) -> Iterator[Person]:
    """Those who have no account yet; NotOursError where somebody else has theirs."""
    people = iter(people)
    while some := {person.id: person for person in islice(people, PEOPLE_AT_ONCE)}:
        emails = [person.email for person in some.values()]
        there = User.objects.filter(Q(pk__in=some) | Q(email__in=emails))
        found = dict(there.values_list("pk", "email"))
        for id_, email in found.items():
            if id_ not in some:
                raise NotOursError(email)
        yield from (person for id_, person in some.items() if id_ not in found)


def add(plan: Plan, people: Iterable[Person]) -> Iterator[Story]:
    """Tells and writes them, so many at once; yields each that is written."""
    waiting: list[Story] = []
    for person in people:
        waiting.append(Teller(plan, person).tell())
        if sum(story.size for story in waiting) >= ROWS_AT_ONCE:
            write(waiting)
            yield from waiting
            waiting = []
    write(waiting)
    yield from waiting


def write(stories: Sequence[Story]) -> None:
    with transaction.atomic():
        pour(LoginClaim, [claim for story in stories for claim in claims(story.user)])
        pour(User, [story.user for story in stories])
        pour(UserState, [story.state for story in stories])
        pour(Profile, [story.profile for story in stories])
        pour(Preferences, [story.preferences for story in stories])
        pour(WatchListEntry, [row for story in stories for row in story.entries])
        pour(Change, [row for story in stories for row in story.changes])
        pour(EpisodesWatched, [row for story in stories for row in story.watched])
        pour(Search, [row for story in stories for row in story.searches])
        for story in stories:
            user = story.user
            if user["id"] in WITH_LISTS:
                make_lists(user["id"], story.entries)
            if number := TROUBLED.get(user["id"]):
                trouble(number, user["id"], user["email"])


def claims(user: dict[str, object]) -> Iterator[dict[str, Any]]:
    for value in claims_of(User(**user)):
        yield {"value": value, "user_id": user["id"]}


def make_lists(user_id: UUID, entries: Sequence[Mapping[str, Any]]) -> None:
    """A few lists of one's own, by the one write path."""
    best = sorted(entries, key=lambda row: (-(row["score"] or 0), row["anime_id"]))
    lists = {
        "Favourites": [row for row in best if row["score"]],
        "For rainy days": [row for row in best if row["type"] == EntryType.TO_WATCH],
        "With friends": best[::3],
    }
    operations = []
    for name, rows in lists.items():
        values = {"name": name, "pinned": name == "Favourites"}
        operations.append(ListOperation("list_create", values=values, key=name))
        for row in rows[:LONGEST_OWN_LIST]:
            anime = AnimeRef(OWN, str(row["anime_id"]))
            operations.append(ListOperation("list_put", list_ref=name, anime=anime))
    watch_list.do_all(
        user_id=user_id,
        operations=operations,
        today=timezone.now().date(),
        through=Origin("session"),
    )


def trouble(number: int, user_id: UUID, email: str) -> None:
    """What staff are asked about, through the services as it happens: a file of which
    the catalogue has not all titles, every second one applied; writes with a request
    id; wrong passwords, of the first so many that one network is closed.
    """
    # Of more than one episode, for one is counted.
    best_first = F("rating").desc(nulls_last=True)
    titles = Anime.objects.listed().exclude(episodes=1).order_by(best_first, "pk")
    known = list(titles[:2])
    if not known:
        return
    today = timezone.now().date()
    through = Origin("session", request_id=new_id().hex)
    names = [*(title.title for title in known), *UNKNOWN]
    lines = ["title,status,progress", *(f"{name},Watching,1" for name in names)]
    planned = imports.plan(
        user_id=user_id, file=transfer.read("\n".join(lines).encode())
    )
    if number % 2:
        imports.apply(user_id=user_id, plan_id=planned.pk, today=today, through=through)
    seen = Operation("add", AnimeRef(OWN, str(known[0].pk)), {"type": "Watching"})
    for operation in (seen, Operation("increment", seen.anime, by=1)):
        watch_list.do(
            user_id=user_id, operation=operation, today=today, through=through
        )
    # THROTTLE_SCALE may have lifted the limit beyond all counting: then it stays open.
    enough = min(settings.LOCKOUT_TRIES, MOST_TRIES)
    with suppress(ApiError):  # closed already, where an erased one comes again
        for _ in range(enough if number == 1 else 1):
            lockouts.count_wrong(email, Place(SOMEWHERE))


def refresh_statistics() -> None:
    """Else the planner goes on as if the tables were empty, until it looks itself; and
    the log of made-up people lies in the past, where nobody counts it.
    """
    running_counts.count_anew()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
