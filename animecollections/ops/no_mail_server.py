"""Where production names no mail server: mails wait and fail, and are not printed.

A printed mail stands in the log, and with it a link that sets a password.
"""

from collections.abc import Sequence
from smtplib import SMTPException

from django.conf import settings
from django.core.checks import CheckMessage, Info, register
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

SAYS = "no mail is sent: EMAIL_URL names no mail server"


class EmailBackend(BaseEmailBackend):
    """Fails, so that the outbox keeps each mail, tries again and shows why."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise SMTPException(SAYS)


@register(deploy=True)
def check_mail_server(**_: object) -> list[CheckMessage]:
    if not settings.HAS_NO_MAIL_SERVER:
        return []
    hint = "Set EMAIL_URL, such as submission://user:password@mail.example.org:587."
    return [Info(SAYS, hint=hint, id="animecollections.I001")]
