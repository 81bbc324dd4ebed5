"""Admin page of ties: who the other one is, anyone who gave a reason sees."""

from typing import Any

from django.contrib import admin

from animecollections.admin import ReadOnly
from animecollections.admin.dates import between
from history.staff_log.masks import MASK, Masked, is_revealed
from profiles.following.models import Tie


@admin.register(Tie)
class TieAdmin(ReadOnly, Masked):
    list_display = ("since", "user", "kind", "person")
    list_display_links = None
    list_filter = (between(), "kind")
    fields = ("since", "user", "kind", "person")

    def get_object(self, *args: Any, **more: Any) -> Tie | None:
        """The page's title has the id of the other one."""
        tie: Tie | None = super().get_object(*args, **more)
        if tie is not None and not is_revealed(tie):
            tie.person_id = MASK  # to be shown, never saved
        return tie

    @admin.display(description="account of the other one")
    def person(self, tie: Tie) -> str:
        return str(tie.person_id) if is_revealed(tie) else MASK
