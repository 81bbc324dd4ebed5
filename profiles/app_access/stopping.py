"""An app that is stopped for everybody, by staff, and let work again."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from animecollections.api.errors import ApiError
from profiles.app_access import tasks
from profiles.oauth.models import App


def stop(*, app_id: UUID, reason: str) -> App:
    """At once; the worker then mails all who had let it in. 404 where it is stopped
    already.
    """
    with transaction.atomic():
        app = App.objects.select_for_update().filter(pk=app_id, stopped_at=None).first()
        if app is None:
            raise ApiError("app_not_found")
        App.objects.of(app.user_id).filter(pk=app_id).update(
            stopped_at=timezone.now(), stopped_why=reason
        )
        tasks.end_sign_ins.enqueue(app_id=str(app_id), is_told=True)
    return app


def resume(*, app_id: UUID) -> App:
    """It may ask people again; who had let it in has to do so once more."""
    with transaction.atomic():
        stopped = App.objects.select_for_update().exclude(stopped_at=None)
        app = stopped.filter(pk=app_id).first()
        if app is None:
            raise ApiError("app_not_found")
        App.objects.of(app.user_id).filter(pk=app_id).update(
            stopped_at=None, stopped_why=""
        )
    return app
