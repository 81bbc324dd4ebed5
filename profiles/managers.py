"""How accounts come to be."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.db import transaction

from history.models import UserState
from profiles.names import fold_email, fold_user_name

if TYPE_CHECKING:
    from profiles.models import User


class UserManager(BaseUserManager["User"]):
    """Makes accounts whole: a user always has state, profile and preferences."""

    def create_user(
        self, email: str, user_name: str, password: str | None = None, **extra: Any
    ) -> "User":
        from profiles.models import Preferences, Profile

        user = self.model(email=fold_email(email), user_name=user_name, **extra)
        user.user_name_key = fold_user_name(user_name)
        user.set_password(password)
        with transaction.atomic():
            user.save(using=self._db)
            UserState.objects.create(user=user)
            Profile.objects.create(user=user)
            Preferences.objects.create(user=user)
        return user

    def create_superuser(
        self, email: str, user_name: str, password: str | None = None, **extra: Any
    ) -> "User":
        return self.create_user(
            email, user_name, password, is_staff=True, is_superuser=True, **extra
        )

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=fold_email(username or ""))
