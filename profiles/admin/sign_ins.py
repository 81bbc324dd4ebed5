"""Admin pages of who is signed in, and who failed to."""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone

from animecollections.admin import Owned, Page, ReadOnly
from profiles.models import Session, Ticket, TokenFamily, WrongPasswords
from profiles.services import lockouts


class Keyed(ReadOnly, Owned):
    """Rows whose keys are as good as passwords: no address or checkbox has one."""

    list_display_links = None
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_view_permission(request)


@admin.register(Session)
class SessionAdmin(Keyed):
    list_display = ("user", "user_agent", "expire_date", "is_alive")
    list_only = (
        "user__user_name",
        "user__auth_epoch",
        "user_agent",
        "auth_epoch",
        "expire_date",
    )
    ordering = ("-expire_date",)

    @admin.display(boolean=True)
    def is_alive(self, session: Session) -> bool:
        return (
            session.user is not None
            and session.user.auth_epoch == session.auth_epoch
            and session.expire_date > timezone.now()
        )


@admin.register(Ticket)
class TicketAdmin(Keyed):
    list_display = ("user", "kind", "expires_at")
    list_only = ("user__user_name", "kind", "expires_at")
    ordering = ("-expires_at",)


@admin.register(TokenFamily)
class TokenFamilyAdmin(ReadOnly, Owned):
    list_display = (
        "user",
        "user_agent",
        "created_at",
        "used_at",
        "expires_at",
        "is_alive",
    )
    list_only = (
        "user__user_name",
        "user__auth_epoch",
        "user_agent",
        "auth_epoch",
        "created_at",
        "used_at",
        "expires_at",
        "revoked_at",
    )
    exclude = ("refresh_id",)

    @admin.display(boolean=True)
    def is_alive(self, family: TokenFamily) -> bool:
        return (
            family.revoked_at is None
            and family.user.auth_epoch == family.auth_epoch
            and family.expires_at > timezone.now()
        )


@admin.register(WrongPasswords)
class WrongPasswordsAdmin(ReadOnly, Page):
    """Who is locked, or near it; the e-mails need not be anybody's."""

    list_display = ("email", "address", "count", "last_at", "is_locked")
    ordering = ("-last_at",)
    search_fields = ("email", "address")
    actions = ("unlock",)

    @admin.display(boolean=True)
    def is_locked(self, row: WrongPasswords) -> bool:
        return (
            row.count >= settings.LOCKOUT_TRIES
            and row.last_at > lockouts.window_start()
        )

    def has_unlock_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("profiles.delete_wrongpasswords")

    @admin.action(description="Unlock (from every address)", permissions=["unlock"])
    def unlock(self, request: HttpRequest, queryset: Any) -> None:
        emails = set(queryset.values_list("email", flat=True))
        for email in emails:
            lockouts.unlock(email)
        messages.info(request, f"Unlocked: {', '.join(sorted(emails))}.")
