"""The second step of a sign-in: the password was right, a second factor is due.

The client gets a ticket for it: good for minutes, once, for the browser that began.
`profiles/second_factor/` looks at what comes with it.
"""

import re
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from django.utils import timezone

from animecollections.api.errors import ApiError
from profiles.accounts.models import SecondStep, User
from profiles.accounts.proofs import methods_of

LIFETIME = timedelta(minutes=10)
OWNER = re.compile(r"([0-9a-f]{32})\.", re.ASCII)


def begin(user: User, *, is_app: bool, device: str = "") -> ApiError:
    """401 `second_factor_needed`, with the ticket and what can be sent with it."""
    ticket = f"{user.pk.hex}.{token_urlsafe(32)}"
    SecondStep.objects.create(
        key=digest(ticket),
        user=user,
        auth_epoch=user.auth_epoch,
        is_app=is_app,
        device=digest(device) if device else "",
        expires_at=timezone.now() + LIFETIME,
    )
    details = {"ticket": ticket, "methods": methods_of(user)}
    return ApiError("second_factor_needed", details=details)


def find(*, ticket: str, device: str) -> tuple[SecondStep, User]:
    """The step, and whose it is; 401 `ticket_invalid` for one that was used, is old, is
    another browser's, or that a new password ended.
    """
    if told := OWNER.match(ticket):
        user_id = UUID(told[1])
        steps = SecondStep.objects.filter(key=digest(ticket), user_id=user_id)
        step = steps.filter(expires_at__gt=timezone.now()).first()
        active = User.objects.filter(pk=user_id, is_active=True)
        user = active.select_related("profile").first()
        if (
            step is not None
            and user is not None
            and step.auth_epoch == user.auth_epoch
            and step.device in ("", digest(device))
        ):
            return step, user
    raise ApiError("ticket_invalid")


def use_up(step: SecondStep) -> None:
    """Of two at once, the one whose delete finds the row. Call it in the transaction
    that signs in.
    """
    if not step.delete()[0]:
        raise ApiError("ticket_invalid")


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
