"""What one person is to another: the table."""

from collections.abc import Iterable
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


class TieKind(models.TextChoices):
    """What the owner of the row is to the other one, or the other to them."""

    FOLLOWS = "follows", "follows"
    ASKS = "asks", "asks to follow"
    FOLLOWED_BY = "followed_by", "is followed by"
    ASKED_BY = "asked_by", "is asked by"
    BLOCKS = "blocks", "blocks"
    BLOCKED_BY = "blocked_by", "is blocked by"


# The row of the other one that says the same.
MIRROR = {
    TieKind.FOLLOWS: TieKind.FOLLOWED_BY,
    TieKind.ASKS: TieKind.ASKED_BY,
    TieKind.BLOCKS: TieKind.BLOCKED_BY,
}
MIRROR |= {there: here for here, there in MIRROR.items()}
APART = (TieKind.BLOCKS, TieKind.BLOCKED_BY)


class TieQuerySet(OwnedQuerySet["Tie"]):
    def with_person(self, person_id: UUID) -> Self:
        return self.filter(person_id=person_id)

    def of_kind(self, kinds: Iterable[str]) -> Self:
        return self.filter(kind__in=[*kinds])


class Tie(OwnedRow):
    """One side of it. The other person has a row that mirrors it, written and deleted
    in the same transaction: so each side is read by its owner alone, also where their
    rows are on different machines. For the same reason `person_id` is no foreign key.
    """

    user = owner("ties")
    person_id = models.UUIDField(help_text="the other one")
    kind = models.CharField(max_length=11, choices=TieKind.choices)
    since = models.DateTimeField()

    objects: ClassVar = TieQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "person_id", "kind"], name="tie_unique"
            ),
            models.CheckConstraint(
                condition=~Q(person_id=F("user")), name="tie_between_two"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "kind", "id"], name="tie_newest")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person_id}"
