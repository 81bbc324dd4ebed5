"""The feed: what those did whom a person follows, read from their logs.

Each statement is bounded, however many are followed and however long their logs: two
places in the index of each person's log, then the changes of a few people between two
moments. So one page may have fewer items than asked for, or none, while there is more.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, TypedDict
from uuid import UUID

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
)

from animecollections.api.errors import ApiError
from animecollections.api.paging import Term, read_cursor, write_cursor
from animecollections.api.parameters import Wanted
from animecollections.viewer import Viewer, is_in_audience
from collections_app.watch_list.fields import as_tenths
from collections_app.watch_list.models import EntryType, WatchListEntry, thing_of_type
from collections_app.watch_list.news import (
    Doing,
    EpisodesToldAnswer,
    Told,
    run_of,
    told_of,
)
from history.models import Change
from profiles.moderation.reads import Withheld, whole_people, withheld_of_each
from profiles.profile.image_urls import picture_identity, url_for_others
from profiles.profile.models import Preferences

PER_PAGE, MOST = 30, 60
PEOPLE = 100  # of whom one page is made
CHANGES = 100  # of each of them at most
LOOKED_AT = 3  # times as many items as a page has
# Of one item, the changes of its last day, and of a page so many in all.
LONGEST_RUN = timedelta(days=1)
MOST_IN_RUNS = 3_000
PLACE = [Term("id", descending=True, is_nullable=False)]
TYPES = {type_: thing_of_type(type_) for type_ in EntryType.values}
OF_TITLE = ("title", "picture_url", "episodes", "format", "year")
Pair = tuple[UUID, int]  # a person and a title


class FeedItemAnswer(TypedDict):
    user_name: str
    avatar: str | None
    anime_id: str
    title: str
    imageUrl: str | None
    total_episodes: int | None
    format: str | None
    year: int | None
    did: list[Annotated[str, Doing]]
    episodes: EpisodesToldAnswer | None
    score: float | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Reach:
    """Of whom a page is made, and after which change all that was done is theirs: from
    it on back there is more, if it is not None.
    """

    people: list[UUID]
    since: UUID | None


@dataclass(frozen=True, slots=True)
class Person:
    user_name: str
    avatar: str | None
    types: frozenset[str]  # those of which the viewer sees the entries


def feed(
    user_id: UUID, followed: Collection[UUID], wanted: Wanted, *, hides_mature: bool
) -> tuple[list[FeedItemAnswer], dict[str, object]]:
    """A page, the newest first: six statements at most. What may not be seen is left
    out by each of them.

    followed: all whom the user follows.
    """
    limit, until = wanted.get("limit", PER_PAGE), place_asked_for(user_id, wanted)
    withheld = withheld_of_each(followed)
    viewer = Viewer(
        hides_mature=hides_mature,
        of_followed=True,
        withheld_rows=whole_people(withheld),
    )
    reach = people_with_news(viewer, followed, until) if followed else Reach([], None)
    heads = heads_of(reach, until) if reach.people else []
    most = LOOKED_AT * limit
    entries = entries_seen(viewer, heads[:most])
    seen = [head for head in heads[:most] if pair_of(head) in entries]
    further = [*seen[limit : limit + 1], *heads[most : most + 1]]
    place = further[0]["id"] if further else reach.since
    items = [*items_of(seen[:limit], entries, withheld)]
    following = write_cursor([place], shape_of(user_id), user_id) if place else None
    return items, {"next_cursor": following}


# --- Places ---------------------------------------------------------------------------


def shape_of(user_id: UUID) -> str:
    return f"feed of {user_id}"


def place_asked_for(user_id: UUID, wanted: Wanted) -> UUID | None:
    """Sealed, as that of another's list: it may tell of a change that is not seen."""
    if not (text := wanted.get("cursor")):
        return None
    rows = Change.objects.of(user_id)
    [place] = read_cursor(text, shape_of(user_id), rows, PLACE, user_id)
    if not isinstance(place, UUID):
        raise ApiError("invalid_cursor")
    return place


def up_to(until: UUID | None) -> Q:
    """A cursor is the place where its page begins."""
    return Q(id__lte=until) if until else Q()


# --- Statements -----------------------------------------------------------------------


def people_with_news(
    viewer: Viewer, followed: Collection[UUID], until: UUID | None
) -> Reach:
    """Those who did something last, of all who show their history. For each of the
    followed two places in the index of what is told of them.
    """
    theirs = Change.objects.of(OuterRef("user_id")).told().filter(up_to(until))
    ids = theirs.order_by("-id").values("id")
    rows: Any = Preferences.objects.filter(
        is_in_audience(viewer, "history", "audience_history"),
        is_in_audience(viewer, "profile", "audience_profile"),
        user_id__in=followed,
        user__is_active=True,
    ).annotate(newest=Subquery(ids[:1]), oldest=Subquery(ids[CHANGES - 1 : CHANGES]))
    rows = rows.order_by(F("newest").desc(nulls_last=True))
    rows = rows.values_list("user_id", "newest", "oldest")
    found = [row for row in rows[: PEOPLE + 1] if row[1]]
    bounds = [oldest for _, _, oldest in found[:PEOPLE] if oldest]
    bounds += [newest for _, newest, _ in found[PEOPLE:]]
    return Reach([row[0] for row in found[:PEOPLE]], max(bounds, default=None))


