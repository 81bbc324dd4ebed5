"""Mails, from templates/mail/<language>/."""

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from profiles.accounts.models import User


def send_mail(user: User, name: str, context: Mapping[str, object]) -> None:
    """To a user, in their language."""
    send_to(user.email, user.preferences.language, name, context)


def send_to(
    email: str, language: str, name: str, context: Mapping[str, object]
) -> None:
    message(email, language, name, context).send()


def message(
    email: str,
    language: str,
    name: str,
    context: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> EmailMultiAlternatives:
    """`<name>.txt` (its first line is the subject) and `<name>.html`. No mail holds a
    text of the user's: anyone who signs up with another person's e-mail would choose
    what we write to them. Answers go to SUPPORT_EMAIL, which each mail names.
    """
    context = {**context, "support": settings.SUPPORT_EMAIL}
    folder = f"mail/{language}"
    text = render_to_string(f"{folder}/{name}.txt", context)
    subject, _, body = text.partition("\n")
    mail = EmailMultiAlternatives(
        subject.strip(),
        f"{body.strip()}\n\n-- \nanimecollections · {settings.SUPPORT_EMAIL}\n",
        to=[email],
        reply_to=[settings.SUPPORT_EMAIL],
        headers=dict(headers or {}),
    )
    html = render_to_string(f"{folder}/{name}.html", context)
    mail.attach_alternative(html, "text/html")
    return mail
