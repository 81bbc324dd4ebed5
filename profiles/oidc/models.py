"""The table of what people are called by providers."""

from typing import ClassVar

from django.db import models

from animecollections.db.owned import OwnedRow, owner


class Identity(OwnedRow):
    """That a person signs in by a provider. Their claim (LoginClaim, `oidc:` and the
    key) finds them: one identity is of one account.
    """

    user = owner("identities")
    provider = models.CharField(max_length=40, help_text="as the settings call it")
    key = models.CharField(max_length=64, help_text="a hash of issuer and subject")
    email = models.EmailField(max_length=254, help_text="as the provider had it then")
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "identities"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="identity_unique")
        ]

    def __str__(self) -> str:
        return f"{self.provider} of {self.user_id}"
