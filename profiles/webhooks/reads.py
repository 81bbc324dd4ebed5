"""What people read of their webhooks."""

from uuid import UUID

from animecollections.api.errors import ApiError
from profiles.webhooks.models import Delivery, DeliveryQuerySet, Webhook


def webhook_of(user_id: UUID, webhook_id: UUID) -> Webhook:
    """404 for one that there is not, or that is another's."""
    webhook: Webhook | None = Webhook.objects.of(user_id).filter(pk=webhook_id).first()
    if webhook is None:
        raise ApiError("webhook_not_found")
    return webhook


def deliveries_to(webhook: Webhook) -> DeliveryQuerySet:
    """Without their bodies, which may be large and are not shown."""
    rows: DeliveryQuerySet = (
        Delivery.objects.of(webhook.user_id).to(webhook).defer("body", "place")
    )
    return rows
