"""Which apps have access to an account, and what one was called."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.scopes import SCOPES
from history.models import Change
from profiles.accounts.models import TokenFamily
from profiles.oauth.models import App
from profiles.personal_tokens.models import PersonalToken


@dataclass(slots=True)
class Access:
    """Of one app: over all its sign-ins, the newest first."""

    app: App
    families: list[TokenFamily] = field(default_factory=list)

    @property
    def scopes(self) -> list[str]:
        """A scope that a later release takes away is no longer one of them."""
        given = {name for one in self.families for name in one.scopes.split()}
        return sorted(given & SCOPES.keys())

    @property
    def since(self) -> datetime:
        return min(one.created_at for one in self.families)

    @property
    def last_used(self) -> TokenFamily:
        return max(self.families, key=lambda one: one.used_at)


def alive(user_id: UUID) -> QuerySet[TokenFamily]:
    """The sign-ins of apps that work."""
    return TokenFamily.objects.filter(
        user_id=user_id,
        app__in=App.objects.working(),
        revoked_at=None,
        expires_at__gt=timezone.now(),
        auth_epoch=F("user__auth_epoch"),
    )


def access_of(user_id: UUID) -> list[Access]:
    """The app that came last first; one statement."""
    found: dict[UUID, Access] = {}
    for family in alive(user_id).select_related("app").order_by("-pk"):
        app = cast("App", family.app)
        found.setdefault(app.pk, Access(app)).families.append(family)
    return [*found.values()]


def name_of(user_id: UUID, app_id: UUID) -> str:
    """How an app or a personal token is called that wrote for this account or may; 404
    for any other. The log knows it when it is gone.
    """
    own = PersonalToken.objects.of(user_id).filter(pk=app_id)
    tokens = own.values_list("name", flat=True)
    families = TokenFamily.objects.filter(user_id=user_id, app_id=app_id)
    apps = families.exclude(app__name=None).values_list("app__name", flat=True)
    log = Change.objects.of(user_id).filter(token_id=app_id).order_by("-revision")
    names = log.values_list("token_name", flat=True)
    for rows in (names, tokens, apps):
        if (name := rows.first()) is not None:
            return str(name)
    raise ApiError("app_not_found")
