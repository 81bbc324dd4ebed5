"""Admin page of what happened to titles: how many were told, and what is to do."""

from django.contrib import admin

from animecollections.admin import Page, ReadOnly
from collections_app.title_events.models import TitleEvent


@admin.register(TitleEvent)
class TitleEventAdmin(ReadOnly, Page):
    list_display = ("happened_at", "kind", "anime_id", "notices", "told_at")
    list_filter = ("kind",)
    list_only = list_display
    csv_permission = None
    ordering = ("-pk",)
    search_fields = ("key",)
    search_help_text = "such as aired:57025"
