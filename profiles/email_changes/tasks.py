"""Mails about a new address: to it, and to the old one."""

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django_tasks import task

from profiles.accounts.identifiers import masked_email
from profiles.accounts.mails import send_to
from profiles.accounts.models import User
from profiles.email_changes import links
from profiles.email_changes.models import EmailChange
from profiles.outbox import again

MOST_A_DAY = 5  # to one address, whoever asks


@task
def mail_confirm_email(user_id: str, change_id: str, tries: int = 0) -> None:
    """The link, to the new address; none where it got so many today that a stranger may
    be asking. One that has an account already is told, and gets no link.
    """
    changes = EmailChange.objects.of(UUID(user_id)).asked()
    change = changes.select_related("user__preferences").filter(pk=change_id).first()
    if change is None or mails_before(change) >= MOST_A_DAY:
        return
    user = cast("User", change.user)
    if change.auth_epoch != user.auth_epoch:  # the link would lead nowhere
        return
    email, language = change.new_email, user.preferences.language
    other = User.objects.known_by("email", email, "preferences")
    if other is not None and other.pk != change.user_id:
        name, language = "email_in_use", other.preferences.language
        told: dict[str, object] = {"sign_in": settings.PUBLIC_URL}
    else:
        name = "confirm_email"
        told = {"link": links.address("confirm", change.user_id, change.pk)}
    again(
        mail_confirm_email,
        tries,
        {"user_id": user_id, "change_id": change_id},
        lambda: send_to(email, language, name, told),
    )


def mails_before(change: EmailChange) -> int:
    """How many the address was to get in the day before this one."""
    day = (change.asked_at - timedelta(days=1), change.asked_at)
    everybodys = EmailChange.objects.across_users().exclude(pk=change.pk)
    return everybodys.filter(new_email=change.new_email, asked_at__range=day).count()


@task
def mail_email_replaced(user_id: str, change_id: str, tries: int = 0) -> None:
    """To the old address, whose reader may not be the one who changed it."""
    changes = EmailChange.objects.of(UUID(user_id)).done()
    change = changes.select_related("user__preferences").filter(pk=change_id).first()
    if change is None:
        return
    told = {
        "other": masked_email(change.new_email),
        "link": links.address("take-back", change.user_id, change.pk),
    }
    language = cast("User", change.user).preferences.language
    again(
        mail_email_replaced,
        tries,
        {"user_id": user_id, "change_id": change_id},
        lambda: send_to(change.old_email, language, "email_replaced", told),
    )


@task
def mail_email_taken_back(user_id: str, email: str, tries: int = 0) -> None:
    """To the address that was taken away again."""
    user = User.objects.for_mail().filter(pk=user_id).first()
    if user is None:
        return
    told = {"other": masked_email(user.email)}
    again(
        mail_email_taken_back,
        tries,
        {"user_id": user_id, "email": email},
        lambda: send_to(email, user.preferences.language, "email_taken_back", told),
    )
