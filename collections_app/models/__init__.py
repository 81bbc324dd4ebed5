"""The catalogue, and what users keep of it."""

from collections_app.models.catalogue import (
    Anime,
    CatalogueState,
    ExternalId,
    Genre,
    Relation,
    SearchName,
    Studio,
)
from collections_app.models.watch_list import EntryState, EntryType, WatchListEntry

__all__ = [
    "Anime",
    "CatalogueState",
    "EntryState",
    "EntryType",
    "ExternalId",
    "Genre",
    "Relation",
    "SearchName",
    "Studio",
    "WatchListEntry",
]
