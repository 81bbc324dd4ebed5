"""Admin pages of ties and of what was watched together: who the other one is, and what
it was, anyone who gave a reason sees.
"""

from typing import Any

from django.contrib import admin

from animecollections.admin import ReadOnly
from animecollections.admin.dates import between
from history.staff_log.masks import MASK, Masked, is_revealed
from profiles.following.models import Tie, WatchedTogether


class OfTwo(ReadOnly, Masked):
    list_display_links = None

    def get_object(self, *args: Any, **more: Any) -> Any:
        """The page's title has the id of the other one."""
        row: Any = super().get_object(*args, **more)
        if row is not None and not is_revealed(row):
            row.person_id = MASK  # to be shown, never saved
        return row

    @admin.display(description="account of the other one")
    def person(self, row: Tie | WatchedTogether) -> str:
        return str(row.person_id) if is_revealed(row) else MASK


@admin.register(Tie)
class TieAdmin(OfTwo):
    list_display = ("since", "user", "kind", "person")
    list_filter = (between(), "kind")
    fields = ("since", "user", "kind", "person")


@admin.register(WatchedTogether)
class WatchedTogetherAdmin(OfTwo):
    list_display = ("since", "user", "state", "person", "what")
    list_filter = (between(), "state")
    fields = ("since", "user", "state", "person", "what", "operation_id")

    @admin.display(description="title, episodes and day")
    def what(self, row: WatchedTogether) -> str:
        if not is_revealed(row):
            return MASK
        episodes = f"{row.first} to {row.last}"
        return f"{row.anime_id}, {episodes}, {row.watched_on:%Y-%m-%d}"
