"""The catalogue, and what users keep of it."""

from collections_app.models.catalogue import (
    Abbreviation,
    AiringStatus,
    Anime,
    CatalogueState,
    ExternalId,
    Genre,
    Listing,
    NameKind,
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
from collections_app.models.missing_titles import MissingStatus, MissingTitle
from collections_app.models.watch_list import (
    STATES_OF_TYPE,
    EntryQuerySet,
    EntryState,
    EntryType,
    WatchListEntry,
)

__all__ = [
    "STATES_OF_TYPE",
    "Abbreviation",
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
    "MissingStatus",
    "MissingTitle",
    "NameKind",
    "Outcome",
    "Policy",
    "SearchName",
    "Studio",
    "WatchListEntry",
]
