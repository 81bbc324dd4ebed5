"""Admin pages of the notices that all are shown, and the one above the admin itself."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from animecollections.admin import WHY, Page, Reasoned, through
from animecollections.admin.site import staff_action_hooks
from profiles.notices import services as notices
from profiles.notices.models import Notice

staff_action_hooks.append(notices.current)


class NoticeForm(Reasoned):
    class Meta:
        model = Notice
        fields = ("text", "text_es", "starts_at", "ends_at")

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", "The end is before the start.")
        return cleaned


@admin.register(Notice)
class NoticeAdmin(Page):
    """Ends by itself; one that is no longer true is ended by an earlier end."""

    form = NoticeForm
    list_display = ("text", "starts_at", "ends_at", "is_shown")
    ordering = ("-ends_at",)
    fieldsets = (
        (
            None,
            {
                "fields": ("text", "text_es", "starts_at", "ends_at"),
                "description": "Everybody sees it: at the top of the web client and "
                "of this admin, and apps get it from /api/notices. Times are UTC.",
            },
        ),
        WHY,
    )

    @admin.display(boolean=True)
    def is_shown(self, notice: Notice) -> bool:
        return notice.starts_at <= timezone.now() < notice.ends_at

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Notice, form: Any, change: bool
    ) -> None:
        reason = form.cleaned_data["reason"]
        notices.save(notice=obj, reason=reason, through=through(request))
