"""Who looks at what is a user's, and the one rule of what they see of it.

Of rows: first the audience of the thing, then what is private (it always wins), then
mature titles, by the viewer's own control. Querysets ask it in their `visible_to`, so
that what a viewer may not see is the same as what is not there. Of a row that is seen,
each field says who may see it (`SeenBy`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self
from uuid import UUID

from django.db.models import Q

from animecollections.identity import Account

NO_ROWS = Q(pk__in=())
ALL_ROWS = ~NO_ROWS  # Q() would vanish next to an `|`


class SeenBy(Enum):
    """Who sees a field of a row that they may see."""

    OTHERS = auto()
    WHERE_NAMED = auto()  # others too, if what shows the row to them names the field
    OWNER = auto()


@dataclass(frozen=True, slots=True)
class Viewer:
    """
    user_id:  None of a visitor, and of staff in the admin.
    is_staff: in the admin, where no audience narrows what they see.
    reasons:  the users whose private things they gave a reason to see.
    """

    user_id: UUID | None = None
    hides_mature: bool = True
    is_staff: bool = False
    reasons: frozenset[UUID] = frozenset()

    @classmethod
    def of(cls, account: Account) -> Self:
        return cls(account.id, account.hides_mature)

    def sees_private_of(self, user_id: UUID) -> bool:
        return user_id == self.user_id or user_id in self.reasons


def is_own(viewer: Viewer) -> Q:
    return Q(user_id=viewer.user_id) if viewer.user_id else NO_ROWS


def is_in_audience(viewer: Viewer) -> Q:
    """Rows whose audience the viewer is of. Every audience is `nobody` as yet, and has
    no column; when it has, its condition belongs here.
    """
    return ALL_ROWS if viewer.is_staff else NO_ROWS


def is_not_hidden(viewer: Viewer) -> Q:
    """Rows that are not private, or for which a reason was given."""
    return Q(is_private=False) | Q(user_id__in=viewer.reasons)


def visible_fields(
    fields: Mapping[str, SeenBy],
    viewer: Viewer,
    user_id: UUID,
    named: Collection[str] = (),
) -> list[str]:
    """The names of what the viewer sees of a row of this user's that they may see."""
    if viewer.sees_private_of(user_id):
        return list(fields)
    return [
        name
        for name, seen_by in fields.items()
        if seen_by is SeenBy.OTHERS or (seen_by is SeenBy.WHERE_NAMED and name in named)
    ]
