"""The profile and the preferences: the tables."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from animecollections.viewer import (
    THINGS,
    Audience,
    Viewer,
    is_in_audience,
    is_own,
)
from profiles.accounts.models import User


class Gender(models.TextChoices):
    MALE = "male"
    FEMALE = "female"
    OTHER = "other"


class ProfileQuerySet(models.QuerySet["Profile"]):
    def visible_to(self, viewer: Viewer) -> Self:
        return self.filter(is_own(viewer) | is_in_audience(viewer, "profile"))


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

    objects: ClassVar = ProfileQuerySet.as_manager()

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


class NoticeKind(models.TextChoices):
    """What people are told of; profiles/notifications has the words for each. No column
    names them as its choices, so that one more is no migration.
    """

    EPISODE = "episode", "an episode of what is being watched aired"
    FIRST = "first", "the first episode of what is to be watched aired"
    FINALE = "finale", "the last episode aired"
    SEQUEL = "sequel", "a sequel of what was completed has a date"
    MOVED = "moved", "an episode has another date"
    MERGED = "merged", "two titles of the catalogue became one"
    FOLLOW_REQUEST = "follow_request", "somebody asks to follow"
    FOLLOWER = "follower", "somebody follows since"
    TOGETHER = "together", "somebody says that they watched together"


class DigestTime(models.TextChoices):
    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


def audience() -> models.CharField[str, str]:
    return models.CharField(
        max_length=9,
        choices=Audience.choices,
        default=Audience.NOBODY,
        db_default=Audience.NOBODY,
    )


def _known_audiences() -> Q:
    known = Q()
    for thing in THINGS:
        known &= Q(**{f"audience_{thing}__in": Audience.values})
    return known


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
    muted_notices = models.CharField(
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text="kinds of notices that are not wanted, with spaces between",
    )
    notice_digest = models.CharField(
        max_length=6,
        choices=DigestTime.choices,
        default=DigestTime.OFF,
        db_default=DigestTime.OFF,
    )
    web_push = models.BooleanField(default=True, db_default=True)
    add_sequels = models.BooleanField(default=False, db_default=False)
    # Whether the list counts, without a name, for what others are recommended.
    help_recommend = models.BooleanField(default=True, db_default=True)
    # Who sees what: one for each of viewer.THINGS.
    audience_profile = audience()
    audience_stats = audience()
    audience_year = audience()
    audience_history = audience()
    audience_collection = audience()
    audience_completed = audience()
    audience_to_watch = audience()
    audience_watching = audience()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "preferences"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(language__in=["en", "es"]), name="preferences_language"
            ),
            models.CheckConstraint(
                condition=_known_audiences(), name="preferences_audience"
            ),
        ]

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"
