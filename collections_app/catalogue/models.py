"""The catalogue: titles, their names, and every other site's id of them."""

from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, FilteredRelation, Q

from collections_app.catalogue.trigrams import Holds, HoldsAll, Matches


class Format(models.TextChoices):
    TV = "TV", "TV"
    MOVIE = "Movie"
    OVA = "OVA", "OVA"
    ONA = "ONA", "ONA"
    SPECIAL = "Special"
    MUSIC = "Music"
    UNKNOWN = "Unknown"


class AiringStatus(models.TextChoices):
    FINISHED = "finished"
    AIRING = "airing"
    UPCOMING = "upcoming"
    UNKNOWN = "unknown"


class Season(models.TextChoices):
    WINTER = "winter"
    SPRING = "spring"
    SUMMER = "summer"
    FALL = "fall"


class Precision(models.TextChoices):
    """How exactly the time is known at which something airs."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"


class Genre(models.Model):
    """A genre, theme or demographic; `key` is its name folded for filters."""

    key = models.CharField(max_length=100, unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering: ClassVar = ["key"]

    def __str__(self) -> str:
        return self.name


class Studio(models.Model):
    """A studio; `key` is its name folded for filters."""

    key = models.CharField(max_length=200, unique=True)
    name = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["key"]

    def __str__(self) -> str:
        return self.name


class AnimeQuerySet(models.QuerySet["Anime"]):
    """Reads of the catalogue."""

    def shown(self, *, hides_mature: bool) -> Self:
        """All that a person may see, titles that no source lists any more too."""
        return self.filter(mature=False) if hides_mature else self

    def listed(self) -> Self:
        return self.filter(gone_since=None)

    def with_popularity(self) -> Self:
        """How well known each is: by the sites and, counted once a day, the lists that
        have it.
        """
        return self.annotate(popularity=F("prominence") + F("renown"))

    def with_entry_of(self, user_id: UUID) -> Self:
        """Each with the user's entry, as `entry`, where there is one."""
        theirs = FilteredRelation("entries", condition=Q(entries__user_id=user_id))
        return self.alias(entry=theirs)


class Anime(models.Model):
    """A title.

    Its id never changes: the MyAnimeList id where it had one when it came, else a
    number from FIRST_OWN_ID upward. The JSON columns repeat, in display form, what the
    link tables hold for filters: an answer then needs no join, and one place
    (catalogue.writes) writes both.
    """

    FIRST_OWN_ID = 100_000_000

    id = models.PositiveIntegerField(primary_key=True)
    mal_id = models.PositiveIntegerField(null=True, blank=True)
    title = models.CharField(max_length=500)
    sort_title = models.CharField(
        max_length=500, blank=True, help_text="the title folded; orders by title"
    )
    english_title = models.CharField(max_length=500, blank=True)
    native_title = models.CharField(max_length=500, blank=True)
    synonyms = models.JSONField(default=list, blank=True)
    format = models.CharField(
        max_length=10, choices=Format.choices, default=Format.UNKNOWN
    )
    airing_status = models.CharField(
        max_length=10, choices=AiringStatus.choices, default=AiringStatus.UNKNOWN
    )
    season = models.CharField(max_length=6, choices=Season.choices, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    episodes = models.PositiveIntegerField(
        null=True, blank=True, help_text="empty = unknown"
    )
    episode_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    picture_url = models.CharField(max_length=1000, blank=True)
    thumbnail_url = models.CharField(max_length=1000, blank=True)
    rating = models.FloatField(null=True, blank=True, help_text="0–10")
    mature = models.BooleanField(default=False)
    genre_names = models.JSONField(default=list, blank=True)
    studio_names = models.JSONField(default=list, blank=True)
    external_ids = models.JSONField(default=dict, blank=True)
    # Sites' ids ("mal:5") of titles that belong with this one. Resolved when read, so
    # that a title that comes later, or learns an id later, is found all the same.
    related = models.JSONField(default=list, blank=True)
    schedule = models.JSONField(
        null=True,
        blank=True,
        help_text="when its episodes air, in short: catalogue.airing; empty = unknown",
    )
    held_facts = models.JSONField(
        default=dict,
        blank=True,
        db_default={},
        help_text="what staff set and imports leave alone: catalogue.held_facts",
    )
    # What other sources say (the room source_facts keeps it, with its sources).
    names_elsewhere = models.JSONField(
        default=list,
        blank=True,
        db_default=[],
        help_text="names that other sources have; search finds the title by them",
    )
    status_by_dates = models.BooleanField(
        default=False,
        db_default=False,
        help_text="the airing status follows from dates: the catalogue does not say it",
    )
    votes = models.PositiveIntegerField(
        null=True, blank=True, help_text="how many people rated it, where known"
    )
    weighted_rating = models.FloatField(
        null=True,
        blank=True,
        help_text="the rating, closer to the average the fewer people it is of",
    )
    franchise = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="the smallest id of the titles that prequels and sequels connect",
    )
    genres = models.ManyToManyField(Genre, related_name="anime", blank=True)
    studios = models.ManyToManyField(Studio, related_name="anime", blank=True)
    # Points by which search ranks, see catalogue.prominence.
    prominence = models.PositiveSmallIntegerField(
        db_default=0, help_text="how likely a search means it, by what its sources say"
    )
    renown = models.PositiveSmallIntegerField(
        db_default=0, help_text="the same by how many lists have it, counted once a day"
    )
    revision = models.PositiveBigIntegerField(
        default=0, help_text="the catalogue revision that last changed this title"
    )
    gone_since = models.DateTimeField(
        null=True, blank=True, help_text="when its source stopped listing it"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()

    objects: ClassVar = AnimeQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "anime"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(0, 10)),
                name="anime_rating_0_to_10",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["revision"], name="anime_revision"),
            # SQLite takes no NULLS LAST in an index, and needs none (nulls are least).
            models.Index(F("rating").desc(), F("id").desc(), name="anime_best"),
            models.Index(
                F("weighted_rating").desc(), F("id").desc(), name="anime_best_weighted"
            ),
            models.Index(fields=["year", "season"], name="anime_season"),
            models.Index(fields=["franchise"], name="anime_franchise"),
        ]

    def __str__(self) -> str:
        return self.title


