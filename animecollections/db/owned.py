"""Rows of a user's: what they have in common, so that a slip of access control is hard.

An id of UUIDv7, a `user` that is never null and never changes, unique keys led by it,
and no foreign key from elsewhere to their id. Every statement names the owner, or says
that it spans people. That also keeps the road open to a database spread over machines
by user. A test holds every model with a `user` to it.
"""

from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import models

from animecollections.db.ids import new_id

Row = TypeVar("Row", bound=models.Model)


class OwnedQuerySet(models.QuerySet[Row]):
    """What a statement on rows of users' begins with."""

    def of(self, user_id: UUID) -> Self:
        return self.filter(user_id=user_id)

    def across_users(self) -> Self:
        """For the few reads and deletions that are about everybody's rows."""
        return self.all()


class OwnedRow(models.Model):
    """Its `user` is `owner(…)`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True


def owner(related_name: str) -> Any:
    """Without an index of its own: a unique key of each such table starts with it."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name=related_name,
        db_index=False,
    )
