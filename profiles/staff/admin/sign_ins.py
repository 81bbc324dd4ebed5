"""Admin pages of who is signed in, and who failed to."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from animecollections.admin import Owned, Page, ReadOnly, through
from animecollections.admin.confirmation import Cleaned, ReasonForm, ask_and_do, posted
from animecollections.admin.site import has_fresh_code, page, to_second_factor
from profiles.accounts import lockouts, tasks
from profiles.accounts.models import (
    FailedSignIns,
    FailedSignInsPart,
    KnownPlace,
    LoginClaim,
    Session,
    Ticket,
    TokenFamily,
    WrongPasswords,
)
from profiles.staff import services as support
from profiles.staff.admin.actions import may


class Keyed(ReadOnly, Owned):
    """Rows whose keys are as good as passwords: no address or checkbox has one."""

    list_display_links = None
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return obj is None and super().has_view_permission(request)


@admin.register(LoginClaim)
class LoginClaimAdmin(ReadOnly, Page):
    """Whose an e-mail or a user name is; `doctor --only claims` mends them."""

    list_display = ("value", "whose")
    list_display_links = None
    fields = ("value", "user_id")
    people_in = ("user_id",)
    ordering = ("value",)
    search_fields = ("=value",)
    search_help_text = "A whole claim, such as email:alice@example.org or name:alice"

    @admin.display(description="user")
    def whose(self, claim: Any) -> str:
        return claim.people.get(claim.user_id) or str(claim.user_id)


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
    """Who is locked out, from where and until when; an e-mail may be nobody's."""

    list_display = ("email", "address", "count", "last_at", "locked_until", "unlock")
    ordering = ("-last_at",)
    search_fields = ("email", "address")
    search_help_text = "An e-mail, or a network address"

    @admin.display(empty_value="open")
    def locked_until(self, row: WrongPasswords) -> datetime | None:
        return lockouts.locked_until(row)

    @admin.display(description="")
    def unlock(self, row: WrongPasswords) -> str:
        page = reverse("admin:open_sign_in", args=[row.pk])
        return format_html('<a href="{}">Unlock …</a>', page)


@admin.register(KnownPlace)
class KnownPlaceAdmin(ReadOnly, Owned):
    """That somebody signed in from a network or with a browser; which, nobody reads."""

    list_display = ("user", "kind", "last_at")
    list_only = ("user__user_name", "kind", "last_at")
    exclude = ("key",)


@admin.register(FailedSignIns)
class FailedSignInsAdmin(ReadOnly, Page):
    """Wrong passwords by day, whether or not they locked."""

    list_display = ("day", "total")
    fields = ("day", "total")
    ordering = ("-day",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return FailedSignIns.objects.with_total()

    @admin.display(description="number")
    def total(self, row: Any) -> int:
        return int(row.total)


@admin.register(FailedSignInsPart)
class FailedSignInsPartAdmin(ReadOnly, Page):
    """What each part of a day has counted; the days themselves have a page."""

    list_display = ("day", "part", "number")
    ordering = ("-day", "part")


@page("locked/<int:row_id>/", "open_sign_in")
def open_sign_in(request: HttpRequest, row_id: int) -> HttpResponse:
    """Asks, and opens sign-in for the e-mail from every address."""
    if not request.user.has_perm("profiles.help_user"):
        raise PermissionDenied
    row = get_object_or_404(WrongPasswords, pk=row_id)
    user = lockouts.whose(row.email)
    if user and not may(request, "unlock", user):
        raise PermissionDenied
    rows = reverse("admin:profiles_wrongpasswords_changelist")

    def unlock(said: Cleaned) -> str:
        support.open_sign_in(row=row, **said, through=through(request))
        return f"Unlocked: {row.email}."

    return ask_and_do(
        request,
        ReasonForm(posted(request)),
        unlock,
        title=f"Unlock {row.email}",
        says="Resets the count of wrong passwords, for every network address.",
        button="Unlock",
        back=rows,
    )


@page("password_change/", "password_change")
def change_own_password(request: HttpRequest) -> HttpResponse:
    """Django's page, after a fresh code; and the mail that every change sends."""
    if not has_fresh_code(request):
        return to_second_factor(reverse("admin:password_change"))
    with transaction.atomic():
        response: HttpResponse = admin.site.password_change(request)
        if request.method == "POST" and response.status_code == 302:
            tasks.mail_password_changed.enqueue(user_id=str(request.user.pk))
            request.session.save()  # either the change and their session, or neither
    return response
