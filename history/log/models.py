"""The lock and the log under every write: the tables."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import timedelta
from functools import cache
from typing import ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from animecollections.db.compiled import for_database
from animecollections.db.hot import Found, Statement, fetch, is_postgresql
from animecollections.db.ids import as_uuid7, first_id_at, new_epoch, time_of
from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


@dataclass(slots=True)
class HeldState:
    """A state row as its lock gave it: every write makes one, and no model of it."""

    user_id: UUID
    epoch: int
    revision: int
    list_revision: int
    searches_revision: int
    profile_revision: int
    preferences_revision: int
    viewings_revision: int
    notices_revision: int
    lists_revision: int

    @classmethod
    def read(cls, rows: Found, column: str = "") -> "HeldState | None":
        """What `locking` gave, as it was before: a change that is counted already is
        yet to be made. None: the user was erased.
        """
        if not rows:
            return None
        user_id, *counters = rows[0]
        # SQLite has no UUIDs.
        state = cls(user_id if is_postgresql() else UUID(user_id), *counters)
        if column:
            state.revision -= 1
        return state

    def saving(self, columns: Collection[str]) -> Statement:
        """The revision, and these columns that tell what it changed."""
        names = ["revision", *sorted(columns)]
        sets = ", ".join(f"{name} = %s" for name in names)
        return Statement(
            f"UPDATE history_userstate SET {sets} WHERE user_id = %s",  # noqa: S608
            [*(getattr(self, name) for name in names), for_database(self.user_id)],
        )


STATE_COLUMNS = ", ".join(field.name for field in fields(HeldState))
LOCK = f"SELECT {STATE_COLUMNS} FROM history_userstate WHERE user_id = %s"  # noqa: S608


def locking(user_id: UUID, column: str = "") -> Statement:
    """Locks a state row until the transaction ends; with a column, one change in it is
    counted as well. HeldState.read takes what it gives.

    By hand: every write begins so, and Django takes longer to make the statement than
    the database to answer it.
    """
    if column:
        sql = counting_in(column)
    else:
        sql = f"{LOCK} FOR UPDATE" if is_postgresql() else LOCK
    return Statement(sql, [for_database(user_id)])


@cache
def counting_in(column: str) -> str:
    sets = f"revision = revision + 1, {column} = revision + 1"
    return (
        f"UPDATE history_userstate SET {sets} WHERE user_id = %s "  # noqa: S608
        f"RETURNING {STATE_COLUMNS}"
    )


class UserStateQuerySet(models.QuerySet["UserState"]):
    def hold(self, user_id: UUID) -> HeldState | None:
        """Locks a state row until the transaction ends."""
        return HeldState.read(fetch(*locking(user_id)))


class UserState(models.Model):
    """One row a user: the lock of every write to what is theirs, and its revisions.

    `revision` is the newest taken; the others tell which revision last changed the
    list, the searches and so on, so that one row answers every "anything new?".
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="state",
    )
    # Changed when a database is restored from a backup: older cursors then end.
    epoch = models.PositiveIntegerField(default=new_epoch)
    revision = models.PositiveBigIntegerField(default=0)
    list_revision = models.PositiveBigIntegerField(default=0)
    searches_revision = models.PositiveBigIntegerField(default=0)
    profile_revision = models.PositiveBigIntegerField(default=0)
    preferences_revision = models.PositiveBigIntegerField(default=0)
    viewings_revision = models.PositiveBigIntegerField(default=0, db_default=0)
    notices_revision = models.PositiveBigIntegerField(default=0, db_default=0)
    lists_revision = models.PositiveBigIntegerField(default=0, db_default=0)

    objects = UserStateQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.user_id} at {self.revision}"


class ChangeKind(models.TextChoices):
    ADD = "add"
    UPDATE = "update"
    REMOVE = "remove"
    SEARCHES = "searches"
    PROFILE = "profile"
    PREFERENCES = "preferences"
    WATCHED = "watched"  # the diary alone
    VIEWING = "viewing"
    NOTICES = "notices"
    LIST = "list"  # one of the person's own
    LIST_ITEM = "list_item"


# From the first id that a write makes to the last.
LONGEST_WRITE = timedelta(minutes=10)
# What somebody does to one title is told as one thing while it goes on so often.
JOINED_WITHIN = timedelta(hours=6)


