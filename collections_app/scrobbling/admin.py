"""Admin pages of scrobbling: that something came, and what became of it. What was
watched is masked, until somebody has given a reason.
"""

from typing import Any

from django.contrib import admin

from animecollections.admin import Owned, ReadOnly
from animecollections.admin.dates import between
from collections_app.scrobbling.models import Scrobble, ScrobbleSource
from history.staff_log.masks import MASK, Masked


@admin.register(Scrobble)
class ScrobbleAdmin(ReadOnly, Masked):
    list_display = (
        "created_at", "user", "player", "state", "matched_by", "reason", "series_read",
    )  # fmt: skip
    list_filter = ("state", "player", "matched_by", "reason", between())
    fields = (
        "created_at", "user", "player", "state", "matched_by", "reason", "series_read",
        "season", "episode", "operation_id", "token_id",
    )  # fmt: skip

    @admin.display(description="series")
    def series_read(self, row: Any) -> str:
        return f"{row.series} → {row.anime_id or '?'}" if row.is_revealed else MASK


@admin.register(ScrobbleSource)
class ScrobbleSourceAdmin(ReadOnly, Owned):
    """Names of accounts and libraries are people's own."""

    list_display = ("user", "token_id", "least_percent", "heard_at", "heard")
    fields = ("user", "token_id", "least_percent", "fills_gaps", "heard_at", "heard")
    ordering = ("-id",)
