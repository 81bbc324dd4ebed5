"""All tables of this app, for Django and for other apps. Each room has its own."""

from collections_app.airing.models import Airing
from collections_app.catalogue.merges import Merge, MergedList, MergeStatus
from collections_app.catalogue.missing_titles.models import MissingStatus, MissingTitle
from collections_app.catalogue.models import (
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
from collections_app.imports.models import (
    Decision,
    ImportPlan,
    ImportRow,
    ImportStatus,
    Outcome,
    Policy,
)
from collections_app.own_lists.models import ListItem, OwnList
from collections_app.recommendations.models import (
    HiddenScope,
    HiddenTitle,
    SimilarTitles,
)
from collections_app.scrobbling.models import (
    MatchedBy,
    Player,
    Scrobble,
    ScrobbleRule,
    ScrobbleSource,
    ScrobbleState,
)
from collections_app.source_facts.models import FactKind, SeriesLink, SourceFact
from collections_app.title_events.models import EventKind, TitleEvent
from collections_app.watch_list.models import (
    STATES_OF_TYPE,
    EntryQuerySet,
    EntryState,
    EntryType,
    Viewing,
    ViewingState,
    WatchListEntry,
)

__all__ = [
    "STATES_OF_TYPE",
    "Abbreviation",
    "Airing",
    "AiringStatus",
    "Anime",
    "CatalogueState",
    "Decision",
    "EntryQuerySet",
    "EntryState",
    "EntryType",
    "EventKind",
    "ExternalId",
    "FactKind",
    "Genre",
    "HiddenScope",
    "HiddenTitle",
    "ImportPlan",
    "ImportRow",
    "ImportStatus",
    "ListItem",
    "Listing",
    "MatchedBy",
    "Merge",
    "MergeStatus",
    "MergedList",
    "MissingStatus",
    "MissingTitle",
    "NameKind",
    "Outcome",
    "OwnList",
    "Player",
    "Policy",
    "Scrobble",
    "ScrobbleRule",
    "ScrobbleSource",
    "ScrobbleState",
    "SearchName",
    "SeriesLink",
    "SimilarTitles",
    "SourceFact",
    "Studio",
    "TitleEvent",
    "Viewing",
    "ViewingState",
    "WatchListEntry",
]
