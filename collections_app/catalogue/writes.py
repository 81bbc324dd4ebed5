"""The one write path to the catalogue.

Every write locks the catalogue's one row of state, takes one revision for all titles
it changes, and stamps them with it. What changes nothing takes none.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Any, cast

from django.db import models, transaction
from django.utils import timezone

from animecollections.api.errors import ApiError
from animecollections.db.bulk import overwrite, upsert
from animecollections.db.ids import new_id
from animecollections.db.json_rows import among
from animecollections.identity import Origin
from collections_app.catalogue.airing import Kept
from collections_app.catalogue.facts import (
    FROM_SOURCES,
    NAMES,
    STORED,
    Facts,
    sort_title,
)
from collections_app.catalogue.folding import fold
from collections_app.catalogue.held_facts import hold
from collections_app.catalogue.matching import Key
from collections_app.catalogue.models import (
    Abbreviation,
    Anime,
    CatalogueState,
    ExternalId,
    Genre,
    Listing,
    NameKind,
    SearchName,
    Studio,
)
from collections_app.catalogue.planning import Plan
from collections_app.catalogue.search.prominence import prominence
from collections_app.catalogue.search.search_names import (
    Name,
    Names,
    search_names,
    without_year,
)
from collections_app.catalogue.weighted_rating import weighted_rating
from history.staff_log import services as audit

CHANGED_SINCE = "It has changed since: load the page again, and look."


@contextmanager
def changing_catalogue() -> Iterator[CatalogueState]:
    """The transaction of one write. The lock comes first, so that what is read after
    it holds until the commit, and revisions become visible in their order.
    """
    with transaction.atomic():
        state = locked_state()
        before = (state.revision, state.next_own_id)
        yield state
        if (state.revision, state.next_own_id) != before:
            state.save(update_fields=["revision", "next_own_id"])


def locked_state() -> CatalogueState:
    rows = CatalogueState.objects.select_for_update().filter(id=1)
    if (state := rows.first()) is None:
        # A migration makes the row; a test that empties all tables takes it away.
        CatalogueState.objects.bulk_create([CatalogueState()], ignore_conflicts=True)
        state = rows.get()
    return state


def state_seen() -> CatalogueState:
    """Without the lock. Read it before all that a write is planned from: where the
    lock then shows the same revision, nobody has written, and the plan holds.
    """
    return CatalogueState.objects.filter(id=1).first() or CatalogueState()


def carry_out(plan: Plan, *, source: str, state: CatalogueState) -> None:
    """Makes a plan true, under the lock: a dozen statements, whatever its size."""
    if plan.rows:
        state.revision += 1
        state.next_own_id = max(state.next_own_id, plan.next_own_id)
        store(plan.rows, plan.changed, revision=state.revision)
        store_ids(plan.new_ids)
    Listing.objects.bulk_create(
        [Listing(anime_id=id_, source=source) for id_ in sorted(plan.new_listings)],
        ignore_conflicts=True,
    )


def store(
    rows: Mapping[int, Facts], changed: Mapping[int, AbstractSet[str]], *, revision: int
) -> None:
    """Writes titles, and what is derived of those facts of theirs that changed."""
    now = timezone.now()
    stamp = {"revision": revision, "updated_at": now}
    upsert(
        Anime,
        [
            FROM_SOURCES
            | row
            | stamp
            | derived(row, changed[id_])
            | {"created_at": row["created_at"] or now}
            for id_, row in sorted(rows.items())
        ],
        unique=("id",),
    )
    renamed = [id_ for id_ in rows if not changed[id_].isdisjoint(NAMES)]
    derive_names({id_: rows[id_] for id_ in renamed})
    for model, through, fact in (
        (Genre, Anime.genres.through, "genre_names"),
        (Studio, Anime.studios.through, "studio_names"),
    ):
        links: Any = {
            id_: row.get(fact) for id_, row in rows.items() if fact in changed[id_]
        }
        if links:
            store_links(model, through, links)


def store_from_sources(
    rows: Mapping[int, Facts], renamed: Collection[int], *, revision: int
) -> None:
    """Writes what facts of other sources make of titles, and no other column.

    rows: at least FROM_SOURCES, the status, what the weighted rating needs, and for
        those that are `renamed` NAMES.
    """
    stamp = {"revision": revision, "updated_at": timezone.now()}
    overwrite(
        Anime,
        [
            {"id": id_, "airing_status": row["airing_status"]}
            | {name: row.get(name) for name in FROM_SOURCES}
            | {"weighted_rating": weighted_rating(row)}
            | stamp
            for id_, row in sorted(rows.items())
        ],
    )
    derive_names({id_: rows[id_] for id_ in renamed})


def derived(row: Facts, changed: AbstractSet[str]) -> dict[str, object]:
    """What of a title is computed at each write of it. An airing status that a source
    or staff say is no longer what dates tell.
    """
    by_dates = row.get("status_by_dates", False)
    is_said = "airing_status" in changed and "status_by_dates" not in changed
    return {
        "prominence": prominence(row),
        "weighted_rating": weighted_rating(row),
        "status_by_dates": by_dates and not is_said,
    }


def store_ids(ids: Mapping[int, Iterable[Key]]) -> None:
    ExternalId.objects.bulk_create(
        [
            ExternalId(anime_id=anime_id, site=site, external_id=key)
            for anime_id, keys in sorted(ids.items())
            for site, key in keys
        ],
        ignore_conflicts=True,
    )


def derive_names(titles: Mapping[int, Facts]) -> None:
    """Makes the search names of titles those that their facts, and abbreviations, say.

    titles: at least catalogue.facts.NAMES of each, by id.
    """
    if titles:
        short = abbreviations()
        store_names(
            {id_: search_names(facts, id_, short) for id_, facts in titles.items()}
        )


def abbreviations() -> dict[str, dict[int, list[str]]]:
    """As search_names takes them, of all titles that have any; one statement."""
    rows = Abbreviation.objects.filter(
        anime__search_names__kind__in=[NameKind.TITLE, NameKind.NAME]
    )
    found: dict[str, dict[int, list[str]]] = {}
    for key, id_, name in rows.values_list(
        "key", "anime_id", "anime__search_names__name"
    ):
        for start in {name, without_year(name)}:
            found.setdefault(start, {}).setdefault(id_, []).append(key)
    return found


def store_names(names: Mapping[int, Names | AbstractSet[str]]) -> None:
    """Makes these the titles' search names: the others go, the missing come.

    A set of texts is plain names.
    """
    plain = Name(NameKind.NAME)
    wanted = {
        (anime_id, text, *(all_[text] if isinstance(all_, dict) else plain))
        for anime_id, all_ in names.items()
        for text in all_
    }
    rows = SearchName.objects.filter(anime_id__in=among(names))
    stored = {
        (anime_id, text, kind, spelled): id_
        for id_, anime_id, text, kind, spelled in rows.values_list(
            "id", "anime_id", "name", "kind", "spelled"
        )
    }
    obsolete = [id_ for key, id_ in stored.items() if key not in wanted]
    SearchName.objects.filter(id__in=among(obsolete)).delete()
    columns = ("anime_id", "name", "kind", "spelled")
    missing = sorted(wanted - stored.keys())
    upsert(SearchName, [dict(zip(columns, key, strict=True)) for key in missing])


def store_links(
    model: type[Genre] | type[Studio],
    through: type[models.Model],
    names: Mapping[int, Iterable[str]],
) -> None:
    """Links titles to the genres or studios of these names, and to no others."""
    by_key = {fold(name): name for all_ in names.values() for name in all_}
    ids = ids_by_key(model, by_key)
    column = f"{model._meta.model_name}_id"
    wanted = {
        (anime_id, ids[fold(name)]) for anime_id, all_ in names.items() for name in all_
    }
    stored = {
        (anime_id, linked): id_
        for id_, anime_id, linked in through._default_manager.filter(
            anime_id__in=among(names)
        ).values_list("id", "anime_id", column)
    }
    obsolete = [id_ for key, id_ in stored.items() if key not in wanted]
    through._default_manager.filter(id__in=among(obsolete)).delete()
    missing = sorted(wanted - stored.keys())
    upsert(through, [{"anime_id": one, column: other} for one, other in missing])


def ids_by_key(
    model: type[Genre] | type[Studio], names: Mapping[str, str]
) -> dict[str, int]:
    """Ids by folded name; those that are not there yet are made."""
    rows: Any = model._default_manager.filter(key__in=names)
    ids = dict(rows.values_list("key", "id"))
    if missing := sorted(names.keys() - ids.keys()):
        upsert(model, [{"key": key, "name": names[key]} for key in missing])
        ids = dict(rows.values_list("key", "id"))
    return ids


def unlist(anime_ids: Collection[int], *, source: str) -> None:
    """Notes that a source lists these no more; what no source lists is marked gone."""
    with changing_catalogue() as state:
        Listing.objects.filter(source=source, anime_id__in=anime_ids).delete()
        gone = Anime.objects.filter(id__in=anime_ids, listings=None, gone_since=None)
        ids = list(gone.values_list("id", flat=True))
        now = timezone.now()
        if Anime.objects.filter(id__in=ids).update(
            gone_since=now, updated_at=now, revision=state.revision + 1
        ):
            state.revision += 1


def edit(*, anime_id: int, facts: Facts, reason: str, through: Origin) -> None:
    """Corrects facts of one title by hand: see edit_many."""
    edit_many({anime_id: facts}, reason=reason, through=through)


def edit_many(
    edits: Mapping[int, Facts],
    *,
    reason: str,
    through: Origin,
    seen: Mapping[int, int] | None = None,
) -> Collection[int]:
    """Corrects facts of titles by hand, all or none, for a reason that stays in the log
    of what staff did, once for each title; the facts are held against imports until
    `let_go`. Answers with the titles that changed. 404 where one was merged away, 400
    where one is not as it was seen.

    edits: any of catalogue.facts.UNKNOWN but ids, by column, by title.
    seen: by title, the revision that the edits were made from.
    """
    with changing_catalogue() as state:
        found = Anime.objects.filter(id__in=among(edits)).order_by()
        before = {row["id"]: row for row in found.values(*STORED, "revision")}
        if missing := edits.keys() - before.keys():
            raise ApiError("anime_not_found", id=min(missing))
        if any(before[id_]["revision"] != at for id_, at in (seen or {}).items()):
            raise ApiError("invalid", sentence=CHANGED_SINCE)
        rows: dict[int, Facts] = {}
        changed: dict[int, set[str]] = {}
        operation_id = new_id()
        for id_, facts in sorted(edits.items()):
            row = before[id_]
            changes = {name: v for name, v in facts.items() if row[name] != v}
            if not changes:
                continue
            audit.note(
                action="edit_title",
                through=through,
                reason=reason,
                anime_id=id_,
                before={name: row[name] for name in changes},
                after=changes,
                operation_id=operation_id,
            )
            changed[id_] = set(changes)
            rows[id_] = (
                row | changes | {"held_facts": hold(row["held_facts"], row, changes)}
            )
            rows[id_]["sort_title"] = sort_title(rows[id_]["title"])
        if rows:
            state.revision += 1
            store(rows, changed, revision=state.revision)
        return rows.keys()


def known_facts(anime_id: int, *names: str) -> Facts:
    """These facts of a title, all without names; 404 where it was merged away."""
    row = Anime.objects.filter(id=anime_id).values(*names or STORED).first()
    if row is None:
        raise ApiError("anime_not_found", id=anime_id)
    return cast("Facts", row)


def keep_schedules(schedules: Mapping[int, Kept | None], *, revision: int) -> None:
    """Writes when titles air, in short, under the lock of `changing_catalogue`."""
    stamp = {"revision": revision, "updated_at": timezone.now()}
    gone = [id_ for id_, schedule in schedules.items() if schedule is None]
    if gone:
        Anime.objects.filter(id__in=among(gone)).update(schedule=None, **stamp)
    overwrite(
        Anime,
        [
            {"id": id_, "schedule": schedule} | stamp
            for id_, schedule in sorted(schedules.items())
            if schedule is not None
        ],
    )


def let_go(
    *, anime_id: int, facts: Collection[str], reason: str, through: Origin
) -> None:
    """Lets imports change these facts of a title again; until then they stay."""
    with changing_catalogue():
        held = known_facts(anime_id, "held_facts")["held_facts"]
        released = {name: value for name, value in held.items() if name in facts}
        if not released:
            return
        audit.note(
            action="let_go_of_facts",
            through=through,
            reason=reason,
            anime_id=anime_id,
            before=released,
        )
        stays = {name: value for name, value in held.items() if name not in facts}
        Anime.objects.filter(id=anime_id).update(held_facts=stays)