def heads_of(reach: Reach, until: UUID | None) -> list[dict[str, Any]]:
    """The last change of each item, newest first, of titles that may not be seen too:
    a condition on entries has the database read those of everybody.
    """
    changes = Change.objects.across_users().filter(user_id__in=reach.people)
    changes = changes.last_of_runs().filter(up_to(until))
    if reach.since:
        changes = changes.filter(id__gt=reach.since)
    rows: Any = changes.order_by().values("id", "user_id", "anime_id", "at")
    return sorted(rows, key=lambda row: row["id"], reverse=True)


def items_of(
    heads: Sequence[Mapping[str, Any]],
    entries: Mapping[Pair, Mapping[str, Any]],
    withheld: Mapping[UUID, Withheld],
) -> Iterable[FeedItemAnswer]:
    if not heads:
        return
    people = people_seen({head["user_id"] for head in heads}, withheld)
    runs = runs_of(heads)
    for head in heads:
        user_id = head["user_id"]
        # What was taken back, hidden or erased between the statements is left out.
        if user_id in people and (run := runs.get(head["id"])):
            person, entry = people[user_id], entries[pair_of(head)]
            told = told_of(run, person.types)
            if told.score != as_tenths(entry["score"]):  # it is another by now
                told.leave_out(Doing.SCORED)
            if told.did:
                yield to_answer(person, entry, told, head["at"])


def people_seen(
    user_ids: Collection[UUID], withheld: Mapping[UUID, Withheld]
) -> dict[UUID, Person]:
    """How they are called, and which types of their entries are seen."""
    viewer = Viewer(of_followed=True)
    may_see: dict[str, Any] = {
        thing: ExpressionWrapper(
            is_in_audience(viewer, thing, f"audience_{thing}"), BooleanField()
        )
        for thing in TYPES.values()
    }
    rows: Any = Preferences.objects.filter(user_id__in=user_ids, user__is_active=True)
    about = ("user_id", "user__user_name", "user__profile__avatar")
    return {
        user_id: Person(
            name,
            avatar_seen(avatar, user_id, withheld[user_id]),
            frozenset(type_ for type_, sees in zip(TYPES, seen, strict=True) if sees),
        )
        for user_id, name, avatar, *seen in rows.annotate(**may_see).values_list(
            *about, *TYPES.values()
        )
    }


def avatar_seen(avatar: str, user_id: UUID, withheld: Withheld) -> str | None:
    viewer = Viewer(withheld=withheld.withheld)
    if viewer.withholds("avatar", content=picture_identity(avatar)):
        return None
    return url_for_others(avatar, user_id)


def pair_of(row: Mapping[str, Any]) -> Pair:
    return row["user_id"], row["anime_id"]


def entries_seen(
    viewer: Viewer, heads: Sequence[Mapping[str, Any]]
) -> dict[Pair, dict[str, Any]]:
    if not heads:
        return {}
    rows = WatchListEntry.objects.across_users().visible_to(viewer)
    columns = ("user_id", "anime_id", "score", *(f"anime__{name}" for name in OF_TITLE))
    titles: dict[UUID, set[int]] = {}
    for head in heads:
        titles.setdefault(head["user_id"], set()).add(head["anime_id"])
    pairs = Q(pk__in=())
    for user_id, anime_ids in titles.items():
        pairs |= Q(user_id=user_id, anime_id__in=anime_ids)
    found: Any = rows.filter(pairs).values(*columns)
    return {pair_of(row): row for row in found}


def runs_of(heads: Sequence[Mapping[str, Any]]) -> dict[UUID, list[dict[str, Any]]]:
    """By its last change, all changes of each item, the oldest first."""
    within = Q(pk__in=())
    for head in heads:
        within |= Q(
            user_id=head["user_id"],
            anime_id=head["anime_id"],
            at__lte=head["at"],
            at__gt=head["at"] - LONGEST_RUN,
        )
    rows: Any = Change.objects.across_users().told().filter(within).order_by("-id")
    columns = ("id", "user_id", "anime_id", "kind", "before", "after", "days", "at")
    found: dict[Pair, list[dict[str, Any]]] = {}
    for row in rows.values(*columns)[:MOST_IN_RUNS]:
        found.setdefault((row["user_id"], row["anime_id"]), []).append(row)
    runs = {}
    for head in heads:
        theirs = found.get((head["user_id"], head["anime_id"]), [])
        mine = [row for row in theirs if row["id"] <= head["id"]]
        if mine and mine[0]["id"] == head["id"]:
            runs[head["id"]] = run_of(mine)
    return runs


def to_answer(
    person: Person, entry: Mapping[str, Any], told: Told, at: datetime
) -> FeedItemAnswer:
    return {
        "user_name": person.user_name,
        "avatar": person.avatar,
        "anime_id": str(entry["anime_id"]),
        "title": entry["anime__title"],
        "imageUrl": entry["anime__picture_url"] or None,
        "total_episodes": entry["anime__episodes"],
        "format": entry["anime__format"],
        "year": entry["anime__year"],
        "did": [*told.did],
        "episodes": told.episodes,
        "score": told.score,
        "at": at,
    }
