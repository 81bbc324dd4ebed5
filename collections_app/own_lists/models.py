"""Lists of one's own, and what is on them."""

from collections.abc import Collection
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner
from animecollections.viewer import (
    Audience,
    Viewer,
    is_in_audience,
    is_let_be,
    is_own,
)
from collections_app.own_lists.rules import kind_of

LONGEST_NAME = 100
LONGEST_DESCRIPTION = 2_000
LONGEST_ITEM_NOTES = 2_000
LONGEST_KEY = 64
MOST_LISTS = 1_000
MOST_ITEMS = 10_000


class RankField(models.TextField[str, str]):
    """Compared by its bytes on both databases, whatever language PostgreSQL speaks."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters = super().db_parameters(connection)
        is_postgresql = connection.vendor == "postgresql"
        return {**parameters, "collation": "C" if is_postgresql else None}


class OwnListQuerySet(OwnedQuerySet["OwnList"]):
    """Reads of lists. All of them name the owner first."""

    def visible_to(self, viewer: Viewer) -> Self:
        audience = is_in_audience(viewer, "list", "audience")
        seen = audience & is_let_be(viewer, "id")
        return self.filter(is_own(viewer) | seen)

    def in_order(self) -> Self:
        """As they are shown: pinned ones first, then by name."""
        return self.order_by("-pinned", "name", "id")

    def named(self, list_id: str) -> Self:
        """By its id, or by the id of the operation that made it."""
        if not (0 < len(list_id) <= LONGEST_KEY and list_id.isprintable()):
            return self.none()
        by_key = Q(client_key=list_id)
        try:
            return self.filter(Q(id=UUID(list_id)) | by_key)
        except ValueError:
            return self.filter(by_key)

    def with_title(self, user_id: UUID, anime_id: int) -> Self:
        """Those that a title is on."""
        items = ListItem.objects.of(user_id).filter(anime_id=anime_id)
        return self.filter(id__in=items.values("list_id"))


class OwnList(OwnedRow):
    """A list that its owner made. Written only by `own_lists/edit.py`."""

    user = owner("own_lists")
    name = models.CharField(max_length=LONGEST_NAME)
    description = models.TextField(blank=True)
    ordering = models.CharField(
        max_length=100, blank=True, help_text="how it is shown; blank: its own order"
    )
    rules = models.JSONField(
        default=dict,
        db_default={},
        blank=True,
        help_text="of a smart list; empty: a manual one (own_lists/rules.py)",
    )
    leave_when_completed = models.BooleanField(default=False)
    pinned = models.BooleanField(default=False)
    audience = models.CharField(
        max_length=9,
        choices=Audience.choices,
        default=Audience.NOBODY,
        db_default=Audience.NOBODY,
        help_text="who sees it",
    )
    client_key = models.CharField(
        max_length=LONGEST_KEY,
        blank=True,
        help_text="the id of the operation that made it: devices without network call "
        "it so",
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    revision = models.PositiveBigIntegerField()
    size = models.PositiveIntegerField(default=0, help_text="how many titles are on it")
    items_revision = models.PositiveBigIntegerField(
        default=0, help_text="of the last change of what is on it"
    )

    objects: ClassVar = OwnListQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "id"], name="ownlist_user_id_unique"
            ),
            models.UniqueConstraint(
                fields=["user", "client_key"],
                condition=~Q(client_key=""),
                name="ownlist_user_client_key_unique",
            ),
            models.CheckConstraint(
                condition=Q(size__lte=MOST_ITEMS), name="ownlist_size"
            ),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values), name="ownlist_audience"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> str:
        return kind_of(self.rules)


class ListItemQuerySet(OwnedQuerySet["ListItem"]):
    """Reads of what is on lists. All of them name the owner first."""

    def on(self, list_id: UUID) -> Self:
        return self.filter(list_id=list_id)

    def of_anime(self, anime_ids: Collection[int]) -> Self:
        return self.filter(anime_id__in=anime_ids)

    def visible_to(self, viewer: Viewer, user_id: UUID) -> Self:
        """Of a user: one's own, whole; of others those on a list that is seen, without
        titles that are private on the watch list, or mature to this viewer.
        """
        if user_id == viewer.user_id:
            return self
        lists = OwnList.objects.of(user_id).visible_to(viewer)
        seen = self.filter(list_id__in=lists.values("id"))
        if viewer.hides_mature:
            seen = seen.filter(anime__mature=False)
        if viewer.sees_private_of(user_id):
            return seen
        is_open = Q(entry__id=None) | Q(entry__is_private=False)
        return seen.with_entries(user_id).filter(is_open)

    def with_entries(self, user_id: UUID) -> Self:
        """Each with the user's entry of its title, as `entry`, where there is one; and
        with how well known the title is.
        """
        theirs = models.FilteredRelation(
            "anime__entries", condition=Q(anime__entries__user_id=user_id)
        )
        known = models.F("anime__prominence") + models.F("anime__renown")
        return self.alias(entry=theirs, popularity=known)


class ListItem(OwnedRow):
    """One title on one list. Written only by `own_lists/edit.py`."""

    user = owner("list_items")
    list_id = models.UUIDField()
    anime = models.ForeignKey(
        "collections_app.Anime", models.PROTECT, related_name="+", db_index=False
    )
    rank = RankField()
    notes = models.TextField(blank=True)
    added_at = models.DateTimeField()
    revision = models.PositiveBigIntegerField()

    objects: ClassVar = ListItemQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "list_id", "anime"],
                name="listitem_user_list_anime_unique",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "list_id", "rank", "id"], name="listitem_order"
            ),
            # Whose lists have a title: merges, and which lists have it.
            models.Index(fields=["anime", "user"], name="listitem_anime"),
        ]

    def __str__(self) -> str:
        return f"{self.anime_id} at {self.rank}"
