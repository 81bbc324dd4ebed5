"""Tickets: what a client that cannot send its sign-in with a WebSocket brings instead.

An address ends up in logs, so nothing that lasts may stand in one: a ticket is good for
half a minute and one use.
"""

import re
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import cast
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.identity import SignIn, SignInKind
from profiles.accounts.models import Ticket

LIFETIME = timedelta(seconds=30)
# A ticket tells whose it is; one of the release before this does not.
OWNER = re.compile(r"([0-9a-f]{32})\.", re.ASCII)


def issue(*, user_id: UUID, sign_in: SignIn) -> str:
    """A ticket that stands for this sign-in, and ends no later than it does; 401
    `session_ended` during the erasure of its user.
    """
    ticket = f"{user_id.hex}.{token_urlsafe(32)}"
    try:
        Ticket.objects.create(
            key=digest(ticket),
            user_id=user_id,
            kind=sign_in.kind,
            sign_in=sign_in.key,
            until=sign_in.until,
            expires_at=timezone.now() + LIFETIME,
        )
    except IntegrityError:
        raise ApiError("session_ended") from None
    return ticket


def redeem(*, ticket: str) -> tuple[UUID, SignIn] | None:
    """Whose ticket this was, and the sign-in behind it; None for a used or old one.

    Of two who come at once, the one whose delete finds the row gets in.
    """
    rows = Ticket.objects.filter(key=digest(ticket), expires_at__gt=timezone.now())
    if told := OWNER.match(ticket):
        rows = rows.filter(user_id=UUID(told[1]))
    row = rows.first()
    if row is None or not row.delete()[0]:
        return None
    kind = cast("SignInKind", row.kind)
    return row.user_id, SignIn(kind, row.sign_in, row.until)


def digest(ticket: str) -> str:
    return sha256(ticket.encode()).hexdigest()
