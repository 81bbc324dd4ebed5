"""What one source says of one title, by kind."""

from typing import ClassVar

from django.db import models

from collections_app.catalogue.models import Anime


class FactKind(models.TextChoices):
    """What a fact is about; `values` has the shape of each."""

    AIRING = "airing", "when it airs"
    NAMES = "names", "names by language"
    LINKS = "links", "where it streams"
    RELATIONS = "relations", "related titles"
    DESCRIPTION = "description", "description"
    VOTES = "votes", "votes"
    EPISODES = "episodes", "episodes"
    TRAILERS = "trailers", "trailers"
    REDIRECTS = "redirects", "episodes that are another title's"
    SEASONS = "seasons", "seasons in other databases"


TIMES = (FactKind.AIRING, FactKind.EPISODES)  # what airings follow from


class SourceFact(models.Model):
    """A fact of a title as one source says it; precedence picks which is shown.

    Written by `source_facts.writes` alone, in `changing_catalogue`.
    """

    anime = models.ForeignKey(
        Anime, models.CASCADE, related_name="source_facts", db_index=False
    )
    source = models.CharField(max_length=40, help_text="`staff` wins over all others")
    kind = models.CharField(max_length=12, choices=FactKind.choices)
    value = models.JSONField(help_text="source_facts.values has the shape of each kind")
    revision = models.PositiveBigIntegerField(
        help_text="the catalogue revision that last changed it"
    )
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["anime", "source", "kind"], name="source_fact_unique"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "anime"], name="source_fact_by_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.anime_id}, {self.source}"


class SeriesLink(models.Model):
    """That a source says of a title that it is in a series or film of another database.

    Follows from the facts of the kind `seasons`, in which no index finds an id; which
    episodes they are stands there (source_facts.series_links keeps it).
    """

    anime = models.ForeignKey(Anime, models.CASCADE, related_name="series_links")
    database = models.CharField(max_length=12, help_text="tvdb, tmdb, tmdb_movie, imdb")
    external_id = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["database", "external_id", "anime"], name="series_link_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.anime_id} in {self.database}:{self.external_id}"
