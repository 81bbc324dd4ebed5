"""Mails about second factors: what was changed, and that one is to be taken off."""

from uuid import UUID

from django.conf import settings
from django_tasks import task

from profiles.accounts.mails import send_mail
from profiles.accounts.models import User
from profiles.outbox import again
from profiles.second_factor import links
from profiles.second_factor.models import FactorRemoval


@task
def mail_factors_changed(user_id: str, what: str, tries: int = 0) -> None:
    """Tells the owner, who may not have been the one who did it. `what` is a branch of
    the text.
    """
    user = User.objects.for_mail().filter(pk=user_id).first()
    if user is None:
        return
    context = {
        "what": what,
        "link": f"{settings.PUBLIC_URL}/security",
        "reset": f"{settings.PUBLIC_URL}/reset",
    }
    again(
        mail_factors_changed,
        tries,
        {"user_id": user_id, "what": what},
        lambda: send_mail(user, "factors_changed", context),
    )


@task
def mail_removal_asked(user_id: str, tries: int = 0) -> None:
    """That the second factor will be taken off, when, and how to stop it."""
    user = User.objects.for_mail().filter(pk=user_id).first()
    removal = FactorRemoval.objects.of(UUID(user_id)).first()
    if user is None or removal is None:
        return
    context = {
        "due_at": removal.due_at,
        "days": settings.FACTOR_REMOVAL_DAYS,
        "link": links.link_to_stop(removal),
        "reset": f"{settings.PUBLIC_URL}/reset",
    }
    again(
        mail_removal_asked,
        tries,
        {"user_id": user_id},
        lambda: send_mail(user, "removal_asked", context),
    )
