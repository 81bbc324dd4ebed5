"""What one person is to another, and what they watched together: the tables."""

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


class TogetherState(models.TextChoices):
    GIVEN = "given", "its owner says so"
    WAITING = "waiting", "somebody says so: its owner has not answered"
    ACCEPTED = "accepted", "somebody says so, and its owner has it on their list"
    DECLINED = "declined", "somebody says so, and its owner does not"


class TogetherQuerySet(OwnedQuerySet["WatchedTogether"]):
    def with_person(self, person_id: UUID) -> Self:
        return self.filter(person_id=person_id)

    def between(self, user_id: UUID, person_id: UUID) -> Self:
        """Both sides of all that two people watched together."""
        here = Q(user_id=user_id, person_id=person_id)
        return self.filter(here | Q(user_id=person_id, person_id=user_id))

    def same_as(self, row: "WatchedTogether") -> Self:
        """The same watching; of both people, where both are looked at."""
        return self.filter(**{name: getattr(row, name) for name in SAME_WATCHING})


SAME_WATCHING = ("anime_id", "first", "last", "watched_on")


class WatchedTogether(OwnedRow):
    """Episodes that two people watched together: one side of it. As with ties, each has
    a row, and both are written and deleted in one transaction; but the state is of its
    owner alone: who said so does not learn what the other one makes of it.
    """

    user = owner("watched_together")
    person_id = models.UUIDField(help_text="the other one")
    # No foreign key: it is a note of what was, and titles are merged.
    anime_id = models.PositiveIntegerField()
    first = models.PositiveIntegerField(help_text="episode")
    last = models.PositiveIntegerField(help_text="episode")
    watched_on = models.DateField()
    state = models.CharField(max_length=8, choices=TogetherState.choices)
    since = models.DateTimeField(help_text="when it was said")
    operation_id = models.UUIDField(
        null=True, blank=True, help_text="what wrote it to its owner's list"
    )

    objects: ClassVar = TogetherQuerySet.as_manager()

    class Meta:
        verbose_name = "watched together"
        verbose_name_plural = "watched together"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "person_id", *SAME_WATCHING], name="together_unique"
            ),
            models.CheckConstraint(
                condition=~Q(person_id=F("user")), name="together_of_two"
            ),
            models.CheckConstraint(
                condition=Q(first__gte=1, last__gte=F("first")),
                name="together_episodes_in_order",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user", "id"], name="together_newest"),
            models.Index(
                fields=["user", "id"],
                condition=Q(state=TogetherState.WAITING),
                name="together_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.person_id}"
