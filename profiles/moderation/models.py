"""What was reported of what a person shows, and what staff decided: the table."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


class ReportedThing(models.TextChoices):
    """What can be reported, and withheld."""

    PROFILE = "profile", "the whole profile"
    USER_NAME = "user_name", "user name"
    AVATAR = "avatar", "profile picture"
    BANNER = "banner_image", "background picture"
    TEXTS = "profile_texts", "texts of the profile"
    LIST = "list", "a list"
    LIST_NAME = "list_name", "name of a list"
    LIST_DESCRIPTION = "list_description", "description of a list"
    LIST_NOTES = "list_notes", "notes on a list"
    NOTES = "notes", "notes on the watch list"


PICTURES = (ReportedThing.AVATAR, ReportedThing.BANNER)
OF_LISTS = (
    ReportedThing.LIST,
    ReportedThing.LIST_NAME,
    ReportedThing.LIST_DESCRIPTION,
    ReportedThing.LIST_NOTES,
)


class ModerationState(models.TextChoices):
    OPEN = "open", "waits for a decision"
    REJECTED = "rejected", "left as it is"
    WITHHELD = "withheld", "withheld from others"
    LIFTED = "lifted", "shown again"


DECIDED_AGAINST = (ModerationState.WITHHELD, ModerationState.LIFTED)


class ModerationQuerySet(OwnedQuerySet["Moderation"]):
    def of_place(self, thing: str, which: str) -> Self:
        return self.filter(thing=thing, which=which)

    def withheld(self) -> Self:
        return self.filter(state=ModerationState.WITHHELD)

    def for_owner(self) -> Self:
        """What its owner may know, the last decision first: not that somebody reported
        it, nor in which order that was.
        """
        return self.filter(state__in=DECIDED_AGAINST).order_by("-decided_at", "-id")

    def waiting(self) -> Self:
        """For a decision of staff: reported, or answered by its owner."""
        return self.filter(waiting_since__isnull=False)


class Moderation(OwnedRow):
    """One thing of a person's that was reported, and what staff decided about it.

    It is no part of the log: neither an undo nor the owner's own writes lift it.
    """

    user = owner("moderations")
    thing = models.CharField(max_length=16, choices=ReportedThing.choices)
    which = models.CharField(
        max_length=36, blank=True, help_text="which list, or which type"
    )
    state = models.CharField(
        max_length=8, choices=ModerationState.choices, default=ModerationState.OPEN
    )
    content = models.CharField(
        max_length=64, blank=True, help_text="a digest of what was reported"
    )
    snapshot = models.JSONField(
        default=dict, blank=True, help_text="what was seen when it was reported"
    )
    reports = models.PositiveIntegerField(default=0, help_text="how many reported it")
    created_at = models.DateTimeField(auto_now_add=True)
    waiting_since = models.DateTimeField(
        null=True, blank=True, help_text="for staff; empty: nobody has to decide"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(
        max_length=1000, blank=True, help_text="of the decision, as its owner reads it"
    )
    sentence = models.CharField(
        max_length=1000, blank=True, help_text="what those who reported it read"
    )
    answer = models.TextField(blank=True, help_text="what its owner answered")
    answered_at = models.DateTimeField(null=True, blank=True)
    withholds = models.UUIDField(
        null=True,
        blank=True,
        help_text="what is withheld whole: the id of a list, or of the person",
    )

    objects: ClassVar[Any] = ModerationQuerySet.as_manager()

    class Meta:
        verbose_name = "decision about a report"
        verbose_name_plural = "decisions about reports"
        permissions: ClassVar = [("decide_moderation", "Can decide about reports")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "withholds"], name="moderation_user_withholds_unique"
            ),
            models.UniqueConstraint(
                fields=["user", "thing", "which"],
                condition=Q(state=ModerationState.OPEN)
                | Q(state=ModerationState.WITHHELD) & ~Q(thing=ReportedThing.USER_NAME),
                name="moderation_user_place_unique",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["waiting_since"],
                condition=Q(waiting_since__isnull=False),
                name="moderation_waiting",
            ),
            models.Index(
                fields=["decided_at"],
                condition=Q(decided_at__isnull=False),
                name="moderation_decided",
            ),
        ]

    def __str__(self) -> str:
        return self.get_thing_display()
