"""Admin pages of notices: what a person was told, their digests and browsers."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist

from animecollections.admin import Owned, ReadOnly
from animecollections.admin.dates import between
from history.staff_log.masks import MASK, Masked, is_revealed
from profiles.notifications.models import (
    Digest,
    MutedTitle,
    PushSubscription,
    UserNotice,
)


@admin.register(UserNotice)
class UserNoticeAdmin(ReadOnly, Masked):
    """Of which title, anyone who gave a reason sees: its entry may be private."""

    list_display = ("happened_at", "user", "kind", "title", "read_at")
    list_display_links = None
    list_filter = (between(),)
    fields = ("happened_at", "user", "kind", "title", "told", "read_at")
    list_select_related = ("user", "anime")

    def get_object(self, *args: Any, **more: Any) -> UserNotice | None:
        """The page's title is its key, which has the number of the anime."""
        notice: UserNotice | None = super().get_object(*args, **more)
        if notice is not None and not is_revealed(notice):
            notice.key = MASK
        return notice

    @admin.display
    def title(self, notice: UserNotice) -> str:
        if not is_revealed(notice):
            return MASK
        try:
            return str(notice.anime or "–")
        except ObjectDoesNotExist:  # merged away since
            return str(notice.anime_id)

    @admin.display(description="details")
    def told(self, notice: UserNotice) -> str:
        if not is_revealed(notice):
            return MASK
        return ", ".join(f"{name}: {value}" for name, value in notice.data.items())


@admin.register(MutedTitle)
class MutedTitleAdmin(ReadOnly, Masked):
    list_display = ("user", "title")
    list_display_links = None
    list_filter = ()
    fields = ("user", "title")

    def get_object(self, *args: Any, **more: Any) -> MutedTitle | None:
        row: MutedTitle | None = super().get_object(*args, **more)
        if row is not None and not is_revealed(row):
            row.anime_id = MASK  # to be shown, never saved
        return row

    @admin.display(description="title")
    def title(self, row: MutedTitle) -> str:
        return str(row.anime_id) if is_revealed(row) else MASK


@admin.register(Digest)
class DigestAdmin(ReadOnly, Owned):
    list_display = ("due_at", "user", "queued_at", "sent_at")
    list_filter = (between(),)
    fields = ("user", "due_at", "queued_at", "sent_at")


@admin.register(PushSubscription)
class PushSubscriptionAdmin(ReadOnly, Owned):
    """Never its address and keys."""

    list_display = ("user_agent", "user", "last_sent_at")
    list_filter = (between(),)
    fields = ("user", "user_agent", "last_sent_at")
