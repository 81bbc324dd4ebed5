"""How accounts come to be, and what is read of them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth.base_user import BaseUserManager
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from history.models import UserState
from profiles.accounts.identifiers import (
    check_email,
    check_user_name,
    fold_email,
    fold_user_name,
)

if TYPE_CHECKING:
    from profiles.accounts.models import User


class UserManager(BaseUserManager["User"]):
    """Makes accounts whole: a user always has state, profile and preferences."""

    def create_user(
        self, email: str, user_name: str, password: str | None = None, **extra: object
    ) -> "User":
        user = self.model(email=email, user_name=user_name, **extra)
        user.set_password(password)
        self.add(user)
        return user

    def add(self, user: "User", **preferences: str) -> None:
        """preferences: those that are not the usual ones."""
        user.email = fold_email(user.email)
        user.user_name_key = fold_user_name(user.user_name)
        with transaction.atomic():
            user.save(using=self._db, force_insert=True)
            UserState.objects.create(user=user)
            for name, values in (("Profile", {}), ("Preferences", preferences)):
                model = apps.get_model("profiles", name)
                model._default_manager.create(user=user, **values)

    def create_superuser(
        self, email: str, user_name: str, password: str | None = None, **extra: object
    ) -> "User":
        """For `manage.py createsuperuser`, which shows a ValidationError as a line."""
        email, user_name = check_email(email), check_user_name(user_name)
        staff = {"is_staff": True, "is_superuser": True}
        try:
            return self.create_user(email, user_name, password, **staff, **extra)
        except IntegrityError:
            raise ValidationError(
                "An account with this e-mail or user name already exists."
            ) from None

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=fold_email(username or ""))

    def find(self, text: str) -> "User | None":
        """Whom an operator means: by id, else e-mail, else user name. In this order,
        for a name can be spelled like another person's id.
        """
        by_name = {"user_name_key": fold_user_name(text)}
        ways: list[dict[str, Any]] = [{"email": fold_email(text)}, by_name]
        with suppress(ValueError):
            ways.insert(0, {"pk": UUID(text.strip())})
        found = (self.filter(**way).first() for way in ways)
        return next(filter(None, found), None)

    def closest(self, text: str, limit: int) -> list[UUID]:
        """Whom staff mean by a text, the closest first: by the whole e-mail or name (or
        how it looks), by its beginning, by any part of it; or by the whole id.

        Each way has an index, or ends at the limit; the next is asked for what is left.
        """
        email, key = fold_email(text), fold_user_name(text)
        ways = [
            Q(email=email) | Q(user_name_key=key),
            Q(email__startswith=email) | Q(user_name_key__startswith=key),
            Q(email__icontains=text)
            | Q(user_name__icontains=text)
            | Q(user_name_key__icontains=key),
        ]
        with suppress(ValueError):
            ways.insert(0, Q(pk=UUID(text)))
        found: dict[UUID, None] = {}
        for way in ways if text.strip() else ():
            if len(found) < limit:
                rows = self.filter(way).exclude(pk__in=found).order_by("user_name_key")
                ids = rows.values_list("pk", flat=True)[: limit - len(found)]
                found |= dict.fromkeys(ids)
        return list(found)

    def for_mail(self) -> "QuerySet[User]":
        """Who may get mail, with their language."""
        return self.filter(is_active=True).select_related("preferences")

    def shown(self, user_id: UUID) -> Mapping[str, Any] | None:
        """What a page shows of whoever is signed in; one statement, None when gone."""
        return (
            self.filter(pk=user_id)
            .values(
                avatar=F("profile__avatar"),
                banner_image=F("profile__banner_image"),
                accent_color=F("preferences__accent_color"),
            )
            .first()
        )
