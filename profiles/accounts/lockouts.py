"""Wrong passwords, counted by e-mail and network until they lock.

The count lies in the database: it holds across processes and restarts, and two
sign-ins at once cannot lose one. Anyone who guesses in parallel learns no more than
LOCKOUT_TRIES answers: past them right and wrong get the same `locked`.

Guesses from many networks are counted together. Past `account_tries()` within an hour
the e-mail is closed to all places that its owner has not signed in from, each time for
twice as long (docs/decisions/0004-lock-outs.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from random import randrange
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Max, Q, QuerySet, Sum
from django.utils import timezone

from animecollections.api.errors import ApiError, not_now
from animecollections.db.spread import is_spread
from profiles.accounts.models import (
    FailedSignIns,
    FailedSignInsPart,
    User,
    WrongPasswords,
)
from profiles.accounts.places import CODES_OF, Place, is_known, owner_of

REMEMBERED_FOR = timedelta(hours=1)
FIRST_WAIT = 60  # seconds
MOST_DOUBLINGS = 20  # past any LOCKOUT_MINUTES

# One statement: read and written in two, parallel guesses would lose each other.
COUNT = """
INSERT INTO profiles_wrongpasswords AS w (email, address, count, last_at)
VALUES (%s, %s, 1, %s)
ON CONFLICT (email, address) DO UPDATE SET
    count = CASE WHEN w.last_at > %s THEN w.count + 1 ELSE 1 END,
    last_at = excluded.last_at
RETURNING count
"""
# One of several rows: guessers hardly wait for each other there. What comes back
# are the wrong passwords for the e-mail: of those that were counted at once, each sees
# itself and all before it, so no more than the limit see less than it. And whether the
# day has its row.
COUNT_OF_DAY = """
INSERT INTO profiles_failedsigninspart AS f (day, part, number) VALUES (%s, %s, 1)
ON CONFLICT (day, part) DO UPDATE SET number = f.number + 1
"""
EVERYWHERE = """
SELECT SUM(count) FROM profiles_wrongpasswords WHERE email = %s AND last_at > %s
"""
AND_TELL = f"""
RETURNING ({EVERYWHERE}),
    EXISTS (SELECT 1 FROM profiles_failedsignins WHERE day = %s)
"""  # noqa: S608  (made of our own constants)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is counted against an e-mail: from one network, and from all."""

    here: int
    last_here: datetime | None
    everywhere: int
    last_everywhere: datetime | None

    @property
    def until_here(self) -> datetime | None:
        """None where it does not lock (any more)."""
        if self.last_here is None or self.here < settings.LOCKOUT_TRIES:
            return None
        return in_future(self.last_here + timedelta(seconds=settings.LOCKOUT_SECONDS))

    @property
    def until_everywhere(self) -> datetime | None:
        """For places that the owner has not signed in from."""
        over = self.everywhere - account_tries()
        if self.last_everywhere is None or over < 0:
            return None
        wait = FIRST_WAIT * 2 ** min(over, MOST_DOUBLINGS)
        wait = min(settings.LOCKOUT_SECONDS, wait)
        return in_future(self.last_everywhere + timedelta(seconds=wait))


def account_tries() -> int:
    """So many wrong passwords for one e-mail, from all networks together."""
    return 2 * int(settings.LOCKOUT_TRIES)


def standing_of(email: str, network: str = "") -> Standing:
    """One statement, whether or not there is such an account."""
    here = Q(address=network)
    counted = of(email).filter(last_at__gt=remembered_since())
    found = counted.aggregate(
        here=Sum("count", filter=here),
        last_here=Max("last_at", filter=here),
        everywhere=Sum("count"),
        last_everywhere=Max("last_at"),
    )
    return Standing(
        found["here"] or 0,
        found["last_here"],
        found["everywhere"] or 0,
        found["last_everywhere"],
    )


def refuse_locked(email: str, place: Place) -> Standing:
    """429 `locked` while this e-mail is locked for this network, or closed to new
    places of which this is one.
    """
    standing = standing_of(email, place.network)
    if until := standing.until_here:
        raise locked(until)
    if (until := standing.until_everywhere) and not is_known(email, place):
        raise locked(until)
    return standing


