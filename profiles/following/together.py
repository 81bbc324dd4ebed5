"""What two people watched together: one says so, and the other one may have it written
to their own list.

Both sides are written and deleted under the locks of both people, as ties are. What the
other one makes of it is theirs: it is written under their own lock, and told to nobody.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from animecollections.api.errors import ApiError, refuse
from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from animecollections.identity import Account, Origin
from collections_app.catalogue.lookup import find_anime, locate
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.models import Anime, WatchListEntry
from collections_app.watch_list.entries import YEARS
from collections_app.watch_list.writes import Operation, do
from history.log.recording import locked
from profiles.accounts.people import names_of
from profiles.following.models import TieKind, TogetherState, WatchedTogether
from profiles.following.services import (
    both_locked,
    kinds_between,
    other_than_self,
    tell,
)
from profiles.profile.models import NoticeKind

PER_PAGE = 50
MOST_A_DAY = 100  # with one person
BOTH_FOLLOW: set[str] = {TieKind.FOLLOWS, TieKind.FOLLOWED_BY}
SHOWN = (TogetherState.GIVEN, TogetherState.WAITING, TogetherState.ACCEPTED)


class TogetherAnswer(TypedDict):
    id: UUID
    user_name: str
    anime_id: str
    title: str
    imageUrl: str | None
    total_episodes: int | None
    first: int
    last: int
    watched_on: date
    state: Annotated[str, TogetherState]
    since: datetime


@dataclass(frozen=True, slots=True)
class Watching:
    """What somebody says that they watched with another."""

    anime: AnimeRef
    first: int
    last: int
    watched_on: date


# --- Who says so ----------------------------------------------------------------------


def offer(*, account: Account, user_name: str, watching: Watching) -> TogetherAnswer:
    """Says so, and offers it to the other one; again, nothing changes.

    409 `not_both_follow`, `entry_is_private`, `together_full`; 404 `entry_not_found`.
    """
    person_id = other_than_self(account.id, user_name)
    with both_locked(account.id, person_id):
        if BOTH_FOLLOW - kinds_between(account.id, person_id):
            raise ApiError("not_both_follow")
        anime = find_anime(watching.anime)
        check(watching, anime, account.today)
        check_entry(account.id, anime.id)
        said = WatchedTogether(
            user_id=account.id,
            person_id=person_id,
            anime_id=anime.id,
            first=watching.first,
            last=watching.last,
            watched_on=watching.watched_on,
            state=TogetherState.GIVEN,
            since=timezone.now(),
        )
        told = shown_to(account, [say(said)])
        if not told:  # the other one is locked: nothing was said
            raise ApiError("not_found")
    return told[0]


def check(watching: Watching, anime: Anime, today: date) -> None:
    if watching.last < watching.first:
        raise refuse(last="The last episode comes before the first.")
    if anime.episodes and watching.last > anime.episodes:
        raise refuse(last=f"The title has {anime.episodes} episodes.")
    if watching.watched_on > today:
        raise refuse(watched_on="This day is still to come.")
    if watching.watched_on.year < YEARS[0]:
        raise refuse(watched_on="The year is from {} to {}.".format(*YEARS))


def check_entry(user_id: UUID, anime_id: int) -> None:
    """Nothing tells others of what is private, nor of what is not on the list."""
    entries = WatchListEntry.objects.of(user_id).filter(anime_id=anime_id)
    is_private = entries.values_list("is_private", flat=True).first()
    if is_private is None:
        raise ApiError("entry_not_found", id=anime_id)
    if is_private:
        raise ApiError("entry_is_private")


def say(row: WatchedTogether) -> WatchedTogether:
    """Writes what is not there yet of both sides, and tells the other one; not again
    who has declined it. What they said first is now said by both, whatever became of
    it: what one says oneself tells nothing of the other one's list.
    """
    mine = WatchedTogether.objects.of(row.user_id).with_person(row.person_id)
    former: WatchedTogether | None = mine.same_as(row).first()
    if former and former.state == TogetherState.GIVEN:
        return former
    since = row.since - timedelta(days=1)
    today = mine.filter(state=TogetherState.GIVEN, since__gt=since)
    if today.count() >= MOST_A_DAY:
        raise ApiError("together_full", number=MOST_A_DAY)
    if former:
        former.state = TogetherState.GIVEN
        set_state(former)
    else:
        row.save(force_insert=True)
    offer_to(row)
    return former or row


def offer_to(row: WatchedTogether) -> None:
    """The other side of it, unless they have it."""
    theirs = WatchedTogether.objects.of(row.person_id).with_person(row.user_id)
    if theirs.same_as(row).exists():
        return
    offered = WatchedTogether(
        user_id=row.person_id,
        person_id=row.user_id,
        anime_id=row.anime_id,
        first=row.first,
        last=row.last,
        watched_on=row.watched_on,
        state=TogetherState.WAITING,
        since=row.since,
    )
    offered.save(force_insert=True)
    tell(row.person_id, NoticeKind.TOGETHER, offered)


# --- What the other one makes of it ---------------------------------------------------


def accept(
    *,
    account: Account,
    together_id: UUID,
    fills_gaps: bool,
    quiet: bool,
    through: Origin,
) -> tuple[TogetherAnswer, UUID | None]:
    """Writes it to their list, as what a player tells (`watch`): progress never falls,
    and a title that is completed stays so. And the operation, to undo it. Accepted
    again, nothing changes.
    """
    with locked(account.id):
        row = get(account.id, together_id)
        told = shown_to(account, [row])
        if row.state == TogetherState.GIVEN or not told:
            raise ApiError("together_not_found")
        if row.state != TogetherState.ACCEPTED:
            outcome = do(
                user_id=account.id,
                operation=operation_of(row, account, fills_gaps, quiet),
                today=account.today,
                through=through,
            )
            row.state, row.operation_id = TogetherState.ACCEPTED, outcome.operation_id
            set_state(row)
        return {**told[0], "state": row.state}, row.operation_id


def set_state(row: WatchedTogether) -> None:
    """Under its owner's lock alone; the other one may be erased right now, and the row
    with them: then nothing is written.
    """
    mine = WatchedTogether.objects.of(row.user_id).filter(pk=row.pk)
    if not mine.update(state=row.state, operation_id=row.operation_id):
        raise ApiError("together_not_found")


def operation_of(
    row: WatchedTogether, account: Account, fills_gaps: bool, quiet: bool
) -> Operation:
    """By the day and the clock of who accepts: it may still be the day before there."""
    day = min(row.watched_on, account.today)
    end_of_day = datetime.combine(day, time.max, ZoneInfo(account.timezone))
    values = {
        "first": row.first,
        "last": row.last,
        "fills_gaps": fills_gaps,
        "at": min(end_of_day, timezone.now()),
        "earlier_on": day.isoformat(),
        "begins": False,
    }
    return Operation(
        "watch",
        AnimeRef(OWN, str(row.anime_id)),
        values,
        watched_on=day.isoformat(),
        quiet=quiet,
    )


def end(*, account: Account, together_id: UUID) -> None:
    """Declines it: nobody is told, and what was written stays. Or takes back what was
    said: both sides go, and what the other one wrote stays on their list. What is not
    shown is not there, whatever the reason.
    """
    row = get(account.id, together_id)
    if row.state == TogetherState.GIVEN:
        take_back(row)
        return
    with locked(account.id):
        if not shown_to(account, [row]):
            raise ApiError("together_not_found")
        mine = WatchedTogether.objects.of(account.id).filter(pk=together_id)
        mine.update(state=TogetherState.DECLINED)


def take_back(row: WatchedTogether) -> None:
    """But for what the other one declined: it is not offered to them again."""
    try:
        with both_locked(row.user_id, row.person_id):
            rows = WatchedTogether.objects.across_users()
            both = rows.between(row.user_id, row.person_id).same_as(row)
            both.exclude(state=TogetherState.DECLINED).delete()
    except ApiError as error:
        if error.code != "not_found":
            raise  # else the other one was erased a moment ago, and this with them


# --- Reading --------------------------------------------------------------------------


def get(user_id: UUID, together_id: UUID) -> WatchedTogether:
    rows = WatchedTogether.objects.of(user_id).filter(pk=together_id)
    row: WatchedTogether | None = rows.first()
    if row is None:
        raise ApiError("together_not_found")
    return row


def watched_together(
    account: Account, wanted: Wanted
) -> tuple[list[TogetherAnswer], dict[str, object]]:
    """A page, the newest first: four statements, and one more for a merged title."""
    states = wanted.get("state") or SHOWN
    rows = WatchedTogether.objects.of(account.id).filter(state__in=states)
    if since := wanted.get("from"):
        rows = rows.filter(watched_on__gte=since)
    if until := wanted.get("to"):
        rows = rows.filter(watched_on__lte=until)
    found, meta = page(
        rows, wanted, orderings={"id": "id"}, default="-id", limit=PER_PAGE
    )
    return shown_to(account, found), meta


def shown_to(
    account: Account, rows: Collection[WatchedTogether]
) -> list[TogetherAnswer]:
    """Without those of people who are locked, of titles that are gone; and of what
    others said, without what became private on their list, and what is mature where
    its owner hides that.
    """
    names = names_of({row.person_id for row in rows})
    titles = titles_of(rows)
    hidden = private_by_now(rows, titles)
    return [
        to_json(row, names[row.person_id], title)
        for row in rows
        if row.person_id in names
        and (title := titles.get(row.anime_id))
        and row.pk not in hidden
        and (row.state == TogetherState.GIVEN or not hides(account, title))
    ]


def hides(account: Account, title: Anime) -> bool:
    return account.hides_mature and title.mature


def titles_of(rows: Iterable[WatchedTogether]) -> dict[int, Anime]:
    """By the id that was said: one that was merged means another title now."""
    refs = {row.anime_id: AnimeRef(OWN, str(row.anime_id)) for row in rows}
    found = locate(set(refs.values())) if refs else {}
    return {id_: found[ref] for id_, ref in refs.items() if ref in found}


def private_by_now(
    rows: Collection[WatchedTogether], titles: dict[int, Anime]
) -> set[UUID]:
    said_by_others = [
        row
        for row in rows
        if row.state != TogetherState.GIVEN and row.anime_id in titles
    ]
    if not said_by_others:
        return set()
    entries = WatchListEntry.objects.across_users().filter(
        user_id__in={row.person_id for row in said_by_others},
        anime_id__in={titles[row.anime_id].id for row in said_by_others},
    )
    private = set(entries.filter(is_private=True).values_list("user_id", "anime_id"))
    return {
        row.pk
        for row in said_by_others
        if (row.person_id, titles[row.anime_id].id) in private
    }


def to_json(row: WatchedTogether, user_name: str, title: Anime) -> TogetherAnswer:
    return {
        "id": row.pk,
        "user_name": user_name,
        "anime_id": str(title.id),
        "title": title.title,
        "imageUrl": title.picture_url or None,
        "total_episodes": title.episodes,
        "first": row.first,
        "last": row.last,
        "watched_on": row.watched_on,
        "state": row.state,
        "since": row.since,
    }
