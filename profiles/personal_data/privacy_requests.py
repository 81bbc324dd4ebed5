"""The register of what people asked for by letter or mail: exports, erasures …"""

import calendar
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from animecollections.api.errors import refuse
from animecollections.identity import Origin
from history.staff_log import services as audit
from profiles.personal_data.models import PrivacyRequest

Kind, Status = PrivacyRequest.Kind, PrivacyRequest.Status


def due_after(received_on: date) -> date:
    """A month later, as the law counts: the 31st of January is answered by the last of
    February.
    """
    year, month = divmod(received_on.year * 12 + received_on.month, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(received_on.day, last))


def check_details(details: object, user_id: UUID | None) -> None:
    if details and user_id is None:
        raise refuse(
            details="Details go when the account is erased, and this request has no "
            "account (any more): leave them empty."
        )


def register(*, request: PrivacyRequest, through: Origin) -> None:
    check_details(request.details, request.user_id)
    request.due_on = due_after(request.received_on)
    with transaction.atomic():
        request.save(force_insert=True)
        note("register_request", request, "", {}, {"kind": request.kind}, through)


def edit(
    *,
    request: PrivacyRequest,
    values: Mapping[str, object],
    reason: str,
    through: Origin,
) -> None:
    """Status, reference, details; one that is no longer open is closed now."""
    columns = dict(values)
    if "status" in columns:
        is_open = columns["status"] == Status.OPEN
        columns["closed_at"] = None if is_open else timezone.now()
    this = PrivacyRequest.objects.filter(pk=request.pk)
    with transaction.atomic():
        request = this.select_for_update().get()  # an erasure may have come before
        check_details(columns.get("details"), request.user_id)
        before = this.values(*columns).get() if columns else {}
        this.update(**columns)
        hidden = {"details"}  # theirs, and gone with the account; the log is for good
        note(
            "edit_request",
            request,
            reason,
            {k: v for k, v in before.items() if k not in hidden},
            {k: v for k, v in columns.items() if k not in hidden},
            through,
        )


def note(
    action: str,
    request: PrivacyRequest,
    reason: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    through: Origin,
) -> None:
    audit.note(
        action=action,
        through=through,
        reason=reason,
        user_id=request.user_id,
        before=before,
        after={"request": request.pk, **after},
    )


def fulfil(user_id: UUID, kind: str) -> None:
    """What was asked for is done: call it in the transaction of the act."""
    waiting = PrivacyRequest.objects.open().filter(user_id=user_id, kind=kind)
    waiting.order_by().update(status=Status.DONE, closed_at=timezone.now())


def forget(user_id: UUID) -> None:
    """The account goes: its erasure is done, and nothing tells whose requests those
    were, but where their letters are filed.
    """
    fulfil(user_id, Kind.ERASURE)
    PrivacyRequest.objects.filter(user_id=user_id).update(details="", user=None)
