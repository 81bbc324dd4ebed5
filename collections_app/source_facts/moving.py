"""Facts of titles that are merged, and parted again. Under the catalogue's lock.

A fact goes with its title as [source, kind, value]; the title that stays takes those
that it lacks.
"""

from collections.abc import Sequence
from typing import Any

from collections_app.catalogue.models import CatalogueState
from collections_app.source_facts.models import FactKind, SourceFact
from collections_app.source_facts.writes import Change, carry_out

Facts = Sequence[Sequence[Any]]


def of_title(anime_id: int) -> list[list[object]]:
    facts = SourceFact.objects.filter(anime_id=anime_id).order_by("source", "kind")
    return [list(row) for row in facts.values_list("source", "kind", "value")]


def lacking(anime_id: int, facts: Facts) -> list[list[object]]:
    """Those that this title has from no such source."""
    known = {(source, kind) for source, kind, _ in of_title(anime_id)}
    return [list(fact) for fact in facts if (fact[0], fact[1]) not in known]


def add(anime_id: int, facts: Facts, state: CatalogueState) -> None:
    carry_out(
        [
            Change(anime_id, source, FactKind(kind), value)
            for source, kind, value in facts
        ],
        state,
    )


def take_back(anime_id: int, facts: Facts, state: CatalogueState) -> None:
    """Those that are still as they came."""
    now = {(source, kind): value for source, kind, value in of_title(anime_id)}
    carry_out(
        [
            Change(anime_id, source, FactKind(kind), None)
            for source, kind, value in facts
            if now.get((source, kind)) == value
        ],
        state,
    )
