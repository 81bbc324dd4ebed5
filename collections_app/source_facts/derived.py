"""What facts of sources make of a title's own columns: the names that search finds it
by, its votes and weighted rating, and the airing status where the catalogue says none.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils import timezone

from animecollections.db.json_rows import among
from collections_app.catalogue.facts import FROM_SOURCES, NAMES, Facts
from collections_app.catalogue.folding import fold
from collections_app.catalogue.models import AiringStatus, Anime, CatalogueState
from collections_app.catalogue.weighted_rating import weighted_rating
from collections_app.catalogue.writes import changing_catalogue, store_from_sources
from collections_app.source_facts.models import FactKind, SourceFact
from collections_app.source_facts.moments import status_on
from collections_app.source_facts.precedence import counting, preferred
from collections_app.source_facts.values import BySource, Stored

KINDS = (FactKind.AIRING, FactKind.NAMES, FactKind.VOTES)
# What of a title it takes, and what it makes.
READ = (
    "id", "rating", "external_ids", "episodes", "airing_status", "held_facts",
    "weighted_rating", *NAMES, *(FROM_SOURCES.keys() - set(NAMES)),
)  # fmt: skip
MOST_NAMES = 60  # of a title, besides those of the catalogue
TITLES_AT_ONCE = 1000

# By kind: what each source says.
Sayings = Mapping[str, BySource]


class Differences(NamedTuple):
    """Titles as they should be, and which of their columns differ."""

    rows: dict[int, Facts]
    changed: dict[int, set[str]]


def derive(anime_ids: Collection[int], state: CatalogueState) -> None:
    """Of these titles, under the catalogue's lock; the revision is taken already."""
    found = differences(anime_ids, today())
    write(found, revision=state.revision)


def write(found: Differences, *, revision: int) -> None:
    renamed = [
        id_ for id_, names in found.changed.items() if "names_elsewhere" in names
    ]
    store_from_sources(found.rows, renamed, revision=revision)


def mend() -> str:
    """Of all titles, once a day: dates pass, and settings say whose facts count."""
    mended = 0
    ids = list(Anime.objects.order_by("id").values_list("id", flat=True))
    for start in range(0, len(ids), TITLES_AT_ONCE):
        some = ids[start : start + TITLES_AT_ONCE]
        found = differences(some, today())
        if not found.rows:
            continue
        with changing_catalogue() as state:
            found = differences(found.rows, today())
            if found.rows:
                state.revision += 1
                write(found, revision=state.revision)
                mended += len(found.rows)
    return f"{mended:,} titles mended"


def today() -> date:
    return timezone.now().date()


def differences(anime_ids: Collection[int], on: date) -> Differences:
    """Two statements."""
    said = sayings(anime_ids)
    rows = Anime.objects.filter(id__in=among(anime_ids)).order_by()
    found = Differences({}, {})
    for row in rows.values(*READ):
        weighed = row.pop("weighted_rating")
        wanted = derived_facts(row, said.get(row["id"], {}), on)
        changes = {name: value for name, value in wanted.items() if row[name] != value}
        changed = set(changes)
        if weighted_rating(row | changes) != weighed:
            changed.add("weighted_rating")  # which each write of a title computes
        if changed:
            found.rows[row["id"]] = row | changes
            found.changed[row["id"]] = changed
    return found


def sayings(anime_ids: Collection[int]) -> dict[int, Sayings]:
    facts = SourceFact.objects.filter(anime_id__in=among(anime_ids), kind__in=KINDS)
    found: dict[int, Any] = {}
    for anime_id, kind, source, value in facts.order_by().values_list(
        "anime_id", "kind", "source", "value"
    ):
        found.setdefault(anime_id, {}).setdefault(kind, {})[source] = value
    return found


def derived_facts(row: Facts, said: Sayings, on: date) -> Facts:
    votes = preferred(said.get(FactKind.VOTES, {}))
    airing = preferred(said.get(FactKind.AIRING, {}))
    return {
        "names_elsewhere": names_elsewhere(row, said.get(FactKind.NAMES, {})),
        "votes": votes.value["count"] if votes else None,
        **status_facts(row, airing.value if airing else {}, on),
    }


def names_elsewhere(row: Facts, by_source: BySource) -> list[str]:
    """Names that the catalogue does not have, each once however it is written."""
    said = (row["title"], row["english_title"], row["native_title"], *row["synonyms"])
    known = {fold(name) for name in said}
    found: list[str] = []
    for source in counting(by_source):
        for names in by_source[source].get("names", {}).values():
            for name in names:
                if (folded := fold(name)) and folded not in known:
                    known.add(folded)
                    found.append(name)
    return found[:MOST_NAMES]


def status_facts(row: Facts, airing: Stored, on: date) -> Facts:
    """Left alone where the catalogue or staff say it."""
    is_held = "airing_status" in row["held_facts"]
    is_known = row["airing_status"] != AiringStatus.UNKNOWN
    if is_held or (is_known and not row["status_by_dates"]):
        return {"status_by_dates": False}
    status = status_on(airing, on, row["episodes"]).value
    return {
        "airing_status": status,
        "status_by_dates": status != AiringStatus.UNKNOWN,
    }
