"""Admin pages: which titles are alike, and what people hid."""

from typing import Any

from django.contrib import admin

from animecollections.admin import Page, ReadOnly
from collections_app.catalogue.models import Anime
from collections_app.recommendations.models import HiddenTitle, SimilarTitles
from history.staff_log.masks import MASK, Masked, is_revealed


@admin.register(SimilarTitles)
class SimilarTitlesAdmin(ReadOnly, Page):
    """Of which lists it was made, nobody can tell."""

    list_display = ("anime", "lists", "closeness", "made_at")
    list_only = ("anime", "lists", "closeness", "made_at")
    list_select_related = ("anime",)
    fields = ("anime", "lists", "closeness", "made_at", "titles")
    csv_permission = None
    ordering = ("-lists", "anime_id")
    search_fields = ("anime__title",)
    search_help_text = "a title"

    @admin.display(description="similar")
    def titles(self, row: SimilarTitles) -> str:
        ids = [id_ for id_, *_ in row.similar]
        names = dict(Anime.objects.filter(id__in=ids).values_list("id", "title"))
        return ", ".join(
            f"{names.get(id_, id_)} ({weight / 1000:g}, {kind})"
            for id_, weight, kind in row.similar
        )


@admin.register(HiddenTitle)
class HiddenTitleAdmin(ReadOnly, Masked):
    list_display = ("user", "title", "scope")
    list_display_links = None
    list_filter = ()
    fields = ("user", "title", "scope")

    def get_object(self, *args: Any, **more: Any) -> HiddenTitle | None:
        """The page's title is the number of the anime."""
        row: HiddenTitle | None = super().get_object(*args, **more)
        if row is not None and not is_revealed(row):
            row.anime_id = MASK  # to be shown, never saved
        return row

    @admin.display(description="title")
    def title(self, row: HiddenTitle) -> str:
        return str(row.anime_id) if is_revealed(row) else MASK
