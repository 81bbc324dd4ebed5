"""The admin page of changes of e-mail addresses."""

from django.contrib import admin

from animecollections.admin import Owned, ReadOnly
from profiles.email_changes.models import EmailChange


@admin.register(EmailChange)
class EmailChangeAdmin(ReadOnly, Owned):
    """Until a change can neither be confirmed nor taken back any more."""

    list_display = ("user", "new_email", "old_email", "asked_at", "confirmed_at")
    list_only = (
        "user__user_name",
        "new_email",
        "old_email",
        "asked_at",
        "confirmed_at",
    )
    ordering = ("-pk",)
