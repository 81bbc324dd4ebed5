"""The admin page of personal tokens. They are ended on the page of their person."""

from typing import cast

from django.contrib import admin
from django.utils import timezone

from animecollections.admin import Owned, ReadOnly
from profiles.accounts.models import User
from profiles.personal_tokens.models import PersonalToken


@admin.register(PersonalToken)
class PersonalTokenAdmin(ReadOnly, Owned):
    list_display = ("user", "name", "prefix", "scopes", "used_at", "is_alive")
    list_only = (
        "user__user_name",
        "user__auth_epoch",
        "name",
        "prefix",
        "scopes",
        "auth_epoch",
        "used_at",
        "expires_at",
    )
    exclude = ("digest", "auth_epoch")
    ordering = ("-pk",)

    @admin.display(boolean=True)
    def is_alive(self, token: PersonalToken) -> bool:
        is_expired = token.expires_at and token.expires_at <= timezone.now()
        user = cast("User", token.user)
        return not is_expired and user.auth_epoch == token.auth_epoch
