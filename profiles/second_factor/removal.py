"""The way back for who lost every factor: after days in which the owner can stop it.

Asked for by the password and the mailbox; the mail goes out at once. The day comes by
itself (a job), so that nothing has to be asked for twice.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.db.compiled import for_database
from animecollections.db.ids import new_id
from profiles.accounts import second_steps
from profiles.accounts.models import User
from profiles.second_factor import factors, links, tasks
from profiles.second_factor.models import FactorRemoval

AT_ONCE = 100  # removals that one run of the job reads
# Asked for twice, it waits from the first time on, and sends one mail.
ASK = f"""
INSERT INTO {FactorRemoval._meta.db_table} (id, user_id, asked_at, auth_epoch)
VALUES (%s, %s, %s, %s)
ON CONFLICT (user_id) DO NOTHING
"""  # noqa: S608  (made of our own names)


def ask(*, ticket: str, device: str) -> datetime:
    """When the factors are taken off, if nobody stops it. The ticket is of a sign-in
    whose password was right; it can still be used for a code.
    """
    _, user = second_steps.find(ticket=ticket, device=device)
    with transaction.atomic():
        forget_ended(user)
        row = [new_id(), user.pk, timezone.now(), user.auth_epoch]
        with connection.cursor() as cursor:
            cursor.execute(ASK, [for_database(value) for value in row])
            is_new = cursor.rowcount > 0
        if is_new:
            tasks.mail_removal_asked.enqueue(user_id=str(user.pk))
    removal = FactorRemoval.objects.of(user.pk).first()
    if removal is None:  # stopped a moment ago
        raise ApiError("ticket_invalid")
    due_at: datetime = removal.due_at
    return due_at


def forget_ended(user: User) -> None:
    """One that was asked for before a new password, or before all sign-ins ended."""
    theirs = FactorRemoval.objects.of(user.pk)
    theirs.exclude(auth_epoch=user.auth_epoch).delete()


def stop(*, user_id: UUID) -> bool:
    """Whether there was one to stop."""
    return bool(FactorRemoval.objects.of(user_id).delete()[0])


def stop_by_link(*, token: str) -> None:
    """By the link in the mail; again is fine. 400 `link_invalid` for one that is not
    ours.
    """
    meant = links.read(token)
    if meant is None:
        raise ApiError("link_invalid")
    user_id, removal_id = meant
    FactorRemoval.objects.of(user_id).filter(pk=removal_id).delete()


def carry_out_due() -> str:
    """The job: what was asked for long enough ago, and not stopped."""
    since = timezone.now() - timedelta(days=settings.FACTOR_REMOVAL_DAYS)
    due = FactorRemoval.objects.across_users().filter(asked_at__lte=since)
    users = list(due.order_by("asked_at").values_list("user_id", flat=True)[:AT_ONCE])
    done = sum(carry_out(user_id, since) for user_id in users)
    return f"{done:,} second factors taken off"


def carry_out(user_id: UUID, since: datetime) -> bool:
    """Between this and a stop that comes at once, the one whose delete finds the row
    decides.
    """
    with factors.changing_factors(user_id) as user:
        forget_ended(user)
        due = FactorRemoval.objects.of(user_id).filter(asked_at__lte=since)
        if not due.delete()[0]:
            return False
        factors.remove_all(user)
        tasks.mail_factors_changed.enqueue(user_id=str(user_id), what="removed_by_time")
    return True
