"""Writes to personal tokens."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from animecollections.api.client_ip import network
from animecollections.api.errors import ApiError
from animecollections.identity import SignIn
from animecollections.scopes import SANDBOX, with_groups
from collections_app.scrobbling import sources
from profiles.accounts.authentication import account_behind
from profiles.accounts.models import User
from profiles.accounts.sandboxes import sandbox_for, with_sandbox
from profiles.accounts.sign_in_hooks import tell_sign_ins_ended
from profiles.personal_tokens import tasks, texts
from profiles.personal_tokens.models import PersonalToken

MOST = 50
NOTE_USE_EACH = timedelta(minutes=1)
# What would show a sandbox to others.
NOT_IN_A_SANDBOX = frozenset(("following:write", "sharing"))


def make(
    *,
    user_id: UUID,
    sign_in: SignIn,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None = None,
    mature: bool = False,
) -> tuple[PersonalToken, str]:
    """The token and its text, which nobody can read again; 409 `tokens_full`. Its owner
    is told by mail: somebody else may have made it. With the scope `sandbox` it is a
    token of their sandbox, which is made with the first.
    """
    may = with_groups(scopes)
    with transaction.atomic():
        # The lock is of the account: of two at once the second counts the first.
        user = User.objects.select_for_update().filter(pk=user_id).first()
        # Under the lock: beside a new password, the sign-in that asks may have ended.
        if user is None or account_behind(sign_in, user_id) is None:
            raise ApiError("session_ended")
        if SANDBOX in may:
            user, may = sandbox_for(user), may - NOT_IN_A_SANDBOX
        made_before = PersonalToken.objects.of(user.pk)
        made_before.exclude(auth_epoch=user.auth_epoch).delete()
        if PersonalToken.objects.of(user.pk).alive().count() >= MOST:
            raise ApiError("tokens_full", number=MOST)
        text = texts.new_text(user.pk)
        token = PersonalToken.objects.create(
            user=user,
            name=name,
            prefix=texts.shown(text),
            digest=texts.digest(text),
            scopes=" ".join(sorted(may)),
            mature=mature,
            auth_epoch=user.auth_epoch,
            expires_at=expires_at,
        )
        tasks.mail_token_made.enqueue(user_id=str(user_id), prefix=token.prefix)
    return token, text


def end(*, user_id: UUID, token_id: UUID) -> str | None:
    """At once, its sockets too. Its name; None where there is none."""
    with transaction.atomic():
        for one in with_sandbox(user_id):
            tokens = PersonalToken.objects.of(one).filter(pk=token_id)
            name: str | None = tokens.values_list("name", flat=True).first()
            if name is not None:
                tokens.delete()
                sources.forget(one, token_id)
                tell_sign_ins_ended(one)
                return name
    return None


def made_by(user_id: UUID) -> list[PersonalToken]:
    """Those of a person, and of their sandbox, that work; newest first."""
    found = [
        token
        for one in with_sandbox(user_id)
        for token in PersonalToken.objects.of(one).alive()
    ]
    return sorted(found, key=lambda token: token.pk, reverse=True)


def note_use(*, user_id: UUID, token_id: UUID, address: str) -> None:
    """When and from where it was last used, once a minute. Before the request's own
    transaction: a write that fails was a use too, and no request waits for another's.
    It is a note, and keeps nobody out where it cannot be written.
    """
    now = timezone.now()
    tokens = PersonalToken.objects.of(user_id).filter(pk=token_id)
    unused = tokens.filter(Q(used_at=None) | Q(used_at__lte=now - NOTE_USE_EACH))
    try:
        with transaction.atomic():
            unused.update(used_at=now, used_from=network(address))
    except DatabaseError:
        pass
