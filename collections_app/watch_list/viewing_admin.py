"""Admin page of viewings: each time through a title that was watched more than once."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from animecollections.admin import ReadOnly
from collections_app.watch_list.models import Viewing
from history.staff_log.masks import MASK, Masked


@admin.register(Viewing)
class ViewingAdmin(ReadOnly, Masked):
    """Of which title, whoever gave a reason sees: its entry may be private."""

    list_display = (
        "number",
        "user",
        "anime",
        "state",
        "started_on",
        "finished_on",
        "progress",
    )
    list_filter = ("state",)
    fields = (
        "number",
        "user",
        "anime",
        "state",
        "started_on",
        "finished_on",
        "progress",
        "episode_ranges",
        "rating",
        "told_notes",
        "where",
        "revision",
    )

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The page's title has the number of the anime."""
        viewing = super().get_object(request, *args, **kwargs)
        if viewing is not None and not viewing.is_revealed:
            viewing.anime_id = MASK
        return viewing

    @admin.display
    def anime(self, viewing: Any) -> str:
        return str(viewing.anime_id) if viewing.is_revealed else MASK

    @admin.display(description="score")
    def rating(self, viewing: Any) -> str:
        if not viewing.is_revealed:
            return MASK
        return "" if viewing.score is None else f"{viewing.score / 10:g}"

    @admin.display(description="notes")
    def told_notes(self, viewing: Any) -> str:
        return str(viewing.notes) if viewing.is_revealed else MASK

    @admin.display
    def where(self, viewing: Any) -> str:
        return str(viewing.place) if viewing.is_revealed else MASK
