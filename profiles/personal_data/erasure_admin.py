"""Admin page of accounts that are no more."""

from django.contrib import admin

from animecollections.admin import Page, ReadOnly
from animecollections.admin.dates import between
from profiles.personal_data.models import Erasure


@admin.register(Erasure)
class ErasureAdmin(ReadOnly, Page):
    """When, through what, by whom; not of whom."""

    list_display = ("at", "through", "actor_id", "are_files_gone")
    list_filter = (between(),)
    fields = ("at", "through", "actor_id", "are_files_gone")
    ordering = ("-pk",)

    @admin.display(boolean=True)
    def are_files_gone(self, erasure: Erasure) -> bool:
        return erasure.files_of is None
