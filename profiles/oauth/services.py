"""What a person lets an app do, and the sign-in that follows from it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from animecollections.api.client_ip import network
from animecollections.scopes import with_groups
from profiles.accounts.models import TokenFamily, User
from profiles.accounts.sign_in_hooks import tell_sign_ins_ended
from profiles.oauth import codes
from profiles.oauth.hooks import tell_access_given
from profiles.oauth.models import App, AuthorizationCode

CODE_LIVES = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Permission:
    """What a person let an app do, when it was allowed and not taken up yet."""

    user_id: UUID
    app: App
    scopes: str  # and words for several, with blanks between them
    mature: bool
    auth_epoch: int
    family_id: UUID


def find_app(client_id: str) -> App | None:
    """The one that works, by what it calls itself."""
    try:
        id_ = UUID(client_id)
    except ValueError:
        return None
    if str(id_) != client_id:  # an id has one way of writing
        return None
    return App.objects.working().filter(pk=id_).first()


def current_epoch(user_id: UUID) -> int | None:
    """None of an account that is locked or gone."""
    users = User.objects.filter(pk=user_id, is_active=True)
    return users.values_list("auth_epoch", flat=True).first()


def give_code(
    *,
    user_id: UUID,
    auth_epoch: int,
    app: App,
    redirect_uri: str,
    scopes: Collection[str],
    mature: bool,
    challenge: str,
) -> str:
    """The code by which the app takes its tokens, good for a minute and once."""
    code = codes.new_code(user_id)
    AuthorizationCode.objects.create(
        user_id=user_id,
        digest=codes.digest(code),
        app=app,
        redirect_uri=redirect_uri,
        scopes=" ".join(sorted(scopes)),
        mature=mature,
        challenge=challenge,
        auth_epoch=auth_epoch,
        expires_at=timezone.now() + CODE_LIVES,
    )
    return code


def take_code(*, code: str, app: App) -> AuthorizationCode | None:
    """The code, which is used up then, whatever else is wrong with the request. One
    that was used before ends the sign-in that it began: one of the two who have it is a
    thief. Of two at once one guarded update lets one pass.
    """
    user_id = codes.owner_of(code)
    if user_id is None:
        return None
    given = AuthorizationCode.objects.of(user_id)
    row = given.filter(digest=codes.digest(code), app=app).first()
    if row is None:
        return None
    now = timezone.now()
    unused = given.filter(pk=row.pk, used_at=None, expires_at__gt=now)
    if unused.update(used_at=now):
        return row
    if given.filter(pk=row.pk).exclude(used_at=None).exists():
        end_family(user_id=user_id, family_id=row.family_id, app=app)
    return None


def begin_family(
    permission: Permission, *, address: str, user_agent: str
) -> TokenFamily | None:
    """The app's sign-in; None where its person signed out everywhere meanwhile. They
    are told of an app that has no access until then.
    """
    user_id, app = permission.user_id, permission.app
    if current_epoch(user_id) != permission.auth_epoch:
        return None
    with transaction.atomic():
        is_new = not has_access(permission)
        family = TokenFamily.objects.create(
            id=permission.family_id,
            user_id=user_id,
            app=app,
            scopes=" ".join(sorted(with_groups(permission.scopes.split()))),
            mature=permission.mature,
            auth_epoch=permission.auth_epoch,
            refresh_id=uuid4(),
            expires_at=timezone.now() + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"],
            user_agent=user_agent[:300],
            used_from=network(address),
        )
        if is_new:
            tell_access_given(user_id, app.pk)
    return family


def has_access(permission: Permission) -> bool:
    """Whether a sign-in of the app stands already."""
    return TokenFamily.objects.filter(
        user_id=permission.user_id,
        app=permission.app,
        auth_epoch=permission.auth_epoch,
        revoked_at=None,
        expires_at__gt=timezone.now(),
    ).exists()


def end_family(*, user_id: UUID, family_id: UUID, app: App) -> None:
    """At once, its sockets too."""
    families = TokenFamily.objects.filter(id=family_id, user_id=user_id, app=app)
    if families.filter(revoked_at=None).update(revoked_at=timezone.now()):
        tell_sign_ins_ended(user_id)
