"""What staff withhold of a person, for the one rule of who sees what."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists
from django.utils.crypto import salted_hmac

from animecollections.viewer import digest_of, place_of
from profiles.moderation.models import Moderation, ReportedThing

SALT_OF_IDS = "animecollections.moderation.ids"


class Withheld(NamedTuple):
    """As the `Viewer` has it: places and contents; and rows that are withheld whole."""

    withheld: frozenset[str]
    withheld_rows: frozenset[UUID]


def has_withheld(user_id: UUID) -> Exists:
    """Whether staff withhold something of this user."""
    return Exists(Moderation.objects.of(user_id).withheld())


def withheld_of(user_id: UUID) -> Withheld:
    """All that staff withhold of one user."""
    return withheld_of_each([user_id])[user_id]


def withheld_of_each(user_ids: Collection[UUID]) -> dict[UUID, Withheld]:
    """The same of many at whom one viewer looks, by one statement; none
    where there is nobody.
    """
    if not user_ids:
        return {}
    rows: Any = Moderation.objects.across_users().filter(user_id__in=user_ids)
    found: dict[UUID, list[tuple[Any, ...]]] = {user_id: [] for user_id in user_ids}
    named = ("user_id", "thing", "which", "content", "withholds")
    for user_id, *one in rows.withheld().values_list(*named):
        found[user_id].append(tuple(one))
    return {user_id: withheld_by(theirs) for user_id, theirs in found.items()}


def whole_people(withheld: Mapping[UUID, Withheld]) -> frozenset[UUID]:
    """Those of whom staff withhold everything."""
    return frozenset(
        user_id
        for user_id, of_one in withheld.items()
        if user_id in of_one.withheld_rows
    )


def withheld_by(found: Collection[tuple[Any, ...]]) -> Withheld:
    places = {place_of(thing, which) for thing, which, _, _ in found}
    contents = {content for _, _, content, _ in found if content}
    whole = {withholds for *_, withholds in found if withholds}
    return Withheld(frozenset(places | contents), frozenset(whole))


def is_withheld_name(user_id: UUID, name: str) -> bool:
    """Whether staff took this user name from them."""
    rows = Moderation.objects.of(user_id).withheld()
    return bool(
        rows.filter(thing=ReportedThing.USER_NAME, content=digest_of(name)).exists()
    )


def id_for_owner(decision_id: UUID) -> UUID:
    """What its owner calls a decision: the id of the row tells when it was made, which
    is when somebody reported it.
    """
    key = salted_hmac(SALT_OF_IDS, decision_id.hex, algorithm="sha256").digest()
    return UUID(bytes=key[:16], version=4)


def called_by_owner(user_id: UUID, shown_id: UUID) -> UUID | None:
    """The id of the row, of those that they may know."""
    ids = Moderation.objects.of(user_id).for_owner().values_list("pk", flat=True)
    return next((one for one in ids if id_for_owner(one) == shown_id), None)
