"""A person's data: exports, erasure, the register of privacy requests: the tables."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from animecollections.db.ids import new_id
from animecollections.db.owned import OwnedRow, owner
from profiles.accounts.models import User


class MadeExport(OwnedRow):
    """That somebody took a file of what is theirs: which and when, not what is in it.
    A record for them and for staff, and no change: it takes no revision.
    """

    user = owner("made_exports")
    format = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField(help_text="bytes")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "id"], name="made_export_unique")
        ]

    def __str__(self) -> str:
        return f"{self.format}, {self.size} bytes"


class Erasure(models.Model):
    """That an account was erased, and nothing of whose it was."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    # Through what, and by whom of the staff where it was not its owner.
    through = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True, blank=True)
    files_of = models.UUIDField(
        null=True, blank=True, help_text="empty once the files are gone too"
    )

    def __str__(self) -> str:
        return f"an account, on {self.at:%Y-%m-%d}"


class PrivacyRequestQuerySet(models.QuerySet["PrivacyRequest"]):
    def open(self) -> Self:
        """Those that wait, the most urgent first."""
        return self.filter(status=PrivacyRequest.Status.OPEN).order_by("due_on")


class PrivacyRequest(models.Model):
    """What somebody asked for by letter or mail, and what became of it: a register, as
    the law wants. It outlives the account, and then says nothing of whose it was.
    """

    class Kind(models.TextChoices):
        EXPORT = "export", "a copy of their data"
        ERASURE = "erasure", "erasure"
        CORRECTION = "correction", "correction"
        OBJECTION = "objection", "objection, or less use"

    class Status(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="privacy_requests"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    received_on = models.DateField()
    reference = models.CharField(
        max_length=50,
        help_text="Where the letter is filed, such as a ticket's number. It stays for "
        "good: nobody's name.",
    )
    details = models.TextField(
        blank=True, max_length=1000, help_text="It goes when the account is erased."
    )
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.OPEN)
    due_on = models.DateField(help_text="a month after it came")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PrivacyRequestQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_on"],
                condition=Q(status="open"),
                name="privacy_request_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.reference}"
