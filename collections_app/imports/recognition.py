"""Which title of ours a row of another tracker's file is.

Sites' ids decide first, the one the file trusts most before the others. Names decide
only where no id does, and not alone: name, format, year and episodes are weighed
together (evidence.py). Where several titles fit as well, or what is known contradicts,
none is chosen: nothing is guessed silently.

Ids of our own from FIRST_OWN_ID upward are of one installation: one from another's
file is some other title here. So they count only where another id or the name agrees.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection

from animecollections.api.errors import ApiError
from animecollections.db.json_rows import among, array_of, select_pairs, select_texts
from collections_app.catalogue.folding import fold
from collections_app.catalogue.lookup import not_gone
from collections_app.catalogue.models import Anime, NameKind
from collections_app.catalogue.refs import OWN, AnimeRef, parse_anime_id
from collections_app.catalogue.search.queries import ways
from collections_app.imports.evidence import clear_one, reason_of, weigh, why_unclear
from collections_app.imports.row_names import names_rewritten, names_said
from collections_app.transfer.records import Record

MOST_CANDIDATES = 5
MOST_SOUGHT = 200  # letters of a name
FACTS = (
    "id", "title", "english_title", "native_title", "synonyms", "year", "format",
    "episodes", "airing_status", "gone_since", "external_ids", "mal_id",
)  # fmt: skip
Titles = Mapping[int, dict[str, Any]]


class Claimant(NamedTuple):
    id: int
    is_gone: bool


Claims = Mapping[AnimeRef, list[Claimant]]


@dataclass(slots=True)
class Recognised:
    """anime_id: the title, if it is clear. candidates: where it is not, who fits."""

    anime_id: int | None = None
    reason: str = ""
    candidates: list[int] = field(default_factory=list)


def recognise(records: Sequence[Record]) -> list[Recognised]:
    """Each record's title, or why there is none: eight statements, however many."""
    claims = claims_of({ref for record in records for ref in refs_of(record)})
    meant = [Meant.by_ids(record, claims) for record in records]
    pairs = list(zip(records, meant, strict=True))
    titles = facts_of({id_ for one in meant if one.is_doubtful for id_ in one.ids})
    found = [by_ids(record, ids, titles) for record, ids in pairs]
    unnamed = [place for place, one in enumerate(meant) if not one.ids]
    find(records, unnamed, names_said, found)
    open_ = [place for place in unnamed if found[place].anime_id is None]
    find(records, open_, names_rewritten, found, remakes() if open_ else {})
    return found


def find(
    records: Sequence[Record],
    places: Sequence[int],
    names_of: Callable[[Record], Iterable[str]],
    found: list[Recognised],
    remakes: Mapping[str, list[int]] | None = None,
) -> None:
    """The records at these places, by more names than they were looked for so far.

    remakes: looked at too where a title has the name and is not clearly meant. With
        them this is the last look: there are no more names.
    """
    names = {place: set(names_of(records[place])) for place in places}
    named = titles_named({name for some in names.values() for name in some})
    ids_of = {}
    for place, some in names.items():
        ids = {id_ for name in some for id_ in named.get(name, ())}
        if already := found[place].candidates:
            ids.update(already, (remakes or {}).get(fold(records[place].title), ()))
        ids_of[place] = ids
    titles = facts_of({id_ for ids in ids_of.values() for id_ in ids})
    for place, ids in ids_of.items():
        some_titles = [titles[id_] for id_ in ids if id_ in titles]  # merged meanwhile
        found[place] = by_name(records[place], some_titles, are_all=remakes is not None)


def refs_of(record: Record) -> Iterator[AnimeRef]:
    """The ids that can be looked up; a file may hold any text for one."""
    for site, key in record.ids.items():
        try:
            ref = parse_anime_id(key if site == OWN else f"{site}:{key}")
        except ApiError:
            continue
        if ref.number < Anime.FIRST_OWN_ID:
            yield ref


def claims_of(refs: AbstractSet[AnimeRef]) -> dict[AnimeRef, list[Claimant]]:
    """The titles that each id means, by one statement (two with ids of our own)."""
    claims: dict[AnimeRef, list[Claimant]] = {}
    statement = (
        "SELECT e.site, e.external_id, e.anime_id, a.gone_since IS NOT NULL "  # noqa: S608
        f"FROM ({select_pairs('site', 'external_id')}) k "
        "JOIN collections_app_externalid e USING (site, external_id) "
        "JOIN collections_app_anime a ON a.id = e.anime_id ORDER BY e.anime_id"
    )
    for site, key, *claimant in rows_of(statement, [[r.site, r.key] for r in refs]):
        claims.setdefault(AnimeRef(site, key), []).append(Claimant(*claimant))
    if own := {ref.number for ref in refs if ref.number}:
        ids = Anime.objects.filter(id__in=among(own)).values_list("id", flat=True)
        claims |= {AnimeRef(OWN, str(id_)): [Claimant(id_, False)] for id_ in ids}
    return claims


