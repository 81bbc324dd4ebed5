"""The admin page of identities of providers."""

from django.contrib import admin

from animecollections.admin import Owned, ReadOnly
from profiles.oidc.models import Identity


@admin.register(Identity)
class IdentityAdmin(ReadOnly, Owned):
    """Which providers sign in to whose account."""

    list_display = ("user", "provider", "email", "created_at", "used_at")
    list_only = ("user__user_name", "provider", "email", "created_at", "used_at")
    exclude = ("key",)
    ordering = ("-pk",)
