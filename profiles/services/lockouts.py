"""Wrong passwords, counted by e-mail and address until they lock.

The count lies in the database: it holds across processes and restarts, and two
sign-ins at once cannot lose one. Whoever guesses in parallel learns no more than
LOCKOUT_TRIES answers: past them right and wrong get the same `locked`.
"""

from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from animecollections.api.client import network
from animecollections.api.errors import ApiError, not_now
from profiles.models import WrongPasswords

# One statement: read and written in two, parallel guesses would lose each other.
COUNT = """
INSERT INTO profiles_wrongpasswords AS w (email, address, count, last_at)
VALUES (%s, %s, 1, %s)
ON CONFLICT (email, address) DO UPDATE SET
    count = CASE WHEN w.last_at > %s THEN w.count + 1 ELSE 1 END,
    last_at = excluded.last_at
RETURNING count
"""
# One row for all: guessers wait for each other there, but not while the hash is made.
COUNT_OF_DAY = """
INSERT INTO profiles_failedsignins AS f (day, number) VALUES (%s, 1)
ON CONFLICT (day) DO UPDATE SET number = f.number + 1
"""


def refuse_locked(email: str, address: str) -> None:
    """429 `locked` while this e-mail is locked for this address."""
    last_at = (
        WrongPasswords.objects.filter(
            email=email,
            address=network(address),
            count__gte=settings.LOCKOUT_TRIES,
            last_at__gt=window_start(),
        )
        .values_list("last_at", flat=True)
        .first()
    )
    if last_at is not None:
        raise locked(last_at)


def count_wrong(email: str, address: str) -> None:
    """Counts a wrong password; 429 `locked` when others were first to use up the
    tries.
    """
    now = timezone.now()
    at = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [email, network(address), at(now), at(window_start())])
        count = cursor.fetchone()[0]
        cursor.execute(COUNT_OF_DAY, [now.date()])
    if count > settings.LOCKOUT_TRIES:
        raise locked(now)


def forgive(email: str, address: str) -> None:
    """Forgets the wrong ones after a right one; one that comes too late is `locked`."""
    counted = WrongPasswords.objects.filter(email=email, address=network(address))
    if not counted.filter(count__lt=settings.LOCKOUT_TRIES).delete()[0]:
        refuse_locked(email, address)


def of(email: str) -> QuerySet[WrongPasswords]:
    """What is counted against an e-mail, from wherever."""
    return WrongPasswords.objects.filter(email=email)


def unlock(email: str) -> None:
    """From wherever: the password is a new one, or staff say so."""
    of(email).delete()


def locked_until(row: WrongPasswords) -> datetime | None:
    """None where it does not lock (any more)."""
    if row.count < settings.LOCKOUT_TRIES or row.last_at <= window_start():
        return None
    return row.last_at + timedelta(seconds=settings.LOCKOUT_SECONDS)


def window_start() -> datetime:
    return timezone.now() - timedelta(seconds=settings.LOCKOUT_SECONDS)


def locked(last_at: datetime) -> ApiError:
    left = last_at - window_start()
    return not_now("locked", max(1, ceil(left.total_seconds())))
