"""From an id as a client says it to the title it means.

A plain number is our id of a title, else an id of ours that a merged title once had,
else a MyAnimeList id that a title of ours learned after it came. A site's id that two
titles claim means neither; but one that is gone contests nothing.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from django.db.models import Max, Q, Subquery

from animecollections.api.errors import ApiError
from collections_app.catalogue.models import Anime, ExternalId
from collections_app.catalogue.refs import OWN, AnimeRef, parse_anime_id

__all__ = [
    "AnimeRef",
    "find_anime",
    "find_many",
    "ids_of",
    "locate",
    "matching",
    "matching_number",
    "matching_site",
    "meanings",
    "parse_anime_id",
    "pick",
    "resolve",
]


T = TypeVar("T")


def not_gone(claimants: Sequence[T], is_gone: Callable[[T], object]) -> Sequence[T]:
    """Of titles that claim one id those that are still listed, if any is: a title that
    is gone contests no id of another, and keeps what nobody else claims.
    """
    return [one for one in claimants if not is_gone(one)] or claimants


def matching(ref: AnimeRef) -> Q:
    """The titles a reference may mean, as a condition on Anime; then `pick` one.

    A union, for PostgreSQL scans the whole table on `id = … OR id IN (…)`.
    """
    if ref.site == OWN:
        return matching_number(ref.key, ref.number)
    return matching_site(ref.key, ref.site)


def matching_site(key: str, site: str) -> Q:
    claims = ExternalId.objects.filter(external_id=key, site=site)
    return Q(id__in=claims.values("anime_id"))


def matching_number(key: str, number: int) -> Q:
    claims = ExternalId.objects.filter(external_id=key, site__in=[OWN, "mal"])
    # "own" is greater than "mal": an id of ours counts before a MyAnimeList id.
    first = claims.values("external_id").annotate(first=Max("site")).values("first")
    plain = Anime.objects.order_by().filter(id=number).values("id")
    aliases = claims.filter(site=Subquery(first)).values("anime_id")
    return Q(id__in=plain.union(aliases, all=True))


def pick(ref: AnimeRef, rows: Sequence[Mapping[str, object]]) -> Mapping[str, Any]:
    """The row that is meant, of those `matching` found (with id, title, gone_since).

    404 `anime_not_found`; 400 `ambiguous_id`, naming both.
    """
    if not rows:
        raise ApiError("anime_not_found", id=ref)
    for row in rows:
        if row["id"] == ref.number:
            return row
    rows = not_gone(rows, itemgetter("gone_since"))
    if len(rows) > 1:
        raise ambiguous(ref, rows)
    return rows[0]


def ambiguous(ref: AnimeRef, rows: Iterable[Mapping[str, object]]) -> ApiError:
    titles = ", ".join(f"{row['id']} {row['title']}" for row in rows)
    return ApiError("ambiguous_id", id=ref, titles=titles)


def find_anime(ref: AnimeRef) -> Anime:
    """The title, in one statement; 404 `anime_not_found`, 400 `ambiguous_id`."""
    found = Anime.objects.filter(matching(ref)).in_bulk()
    row = pick(ref, [named(anime) for anime in found.values()])
    return found[row["id"]]


def named(anime: Anime) -> dict[str, object]:
    return {"id": anime.id, "title": anime.title, "gone_since": anime.gone_since}


def find_many(refs: Iterable[AnimeRef]) -> dict[AnimeRef, Anime]:
    """All of them, or 400 `unknown_anime_ids` with all that are not there."""
    refs = set(refs)
    found = locate(refs)
    if missing := sorted(str(ref) for ref in refs - found.keys()):
        raise ApiError(
            "unknown_anime_ids", ids=", ".join(missing), details={"ids": missing}
        )
    return found


def meanings(refs: Iterable[AnimeRef]) -> dict[AnimeRef, Sequence[Anime]]:
    """The titles that each reference may mean; two or more are ambiguous.

    One statement, and a second where not all are plain ids of ours.
    """
    refs = set(refs)
    by_id = Anime.objects.in_bulk([ref.number for ref in refs if ref.number])
    found: dict[AnimeRef, Sequence[Anime]] = {
        ref: [by_id[ref.number]] for ref in refs if ref.number in by_id
    }
    return found | aliased(refs - found.keys())


def locate(refs: Iterable[AnimeRef]) -> dict[AnimeRef, Anime]:
    """Those that the catalogue has; 400 `ambiguous_id` for one that means two."""
    found = meanings(refs)
    for ref, titles in found.items():
        if len(titles) > 1:
            raise ambiguous(ref, [named(anime) for anime in titles])
    return {ref: titles[0] for ref, titles in found.items()}


def resolve(refs: Iterable[AnimeRef]) -> dict[AnimeRef, int]:
    """The ids of those that mean one title; the others are left out."""
    found = meanings(refs).items()
    return {ref: titles[0].id for ref, titles in found if len(titles) == 1}


def ids_of(anime_id: int) -> set[int]:
    """Of a title: its id, and those of the titles that were merged into it."""
    merged = ExternalId.objects.filter(site=OWN, anime_id=anime_id)
    keys = merged.values_list("external_id", flat=True)
    return {anime_id} | {int(key) for key in keys}


def aliased(refs: Collection[AnimeRef]) -> dict[AnimeRef, Sequence[Anime]]:
    """The titles that each reference means by another id than their own."""
    claims = claims_of(refs) if refs else {}
    titles = {
        ref: claims.get((ref.site, ref.key))
        or (claims.get(("mal", ref.key)) if ref.site == OWN else None)
        for ref in refs
    }
    return {ref: found for ref, found in titles.items() if found}


def claims_of(refs: Iterable[AnimeRef]) -> dict[tuple[str, str], Sequence[Anime]]:
    """The titles that claim each (site, id), without those that are gone."""
    keys_of_site: dict[str, list[str]] = {}
    for ref in refs:
        for site in [OWN, "mal"] if ref.site == OWN else [ref.site]:
            keys_of_site.setdefault(site, []).append(ref.key)
    condition = Q()
    for site, keys in keys_of_site.items():
        condition |= Q(site=site, external_id__in=keys)
    claims: dict[tuple[str, str], list[Anime]] = {}
    for claim in ExternalId.objects.filter(condition).select_related("anime"):
        claims.setdefault((claim.site, claim.external_id), []).append(claim.anime)
    is_gone = attrgetter("gone_since")
    return {key: not_gone(titles, is_gone) for key, titles in claims.items()}
