"""Admin page of links: that there is one, to what, and how often it was used."""

from django.contrib import admin

from animecollections.admin import Owned, ReadOnly
from animecollections.admin.dates import between
from profiles.sharing.models import Share

COLUMNS = ("created_at", "user", "of", "expires_at", "max_uses", "uses")


@admin.register(Share)
class ShareAdmin(ReadOnly, Owned):
    list_display = COLUMNS
    list_filter = (between(), "of")
    fields = (*COLUMNS, "which", "fields", "rotated_at")
