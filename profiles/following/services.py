"""What a person does to be near to another, or far.

No part of the log, as links are not: what ends a tie must not be undone. Both sides are
written in one transaction that holds the locks of both people, in the order of their
ids: so of two who follow each other, or one who follows while the other blocks, or is
erased, the second sees what the first did.

A block is silent: the one who is blocked gets for the other's name what everybody gets
for a name that nobody has.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q
from django.utils import timezone

from animecollections.api.errors import ApiError, refuse
from animecollections.db.spread import is_spread
from animecollections.viewer import Audience
from history.log.recording import locked
from profiles.accounts.people import id_of_name, user_named
from profiles.following.models import APART, MIRROR, Tie, TieKind, WatchedTogether
from profiles.notifications.models import UserNotice
from profiles.notifications.services import notify
from profiles.profile.models import NoticeKind, Preferences

MOST_FOLLOWED = 5_000  # with those who were asked
MOST_BLOCKED = 5_000
ENDED_BY_A_BLOCK = (
    TieKind.FOLLOWS,
    TieKind.ASKS,
    TieKind.FOLLOWED_BY,
    TieKind.ASKED_BY,
)
AT_ONCE = 2_000


@contextmanager
def both_locked(user_id: UUID, person_id: UUID) -> Iterator[None]:
    """404 where the other one was erased a moment ago; 401 `session_ended` where who
    asks was.
    """
    with ExitStack() as locks:
        for one in sorted((user_id, person_id)):
            try:
                locks.enter_context(locked(one))
            except ApiError as error:
                if one == person_id and error.code == "session_ended":
                    raise ApiError("not_found") from None
                raise
        yield


def kinds_between(user_id: UUID, person_id: UUID) -> set[str]:
    """As the rows of the first one say. 404 for who is blocked by the other."""
    rows = Tie.objects.of(user_id).with_person(person_id)
    kinds = set(rows.values_list("kind", flat=True))
    if TieKind.BLOCKED_BY in kinds:
        raise ApiError("not_found")
    return kinds


def tie(user_id: UUID, person_id: UUID, kind: TieKind) -> Tie:
    """Makes both rows; the one of the first."""
    now = timezone.now()
    here = Tie(user_id=user_id, person_id=person_id, kind=kind, since=now)
    there = Tie(user_id=person_id, person_id=user_id, kind=MIRROR[kind], since=now)
    Tie.objects.across_users().bulk_create([here, there])
    return here


def untie(user_id: UUID, person_id: UUID, *kinds: TieKind) -> bool:
    """Deletes both rows; whether there were any."""
    here = Q(user_id=user_id, person_id=person_id, kind__in=kinds)
    mirrored = [MIRROR[kind] for kind in kinds]
    there = Q(user_id=person_id, person_id=user_id, kind__in=mirrored)
    return bool(Tie.objects.across_users().filter(here | there).delete()[0])


def other_than_self(user_id: UUID, user_name: str) -> UUID:
    """404 for a name that nobody has, 400 for one's own."""
    person_id = user_named(user_name)
    if person_id == user_id:
        raise refuse(user_name="This is your own name. Send another person's.")
    return person_id


# --- Following ------------------------------------------------------------------------


def follow(*, user_id: UUID, user_name: str) -> TieKind:
    """At once where the other's profile is for everyone; elsewhere it asks them: which
    it is. 409 `following_full`, `person_blocked`.
    """
    person_id = other_than_self(user_id, user_name)
    with both_locked(user_id, person_id):
        kinds = kinds_between(user_id, person_id)
        if TieKind.BLOCKS in kinds:
            raise ApiError("person_blocked")
        kind = kind_for(person_id)
        if TieKind.FOLLOWS in kinds:
            return TieKind.FOLLOWS
        if kind in kinds:
            return kind
        mine = Tie.objects.of(user_id).of_kind((TieKind.FOLLOWS, TieKind.ASKS))
        if TieKind.ASKS not in kinds and mine.count() >= MOST_FOLLOWED:
            raise ApiError("following_full", number=MOST_FOLLOWED)
        untie(user_id, person_id, TieKind.ASKS)
        made = tie(user_id, person_id, kind)
        is_asked = kind == TieKind.ASKS
        notice = NoticeKind.FOLLOW_REQUEST if is_asked else NoticeKind.FOLLOWER
        tell(person_id, notice, made)
    return kind


def kind_for(person_id: UUID) -> TieKind:
    """What a new follower becomes; 404 for one that is locked, or is a sandbox."""
    is_open = Q(user__is_active=True, user__sandbox_of=None)
    rows = Preferences.objects.filter(is_open, user_id=person_id)
    audience = rows.values_list("audience_profile", flat=True).first()
    if audience is None:
        raise ApiError("not_found")
    return TieKind.FOLLOWS if audience == Audience.EVERYONE else TieKind.ASKS


