"""The one write path to facts of sources. Always in `changing_catalogue`: what is known
of a title moves the catalogue's revision, and with it every ETag.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.utils import timezone

from animecollections.db.bulk import upsert
from animecollections.db.json_rows import among
from collections_app.catalogue.models import Anime, CatalogueState
from collections_app.source_facts import series_links
from collections_app.source_facts.derived import derive
from collections_app.source_facts.models import FactKind, SourceFact
from collections_app.source_facts.values import Stored


class Change(NamedTuple):
    """What a source says now; without a value it says nothing any more."""

    anime_id: int
    source: str
    kind: FactKind
    value: Stored | None


def carry_out(changes: Collection[Change], state: CatalogueState) -> None:
    """Five statements and what they make of the titles, whatever the number; three more
    where seasons changed.
    """
    if not changes:
        return
    now = timezone.now()
    state.revision += 1
    said = {change[:3]: change for change in changes}
    upsert(
        SourceFact,
        [
            {
                "anime_id": change.anime_id,
                "source": change.source,
                "kind": change.kind.value,
                "value": change.value,
                "revision": state.revision,
                "updated_at": now,
            }
            for _, change in sorted(said.items())
            if change.value is not None
        ],
        unique=("anime_id", "source", "kind"),
    )
    take_away(key for key, change in said.items() if change.value is None)
    ids = {change.anime_id for change in changes}
    titles = Anime.objects.filter(id__in=among(ids))
    titles.update(revision=state.revision, updated_at=now)
    derive(ids, state)
    series_links.link_again(
        {change.anime_id for change in changes if change.kind == FactKind.SEASONS}
    )


def take_away(keys: Iterable[tuple[int, str, FactKind]]) -> None:
    """One statement for each source and kind: few."""
    by_source: dict[tuple[str, FactKind], list[int]] = {}
    for anime_id, source, kind in keys:
        by_source.setdefault((source, kind), []).append(anime_id)
    for (source, kind), ids in by_source.items():
        facts = SourceFact.objects.filter(source=source, kind=kind)
        facts.filter(anime_id__in=among(ids)).delete()
