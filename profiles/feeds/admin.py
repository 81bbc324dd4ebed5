"""Admin page of feeds: that there is one, and when it was last used."""

from django.contrib import admin

from animecollections.admin import Owned, ReadOnly
from animecollections.admin.dates import between
from profiles.feeds.models import Feed


@admin.register(Feed)
class FeedAdmin(ReadOnly, Owned):
    list_display = ("created_at", "user", "name", "rotated_at", "last_used_on")
    list_filter = (between(),)
    fields = ("created_at", "user", "name", "types", "rotated_at", "last_used_on")
