"""The table of personal tokens."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner
from animecollections.scopes import SCOPES

# What staff call one among a person's devices: this, a colon and its id.
DEVICE = "token"


class PersonalTokenQuerySet(OwnedQuerySet["PersonalToken"]):
    def alive(self) -> Self:
        """Those that work, newest first."""
        return (
            self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
            .filter(auth_epoch=F("user__auth_epoch"))
            .order_by("-pk")
        )

    def ended(self) -> Self:
        """Those that work no more."""
        return self.filter(
            Q(expires_at__lte=timezone.now()) | ~Q(auth_epoch=F("user__auth_epoch"))
        )


class PersonalToken(OwnedRow):
    """A sign-in that its owner made by hand, and named: for a script, or an app."""

    user = owner("personal_tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=20, help_text="the first letters of its text")
    digest = models.CharField(max_length=64)
    scopes = models.TextField(help_text="with blanks between them")
    mature = models.BooleanField(
        default=False, help_text="may see mature titles, where its owner sees them"
    )
    # Of its owner when it was made: what ends all sign-ins ends it too.
    auth_epoch = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)
    used_from = models.CharField(max_length=64, blank=True)

    objects: ClassVar[Any] = PersonalTokenQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "digest"], name="personal_token_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.user_id}"

    @property
    def scope_names(self) -> list[str]:
        """A scope that a later release takes away is no longer one of them."""
        return [name for name in self.scopes.split() if name in SCOPES]