def count_of_day(
    cursor: CursorWrapper, email: str, today: date, since: Any
) -> tuple[int | None, bool]:
    """Counts one; the wrong passwords for the e-mail, and whether the day is noted."""
    part = randrange(FailedSignInsPart.PARTS)  # noqa: S311  (no secret)
    if is_spread():  # they are not on one machine
        cursor.execute(COUNT_OF_DAY, [today, part])
        cursor.execute(EVERYWHERE, [email, since])
        return cursor.fetchone()[0], False
    cursor.execute(COUNT_OF_DAY + AND_TELL, [today, part, email, since, today])
    everywhere, has_day = cursor.fetchone()
    return everywhere, bool(has_day)


def count_wrong(email: str, place: Place) -> None:
    """Counts a wrong password; 429 `locked` when others were first to use up the
    tries.
    """
    now = timezone.now()
    at = connection.ops.adapt_datetimefield_value
    since = at(remembered_since())
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [email, place.network, at(now), at(window_start())])
        here = cursor.fetchone()[0]
        everywhere, has_day = count_of_day(cursor, email, now.date(), since)
    if not has_day:
        day = FailedSignIns(day=now.date(), number=0)
        FailedSignIns.objects.bulk_create([day], ignore_conflicts=True)
    everywhere = everywhere or here
    if here > settings.LOCKOUT_TRIES:
        raise locked(now + timedelta(seconds=settings.LOCKOUT_SECONDS))
    standing = Standing(here, now, everywhere, now)
    is_over = everywhere > account_tries()
    if is_over and (until := standing.until_everywhere) and not is_known(email, place):
        raise locked(until)


def forgive(email: str, place: Place) -> None:
    """Forgets the wrong ones after a right one; one that comes too late is `locked`."""
    if refuse_locked(email, place).here:
        counted = of(email).filter(address=place.network)
        if not counted.filter(count__lt=settings.LOCKOUT_TRIES).delete()[0]:
            refuse_locked(email, place)


def codes_of(user_id: UUID) -> str:
    """What wrong codes of a user's second factor count for, in place of an e-mail: a
    right password forgives wrong passwords, and must not forgive these.
    """
    return f"{CODES_OF}{user_id}"


def whose(email: str) -> User | None:
    """Whose wrong passwords or codes these are; an e-mail may be nobody's."""
    if email.startswith(CODES_OF):
        return User.objects.filter(pk=owner_of(email)).first()
    return User.objects.known_by("email", email)


def of(email: str) -> QuerySet[WrongPasswords]:
    """What is counted against an e-mail, from wherever."""
    return WrongPasswords.objects.filter(email=email)


def unlock(email: str) -> bool:
    """From wherever: the password is a new one, or staff say so. Whether there were
    any wrong ones.
    """
    return bool(of(email).delete()[0])


def locked_until(row: WrongPasswords) -> datetime | None:
    """Until when it is locked there; None where it is not (any more)."""
    return Standing(row.count, row.last_at, 0, None).until_here


def all_locks(email: str) -> Iterator[str]:
    """What is counted against an e-mail, in sentences for staff."""
    for row in of(email):
        until = locked_until(row)
        yield f"{row.count} wrong passwords from {row.address}: {told(until)}"
    standing = standing_of(email)
    if until := standing.until_everywhere:
        yield (
            f"{standing.everywhere} wrong passwords in an hour: new places are "
            f"{told(until)}"
        )


def told(until: datetime | None) -> str:
    return f"closed until {until:%H:%M} UTC" if until else "open"


def window_start() -> datetime:
    return timezone.now() - timedelta(seconds=settings.LOCKOUT_SECONDS)


def remembered_since() -> datetime:
    return min(window_start(), timezone.now() - REMEMBERED_FOR)


def in_future(at: datetime) -> datetime | None:
    return at if at > timezone.now() else None


def locked(until: datetime) -> ApiError:
    left = until - timezone.now()
    return not_now("locked", max(1, ceil(left.total_seconds())))
