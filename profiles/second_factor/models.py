"""Passkeys, what keeps their answers from working twice, and the way back."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models

from animecollections.db.owned import OwnedRow, owner


class Passkey(OwnedRow):
    """A key pair of which we have the public half, and a device or its maker's service
    the other.
    """

    user = owner("passkeys")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, help_text="of the credential's id")
    credential_id = models.BinaryField()
    public_key = models.BinaryField()
    # How often it signed, as it says: less than before means that it was copied.
    sign_count = models.BigIntegerField()
    is_synced = models.BooleanField(help_text="its maker keeps it on other devices too")
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "digest"], name="passkey_unique")
        ]

    def __str__(self) -> str:
        return f"passkey of {self.user_id}"


class UsedChallenge(models.Model):
    """That a challenge was answered: who replays the answer meets its key. It is
    nobody's, as a challenge is made before one knows for whom.
    """

    key = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"challenge until {self.expires_at:%H:%M}"


class FactorRemoval(OwnedRow):
    """That somebody with the password asked for the second factor to be taken off, and
    waits for the day on which it is.
    """

    user = owner("factor_removals")
    asked_at = models.DateTimeField()
    # The account's at that time: a new password ends it, for that password was known.
    auth_epoch = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], name="factor_removal_unique")
        ]

    def __str__(self) -> str:
        return f"removal of the factors of {self.user_id}"

    @property
    def due_at(self) -> datetime:
        return self.asked_at + timedelta(days=settings.FACTOR_REMOVAL_DAYS)
