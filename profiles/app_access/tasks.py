"""What the worker does about apps: mails to people, and the end of an app for all."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from profiles.accounts.mails import send_mail
from profiles.accounts.models import TokenFamily, User
from profiles.accounts.sign_in_hooks import tell_sign_ins_ended
from profiles.oauth.models import App
from profiles.outbox import again

PEOPLE_AT_ONCE = 200


@task
def mail_app_connected(user_id: str, app_id: str, tries: int = 0) -> None:
    """Tells the owner, who may not have been the one who let it in. Its name is another
    person's text: only whoever has proved that the address is theirs reads it.
    """
    user = User.objects.for_mail().filter(pk=user_id).first()
    app = App.objects.filter(pk=app_id).first()
    if user is None or app is None:
        return
    context = {
        "app": app.name if user.email_confirmed_at else "",
        "link": f"{settings.PUBLIC_URL}/security",
        "reset": f"{settings.PUBLIC_URL}/reset",
    }
    again(
        mail_app_connected,
        tries,
        {"user_id": user_id, "app_id": app_id},
        lambda: send_mail(user, "app_connected", context),
    )


@task
def mail_app_stopped(user_id: str, app_id: str, tries: int = 0) -> None:
    """To somebody who had let it in: that it has no access any more, and why."""
    user = User.objects.for_mail().filter(pk=user_id).first()
    app = App.objects.filter(pk=app_id).exclude(stopped_at=None).first()
    if user is None or app is None:
        return
    context = {
        "app": app.name if user.email_confirmed_at else "",
        "reason": app.stopped_why,
        "link": f"{settings.PUBLIC_URL}/security",
    }
    again(
        mail_app_stopped,
        tries,
        {"user_id": user_id, "app_id": app_id},
        lambda: send_mail(user, "app_stopped", context),
    )


@task
def end_sign_ins(app_id: str, is_told: bool = False) -> None:
    """Of everybody whom an app signed in, which is stopped or gone: some people at a
    time, each time in a transaction that queues the next. They are out already, by the
    app's row; this closes their sockets. is_told: by a mail.
    """
    families = TokenFamily.objects.filter(app_id=app_id, revoked_at=None)
    with transaction.atomic():
        people = families.order_by("user_id").values_list("user_id", flat=True)
        some = list(people.distinct()[:PEOPLE_AT_ONCE])
        families.filter(user_id__in=some).update(revoked_at=timezone.now())
        for user_id in some:
            tell_sign_ins_ended(user_id)
            if is_told:
                mail_app_stopped.enqueue(user_id=str(user_id), app_id=app_id)
        if len(some) == PEOPLE_AT_ONCE:
            end_sign_ins.enqueue(app_id=app_id, is_told=is_told)
