"""What is known of titles that says when they air."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from animecollections.db.compiled import Compiled
from animecollections.db.json_rows import among
from collections_app.airing.computing import Known, Said
from collections_app.airing.models import Airing
from collections_app.catalogue.airing import Kept
from collections_app.catalogue.models import Anime
from collections_app.source_facts.models import FactKind, SourceFact
from collections_app.source_facts.precedence import preferred

KINDS = (FactKind.AIRING, FactKind.EPISODES)
LAST_AIRED = Compiled(
    lambda now: (
        Airing.objects.filter(airs_at__lte=now)
        .order_by("-airs_at")
        .values_list("airs_at")[:1]
    ),
    datetime,
)
TITLE = ("id", "airing_status", "episodes", "schedule")


def known_of(
    anime_ids: Collection[int],
) -> tuple[dict[int, Known], dict[int, Kept | None]]:
    """By title: what is known, and the schedule that it keeps. Two statements."""
    facts = facts_of(anime_ids)
    known, kept = {}, {}
    titles = Anime.objects.filter(id__in=among(anime_ids)).order_by()
    for anime_id, status, total, schedule in titles.values_list(*TITLE):
        airing = facts.get((anime_id, FactKind.AIRING), {})
        episodes = facts.get((anime_id, FactKind.EPISODES), {}).get("episodes") or ()
        known[anime_id] = Known(
            status, total or airing.get("episodes"), airing, episodes
        )
        kept[anime_id] = schedule
    return known, kept


def last_aired_at(now: datetime) -> datetime | None:
    """When the last episode of any title aired: until another does, what is shown of
    schedules stays as it is.
    """
    rows = LAST_AIRED.fetch(now)
    return rows[0][0] if rows else None


def facts_of(anime_ids: Iterable[int]) -> dict[tuple[int, str], Said]:
    """The preferred value of each kind, by title and kind."""
    said: dict[tuple[int, str], dict[str, Any]] = {}
    rows = SourceFact.objects.filter(kind__in=KINDS, anime_id__in=among(anime_ids))
    for anime_id, kind, source, value in rows.order_by().values_list(
        "anime_id", "kind", "source", "value"
    ):
        said.setdefault((anime_id, kind), {})[source] = value
    found = {key: preferred(by_source) for key, by_source in said.items()}
    return {key: fact.value for key, fact in found.items() if fact}


def titles_with_airing() -> set[int]:
    """Those of which a source says when they air, or did."""
    said = SourceFact.objects.filter(kind__in=KINDS).order_by()
    return set(said.values_list("anime_id", flat=True)) | set(
        Airing.objects.order_by().values_list("anime_id", flat=True).distinct()
    )
