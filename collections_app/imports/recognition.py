"""Which title of ours a row of another tracker's file is.

Sites' ids decide first, the one the file trusts most before the others. Names decide
only where no id does: a title with exactly this name (folded), whose year and format do
not contradict, and who has no other id at a site that the file names. Where several
fit, none is chosen: nothing is guessed silently.

Ids of our own from FIRST_OWN_ID upward are of one installation: one from another's
file is some other title here. So they only tell apart titles of the same name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection

from animecollections.api.errors import ApiError
from animecollections.api.ids import OWN, AnimeRef, parse_anime_id
from collections_app.catalogue.folding import fold
from collections_app.catalogue.planning import among, unpacked_keys
from collections_app.catalogue.search import ways
from collections_app.models.catalogue import Anime, Format, NameKind
from collections_app.transfer.records import Record

MOST_CANDIDATES = 5
MOST_SOUGHT = 200  # letters of a name
Titles = Mapping[int, dict[str, Any]]


@dataclass(slots=True)
class Recognised:
    """anime_id: the title, if it is clear. candidates: where it is not, who fits."""

    anime_id: int | None = None
    reason: str = ""
    candidates: list[int] = field(default_factory=list)


def recognise(records: Sequence[Record]) -> list[Recognised]:
    """Each record's title, or why there is none: five statements, however many."""
    claims = claims_of({ref for record in records for ref in refs_of(record)})
    found = [by_ids(record, claims) for record in records]
    open_ = [
        record
        for record, one in zip(records, found, strict=True)
        if one.anime_id is None and not one.candidates
    ]
    named = titles_named({name for record in open_ for name in names_of(record)})
    titles = facts_of({id_ for ids in named.values() for id_ in ids})
    return [
        by_names(record, named, titles)
        if one.anime_id is None and not one.candidates
        else one
        for record, one in zip(records, found, strict=True)
    ]


def refs_of(record: Record) -> Iterator[AnimeRef]:
    """The ids that can be looked up; a file may hold any text for one."""
    for site, key in record.ids.items():
        try:
            ref = parse_anime_id(key if site == OWN else f"{site}:{key}")
        except ApiError:
            continue
        if ref.number < Anime.FIRST_OWN_ID:
            yield ref


def claims_of(refs: AbstractSet[AnimeRef]) -> dict[AnimeRef, list[int]]:
    """The titles that each id means, by one statement (two with ids of our own)."""
    claims: dict[AnimeRef, list[int]] = {}
    statement = (
        "SELECT e.site, e.external_id, e.anime_id FROM collections_app_externalid e "  # noqa: S608
        f"JOIN ({unpacked_keys()}) k USING (site, external_id)"
    )
    for site, key, id_ in rows_of(statement, [[ref.site, ref.key] for ref in refs]):
        claims.setdefault(AnimeRef(site, key), []).append(id_)
    if own := {ref.number for ref in refs if ref.number}:
        ids = Anime.objects.filter(id__in=among(own)).values_list("id", flat=True)
        claims |= {AnimeRef(OWN, str(id_)): [id_] for id_ in ids}
    return claims


# The elements of a JSON array as rows: all names travel as one parameter.
UNPACKED_NAMES = {
    "postgresql": "SELECT jsonb_array_elements_text(%s::jsonb) AS name",
    "sqlite": "SELECT value AS name FROM json_each(%s)",
}


def rows_of(statement: str, keys: Sequence[Any]) -> list[tuple[Any, ...]]:
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [orjson.dumps(sorted(keys)).decode()])
        return list(cursor.fetchall())


def by_ids(record: Record, claims: Mapping[AnimeRef, list[int]]) -> Recognised:
    """A MyAnimeList id, or one of ours, decides alone; others must agree."""
    meant = [(ref, claims[ref]) for ref in refs_of(record) if ref in claims]
    for ref, ids in meant:
        if ref.site in (OWN, "mal") and len(ids) == 1:
            return Recognised(ids[0])
    candidates = list(dict.fromkeys(id_ for _, ids in meant for id_ in ids))
    if len(candidates) == 1:
        return Recognised(candidates[0])
    if not candidates:
        return Recognised()
    names = ", ".join(str(ref) for ref, _ in meant)
    reason = f"Its ids ({names}) are of several titles: choose one."
    return Recognised(None, reason, candidates[:MOST_CANDIDATES])


