"""Who the user is: account, signs-in, profile, preferences, uploaded images."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q

from animecollections.api.ids import new_id
from profiles.managers import UserManager


class User(AbstractBaseUser, PermissionsMixin):
    """An account. E-mails are kept folded; so is the key of the user name."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    user_name = models.CharField(max_length=50)
    user_name_key = models.CharField(max_length=100, unique=True, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Sessions and token families carry the epoch they were made in; raising it ends
    # all of them with one update, whatever else runs at that moment.
    auth_epoch = models.PositiveIntegerField(default=0)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["user_name"]

    def __str__(self) -> str:
        return self.user_name


class Session(AbstractBaseSession):
    """A browser's sign-in, with the user in a column: one statement checks it."""

    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    auth_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    user_agent = models.CharField(max_length=300, blank=True)

    objects: ClassVar = BaseSessionManager()

    def __str__(self) -> str:
        return f"session of {self.user_id} until {self.expire_date:%Y-%m-%d}"


class TokenFamily(models.Model):
    """An app's sign-in: all the tokens that descend from one e-mail and password.

    `refresh_id` names the one refresh token that is still good.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="token_families")
    auth_epoch = models.PositiveIntegerField()
    refresh_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"tokens of {self.user_id}"


class Gender(models.TextChoices):
    MALE = "male"
    FEMALE = "female"
    OTHER = "other"


class Profile(models.Model):
    """What a user tells of themselves. `name` is the first name, not the user name."""

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="profile"
    )
    name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    birthday = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=6, choices=Gender.choices, blank=True)
    avatar = models.CharField(max_length=1000, blank=True)
    banner_image = models.CharField(max_length=1000, blank=True)
    # Ordered: lists of anime ids, and of names.
    favorite_animes = models.JSONField(default=list, blank=True)
    watched_animes = models.JSONField(default=list, blank=True)
    favorite_genres = models.JSONField(default=list, blank=True)
    favorite_studios = models.JSONField(default=list, blank=True)
    frequency = models.CharField(max_length=50, blank=True)
    fanatic_level = models.CharField(max_length=50, blank=True)
    preferred_format = models.CharField(max_length=50, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"profile of {self.user_id}"


class ScoreFormat(models.TextChoices):
    TENTHS = "10.0"
    TEN = "10"
    HUNDRED = "100"
    STARS = "5"
    SMILEYS = "3"


class TitleLanguage(models.TextChoices):
    ROMAJI = "romaji"
    ENGLISH = "english"
    NATIVE = "native"


class Theme(models.TextChoices):
    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Preferences(models.Model):
    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="preferences"
    )
    accent_color = models.CharField(max_length=7, default="#3498DB")
    # On until the user says otherwise: catalogue answers then hide mature titles.
    parental_control = models.BooleanField(default=True)
    track_search_history = models.BooleanField(default=True)
    score_format = models.CharField(
        max_length=4, choices=ScoreFormat.choices, default=ScoreFormat.TENTHS
    )
    title_language = models.CharField(
        max_length=7, choices=TitleLanguage.choices, default=TitleLanguage.ROMAJI
    )
    timezone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=2, default="en")
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "preferences"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(language__in=["en", "es"]), name="preferences_language"
            )
        ]

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"


class Image(models.Model):
    """An uploaded image, re-encoded; `path` is its name in the default storage."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        User, models.CASCADE, related_name="images", db_index=False
    )
    path = models.CharField(max_length=200)
    kind = models.CharField(max_length=10)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField(help_text="bytes")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "path"], name="image_user_path_unique"
            )
        ]

    def __str__(self) -> str:
        return self.path