def tell(user_id: UUID, kind: NoticeKind, made: Tie | WatchedTogether) -> None:
    """One unread notice of the kind says it of everybody who came since. It names
    nobody: names are chosen by strangers, change, and are erased.
    """
    unread = UserNotice.objects.of(user_id).unread()
    if not unread.filter(kind=kind).exists():
        notify(user_id=user_id, kind=kind, key=f"{kind}:{made.pk}")


def unfollow(*, user_id: UUID, user_name: str) -> None:
    """Takes back a request too. The same for every name: it tells nothing."""
    end(user_id, user_name, TieKind.FOLLOWS, TieKind.ASKS)


def end(user_id: UUID, user_name: str, *kinds: TieKind) -> bool:
    person_id = id_of_name(user_name)
    if person_id is None or person_id == user_id:
        return False
    try:
        with both_locked(user_id, person_id):
            return untie(user_id, person_id, *kinds)
    except ApiError as error:
        if error.code != "not_found":
            raise
        return False  # erased a moment ago, and all ties with them


# --- Being followed -------------------------------------------------------------------


def accept(*, user_id: UUID, user_name: str) -> None:
    """404 where they do not ask, and do not follow already."""
    person_id = user_named(user_name)
    with both_locked(user_id, person_id):
        kinds = kinds_between(user_id, person_id)
        if TieKind.FOLLOWED_BY in kinds:
            return
        if TieKind.ASKED_BY not in kinds:
            raise ApiError("not_found")
        untie(user_id, person_id, TieKind.ASKED_BY)
        tie(user_id, person_id, TieKind.FOLLOWED_BY)


def decline(*, user_id: UUID, user_name: str) -> None:
    """They are told nothing, and may ask again."""
    end(user_id, user_name, TieKind.ASKED_BY)


def remove_follower(*, user_id: UUID, user_name: str) -> None:
    end(user_id, user_name, TieKind.FOLLOWED_BY)


# --- Blocks ---------------------------------------------------------------------------


def block(*, user_id: UUID, user_name: str) -> None:
    """Ends what is between the two. 409 `blocks_full`; 404 for who blocks the asker:
    to answer otherwise would tell them.
    """
    person_id = other_than_self(user_id, user_name)
    with both_locked(user_id, person_id):
        kinds = kinds_between(user_id, person_id)
        if TieKind.BLOCKS in kinds:
            return
        blocked = Tie.objects.of(user_id).of_kind((TieKind.BLOCKS,))
        if blocked.count() >= MOST_BLOCKED:
            raise ApiError("blocks_full", number=MOST_BLOCKED)
        untie(user_id, person_id, *ENDED_BY_A_BLOCK)
        WatchedTogether.objects.across_users().between(user_id, person_id).delete()
        tie(user_id, person_id, TieKind.BLOCKS)


def unblock(*, user_id: UUID, user_name: str) -> None:
    end(user_id, user_name, TieKind.BLOCKS)


# --- The end of an account ------------------------------------------------------------


def forget(user_id: UUID) -> None:
    """Both sides of all ties, and of what was watched together, under the lock of the
    account that ends: all that would write one of them waits for it.
    """
    for model in (Tie, WatchedTogether):
        forget_rows(model.objects, user_id)


def forget_rows(objects: Any, user_id: UUID) -> None:
    """Two accounts that end at once may have each other's rows: so all are locked
    first, in the order of their owners.
    """
    mine = objects.of(user_id).values_list("person_id", flat=True)
    people = sorted({*mine, user_id})
    for place in range(0, len(people), AT_ONCE):
        some = people[place : place + AT_ONCE]
        both = Q(person_id=user_id) | Q(user_id=user_id)
        rows = objects.across_users().filter(both, user_id__in=some)
        if not is_spread():  # there no statement locks rows of many machines in order
            in_order = rows.order_by("user_id", "person_id", "id")
            list(in_order.select_for_update().values_list("pk", flat=True))
        rows.delete()


def mend(tie: Tie) -> None:
    """A side without the other: a block is made whole, all else ends. So nobody sees
    what they were not let see, and nobody comes near whom they were kept from.
    """
    with both_locked(tie.user_id, tie.person_id):
        if not is_one_sided(tie):
            return
        kind = TieKind(tie.kind)
        if kind not in APART:
            untie(tie.user_id, tie.person_id, kind)
            return
        Tie.objects.create(
            user_id=tie.person_id,
            person_id=tie.user_id,
            kind=MIRROR[kind],
            since=tie.since,
        )


def is_one_sided(tie: Tie) -> bool:
    """Whether it is still there without its mirror. Asks no replica, for it may lag."""
    here = Tie.objects.of(tie.user_id).using(DEFAULT_DB_ALIAS).filter(pk=tie.pk)
    there = Tie.objects.of(tie.person_id).using(DEFAULT_DB_ALIAS)
    kinds = (MIRROR[TieKind(tie.kind)],)
    mirror = there.with_person(tie.user_id).of_kind(kinds)
    return here.exists() and not mirror.exists()


def end_with_nobody(tie: Tie) -> None:
    """A tie with an account that is gone."""
    with locked(tie.user_id):
        Tie.objects.of(tie.user_id).filter(pk=tie.pk).delete()
