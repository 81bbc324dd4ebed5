"""The catalogue, and what users keep of it."""

from collections_app.models.catalogue import (
    AiringStatus,
    Anime,
    CatalogueState,
    ExternalId,
    Genre,
    Listing,
    SearchName,
    Studio,
)
from collections_app.models.imports import (
    Decision,
    ImportPlan,
    ImportRow,
    ImportStatus,
    Outcome,
    Policy,
)
from collections_app.models.merges import Merge, MergedList, MergeStatus
from collections_app.models.watch_list import (
    STATES_OF_TYPE,
    EntryQuerySet,
    EntryState,
    EntryType,
    WatchListEntry,
)

__all__ = [
    "STATES_OF_TYPE",
    "AiringStatus",
    "Anime",
    "CatalogueState",
    "Decision",
    "EntryQuerySet",
    "EntryState",
    "EntryType",
    "ExternalId",
    "Genre",
    "ImportPlan",
    "ImportRow",
    "ImportStatus",
    "Listing",
    "Merge",
    "MergeStatus",
    "MergedList",
    "Outcome",
    "Policy",
    "SearchName",
    "Studio",
    "WatchListEntry",
]
