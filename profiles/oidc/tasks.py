"""The mail about a provider that can sign in."""

from django.conf import settings
from django_tasks import task

from profiles.accounts.mails import send_mail
from profiles.accounts.models import User
from profiles.outbox import again


@task
def mail_identity_joined(user_id: str, provider: str, tries: int = 0) -> None:
    """Tells the owner, who may not have been the one who joined it."""
    user = User.objects.for_mail().filter(pk=user_id).first()
    if user is None:
        return
    context = {
        "provider": settings.OIDC_PROVIDERS.get(provider, {}).get("name", provider),
        "link": f"{settings.PUBLIC_URL}/security",
        "reset": f"{settings.PUBLIC_URL}/reset",
    }
    again(
        mail_identity_joined,
        tries,
        {"user_id": user_id, "provider": provider},
        lambda: send_mail(user, "identity_joined", context),
    )
