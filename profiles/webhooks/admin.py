"""Admin pages of webhooks: that there are some, and whether they work. Where to, and
what was answered, is not shown: addresses are secrets, and answers may have any text.
"""

from django.contrib import admin

from animecollections.admin import Owned, ReadOnly
from animecollections.admin.dates import between
from profiles.webhooks.models import Delivery, Webhook


@admin.register(Webhook)
class WebhookAdmin(ReadOnly, Owned):
    list_display = (
        "created_at", "user", "format", "paused_at", "paused_why", "failing_since",
    )  # fmt: skip
    list_filter = (between(), "format", "paused_why")
    fields = (
        "user", "format", "parts", "created_at", "changed_at", "previous_until",
        "paused_at", "paused_why", "failures", "failing_since", "due_at", "held_until",
        "is_slow",
    )  # fmt: skip


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly, Owned):
    list_display = ("made_at", "user", "kind", "status", "attempts", "status_code")
    list_filter = (between(), "status", "kind")
    fields = (
        "user", "webhook_id", "kind", "status", "made_at", "attempts", "tried_at",
        "delivered_at", "seconds", "status_code", "failure",
    )  # fmt: skip
