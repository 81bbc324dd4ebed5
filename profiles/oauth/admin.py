"""The admin page of registered apps. What their owners wrote, staff only read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import URLField
from django.urls import reverse
from django.utils.html import format_html

from animecollections.admin import Page, ReadOnly
from profiles.oauth.models import App


@admin.register(App)
class AppAdmin(ReadOnly, Page):
    list_display = (
        "name",
        "user",
        "website",
        "is_confidential",
        "created_at",
        "stopped_at",
        "stop",
    )
    list_only = (
        "name",
        "user__user_name",
        "website",
        "is_confidential",
        "created_at",
        "stopped_at",
    )
    list_select_related: ClassVar[Any] = ("user",)
    formfield_overrides: ClassVar[Any] = {URLField: {"assume_scheme": "https"}}
    exclude = ("secret_digest",)
    ordering = ("-pk",)
    search_fields = ("name", "website", "user__user_name")
    search_help_text = "Name or website of the app, or who made it"

    @admin.display(description="")
    def stop(self, app: App) -> str:
        verb, words = (
            ("resume", "Let it work …") if app.stopped_at else ("stop", "Stop …")
        )
        page = reverse("admin:act_on_app", args=[app.pk, verb])
        return format_html('<a class="ac-nowrap" href="{}">{}</a>', page, words)
