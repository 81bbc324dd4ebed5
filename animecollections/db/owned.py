"""Rows of a user's: what they have in common, so that a slip of access control is hard.

An id of UUIDv7, a `user` that is never null and never changes, unique keys led by it,
and no foreign key from elsewhere to their id. Every statement names the owner, or says
that it spans people. That also keeps the road open to a database spread over machines
by user. A test holds every model with a `user` to it.
"""

from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import OuterRef

from animecollections.db.ids import new_id

OWNER = "user_id"
Row = TypeVar("Row", bound=models.Model)


class OwnedQuerySet(models.QuerySet[Row]):
    """What a statement on rows of users' begins with."""

    def of(self, user_id: UUID | OuterRef) -> Self:
        return self.filter(user_id=user_id)

    def across_users(self) -> Self:
        """For the few reads and deletions that are about everybody's rows."""
        return self.all()


class NamesOwner(models.Model):
    """What Django does to a row by its key alone, it does here to a row of its user:
    update, refresh, delete. So the key of another's row reaches nothing.
    """

    _came_with: UUID | None = None  # whose it was when it was read

    class Meta:
        abstract = True

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[object]
    ) -> Self:
        row = super().from_db(db, field_names, values)
        row._came_with = row.__dict__.get("user_id")
        return row

    def _whose(self) -> UUID:
        """Read from the database where it was left out before."""
        whose: UUID = getattr(self, OWNER)
        return whose

    def _do_update(
        self, base_qs: models.QuerySet[Any], *args: Any, **kwargs: Any
    ) -> bool:
        if self._came_with not in (None, self._whose()):
            raise OwnerChangedError(f"{self!r} was of {self._came_with}")
        ours = base_qs.filter(user_id=self._whose())
        return super()._do_update(ours, *args, **kwargs)

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        rows: Any = from_queryset
        if rows is None:
            rows = type(self)._base_manager.db_manager(using)
        user_id = self.__dict__.get("user_id")
        if user_id is not None:  # else it was not read, and is asked for here
            rows = rows.filter(user_id=user_id)
        super().refresh_from_db(using=using, fields=fields, from_queryset=rows)

    def delete(
        self, using: str | None = None, keep_parents: bool = False
    ) -> tuple[int, dict[str, int]]:
        rows: Any = type(self)._base_manager.db_manager(using)
        ours = rows.filter(user_id=self._whose(), pk=self.pk)
        deleted: tuple[int, dict[str, int]] = ours.delete()
        return deleted


class OwnerChangedError(ValueError):
    """A row of one user's was about to become another's."""


class OwnedRow(NamesOwner):
    """Its `user` is `owner(…)`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    objects: ClassVar[Any] = OwnedQuerySet.as_manager()

    class Meta:
        abstract = True


def owner(related_name: str) -> object:
    """Without an index of its own: a unique key of each such table starts with it."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name=related_name,
        db_index=False,
    )
