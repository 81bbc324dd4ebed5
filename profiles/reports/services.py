"""Reporting what somebody shows, and answering what staff decided about one's own."""

from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac

from animecollections.api.errors import ApiError, refuse
from history.log.recording import locked
from profiles.moderation.models import (
    PICTURES,
    Moderation,
    ModerationState,
    ReportedThing,
)
from profiles.moderation.reads import called_by_owner
from profiles.profile.image_urls import is_from_us
from profiles.reports.models import Report
from profiles.reports.seen import Seen
from profiles.sharing.owners import Look

MOST_OPEN_REPORTS = 50
NETWORK_SALT = "animecollections.reports.network"


class Reporter(NamedTuple):
    """user_id: none of a visitor, of whom only a hash of their network is kept."""

    user_id: UUID | None
    key: str

    @classmethod
    def account(cls, user_id: UUID) -> "Reporter":
        return cls(user_id, user_id.hex)

    @classmethod
    def visitor(cls, network: str) -> "Reporter":
        keyed = salted_hmac(NETWORK_SALT, network, algorithm="sha256")
        return cls(None, keyed.hexdigest())

    def held(self) -> AbstractContextManager[object]:
        """Their own lock, so that two reports at once count each other, and none comes
        after their erasure. Nobody waits at the lock of the one they report.
        """
        return locked(self.user_id) if self.user_id else nullcontext()


def report(
    *, look: Look, seen: Seen, reason: str, text: str, reporter: Reporter
) -> None:
    """Once for each reporter and thing; a second one changes nothing. 400 for what is
    one's own, 409 `reports_full`, 404 when the other is erased meanwhile.

    What staff left as it is waits for them no more, until it is another content.
    """
    if look.user_id == reporter.user_id:
        raise refuse(of="This is your own.")
    try:
        with transaction.atomic(), reporter.held():
            moderation = waiting_for(look.user_id, seen)
            note(moderation, look, seen, reason, text, reporter)
    except IntegrityError:
        raise ApiError("not_found") from None


def waiting_for(user_id: UUID, seen: Seen) -> Moderation:
    """The decision that this report waits for, or that was taken about just this."""
    rows = Moderation.objects.of(user_id).of_place(seen.thing, seen.which)
    last: Moderation | None = rows.order_by("-id").first()
    if last is not None and (is_active(last) or is_left_alone(last, seen)):
        return last
    values = {
        "content": seen.content,
        "snapshot": seen.snapshot,
        "waiting_since": timezone.now(),
    }
    row: Moderation
    row, _ = Moderation.objects.get_or_create(
        user_id=user_id,
        thing=seen.thing,
        which=seen.which,
        state=ModerationState.OPEN,
        defaults=values,
    )
    return row


def is_active(moderation: Moderation) -> bool:
    """A user name that staff took is not there any more: the next is another."""
    if moderation.state == ModerationState.WITHHELD:
        return moderation.thing != ReportedThing.USER_NAME
    return moderation.state == ModerationState.OPEN


def is_left_alone(last: Moderation, seen: Seen) -> bool:
    """Staff left just this as it is. What they show again may be reported again; so may
    a picture of another server, which can be another at the same address.
    """
    pictures = [str(seen.snapshot.get(name) or "") for name in PICTURES]
    return (
        last.state == ModerationState.REJECTED
        and last.content == seen.content
        and all(is_from_us(url, last.user_id) for url in pictures if url)
    )


def note(
    moderation: Moderation,
    look: Look,
    seen: Seen,
    reason: str,
    text: str,
    reporter: Reporter,
) -> None:
    """Under the lock of the row: it may have been decided, or erased, since it was
    read, and who decides tells those alone who are there.
    """
    rows = Moderation.objects.of(look.user_id).filter(pk=moderation.pk)
    row: Moderation | None = rows.select_for_update().first()
    if row is None:
        raise ApiError("not_found")
    reports = Report.objects.filter(moderation_id=row.pk)
    if reports.filter(reporter_key=reporter.key).exists():
        return
    if reporter.user_id is not None:
        open_ones = Report.objects.by(reporter.user_id).open().count()
        if open_ones >= MOST_OPEN_REPORTS:
            raise ApiError("reports_full", number=MOST_OPEN_REPORTS)
    _, is_new = Report.objects.get_or_create(
        moderation_id=row.pk,
        reporter_key=reporter.key,
        defaults={
            "about_user_id": look.user_id,
            "about_user_name": look.user_name,
            "reporter_user_id": reporter.user_id,
            "thing": seen.thing,
            "which": seen.which,
            "reason": reason,
            "text": text,
            "state": row.state,
            "decided_at": row.decided_at,
            "answer": row.sentence,
        },
    )
    if is_new:
        rows.update(reports=F("reports") + 1)


def tell_reporters(moderation: Moderation) -> None:
    """What was decided, to all who reported it; in the transaction of the decision."""
    Report.objects.filter(moderation_id=moderation.pk).update(
        state=moderation.state,
        answer=moderation.sentence,
        decided_at=moderation.decided_at,
    )


def answer(*, user_id: UUID, moderation_id: UUID, text: str) -> Moderation:
    """To what staff withhold; it waits for them then. 404 `decision_not_found`, 409
    `decision_answered` while they have not read the answer before.

    moderation_id: as its owner has it.
    """
    row_id = called_by_owner(user_id, moderation_id)
    if row_id is None:
        raise ApiError("decision_not_found")
    rows = Moderation.objects.of(user_id).filter(pk=row_id)
    now = timezone.now()
    is_open = rows.withheld().filter(waiting_since=None)
    is_taken = is_open.update(answer=text, answered_at=now, waiting_since=now)
    row: Moderation | None = rows.for_owner().first()
    if row is None:
        raise ApiError("decision_not_found")
    if not is_taken:
        raise ApiError("decision_answered")
    return row


def forget(user_id: UUID) -> None:
    """Their reports, and those about them; what was decided about them goes with the
    account. Its locks come first: a report that is being
    written is there by then, and the next finds nothing to report.
    """
    list(Moderation.objects.of(user_id).select_for_update().order_by("id"))
    Report.objects.filter(reporter_user_id=user_id).delete()
    Report.objects.filter(about_user_id=user_id).delete()


def reports_by(user_id: UUID, most: int) -> Collection[Report]:
    """The newest."""
    return list(Report.objects.by(user_id)[:most])
