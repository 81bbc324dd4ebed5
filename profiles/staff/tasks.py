"""Mails that tell people what staff did to their account."""

from uuid import UUID

from django_tasks import task

from profiles.accounts.identifiers import masked_email
from profiles.accounts.mails import send_mail, send_to
from profiles.accounts.models import User
from profiles.outbox import again


@task
def mail_staff_action(user_id: str, action: str, reason: str, tries: int = 0) -> None:
    """Tells a person what staff did to their account, and why; a locked one too."""
    accounts = User.objects.select_related("preferences")
    user = accounts.filter(pk=user_id).first()
    if user is None:
        return
    again(
        mail_staff_action,
        tries,
        {"user_id": user_id, "action": action, "reason": reason},
        lambda: send_mail(user, "staff_action", {"action": action, "reason": reason}),
    )


@task
def mail_email_changed(
    user_id: str,
    email: str,
    other: str,
    is_old: bool,
    reason: str,
    tries: int = 0,
) -> None:
    """To the old address and to the new one, each by a task of its own; `other` is the
    other one, masked.
    """
    user = User.objects.select_related("preferences").filter(pk=user_id).first()
    if user is None:
        return
    told = {"other": other, "is_old": is_old, "reason": reason}
    again(
        mail_email_changed,
        tries,
        {"user_id": user_id, "email": email, **told},
        lambda: send_to(email, user.preferences.language, "email_changed", told),
    )


def tell_both_addresses(user_id: UUID, old: str, new: str, reason: str) -> None:
    """Anyone who reads the old one may not have asked for it, and can object."""
    for email, other, is_old in ((old, new, True), (new, old, False)):
        mail_email_changed.enqueue(
            user_id=str(user_id),
            email=email,
            other=masked_email(other),
            is_old=is_old,
            reason=reason,
        )


def tell_of_staff(user_id: UUID, action: str, reason: str) -> None:
    """As `audit.staff_action_hooks` wants it."""
    mail_staff_action.enqueue(user_id=str(user_id), action=action, reason=reason)