def rows_of(statement: str, keys: Sequence[object]) -> list[tuple[Any, ...]]:
    if not keys:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [array_of(keys)])
        return list(cursor.fetchall())


@dataclass(slots=True)
class Meant:
    """The titles that a record's ids mean.

    agree: whether each of these ids means all of them.
    unknown_mal: its MyAnimeList id, where other ids are known and this is not.
    """

    ids: list[int]
    agree: bool = True
    unknown_mal: str = ""
    refs: str = ""

    @classmethod
    def by_ids(cls, record: Record, claims: Claims) -> "Meant":
        """An id of ours decides where it agrees with another id, though others claim
        that too. Then a MyAnimeList id that means one title decides alone, or an id of
        ours. Of others counts what all of them mean, if there is any such title.
        """
        refs = [ref for ref in refs_of(record) if ref in claims]
        for id_ in (one.id for ref in refs if ref.site != OWN for one in claims[ref]):
            if str(id_) == record.ids.get(OWN):
                return cls([id_])
        meant = [
            [one.id for one in not_gone(claims[ref], attrgetter("is_gone"))]
            for ref in refs
        ]
        for ref, ids in zip(refs, meant, strict=True):
            if ref.site in (OWN, "mal") and len(ids) == 1:
                return cls(ids)
        every = list(dict.fromkeys(id_ for ids in meant for id_ in ids))
        common = [id_ for id_ in every if all(id_ in ids for ids in meant)]
        is_known = any(ref.site == "mal" for ref in refs)
        return cls(
            common or every,
            agree=bool(common),
            unknown_mal="" if is_known or not refs else record.ids.get("mal", ""),
            refs=", ".join(map(str, refs)),
        )

    @property
    def is_doubtful(self) -> bool:
        return len(self.ids) > 1 or bool(self.unknown_mal)


def by_ids(record: Record, meant: Meant, titles: Titles) -> Recognised:
    """Of several titles that share all of the ids the one that name and facts fit. One
    that has another MyAnimeList id than the record is hardly it, whatever they share.
    """
    if not meant.is_doubtful:
        return Recognised(next(iter(meant.ids), None))
    there = [titles[id_] for id_ in meant.ids if id_ in titles]
    if mal := meant.unknown_mal:
        there = [one for one in there if str(one["mal_id"] or mal) == mal]
    if meant.agree and len(there) == 1:
        return Recognised(there[0]["id"])
    clear = clear_one(record, weigh(replace(record, ids={}), there))
    if meant.agree and clear:
        return Recognised(clear.anime_id, reason_of(clear))
    what = "are of several titles" if there else "are of a title with another MAL id"
    reason = f"Its ids ({meant.refs}) {what}: choose one."
    return Recognised(None, reason, meant.ids[:MOST_CANDIDATES])


def titles_named(names: AbstractSet[str]) -> dict[str, list[int]]:
    """The titles that have each name; an abbreviation is not one."""
    kinds = f"({NameKind.ABBREVIATION:d}, {NameKind.DERIVED:d})"
    statement = (
        "SELECT n.name, n.anime_id FROM collections_app_searchname n "  # noqa: S608
        f"JOIN ({select_texts('name')}) k USING (name) "
        f"WHERE n.kind NOT IN {kinds} OR n.spelled <> ''"
    )
    found: dict[str, list[int]] = {}
    for name, anime_id in rows_of(statement, list(names)):
        found.setdefault(name, []).append(anime_id)
    return found


def facts_of(anime_ids: Collection[int]) -> dict[int, dict[str, object]]:
    if not anime_ids:
        return {}
    rows = Anime.objects.filter(id__in=among(anime_ids)).order_by()
    return {row["id"]: row for row in rows.values(*FACTS)}


def remakes() -> dict[str, list[int]]:
    """The titles whose name ends with a year, by what stands before it: one look at all
    names, which takes less than asking for every name with every year.
    """
    found: dict[str, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, anime_id FROM collections_app_searchname "
            "WHERE name LIKE '% 19__' OR name LIKE '% 20__'"
        )
        for name, anime_id in cursor.fetchall():
            if name[-4:].isdecimal():
                found.setdefault(name[:-5], []).append(anime_id)
    return found


def by_name(
    record: Record, titles: Iterable[dict[str, object]], *, are_all: bool
) -> Recognised:
    weighed = weigh(record, titles)
    if clear := clear_one(record, weighed, are_all=are_all):
        return Recognised(clear.anime_id, reason_of(clear))
    if weighed:
        ids = [one.anime_id for one in weighed]
        return Recognised(None, why_unclear(weighed), ids[:MOST_CANDIDATES])
    if not record.title and not record.names and not record.ids:
        return Recognised(None, "The row has no title.")
    return Recognised(None, "The catalogue has no title with these ids or names.")


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
