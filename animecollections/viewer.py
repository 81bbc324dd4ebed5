"""Who looks at what is a user's, and the one rule of what they see of it.

Of rows: first the audience of the thing, and what staff withhold, then what is private
(it always wins), then mature titles, by the viewer's own control. Querysets ask it in
their `visible_to`, so that what a viewer may not see is the same as what is not there.
Of a row that is seen, each field says who may see it (`SeenBy`), and what staff
withhold of it is empty (`Viewer.withholds`).
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from typing import Self
from uuid import UUID

from django.db.models import Q, TextChoices

from animecollections.identity import Account

NO_ROWS = Q(pk__in=())
ALL_ROWS = ~NO_ROWS  # Q() would vanish next to an `|`


class Audience(TextChoices):
    """Who sees a thing of a user's besides its owner; each has those before it too."""

    NOBODY = "nobody"
    LINK = "link"
    FOLLOWERS = "followers"
    EVERYONE = "everyone"


BY_LINK = (Audience.LINK, Audience.FOLLOWERS, Audience.EVERYONE)
# What of a user's has an audience, each a column of the preferences: the last four are
# the types of the watch list. A list of one's own has its audience in its own row.
THINGS = (
    "profile", "stats", "year", "history",
    "collection", "completed", "to_watch", "watching",
)  # fmt: skip


class SeenBy(Enum):
    """Who sees a field of a row that they may see."""

    OTHERS = auto()
    WHERE_NAMED = auto()  # others too, if what shows the row to them names the field
    OWNER = auto()


@dataclass(frozen=True, slots=True)
class Link:
    """The one thing that a link leads to: one of THINGS, or a list of one's own.

    key: a hash of its secret, which tells it from others to the same thing.
    """

    user_id: UUID
    of: str
    list_id: UUID | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class Viewer:
    """
    user_id:  None of a visitor, of who came by a link, and of staff in the admin.
    is_staff: in the admin, where no audience narrows what they see.
    reasons:  the users whose private things they gave a reason to see.
    follows:  the users whom they follow, as far as those are looked at.
    of_followed: what is looked at is of none but users whom they follow, so that it
        need not say which: for reads of the things of thousands.
    withheld: what staff withhold of whom they look at: places and digests of contents
              (`profiles/moderation`). Whoever reads a field of a row asks `withholds`.
    withheld_rows: ids of what staff withhold whole: lists, and users.
    """

    user_id: UUID | None = None
    hides_mature: bool = True
    is_staff: bool = False
    reasons: frozenset[UUID] = frozenset()
    follows: frozenset[UUID] = frozenset()
    of_followed: bool = False
    link: Link | None = None
    withheld: frozenset[str] = frozenset()
    withheld_rows: frozenset[UUID] = frozenset()

    @classmethod
    def of(cls, account: Account) -> Self:
        return cls(account.id, account.hides_mature)

    def sees_private_of(self, user_id: UUID) -> bool:
        return user_id == self.user_id or user_id in self.reasons

    def withholds(self, thing: str, which: object = "", content: str = "") -> bool:
        """Whether staff withhold what stands in this place, or this content of the same
        person's wherever it stands.
        """
        if not self.withheld:
            return False
        is_known = bool(content) and digest_of(content) in self.withheld
        return is_known or place_of(thing, which) in self.withheld

    def withholds_notes(self, thing: str) -> bool:
        """Whether staff withhold notes of this kind anywhere: then of all types, or all
        lists. A note goes along with its title, and would be seen there again.
        """
        return any(one.startswith(place_of(thing)) for one in self.withheld)


def place_of(thing: str, which: object = "") -> str:
    """Where a content stands: `avatar:`, `list_name:<id>`."""
    return f"{thing}:{which}"


def digest_of(content: str) -> str:
    """The same for texts that read the same: neither case, width nor spaces count."""
    folded = " ".join(unicodedata.normalize("NFKC", content).casefold().split())
    return sha256(folded.encode()).hexdigest()


def is_own(viewer: Viewer) -> Q:
    return Q(user_id=viewer.user_id) if viewer.user_id else NO_ROWS


def is_in_audience(viewer: Viewer, thing: str, column: str = "") -> Q:
    """Rows of a thing whose audience the viewer is of, of users whom staff do not
    withhold whole. column: where the audience stands, seen from the rows; the
    preferences of their user, if it is not said.
    """
    if viewer.is_staff:
        return ALL_ROWS
    column = column or f"user__preferences__audience_{thing}"
    seen = Q(**{column: Audience.EVERYONE})
    if viewer.of_followed:
        seen |= Q(**{column: Audience.FOLLOWERS})
    elif viewer.follows:
        seen |= Q(**{column: Audience.FOLLOWERS, "user_id__in": viewer.follows})
    if viewer.link and viewer.link.of == thing:
        seen |= leads_to(viewer.link) & Q(**{f"{column}__in": BY_LINK})
    return seen & is_let_be(viewer, "user_id")


def is_let_be(viewer: Viewer, *columns: str) -> Q:
    """Rows that staff do not withhold whole: a list by its `id`, all of a user's by
    `user_id`. A list of ids, not a table that is joined: mostly there are none.
    """
    if viewer.is_staff or not viewer.withheld_rows:
        return ALL_ROWS
    return Q(*(~Q(**{f"{column}__in": viewer.withheld_rows}) for column in columns))


def leads_to(link: Link) -> Q:
    """Rows of the thing that a link leads to."""
    leads = Q(user_id=link.user_id)
    return leads & Q(id=link.list_id) if link.list_id else leads


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
