"""Which titles are in a series or film of another database: an index of what the facts
of the kind `seasons` say, kept with them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from animecollections.db.json_rows import among
from collections_app.source_facts.models import FactKind, SeriesLink, SourceFact

LONGEST_ID = 20
Link = tuple[int, str, str]  # title, database, id there


def link_again(anime_ids: Collection[int]) -> None:
    """Of these titles, under the catalogue's lock: three statements, or none."""
    if not anime_ids:
        return
    facts = SourceFact.objects.filter(
        anime_id__in=among(anime_ids), kind=FactKind.SEASONS
    )
    said = facts.order_by("anime_id").values_list("anime_id", "value")
    wanted = links_said(said.iterator())
    SeriesLink.objects.filter(anime_id__in=among(anime_ids)).delete()
    SeriesLink.objects.bulk_create(
        SeriesLink(anime_id=anime_id, database=database, external_id=id_)
        for anime_id, database, id_ in wanted
    )


def unlinked() -> set[int]:
    """The titles whose links are not what the facts say: all of both are read."""
    facts = SourceFact.objects.filter(kind=FactKind.SEASONS).order_by()
    said = set(each_link(facts.values_list("anime_id", "value").iterator()))
    columns = ("anime_id", "database", "external_id")
    kept = set(SeriesLink.objects.values_list(*columns).iterator())
    return {anime_id for anime_id, *_ in said ^ kept}


def links_said(facts: Iterable[tuple[int, Mapping[str, Any]]]) -> list[Link]:
    """Each once, whatever the number of sources and seasons that say it."""
    return list(dict.fromkeys(each_link(facts)))


def each_link(facts: Iterable[tuple[int, Mapping[str, Any]]]) -> Iterator[Link]:
    for anime_id, value in facts:
        for season in value.get("seasons") or ():
            if len(season["id"]) <= LONGEST_ID:
                yield anime_id, season["database"], season["id"]
