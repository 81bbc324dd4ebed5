"""Who a person follows, is followed by, is asked by and blocks."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, TypedDict
from uuid import UUID

from django.db.models import TextChoices

from animecollections.api.errors import ApiError
from animecollections.api.paging import page
from animecollections.api.parameters import Wanted
from animecollections.viewer import Viewer
from profiles.accounts.people import names_of, user_named
from profiles.following.models import APART, Tie, TieKind
from profiles.following.services import kinds_between

PER_PAGE = 100
TO_THEM = (TieKind.FOLLOWS, TieKind.ASKS)


class State(TextChoices):
    """What the asker is to somebody."""

    NONE = "none"
    ASKED = "asked"
    FOLLOWING = "following"
    BLOCKED = "blocked"


class FollowerState(TextChoices):
    """What somebody is to the asker."""

    NONE = "none"
    ASKS = "asks"
    FOLLOWS = "follows"


STATES = {
    TieKind.FOLLOWS: State.FOLLOWING,
    TieKind.ASKS: State.ASKED,
    TieKind.BLOCKS: State.BLOCKED,
}
FOLLOWER_STATES = {
    TieKind.FOLLOWED_BY: FollowerState.FOLLOWS,
    TieKind.ASKED_BY: FollowerState.ASKS,
}


class FollowStateAnswer(TypedDict):
    user_name: str
    state: Annotated[str, State]


class TiedPersonAnswer(FollowStateAnswer):
    since: datetime


class TieBetweenAnswer(FollowStateAnswer):
    follower: Annotated[str, FollowerState]


Page = tuple[list[TiedPersonAnswer], dict[str, object]]


def people(user_id: UUID, kinds: Iterable[TieKind], wanted: Wanted) -> Page:
    """A page of those with such a tie, the newest first: three statements. `state` is
    what the user is to them. Who is locked is left out.
    """
    ties = Tie.objects.of(user_id).of_kind(kinds).values("person_id", "since")
    rows, meta = page(
        ties, wanted, orderings={"id": "id"}, default="-id", limit=PER_PAGE
    )
    ids = [row["person_id"] for row in rows]
    names, states = names_of(ids), states_to(user_id, ids)
    return [
        {
            "user_name": names[row["person_id"]],
            "state": states.get(row["person_id"], State.NONE),
            "since": row["since"],
        }
        for row in rows
        if row["person_id"] in names
    ], meta


def states_to(user_id: UUID, people: Collection[UUID]) -> Mapping[UUID, State]:
    ties = Tie.objects.of(user_id).filter(person_id__in=people).of_kind(STATES)
    rows = ties.values_list("person_id", "kind")
    return {person_id: STATES[TieKind(kind)] for person_id, kind in rows}


def between(user_id: UUID, user_name: str) -> TieBetweenAnswer:
    """What the two are to each other. 404 for a name that nobody has, an account that
    is locked, and who blocks the asker.
    """
    person_id = user_named(user_name)
    kinds = kinds_between(user_id, person_id)
    name = names_of([person_id]).get(person_id)
    if name is None:
        raise ApiError("not_found")
    return {
        "user_name": name,
        "state": first_of(STATES, kinds, State.NONE),
        "follower": first_of(FOLLOWER_STATES, kinds, FollowerState.NONE),
    }


def first_of(words: Mapping[TieKind, Any], kinds: Collection[str], none: Any) -> Any:
    return next((word for kind, word in words.items() if kind in kinds), none)


# --- For what others see --------------------------------------------------------------


def as_follower(viewer: Viewer, owner_id: UUID, asker_id: UUID, *, may: bool) -> Viewer:
    """The viewer as the follower that they are of this owner, where they may see as
    one: one statement. 404 where either blocks the other.
    """
    rows = Tie.objects.of(owner_id).with_person(asker_id)
    kinds = set(rows.values_list("kind", flat=True))
    if not kinds.isdisjoint(APART):
        raise ApiError("not_found")
    if may and TieKind.FOLLOWED_BY in kinds:
        return replace(viewer, follows=frozenset((owner_id,)))
    return viewer


def followed_by(user_id: UUID) -> list[UUID]:
    """The ids of all whom a user follows, at most MOST_FOLLOWED: one statement. A block
    ends following, so there is nobody among them who blocks or is blocked.
    """
    ties = Tie.objects.of(user_id).of_kind((TieKind.FOLLOWS,))
    return list(ties.order_by("person_id").values_list("person_id", flat=True))
