"""What editors do to the catalogue besides correcting facts: add a title, and say which
ids at other sites a title has. By the one write path (services.catalogue).
"""

from collections.abc import Iterable, Sequence
from typing import cast

from animecollections.api.errors import refuse
from animecollections.identity import Origin
from collections_app.catalogue.facts import UNKNOWN, Facts, sort_title
from collections_app.catalogue.held_facts import (
    hold,
    hold_ids_removed,
    let_go_of_removed_id,
)
from collections_app.catalogue.lookup import meanings
from collections_app.catalogue.models import Anime, CatalogueState, ExternalId, Listing
from collections_app.catalogue.planning import next_own_id
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.catalogue.writes import (
    changing_catalogue,
    known_facts,
    store,
    store_ids,
)
from history.staff_log import services as audit

# What editors add is listed by them: no import that lacks it marks it as gone.
STAFF = "staff"


def add_title(
    *, facts: Facts, ids: Sequence[AnimeRef], reason: str, through: Origin
) -> int:
    """Adds a title; its id. What it says is held against imports, what it leaves
    open they fill in once a source has one of its ids.

    facts: of catalogue.facts.UNKNOWN but ids, by column; the title at least.
    """
    with changing_catalogue() as state:
        refuse_ids_of_others(ids)
        anime_id = number_for(ids, state)
        said = {name: v for name, v in facts.items() if v and v != UNKNOWN.get(name)}
        known = cast("Facts", said)
        row: Facts = {**UNKNOWN, **known}
        mal = [int(ref.key) for ref in ids if ref.site == "mal"]
        row = {
            **row,
            "id": anime_id,
            "sort_title": sort_title(row["title"]),
            "gone_since": None,
            "created_at": None,
            "held_facts": hold({}, UNKNOWN, known),
            "mal_id": min(mal, default=None),
            "external_ids": first_ids(ids),
        }
        audit.note(
            action="add_title",
            through=through,
            reason=reason,
            anime_id=anime_id,
            after=said | {"external_ids": [str(ref) for ref in ids]},
        )
        state.revision += 1
        store({anime_id: row}, {anime_id: set(UNKNOWN)}, revision=state.revision)
        store_ids({anime_id: [(ref.site, ref.key) for ref in ids]})
        Listing.objects.create(anime_id=anime_id, source=STAFF)
        return anime_id


def refuse_ids_of_others(ids: Iterable[AnimeRef]) -> None:
    for ref, titles in meanings(ids).items():
        names = ", ".join(f"{anime.pk} {anime}" for anime in titles)
        raise refuse(ids=f"{ref} is an id of {names}: correct that title, or merge.")


def number_for(ids: Sequence[AnimeRef], state: CatalogueState) -> int:
    """Its MyAnimeList id, which means no title yet, else the next of ours."""
    numbers = [int(ref.key) for ref in ids if ref.site == "mal"]
    for number in sorted(numbers):
        is_free = not meanings([AnimeRef(OWN, str(number))])
        if number < Anime.FIRST_OWN_ID and is_free:
            return number
    number = next_own_id(state)
    state.next_own_id = number + 1
    return number


def first_ids(ids: Iterable[AnimeRef]) -> dict[str, str]:
    """One of each site, as a title shows them."""
    shown: dict[str, str] = {}
    for ref in ids:
        shown.setdefault(ref.site, ref.key)
    return shown


def remove_id(*, claim: ExternalId, reason: str, through: Origin) -> None:
    """Takes an id at a site from a title; no import gives it back, until it is let go.

    The id that is the title's number, and the number that it had before a merge, stay:
    lists and clients keep them.
    """
    with changing_catalogue() as state:
        claims = ExternalId.objects.filter(pk=claim.pk)
        stored = claims.first()
        if stored is None:
            return
        claim = stored  # of another title by now, where two were merged
        if not is_removable(claim):
            raise refuse(
                id=f"{claim} is this title's own number: it cannot be removed."
            )
        claims.delete()
        row = known_facts(claim.anime_id)
        row["held_facts"] = hold_ids_removed(row["held_facts"], [str(claim)])
        audit.note(
            action="remove_id",
            through=through,
            reason=reason,
            anime_id=claim.anime_id,
            before={"id": str(claim)},
        )
        state.revision += 1
        store_ids_shown(row, revision=state.revision)


def is_removable(claim: ExternalId) -> bool:
    is_number = claim.site == "mal" and claim.external_id == str(claim.anime_id)
    return claim.site != OWN and not is_number


def add_id(*, anime_id: int, ref: AnimeRef, reason: str, through: Origin) -> ExternalId:
    """Gives a title an id at a site that no other title claims."""
    with changing_catalogue() as state:
        row = known_facts(anime_id)
        refuse_ids_of_others([ref])
        claim = ExternalId.objects.create(
            anime_id=anime_id, site=ref.site, external_id=ref.key
        )
        row["held_facts"] = let_go_of_removed_id(row["held_facts"], str(claim))
        audit.note(
            action="add_id",
            through=through,
            reason=reason,
            anime_id=anime_id,
            after={"id": str(claim)},
        )
        state.revision += 1
        store_ids_shown(row, revision=state.revision)
        return claim


def store_ids_shown(row: Facts, *, revision: int) -> None:
    """Writes the ids that a title shows, one of each site, as its claims say. What it
    shows already stays, as long as it is one of its own.
    """
    claims = ExternalId.objects.filter(anime_id=row["id"]).exclude(site=OWN)
    refs = [
        AnimeRef(*key)
        for key in claims.order_by("id").values_list("site", "external_id")
    ]
    shown = {
        site: key
        for site, key in row["external_ids"].items()
        if AnimeRef(site, key) in refs
    }
    row["external_ids"] = first_ids(refs) | shown
    mal = row["external_ids"].get("mal")
    row["mal_id"] = int(mal) if mal else None
    changed = {"external_ids", "mal_id"}
    store({row["id"]: row}, {row["id"]: changed}, revision=revision)
