"""Which titles come before another where no source says so: by their names.

Catalogues name related titles without saying how they are related. What is older and
whose name another's begins with ("Steins;Gate", "Steins;Gate Movie: …") comes first.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from animecollections.db.json_rows import among
from collections_app.catalogue.lookup import claims_of
from collections_app.catalogue.models import Anime
from collections_app.catalogue.refs import AnimeRef
from collections_app.source_facts.franchises import counted_relations

Claims = Mapping[tuple[str, str], Sequence[Anime]]
UNKNOWN_YEAR = 9999
MOST_ASKED = 2_000  # of related titles in one statement; some have dozens


def first_parts_of(anime_ids: Collection[int]) -> dict[int, set[int]]:
    """By title, those that come before it, at most two steps of relations away; titles
    without any are left out, as are those of which a source says how they are related.
    Four statements.
    """
    told = counted_relations().filter(anime_id__in=among(anime_ids))
    untold = set(anime_ids) - set(told.values_list("anime_id", flat=True))
    titles = list(Anime.objects.filter(id__in=among(untold)).order_by("id"))
    near = claims_related_to(titles)
    named_alike = {
        one.id: one
        for anime in titles
        for one in related(anime, near)
        if first_word(one) == first_word(anime)
    }
    claims = {**claims_related_to(named_alike.values()), **near}
    found = {
        anime.id: {one.id for one in family(anime, claims) if is_before(one, anime)}
        for anime in titles
    }
    return {id_: firsts for id_, firsts in found.items() if firsts}


def claims_related_to(titles: Iterable[Anime]) -> Claims:
    keys = (key for anime in titles for key in anime.related)
    refs = {AnimeRef(*key.split(":", 1)) for key in islice(keys, MOST_ASKED)}
    return claims_of(refs) if refs else {}


def first_word(anime: Anime) -> str:
    return anime.sort_title.partition(" ")[0]


def family(anime: Anime, claims: Claims) -> Iterator[Anime]:
    for near in related(anime, claims):
        yield near
        yield from related(near, claims)


def related(anime: Anime, claims: Claims) -> Iterator[Anime]:
    for key in anime.related:
        site, _, id_ = key.partition(":")
        if len(found := claims.get((site, id_), ())) == 1:
            yield found[0]


def is_before(one: Anime, other: Anime) -> bool:
    """Of two of one name, neither: the later is made anew."""
    begins = other.sort_title.startswith(f"{one.sort_title} ")
    is_older = (one.year or UNKNOWN_YEAR) <= (other.year or UNKNOWN_YEAR)
    return bool(one.sort_title) and begins and is_older
