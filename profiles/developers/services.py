"""Writes to registered apps, by those who made them.

They are no part of the log: like a sign-in, what ends one must not be undone.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from animecollections.api.errors import ApiError
from profiles.accounts.models import User
from profiles.app_access import tasks
from profiles.developers.names import name_key
from profiles.oauth import secrets
from profiles.oauth.models import App

MOST_APPS = 20


def register(
    *, user_id: UUID, values: Mapping[str, Any], is_confidential: bool
) -> tuple[App, str | None]:
    """The app, and the secret of a confidential one, which nobody can read again; 409
    `apps_full`, `app_name_taken`.
    """
    secret = secrets.new_secret() if is_confidential else None
    with transaction.atomic():
        # The lock is of the account: of two at once the second counts the first.
        if User.objects.select_for_update().filter(pk=user_id).first() is None:
            raise ApiError("session_ended")
        if App.objects.of(user_id).count() >= MOST_APPS:
            raise ApiError("apps_full", number=MOST_APPS)
        with name_free():
            app = App.objects.create(
                user_id=user_id,
                is_confidential=is_confidential,
                **values,
                name_key=name_key(values["name"]),
                **digested(secret),
            )
    return app, secret


def change(*, user_id: UUID, app_id: UUID, values: Mapping[str, Any]) -> App:
    """What is not sent stays. Who gave it access sees the new name from now on."""
    columns = dict(values)
    if "name" in columns:
        columns["name_key"] = name_key(columns["name"])
    with transaction.atomic():
        app = found(user_id, app_id)
        with name_free():
            App.objects.of(user_id).filter(pk=app_id).update(**columns)
    for name, value in columns.items():
        setattr(app, name, value)
    return app


def rotate(*, user_id: UUID, app_id: UUID) -> tuple[App, str]:
    """Another secret; the one before ends at once. 409 `app_is_public`."""
    secret = secrets.new_secret()
    with transaction.atomic():
        app = found(user_id, app_id)
        if not app.is_confidential:
            raise ApiError("app_is_public")
        App.objects.of(user_id).filter(pk=app_id).update(**digested(secret))
    app.secret_prefix = secrets.shown(secret)
    return app, secret


def remove(*, user_id: UUID, app_id: UUID) -> None:
    """For everybody, at once: without its row nobody is signed in through it. The
    worker then closes what is open.
    """
    with transaction.atomic():
        found(user_id, app_id)
        App.objects.of(user_id).filter(pk=app_id).delete()
        tasks.end_sign_ins.enqueue(app_id=str(app_id))


def found(user_id: UUID, app_id: UUID) -> App:
    """Locked; 404 for another's."""
    app = App.objects.of(user_id).select_for_update().filter(pk=app_id).first()
    if app is None:
        raise ApiError("app_not_found")
    return app


@contextmanager
def name_free() -> Iterator[None]:
    """409 where another app has a name that reads the same."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise ApiError("app_name_taken") from None


def digested(secret: str | None) -> dict[str, str]:
    if secret is None:
        return {}
    return {
        "secret_digest": secrets.digest(secret),
        "secret_prefix": secrets.shown(secret),
    }
