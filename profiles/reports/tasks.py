"""Mails about what staff decided on a report."""

from django.conf import settings
from django_tasks import task

from profiles.accounts.mails import send_mail
from profiles.accounts.models import User
from profiles.moderation.models import Moderation
from profiles.outbox import again


@task
def mail_decision(user_id: str, moderation_id: str, act: str, tries: int = 0) -> None:
    """To the owner: what others no longer see, or see again, why, and how to answer. A
    locked account gets it too.
    """
    users = User.objects.select_related("preferences")
    user = users.filter(pk=user_id).first()
    row = (
        Moderation.objects.of(user.pk).filter(pk=moderation_id).first()
        if user
        else None
    )
    if user is None or row is None:
        return
    context = {
        "act": act,
        "thing": row.thing,
        "reason": row.reason,
        "link": f"{settings.PUBLIC_URL}/settings#decisions",
    }
    again(
        mail_decision,
        tries,
        {"user_id": user_id, "moderation_id": moderation_id, "act": act},
        lambda: send_mail(user, "decision", context),
    )
