"""The outbox: tasks as rows in the database until the worker has done them.

A mail that could not be sent, or a file that could not be removed, is tried again by a
task of its own, later and later; the failed ones stay in the admin, under Task results.
"""

from functools import partial
from smtplib import SMTPException
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django_tasks import task

from animecollections.upkeep.tries import again_on_failure
from profiles.mails import send_mail, send_to
from profiles.models import Erasure, User
from profiles.names import masked_email
from profiles.reset_links import make_token, renew_reset_key
from profiles.storage import remove_folder

# Of the mail server, the storage; the last: told twice to stop.
FAILURES = (SMTPException, OSError, SystemExit)
again = partial(again_on_failure, FAILURES)


@task
def mail_reset(email: str, tries: int = 0, is_limited: bool = True) -> None:
    """The link to choose a new password, if there is such an account; none where it
    has got so many lately that a stranger may be asking (the newest of them works).
    """
    user = User.objects.to_mail(email)
    if user is None:
        return
    if tries == 0 and not renew_reset_key(user, is_limited=is_limited):
        return
    context = {"link": link_to_choose(user), "minutes": minutes_of_a_link()}
    again(
        mail_reset,
        tries,
        {"email": email},
        lambda: send_mail(user, "reset", context),
    )


@task
def mail_invitation(email: str, tries: int = 0) -> None:
    """To new staff: where they may enter, and the link to choose a password."""
    user = User.objects.to_mail(email)
    if user is None:
        return
    if tries == 0:
        renew_reset_key(user, is_limited=False)
    context = {
        "admin": f"{settings.PUBLIC_URL}/admin/",
        "link": link_to_choose(user),
        "minutes": minutes_of_a_link(),
        "again": f"{settings.PUBLIC_URL}/reset",
    }
    again(
        mail_invitation,
        tries,
        {"email": email},
        lambda: send_mail(user, "invited", context),
    )


def link_to_choose(user: User) -> str:
    return f"{settings.PUBLIC_URL}/reset?" + urlencode(
        {"uid": user.pk.hex, "token": make_token(user)}
    )


def minutes_of_a_link() -> int:
    return settings.PASSWORD_RESET_TIMEOUT // 60


@task
def mail_password_changed(user_id: str, tries: int = 0) -> None:
    """Tells the owner, who may not have been the one who changed it."""
    user = User.objects.for_mail().filter(pk=user_id).first()
    if user is None:
        return
    link = f"{settings.PUBLIC_URL}/reset"
    again(
        mail_password_changed,
        tries,
        {"user_id": user_id},
        lambda: send_mail(user, "password_changed", {"link": link}),
    )


@task
def remove_files(erasure_id: str, tries: int = 0) -> None:
    """The files of an erased account; once they are gone, nothing tells whose."""
    again(
        remove_files,
        tries,
        {"erasure_id": erasure_id},
        lambda: remove_files_of(UUID(erasure_id)),
    )


def remove_files_of(erasure_id: UUID) -> None:
    erasures = Erasure.objects.filter(pk=erasure_id)
    user_id = erasures.values_list("files_of", flat=True).first()
    if user_id is not None:
        remove_folder(user_id)
        erasures.update(files_of=None)


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
    """Whoever reads the old one may not have asked for it, and can object."""
    for email, other, is_old in ((old, new, True), (new, old, False)):
        mail_email_changed.enqueue(
            user_id=str(user_id),
            email=email,
            other=masked_email(other),
            is_old=is_old,
            reason=reason,
        )


def tell_of_staff(user_id: UUID, action: str, reason: str) -> None:
    """As `audit.tellers` wants it."""
    mail_staff_action.enqueue(user_id=str(user_id), action=action, reason=reason)


@task
def mail_erased(email: str, language: str, tries: int = 0) -> None:
    """The last mail: staff erased the account."""
    again(
        mail_erased,
        tries,
        {"email": email, "language": language},
        lambda: send_to(email, language, "erased", {}),
    )
