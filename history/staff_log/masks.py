"""What is private to a person, in the admin: masked until staff give a reason."""

from collections.abc import Collection, Sequence
from typing import Any, Protocol
from uuid import UUID

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

from animecollections.admin import OF_ONE_USER, LeanList, Owned, as_uuid
from animecollections.viewer import Viewer
from history.staff_log import services as audit

MASK = "•••"


def revealed(request: HttpRequest, users: Collection[UUID]) -> set[UUID]:
    """The users whose private things this member of staff sees at present."""
    actor: Any = request.user.pk
    return audit.revealed_to(actor, users)


def viewer_of(request: HttpRequest, users: Collection[UUID] = ()) -> Viewer:
    """This member of staff, with the reasons given to see what is private of these
    users. Titles are their work: mature ones too.
    """
    reasons = revealed(request, users) if users else ()
    return Viewer(hides_mature=False, is_staff=True, reasons=frozenset(reasons))


class Shown(Protocol):
    """A row of somebody's on a page of the admin: `mark` says what it may show."""

    user_id: UUID
    is_revealed: bool


def is_revealed(row: object) -> bool:
    """Whether the page's reader has given a reason to see what is private in it."""
    return bool(getattr(row, "is_revealed", False))


class MaskedList(LeanList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        masked: Any = self.model_admin
        masked.mark(request, rows)
        self.result_list = rows


class Masked(Owned):
    """Rows that may be private; each says `is_revealed` to its page.

    masked_columns: those whose values may be masked and that have an order. The order
    of the rows would tell the values, so it is for those who see them.
    """

    masked_columns: tuple[str, ...] = ()

    def get_sortable_by(self, request: HttpRequest) -> Any:
        columns = super().get_sortable_by(request)
        of_user = as_uuid(request.GET.get(OF_ONE_USER, ""))
        if of_user and revealed(request, [of_user]):
            return columns
        return [name for name in columns if name not in self.masked_columns]

    def get_changelist(
        self, request: HttpRequest, **kwargs: object
    ) -> type[ChangeList]:
        return MaskedList

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self.mark(request, [row])
        return row

    def mark(self, request: HttpRequest, rows: Sequence[Shown]) -> None:
        """Tells the rows of a page, or the one of its own page, what they may show."""
        seen = revealed(request, {row.user_id for row in rows})
        for row in rows:
            row.is_revealed = row.user_id in seen
