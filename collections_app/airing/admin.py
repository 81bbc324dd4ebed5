"""Admin page of airings: when each episode of a title airs, and how that is known."""

from django.contrib import admin

from animecollections.admin import Page, ReadOnly
from collections_app.airing.models import Airing


@admin.register(Airing)
class AiringAdmin(ReadOnly, Page):
    list_display = (
        "anime",
        "number",
        "airs_at",
        "airs_on",
        "precision",
        "is_estimated",
        "sequence",
    )
    list_only = (*list_display[1:], "anime__title")
    list_select_related = ("anime",)
    list_filter = ("precision", "is_estimated")
    csv_permission = None
    ordering = ("-pk",)
    search_fields = ("anime__title",)
