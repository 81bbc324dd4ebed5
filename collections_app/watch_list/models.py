"""Watch-list entries: what a user keeps of one anime; and each time they watched it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import Count, Exists, F, Min, OuterRef, Q

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner
from animecollections.viewer import (
    NO_ROWS,
    Viewer,
    is_in_audience,
    is_not_hidden,
    is_own,
    visible_fields,
)
from collections_app.airing.models import Airing
from collections_app.catalogue.models import AiringStatus
from collections_app.watch_list.entries import ROW
from collections_app.watch_list.fields import COLUMNS_SEEN_BY


class EntryType(models.TextChoices):
    COLLECTION = "Collection"
    COMPLETED = "Completed"
    TO_WATCH = "To Watch"
    WATCHING = "Watching"


class EntryState(models.TextChoices):
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    REWATCHING = "rewatching"
    DROPPED = "dropped"


# What four types cannot say. The check constraint below holds this table.
STATES_OF_TYPE: dict[str, tuple[str, ...]] = {
    EntryType.WATCHING: (
        EntryState.ACTIVE,
        EntryState.ON_HOLD,
        EntryState.REWATCHING,
    ),
    EntryType.COMPLETED: (EntryState.ACTIVE,),
    EntryType.TO_WATCH: (EntryState.ACTIVE,),
    EntryType.COLLECTION: (EntryState.ACTIVE, EntryState.DROPPED),
}


def _allowed_states() -> Q:
    allowed = Q()
    for type_, states in STATES_OF_TYPE.items():
        allowed |= Q(type=type_, state__in=states)
    return allowed


def thing_of_type(type_: str) -> str:
    """What a type is called where things with an audience are named."""
    return type_.lower().replace(" ", "_")


def is_of_seen_type(viewer: Viewer) -> Q:
    seen = NO_ROWS
    for type_ in EntryType.values:
        seen |= Q(type=type_) & is_in_audience(viewer, thing_of_type(type_))
    return seen


class EntryQuerySet(OwnedQuerySet["WatchListEntry"]):
    """Reads of lists. All of them name the owner first."""

    def visible_to(self, viewer: Viewer, thing: str = "") -> Self:
        """One's own, mature titles too; of others what the one rule lets through.

        thing: what they are looked at in, of whose audience one then has to be: the
        statistics, a year. Absent: the watch list, where each type has its own.
        """
        audience = is_in_audience(viewer, thing) if thing else is_of_seen_type(viewer)
        seen = audience & is_not_hidden(viewer)
        if viewer.hides_mature:
            seen &= Q(anime__mature=False)
        return self.filter(is_own(viewer) | seen)

    def titles_hidden_from(self, viewer: Viewer) -> Self:
        """The entries whose titles nothing else of the user's may name either."""
        return self.exclude(is_own(viewer) | is_not_hidden(viewer))

    def shown_to(
        self, viewer: Viewer, user_id: UUID, named: Collection[str] = ()
    ) -> models.QuerySet["WatchListEntry", dict[str, object]]:
        """A user's entries as far as a viewer may see them: rows, and fields of each.

        named: columns that are shown only where they are asked for by name.
        """
        columns = visible_fields(COLUMNS_SEEN_BY, viewer, user_id, named)
        rows: models.QuerySet[WatchListEntry, dict[str, Any]]
        rows = self.of(user_id).visible_to(viewer).values(*columns)
        return rows

    def rows(self) -> models.QuerySet["WatchListEntry", tuple[Any, ...]]:
        """Entry and anime as the flat tuples that `entries.to_json` reads.

        One statement, no model instances: that is what keeps a list of 1,000 quick.
        """
        return self.values_list(*ROW)

    def with_popularity(self) -> Self:
        """Each with how well known its title is: AnimeQuerySet.with_popularity."""
        return self.alias(popularity=F("anime__prominence") + F("anime__renown"))

    def up_next(self) -> Self:
        """What is being watched and has an episode left, or may have."""
        return self.filter(
            Q(anime__episodes=None) | Q(anime__episodes__gt=F("progress")),
            type=EntryType.WATCHING,
            state__in=[EntryState.ACTIVE, EntryState.REWATCHING],
        )

    def aired(self, now: datetime) -> Self:
        """Those whose next episode has aired, as far as is known."""
        next_one = Airing.objects.filter(
            anime_id=OuterRef("anime_id"), number=OuterRef("progress") + 1
        )
        unknown = Q(
            anime__airing_status=AiringStatus.UPCOMING, anime__schedule__isnull=True
        )
        return self.filter(~Exists(next_one.filter(airs_at__gt=now))).exclude(unknown)

    def next_airing(self, now: datetime) -> datetime | None:
        """When the next episode of one of them airs."""
        following = Q(anime__airings__number=F("progress") + 1)
        later = Q(anime__airings__airs_at__gt=now)
        found = self.filter(following & later).aggregate(
            at=Min("anime__airings__airs_at")
        )
        at: datetime | None = found["at"]
        return at

    def counts(self) -> dict[str, Any]:
        """How many by type and by state, every type and state named."""
        by_type = dict.fromkeys(EntryType.values, 0)
        by_state = dict.fromkeys(EntryState.values, 0)
        groups = self.order_by().values_list("type", "state").annotate(n=Count("*"))
        for type_, state, number in groups:
            by_type[type_] += number
            by_state[state] += number
        return {
            "total": sum(by_type.values()),
            "by_type": by_type,
            "by_state": by_state,
        }


