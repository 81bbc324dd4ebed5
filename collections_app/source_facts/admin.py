"""Admin pages of facts by source."""

from django.contrib import admin

from animecollections.admin import Page, ReadOnly
from collections_app.source_facts.models import SourceFact


@admin.register(SourceFact)
class SourceFactAdmin(ReadOnly, Page):
    """What each source says; the page of a title shows its facts together."""

    list_display = ("kind", "source", "anime", "updated_at")
    list_only = ("kind", "source", "anime__title", "updated_at")
    list_select_related = ("anime",)
    list_filter = ("kind",)
    csv_permission = None
    ordering = ("-pk",)
    search_fields = ("source",)