def names_of(record: Record) -> list[str]:
    """Folded, the title first."""
    names = (fold(name) for name in (record.title, *record.names) if name)
    return list(dict.fromkeys(name for name in names if name))


def titles_named(names: AbstractSet[str]) -> dict[str, list[int]]:
    """The titles that have each name; an abbreviation is not one."""
    kinds = f"({NameKind.ABBREVIATION:d}, {NameKind.DERIVED:d})"
    statement = (
        "SELECT n.name, n.anime_id FROM collections_app_searchname n "  # noqa: S608
        f"JOIN ({UNPACKED_NAMES[connection.vendor]}) k USING (name) "
        f"WHERE n.kind NOT IN {kinds} OR n.spelled <> ''"
    )
    found: dict[str, list[int]] = {}
    for name, anime_id in rows_of(statement, list(names)):
        found.setdefault(name, []).append(anime_id)
    return found


def facts_of(anime_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    rows = Anime.objects.filter(id__in=among(anime_ids)).order_by()
    columns = ("id", "title", "year", "format", "external_ids", "mal_id")
    return {row["id"]: row for row in rows.values(*columns)}


def by_names(
    record: Record, named: Mapping[str, list[int]], titles: Titles
) -> Recognised:
    names = names_of(record)
    fitting = {
        id_
        for name in names
        for id_ in named.get(name, ())
        if fits(record, titles[id_])
    }
    if not fitting:
        if not names and not record.ids:
            return Recognised(None, "The row names no title.")
        return Recognised(None, "The catalogue has no title with these ids or names.")
    # A title itself called so comes before one that has it as another name.
    exact = {id_ for id_ in fitting if fold(titles[id_]["title"]) == names[0]}
    closest = sorted(exact or fitting)
    own = [id_ for id_ in closest if str(id_) == record.ids.get(OWN)]
    closest = own or closest
    if len(closest) > 1:
        reason = "Several titles have this name: choose one."
        return Recognised(None, reason, closest[:MOST_CANDIDATES])
    return Recognised(closest[0], f"Recognised by its {grounds(record)}.")


def grounds(record: Record) -> str:
    known = [word for word in ("year", "format") if getattr(record, word)]
    return " and ".join(["name", *known]) if len(known) < 2 else "name, year and format"


def fits(record: Record, title: Mapping[str, Any]) -> bool:
    """Nothing that both say contradicts."""
    if record.year and title["year"] and abs(record.year - title["year"]) > 1:
        return False
    formats = {record.format, title["format"]} - {None, "", Format.UNKNOWN}
    if len(formats) > 1:
        return False
    theirs = title["external_ids"]
    if title["mal_id"]:
        theirs = {"mal": str(title["mal_id"]), **theirs}
    said = record.ids.items()
    return all(theirs.get(site, key) == key for site, key in said if site != OWN)


def candidates(record: Record, revision: int) -> list[int]:
    """Who an unmatched row may be, best first, by searching for its names.

    revision: the catalogue's, for what is known of its words.
    """
    names = (name[:MOST_SOUGHT] for name in (record.title, *record.names)[:3] if name)
    return list(candidates_named(tuple(names), revision))


@lru_cache(maxsize=20_000)
def candidates_named(names: tuple[str, ...], revision: int) -> tuple[int, ...]:
    """Kept, for a page of rows is read again and again, and each search is dear."""
    for name in names:
        for find, sought in ways(name, revision):
            found = find(Anime.objects.all(), sought)
            ids = found.order_by("relevance").values_list("id", flat=True)
            if best := tuple(ids[:MOST_CANDIDATES]):
                return best
    return ()
