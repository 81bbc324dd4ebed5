"""Writes to identities: signing in by one, joining one to an account, letting it go."""

from datetime import datetime
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.identity import SignIn
from profiles.accounts import second_steps
from profiles.accounts.authentication import account_behind
from profiles.accounts.credentials import enter
from profiles.accounts.models import LoginClaim, User
from profiles.accounts.places import Place, remember
from profiles.accounts.services import refuse_reserved, start_session, taken
from profiles.oidc import tasks
from profiles.oidc.flow import Found
from profiles.oidc.models import Identity

MOST = 20


def claim_of(key: str) -> str:
    return f"oidc:{key}"


def user_of(found: Found) -> User | None:
    """Who signs in by this; None where nobody does yet."""
    owner = LoginClaim.objects.owner_of(claim_of(found.key))
    if owner is None:
        return None
    theirs = Identity.objects.of(owner).filter(key=found.key)
    return User.objects.filter(pk=owner).first() if theirs.exists() else None


def sign_in(
    *,
    user: User,
    found: Found,
    address: str,
    device: str,
    user_agent: str,
    session: SessionBase,
) -> None:
    """Signs a browser in, as by a password: 401 `second_factor_needed` where one is
    on, and `wrong_credentials` for an account that is deactivated.
    """
    if user.second_factors:
        raise second_steps.begin(user, is_app=False, device=device)
    with transaction.atomic():
        enter(user, address=address, device=device, user_agent=user_agent)
        now = timezone.now()
        Identity.objects.of(user.pk).filter(key=found.key).update(used_at=now)
        start_session(session, user, user_agent=user_agent, address=address)


def sign_up(
    *,
    found: Found,
    user_name: str,
    address: str,
    device: str,
    user_agent: str,
    session: SessionBase,
    **preferences: str,
) -> User:
    """Makes an account without a password; 409 `email_taken`, `user_name_taken`."""
    refuse_reserved(user_name, field="user_name")
    now = timezone.now()
    user = User(
        email=found.email, user_name=user_name, last_login=now, email_confirmed_at=now
    )
    user.set_unusable_password()
    try:
        with transaction.atomic():
            User.objects.add(user, **{k: v for k, v in preferences.items() if v})
            add(user, found)
            remember(user.pk, Place(address, device))
            start_session(session, user, user_agent=user_agent, address=address)
    except IntegrityError as error:
        kind = getattr(error, "kind", "")
        if kind == "oidc":
            raise ApiError("identity_taken") from None
        if kind == "email" or User.objects.known_by("email", found.email):
            raise taken("email_taken", "email") from None
        raise taken("user_name_taken", "user_name") from None
    return user


def join(
    *,
    user_id: UUID,
    found: Found,
    epoch: int | None = None,
    sign_in: SignIn | None = None,
) -> None:
    """From now on the person signs in by this too; 409 `identity_taken` where somebody
    else does. They are told by mail. Once more is fine. It is refused where the epoch
    at which it began, or the sign-in that asks, has ended.
    """
    with transaction.atomic():
        accounts = User.objects.select_for_update().filter(pk=user_id, is_active=True)
        user = accounts.first()
        if user is None or epoch not in (None, user.auth_epoch):
            raise ApiError("session_ended")
        if sign_in and account_behind(sign_in, user_id) is None:
            raise ApiError("session_ended")
        theirs = Identity.objects.of(user_id)
        if theirs.filter(key=found.key).exists():
            return
        if theirs.count() >= MOST:
            raise ApiError("identities_full", number=MOST)
        try:
            add(user, found)
        except IntegrityError:
            raise ApiError("identity_taken") from None
        tasks.mail_identity_joined.enqueue(
            user_id=str(user_id), provider=found.provider
        )


def add(user: User, found: Found) -> None:
    LoginClaim.objects.take(user.pk, [claim_of(found.key)])
    Identity.objects.create(
        user=user,
        provider=found.provider,
        key=found.key,
        email=found.email,
        used_at=timezone.now(),
    )


def has_other_way(user: User) -> bool:
    return user.has_usable_password() or "passkey" in user.second_factors.split()


def end(*, user_id: UUID, identity_id: UUID) -> None:
    """404 `identity_not_found`; 409 `last_sign_in` where the account would be left with
    no way in but a mail.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        theirs = Identity.objects.of(user_id)
        identity = theirs.filter(pk=identity_id).first()
        if user is None or identity is None:
            raise ApiError("identity_not_found")
        if theirs.count() == 1 and not has_other_way(user):
            raise ApiError("last_sign_in")
        identity.delete()
        LoginClaim.objects.give_up(user_id, [claim_of(identity.key)])


def end_since(user_id: UUID, since: datetime | None) -> None:
    """Those that were joined since then, or all; for
    profiles/accounts/ways_in_hooks.py.
    """
    theirs = Identity.objects.of(user_id)
    joined = theirs if since is None else theirs.filter(created_at__gte=since)
    keys = list(joined.values_list("key", flat=True))
    theirs.filter(key__in=keys).delete()
    LoginClaim.objects.give_up(user_id, [claim_of(key) for key in keys])