class ExternalId(models.Model):
    """Another site's id of a title, or an id of ours (site `own`) that once was.

    A site's id that two titles claim has two rows here, and resolves to neither, unless
    one of them is gone.
    """

    anime = models.ForeignKey(Anime, models.CASCADE, related_name="aliases")
    site = models.CharField(max_length=20)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["site", "external_id", "anime"], name="external_id_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.site}:{self.external_id}"


class Listing(models.Model):
    """That a source (a dataset, by name) lists a title. What none lists is gone."""

    anime = models.ForeignKey(
        Anime, models.CASCADE, related_name="listings", db_index=False
    )
    source = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["anime", "source"], name="listing_unique")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.anime_id}"


class NameKind(models.IntegerChoices):
    """What a search name is; the smaller, the more a match of it counts."""

    TITLE = 0, "the title itself"
    NAME = 1, "another name that the catalogue has"
    ABBREVIATION = 2, "what people call it in short"
    DERIVED = 3, "a name that says season or series in another way"
    JOINED = 4, "a name without its spaces"


class SearchName(models.Model):
    """A name of a title, folded for search (catalogue.search_names derives them)."""

    anime = models.ForeignKey(Anime, models.CASCADE, related_name="search_names")
    name = models.CharField(max_length=500)
    kind = models.PositiveSmallIntegerField(
        choices=NameKind.choices, default=NameKind.NAME
    )
    spelled = models.TextField(
        blank=True, help_text="how it is written, where the folded name is not that"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "anime"], name="search_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


for lookup in (Holds, HoldsAll, Matches):
    SearchName._meta.get_field("name").register_lookup(lookup)


class Abbreviation(models.Model):
    """What people call a title in short. Those that come with the product are in
    catalogue.abbreviations; editors grow and change them.
    """

    key = models.CharField(max_length=100, unique=True, help_text="folded for search")
    text = models.CharField("abbreviation", max_length=100)
    anime = models.ForeignKey(
        Anime,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="abbreviations",
        help_text="the title most people mean by it; empty: none",
    )

    class Meta:
        ordering: ClassVar = ["key"]

    def __str__(self) -> str:
        return self.text


class CatalogueState(models.Model):
    """One row: the catalogue's revision, taken by each batch that changes it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    revision = models.PositiveBigIntegerField(default=0)
    next_own_id = models.PositiveIntegerField(
        default=Anime.FIRST_OWN_ID, help_text="for the next title without MAL id"
    )

    class Meta:
        verbose_name = verbose_name_plural = "catalogue state"

    def __str__(self) -> str:
        return f"catalogue revision {self.revision}"
