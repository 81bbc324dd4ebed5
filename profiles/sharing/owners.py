"""Whose things are looked at, and which of them the viewer may look at."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper

from animecollections.api.errors import ApiError
from animecollections.api.parameters import Wanted
from animecollections.viewer import THINGS, Viewer, is_in_audience
from collections_app.watch_list.for_others import PER_PAGE
from profiles.moderation.reads import has_withheld, withheld_of
from profiles.profile.models import Preferences
from profiles.sharing.fields import FIELDS

ABOUT = ("user__user_name", "timezone")


@dataclass(frozen=True, slots=True)
class Look:
    """Of one viewer at one owner.

    sees:   those of viewer.THINGS that the viewer is in the audience of.
    named:  fields that are shown beyond what others see.
    wanted: the query.
    page_size: of long lists, where the query does not say; None: all.
    """

    user_id: UUID
    user_name: str
    timezone: str
    viewer: Viewer
    sees: frozenset[str]
    named: Collection[str] = ()
    wanted: Wanted = field(default_factory=dict)
    page_size: int | None = PER_PAGE

    def require(self, *things: str) -> None:
        """404 unless one of them is seen: the same as for what is not there."""
        if not self.sees.intersection(things):
            raise ApiError("not_found")


def look_at(
    user_id: UUID,
    viewer: Viewer,
    named: Collection[str],
    wanted: Wanted,
    page_size: int | None = PER_PAGE,
) -> Look:
    """One statement, and one more of whom staff withhold something; 404 for an account
    that is locked, withheld whole, or gone. Who is in the audience of the history sees
    days as if they were named.
    """
    rows: Any = Preferences.objects.filter(user_id=user_id, user__is_active=True)
    may_see = {
        thing: ExpressionWrapper(
            is_in_audience(viewer, thing, f"audience_{thing}"), BooleanField()
        )
        for thing in THINGS
    }
    rows = rows.annotate(**may_see, has_withheld=has_withheld(user_id))
    row = rows.values_list(*ABOUT, "has_withheld", *THINGS).first()
    if row is None:
        raise ApiError("not_found")
    user_name, timezone, is_withheld, *others = row
    if is_withheld:
        viewer = replace(viewer, **withheld_of(user_id)._asdict())
        if user_id in viewer.withheld_rows:
            raise ApiError("not_found")
    answers = zip(THINGS, others, strict=True)
    sees = frozenset(thing for thing, is_seen in answers if is_seen)
    days = FIELDS["dates"] if "history" in sees else frozenset()
    return Look(
        user_id,
        user_name,
        timezone,
        viewer,
        sees,
        frozenset(named) | days,
        wanted,
        page_size,
    )
