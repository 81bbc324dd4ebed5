"""Apps' sign-ins: families of tokens, each with one refresh token that is good."""

import logging
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import QuerySet, Subquery
from django.utils import timezone

from animecollections.api.client_ip import network
from animecollections.api.errors import ApiError
from profiles.accounts import second_steps
from profiles.accounts.credentials import check_credentials, enter
from profiles.accounts.models import TokenFamily, User
from profiles.accounts.sign_in_hooks import tell_sign_ins_ended
from profiles.accounts.tokens import Claims, TokenPair, read_refresh_token, write_pair

logger = logging.getLogger(__name__)

NOTE_USE_EACH = timedelta(minutes=1)


def issue(
    *, email: str, password: str, address: str, user_agent: str, device: str = ""
) -> TokenPair:
    """Signs an app in; `device` where a known browser asks for it. 401
    `second_factor_needed` for who has one on.
    """
    user = check_credentials(
        email=email, password=password, address=address, device=device
    )
    if user.second_factors:
        raise second_steps.begin(user, is_app=True, device=device)
    with transaction.atomic():
        return begin_family(user, address=address, user_agent=user_agent)


def begin_family(user: User, *, address: str, user_agent: str) -> TokenPair:
    """For who gave what a sign-in needs. Call it in a transaction."""
    enter(user, address=address, user_agent=user_agent)
    now = timezone.now()
    family = TokenFamily.objects.create(
        user=user,
        auth_epoch=user.auth_epoch,
        refresh_id=uuid4(),
        expires_at=now + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"],
        user_agent=user_agent[:300],
        used_from=network(address),
        proved_at=now,
    )
    return write_pair(family)


def refresh(*, token: str, address: str, app_id: UUID | None = None) -> TokenPair:
    """A new pair for a refresh token, which is then used up. Used again, it ends the
    family: one of the two who have it is a thief, and nobody can tell which. That of a
    registered app is good for that app alone, which proved who it is.

    One guarded update decides between refreshes that run at once. The guard stands on
    the row's own columns, which PostgreSQL looks at again after waiting for its lock;
    a subquery on the same table it would not.
    """
    claims = read_refresh_token(token)
    family = TokenFamily(
        id=claims.family, user_id=claims.user_id, refresh_id=uuid4(), app_id=app_id
    )
    now = timezone.now()
    renewed = alive(claims, app_id).update(
        refresh_id=family.refresh_id,
        used_at=now,
        used_from=network(address),
        expires_at=now + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"],
    )
    if not renewed:
        end_if_replayed(claims, app_id)
        raise ApiError("session_ended")
    return write_pair(family)


def alive(claims: Claims, app_id: UUID | None) -> QuerySet[TokenFamily]:
    """The family, as long as it stands and this token is its newest."""
    epoch = User.objects.filter(pk=claims.user_id, is_active=True)
    return TokenFamily.objects.filter(
        id=claims.family,
        user_id=claims.user_id,
        refresh_id=claims.id,
        app=app_id,
        revoked_at=None,
        auth_epoch=Subquery(epoch.values("auth_epoch")),
    )


def end_if_replayed(claims: Claims, app_id: UUID | None) -> None:
    ended = (
        TokenFamily.objects.filter(
            id=claims.family, user_id=claims.user_id, app=app_id, revoked_at=None
        )
        .exclude(refresh_id=claims.id)
        .update(revoked_at=timezone.now())
    )
    if ended:
        tell_sign_ins_ended(claims.user_id)
        logger.warning(
            "A refresh token was used twice: token family %s of user %s is ended",
            claims.family,
            claims.user_id,
        )


def revoke(*, token: str) -> None:
    """Ends the family of a refresh token, an older one too; one that has expired is
    ended already.
    """
    try:
        claims = read_refresh_token(token)
    except ApiError as error:
        if error.code == "token_expired":
            return
        raise
    TokenFamily.objects.filter(
        id=claims.family, user_id=claims.user_id, revoked_at=None
    ).update(revoked_at=timezone.now())
    tell_sign_ins_ended(claims.user_id)


def note_use(*, user_id: UUID, family_id: UUID, address: str) -> None:
    """When and from where an app was last used, once a minute. Before the request's own
    transaction: a write that fails was a use too, and no request waits for another's.
    It is a note, and keeps nobody out where it cannot be written.
    """
    now = timezone.now()
    families = TokenFamily.objects.filter(id=family_id, user_id=user_id)
    unused = families.filter(used_at__lte=now - NOTE_USE_EACH)
    try:
        with transaction.atomic():
            unused.update(used_at=now, used_from=network(address))
    except DatabaseError:
        pass
