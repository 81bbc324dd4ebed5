"""What staff decide about what was reported of a person: logged and mailed in one
transaction, like all that they do.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.identity import Origin
from history.log.recording import locked
from profiles.moderation.models import Moderation, ModerationState, ReportedThing
from profiles.reports import services as reports
from profiles.reports.tasks import mail_decision
from profiles.staff import account_changes as staff
from profiles.staff.services import acting


@dataclass(frozen=True, slots=True)
class Decision:
    """reason: as the owner reads it, and the log. sentence: to who reported it."""

    user_id: UUID
    moderation_id: UUID
    reason: str
    through: Origin
    sentence: str = ""


def withhold(decision: Decision) -> None:
    """Others no longer see it, until it is lifted, whatever its owner writes there; nor
    the same content in another place of theirs. A user name is replaced by one that
    says nothing, and its owner cannot take it again.
    """
    with deciding("withhold", decision, ModerationState.OPEN) as row:
        row.state, row.sentence = ModerationState.WITHHELD, decision.sentence
        if row.thing == ReportedThing.PROFILE:
            row.withholds = row.user_id
        elif row.thing == ReportedThing.LIST:
            row.withholds = UUID(row.which)
        elif row.thing == ReportedThing.USER_NAME:
            replace_user_name(decision)


def replace_user_name(decision: Decision) -> None:
    new = {"user_name": f"user-{secrets.token_hex(5)}"}
    staff.edit(user_id=decision.user_id, values=new, through=decision.through)


def reject(decision: Decision) -> None:
    """It stays as it is. Its owner gets no mail."""
    with deciding("reject_report", decision, ModerationState.OPEN) as row:
        row.state, row.sentence = ModerationState.REJECTED, decision.sentence


def keep(decision: Decision) -> None:
    """After an answer of its owner: it stays withheld."""
    with deciding("keep_withheld", decision, ModerationState.WITHHELD):
        pass


def lift(decision: Decision) -> None:
    """Others see it again; with or without an answer of its owner."""
    with deciding("lift", decision, ModerationState.WITHHELD) as row:
        row.state, row.withholds = ModerationState.LIFTED, None


DECISIONS: dict[str, Callable[[Decision], None]] = {
    "withhold": withhold,
    "reject": reject,
    "keep": keep,
    "lift": lift,
}


@contextmanager
def deciding(
    act: str, decision: Decision, state: ModerationState
) -> Iterator[Moderation]:
    """The row, locked; 409 `already_decided` where a colleague was faster. Its owner's
    lock comes first: a new user name takes it too.
    """
    rows = Moderation.objects.of(decision.user_id).filter(pk=decision.moderation_id)
    through, reason = decision.through, decision.reason
    with (
        locked(decision.user_id),
        acting(act, user_id=decision.user_id, reason=reason, through=through) as done,
    ):
        row = rows.select_for_update().first()
        if row is None or row.state != state:
            raise ApiError("already_decided")
        done.before = {"thing": row.thing, "which": row.which, "state": row.state}
        done.before |= {"answer": row.answer} if row.answer else {}
        yield row
        done.after = {"state": row.state}
        done.is_told = False  # by a mail of its own, which says how to answer
        row.decided_at, row.waiting_since = timezone.now(), None
        if row.state != ModerationState.REJECTED:
            row.reason = reason
            mail_decision.enqueue(
                user_id=str(row.user_id), moderation_id=str(row.pk), act=act
            )
        row.save()
        reports.tell_reporters(row)
