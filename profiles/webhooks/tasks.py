"""What the outbox does about webhooks: the mail that one is paused."""

from django.conf import settings
from django_tasks import task

from profiles.accounts.mails import send_mail
from profiles.accounts.models import User
from profiles.outbox import again
from profiles.webhooks.models import PauseReason, Webhook


@task
def mail_webhook_paused(user_id: str, webhook_id: str, tries: int = 0) -> None:
    """Without its name and address, which are texts of the person's. Not where they
    let it go on meanwhile.
    """
    user = User.objects.for_mail().filter(pk=user_id).first()
    if user is None:
        return
    webhook = Webhook.objects.of(user.pk).filter(pk=webhook_id).first()
    if webhook is None or webhook.paused_at is None:
        return
    context = {
        "is_gone": webhook.paused_why == PauseReason.GONE,
        "link": f"{settings.PUBLIC_URL}/webhooks",
    }
    again(
        mail_webhook_paused,
        tries,
        {"user_id": user_id, "webhook_id": webhook_id},
        lambda: send_mail(user, "webhook_paused", context),
    )
