"""The table of changes of e-mail addresses."""

from typing import ClassVar, Self

from django.db import models
from django.utils import timezone

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


class EmailChangeQuerySet(OwnedQuerySet["EmailChange"]):
    def asked(self) -> Self:
        """Whose mailed link can confirm them, unless all sign-ins ended since."""
        return self.filter(confirmed_at=None, ends_at__gt=timezone.now())

    def done(self) -> Self:
        """Whose mailed link can take them back."""
        in_time = self.filter(confirmed_at__isnull=False, ends_at__gt=timezone.now())
        return in_time.exclude(old_email="")


class EmailChange(OwnedRow):
    """That a person asked for another address, or to confirm the one they have. Of the
    links nothing is kept: email_changes/links.py makes them of the row's id.
    """

    user = owner("email_changes")
    new_email = models.EmailField(max_length=254)
    # Once it is confirmed; "" where it was theirs already.
    old_email = models.EmailField(max_length=254, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    # The account's at that time: what ends all sign-ins ends it too.
    auth_epoch = models.PositiveIntegerField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # Until then it can be confirmed; and once it is, be taken back.
    ends_at = models.DateTimeField(db_index=True)

    objects: ClassVar = EmailChangeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "asked_at"], name="email_change_unique"
            )
        ]
        indexes: ClassVar = [  # how many mails an address got
            models.Index(fields=["new_email"], name="email_change_new_email")
        ]

    def __str__(self) -> str:
        return f"another e-mail of {self.user_id}"
