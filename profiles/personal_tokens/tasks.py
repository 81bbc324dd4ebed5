"""The mail about a new token."""

from django.conf import settings
from django_tasks import task

from profiles.accounts.mails import send_mail
from profiles.accounts.models import User
from profiles.outbox import again


@task
def mail_token_made(user_id: str, prefix: str, tries: int = 0) -> None:
    """Tells the owner, who may not have been the one who made it."""
    user = User.objects.for_mail().filter(pk=user_id).first()
    if user is None:
        return
    context = {
        "prefix": prefix,
        "link": f"{settings.PUBLIC_URL}/security",
        "reset": f"{settings.PUBLIC_URL}/reset",
    }
    again(
        mail_token_made,
        tries,
        {"user_id": user_id, "prefix": prefix},
        lambda: send_mail(user, "token_made", context),
    )
