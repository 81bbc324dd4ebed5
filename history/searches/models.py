"""What a user searched for: the tables."""

import unicodedata
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from animecollections.db.owned import OwnedQuerySet, OwnedRow, owner


def fold(text: str) -> str:
    """Without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


class SearchQuerySet(OwnedQuerySet["Search"]):
    def in_vain(self) -> Self:
        """A client that does not say how many results it had says 0."""
        return self.exclude(query="").filter(total_results=0)

    def newest_first(self) -> Self:
        return self.order_by("-searched_at", "-pk")

    def containing(self, text: str) -> Self:
        """Compared here, for databases fold accents differently; 200 rows at most."""
        folded = fold(text)
        rows = self.values_list("id", "query")
        return self.filter(id__in=[id_ for id_, query in rows if folded in fold(query)])


class Search(OwnedRow):
    """One search a user made; the same search again only moves `searched_at`."""

    user = owner("searches")
    # sha256 of what makes two searches the same: text, type, filters.
    key = models.CharField(max_length=64)
    query = models.CharField(max_length=500, blank=True)
    type = models.CharField(max_length=50, blank=True)
    filters = models.JSONField(default=dict, blank=True)
    total_results = models.PositiveIntegerField(default=0)
    searched_at = models.DateTimeField()

    objects: ClassVar = SearchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "searches"
        ordering: ClassVar = ["-searched_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "key"], name="search_user_key_unique"
            )
        ]
        indexes: ClassVar = [
            # For the dashboard: the newest that found nothing.
            models.Index(
                fields=["-searched_at"],
                condition=Q(total_results=0) & ~Q(query=""),
                name="search_in_vain",
            )
        ]

    def __str__(self) -> str:
        return self.query