class WatchListEntry(OwnedRow):
    """One anime on one user's list. Written only by `watch_list/writes.py`."""

    user = owner("entries")
    anime = models.ForeignKey(
        "collections_app.Anime", models.PROTECT, related_name="entries", db_index=False
    )
    type = models.CharField(max_length=10, choices=EntryType.choices)
    state = models.CharField(
        max_length=10, choices=EntryState.choices, default=EntryState.ACTIVE
    )
    progress = models.PositiveIntegerField(default=0, help_text="episodes watched")
    score = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="0–100; answers show it as 0–10"
    )
    rewatches = models.PositiveIntegerField(default=0)
    # Partial dates stay partial: "2017", "2017-10" or "2017-10-03".
    started_on = models.CharField(max_length=10, blank=True)
    finished_on = models.CharField(max_length=10, blank=True)
    # Beside progress: "ahead 14; skipped 13" (episode_ranges.py).
    episode_ranges = models.TextField(
        blank=True, default="", db_default="", help_text="ahead of progress, or skipped"
    )
    notes = models.TextField(blank=True)
    custom_title = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="what its user calls it",
    )
    tags = models.JSONField(default=list, blank=True)
    priority = models.PositiveSmallIntegerField(default=0)
    is_private = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    revision = models.PositiveBigIntegerField()
    watched_at = models.DateTimeField(
        null=True, blank=True, help_text="when progress last rose; orders up_next"
    )
    counted = models.PositiveIntegerField(
        default=0, help_text="episodes that count as watched (history.EpisodesWatched)"
    )
    # {format: fields of its file that have no column here}, for exports to it.
    extra = models.JSONField(default=dict, blank=True)

    objects: ClassVar = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "watch-list entries"
        # Indexing updated_at, progress or revision would end HOT updates.
        indexes: ClassVar = [
            # Whose lists have a title: merges, and whether a title may go. No write to
            # an entry changes it; 7 bytes a row.
            models.Index(fields=["anime"], name="entry_anime")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "anime"], name="entry_user_anime_unique"
            ),
            models.CheckConstraint(
                condition=_allowed_states(), name="entry_state_fits_type"
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(0, 100)),
                name="entry_score_0_to_100",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anime_id} ({self.type})"


class ViewingState(models.TextChoices):
    ACTIVE = "active"
    FINISHED = "finished"
    DROPPED = "dropped"


class ViewingQuerySet(OwnedQuerySet["Viewing"]):
    """Reads of viewings. All of them name the owner first."""

    def of_anime(self, anime_ids: Collection[int]) -> Self:
        return self.filter(anime_id__in=anime_ids)


class Viewing(OwnedRow):
    """One time through a title. Written only by `watch_list/viewings.py`.

    A title that was watched once has none: its entry says all of it (decision 45). The
    progress of the active one is that of the entry. They stay when the entry goes.
    """

    user = owner("viewings")
    anime_id = models.PositiveIntegerField()
    number = models.PositiveIntegerField(help_text="which time through")
    state = models.CharField(max_length=8, choices=ViewingState.choices)
    # Partial dates stay partial, as those of an entry.
    started_on = models.CharField(max_length=10, blank=True)
    finished_on = models.CharField(max_length=10, blank=True)
    progress = models.PositiveIntegerField(default=0, help_text="episodes watched")
    episode_ranges = models.TextField(
        blank=True, default="", db_default="", help_text="ahead of progress, or skipped"
    )
    score = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="0–100; answers show it as 0–10"
    )
    notes = models.TextField(blank=True)
    place = models.CharField(max_length=100, blank=True, help_text="where, in words")
    revision = models.PositiveBigIntegerField()

    objects: ClassVar = ViewingQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            # Who watched a title more than once, for merges.
            models.Index(fields=["anime_id"], name="viewing_anime")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "anime_id", "number"],
                name="viewing_user_anime_number_unique",
            ),
            models.UniqueConstraint(
                fields=["user", "anime_id"],
                condition=Q(state="active"),
                name="viewing_one_active",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1), name="viewing_number_from_1"
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__range=(0, 100)),
                name="viewing_score_0_to_100",
            ),
        ]

    def __str__(self) -> str:
        return f"viewing {self.number} of {self.anime_id} ({self.state})"