class ChangeQuerySet(OwnedQuerySet["Change"]):
    def between(self, user_id: UUID, since: int, until: int) -> Self:
        """What a user changed after one revision, up to another, in order."""
        changes = self.filter(user_id=user_id, revision__gt=since, revision__lte=until)
        return changes.order_by("revision")

    def of_operation(self, operation_id: UUID) -> Self:
        """Whose it was. Its id tells when it was made, and the primary key is in
        that order: a range of it is read, not the whole log.
        """
        return self.made_near(operation_id).filter(operation_id=operation_id)

    def of_request(self, request_id: str) -> Self:
        """By our own ids, which tell their time; one that a proxy gave is looked for
        among the changes of the last day.
        """
        id_ = as_uuid7(request_id)
        recent = self.filter(pk__gte=first_id_at(timezone.now() - timedelta(days=1)))
        near = self.made_near(id_) if id_ else recent
        return near.filter(request_id=request_id)

    def told(self) -> Self:
        """What followers may be told of; the audience and the entry are asked too."""
        return self.filter(is_told=True)

    def last_of_runs(self) -> Self:
        """Of what is told, each change after which none of its title came soon."""
        soon = F("at") + JOINED_WITHIN
        later = Change.objects.of(OuterRef("user_id")).told()
        later = later.filter(
            anime_id=OuterRef("anime_id"),
            at__gt=OuterRef("at"),
            at__lte=OuterRef("soon"),
        )
        return self.told().alias(soon=soon).filter(~Exists(later))

    def made_near(self, id_: UUID) -> Self:
        at = time_of(id_)
        return self.filter(
            pk__gte=first_id_at(at - timedelta(seconds=5)),
            pk__lt=first_id_at(at + LONGEST_WRITE),
        )


class Change(OwnedRow):
    """One changed row of one user, in the transaction that changed it.

    For entries, `before` and `after` hold the fields that differ; all of them where
    the entry was not there before, or is not after. For viewings, lists and what is on
    a list they hold all of them, or none where there was none; a title on a list is
    named there, not in `anime_id`. For preferences they hold those that differ (an
    earlier release logged none), for the rest nothing.
    """

    user = owner("changes")
    revision = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=12, choices=ChangeKind.choices)
    anime_id = models.PositiveIntegerField(null=True, blank=True)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    # All changes of one write share its operation's id; this is the nth of so many.
    operation_id = models.UUIDField()
    position = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    # The operation that this one undid.
    undoes = models.UUIDField(null=True, blank=True)
    # Or the app of which it undid all that it did since a moment, and its name.
    undone_app_id = models.UUIDField(null=True, blank=True)
    undone_app_name = models.CharField(max_length=100, blank=True, db_default="")
    undone_since = models.DateTimeField(null=True, blank=True)
    # Episodes that count as watched (EpisodesWatched), in all and by day; undo takes
    # the same away. Of a release before this one, without days, they count on the day
    # of the change.
    watched = models.IntegerField(default=0)
    days = models.JSONField(null=True, blank=True)
    at = models.DateTimeField()
    # An import says what was so at another time: that of its file, or of its row.
    as_of = models.DateTimeField(null=True, blank=True)
    # Through what it came: session, token, import, admin, command, service …
    through = models.CharField(max_length=12)
    # … and for staff, who they were.
    actor_id = models.UUIDField(null=True, blank=True)
    client_id = models.CharField(max_length=100, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    # Of a personal token or an app: which, and how it was called then; it may be gone
    # since.
    token_id = models.UUIDField(null=True, blank=True)
    token_name = models.CharField(max_length=100, blank=True, db_default="")
    # Of an import: what it read; on its first change alone.
    file_name = models.CharField(max_length=200, blank=True, db_default="")
    # Its writer said that nobody is to be told.
    is_quiet = models.BooleanField(default=False, db_default=False)
    # Whether followers may be told. What was undone since, or has been private since,
    # is told no more, whatever comes later.
    is_told = models.BooleanField(default=False, db_default=False)

    objects: ClassVar = ChangeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "revision"], name="change_user_revision_unique"
            )
        ]
        indexes: ClassVar = [
            # The last removal of an anime, for an add that follows soon.
            models.Index(
                fields=["user", "anime_id", "revision"],
                condition=Q(kind="remove"),
                name="change_removals",
            ),
            models.Index(
                fields=["user", "operation_id", "position"], name="change_operation"
            ),
            # What one app did.
            models.Index(
                fields=["user", "token_id", "revision"],
                condition=Q(token_id__isnull=False),
                name="change_of_app",
            ),
            # One row an operation, for paging through them.
            models.Index(
                fields=["user", "revision"],
                condition=Q(position=0),
                name="change_operations",
            ),
            # What followers are told of, the latest first; and of one title.
            models.Index(
                fields=["user", "id"], condition=Q(is_told=True), name="change_told"
            ),
            models.Index(
                fields=["user", "anime_id", "at"],
                condition=Q(is_told=True),
                name="change_told_of_title",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.anime_id or ''} at {self.revision}"
