"""The end of an app's access, and the undo of what it did."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.identity import AppPast, Origin
from collections_app.watch_list.app_undo import AppUndone, undo_app
from profiles.accounts.models import TokenFamily
from profiles.accounts.sign_in_hooks import tell_sign_ins_ended
from profiles.app_access import tasks
from profiles.app_access.reads import name_of
from profiles.oauth.models import AuthorizationCode, DeviceCode


def tell_access_given(user_id: UUID, app_id: UUID) -> None:
    """Within the transaction that lets an app in for the first time."""
    tasks.mail_app_connected.enqueue(user_id=str(user_id), app_id=str(app_id))


def end(*, user_id: UUID, app_id: UUID) -> None:
    """At once, its sockets too; 404 where it has none. First what is about to become a
    sign-in: one that is made meanwhile is waited for, and ended with the others.
    """
    with transaction.atomic():
        AuthorizationCode.objects.of(user_id).filter(app_id=app_id).delete()
        DeviceCode.objects.filter(user_id=user_id, app_id=app_id).delete()
        ended = TokenFamily.objects.filter(
            user_id=user_id, app_id=app_id, revoked_at=None
        ).update(revoked_at=timezone.now())
        if not ended:
            raise ApiError("app_not_found")
        tell_sign_ins_ended(user_id)


def undo(
    *,
    user_id: UUID,
    app_id: UUID,
    since: datetime,
    today: date,
    through: Origin,
    first_title: int = 0,
    dry_run: bool = False,
) -> AppUndone:
    """All that an app, or a personal token, did since a moment; 404 for one that never
    wrote for this account and may not.
    """
    past = AppPast(app_id, name_of(user_id, app_id), since)
    return undo_app(
        user_id=user_id,
        past=past,
        today=today,
        through=through,
        first_title=first_title,
        dry_run=dry_run,
    )
