"""The catalogue: titles, their names, and every other site's id of them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Format(models.TextChoices):
    TV = "TV"
    MOVIE = "Movie"
    OVA = "OVA"
    ONA = "ONA"
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


class Anime(models.Model):
    """A title.

    Its id never changes: the MyAnimeList id where it had one when it came, else a
    number from FIRST_OWN_ID upward. The JSON columns repeat, in display form, what the
    link tables hold for filters: an answer then needs no join, and one place
    (services.catalogue) writes both.
    """

    FIRST_OWN_ID = 100_000_000

    id = models.PositiveIntegerField(primary_key=True)
    mal_id = models.PositiveIntegerField(null=True, blank=True)
    title = models.CharField(max_length=500)
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
    genres = models.ManyToManyField(Genre, related_name="anime", blank=True)
    studios = models.ManyToManyField(Studio, related_name="anime", blank=True)
    revision = models.PositiveBigIntegerField(
        default=0, help_text="the catalogue revision that last changed this title"
    )
    gone_since = models.DateTimeField(
        null=True, blank=True, help_text="when its source stopped listing it"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "anime"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(0, 10)),
                name="anime_rating_0_to_10",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["revision"])]

    def __str__(self) -> str:
        return self.title


class ExternalId(models.Model):
    """Another site's id of a title, or an id of ours (site `own`) that once was.

    A site's id that two titles claim has two rows here, and resolves to neither.
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


class Relation(models.Model):
    """Two titles that belong together (sequel, film, side story …), one direction."""

    anime = models.ForeignKey(Anime, models.CASCADE, related_name="relations")
    related = models.ForeignKey(Anime, models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["anime", "related"], name="relation_unique")
        ]

    def __str__(self) -> str:
        return f"{self.anime_id} → {self.related_id}"


class SearchName(models.Model):
    """A name of a title, folded for search (collections_app.catalogue.folding)."""

    anime = models.ForeignKey(Anime, models.CASCADE, related_name="search_names")
    name = models.CharField(max_length=500)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["anime", "name"], name="search_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class CatalogueState(models.Model):
    """One row: the catalogue's revision, taken by each batch that changes it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "catalogue state"

    def __str__(self) -> str:
        return f"catalogue revision {self.revision}"
