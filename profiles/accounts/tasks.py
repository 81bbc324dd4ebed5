"""Mails of accounts: links to choose a password, that one was changed, new devices."""

from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django_tasks import task

from profiles.accounts.mails import send_mail
from profiles.accounts.models import User
from profiles.accounts.reset_links import make_token, renew_reset_key
from profiles.outbox import again


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
def mail_new_device(
    user_id: str, client: str, network: str, at: str, tries: int = 0
) -> None:
    """Tells the owner that somebody signed in with a browser or an app that they had
    not signed in with before. client: in words of ours (user_agents.py).
    """
    user = User.objects.for_mail().filter(pk=user_id).first()
    if user is None:
        return
    zone = user.preferences.timezone
    context = {
        "client": client,
        "network": network,
        "at": f"{datetime.fromisoformat(at).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}",
        "zone": zone,
        "devices": f"{settings.PUBLIC_URL}/security",
        "reset": f"{settings.PUBLIC_URL}/reset",
    }
    again(
        mail_new_device,
        tries,
        {"user_id": user_id, "client": client, "network": network, "at": at},
        lambda: send_mail(user, "new_device", context),
    )
