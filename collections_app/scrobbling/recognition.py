"""Which episode of which title an event is of: the rules in their order.

| what decides                                  | `matched_by`   |
|-----------------------------------------------|----------------|
| a rule that its owner made                    | `remembered`   |
| an id of an anime site                        | `site_id`      |
| an id of a series, and the map of its seasons | `season_map`   |
| the series' name, and the map of its seasons  | `name_and_map` |
| a name, with year and season                  | `name`         |
| … and a number beyond the title's own         | `redirect`     |

The first that says one thing decides. One that says two is an end: it waits for its
owner, and nothing is guessed. An id of an *episode* counts only where the name agrees,
for it may mean another thing there.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import Any
from uuid import UUID

from animecollections.api.errors import ApiError
from animecollections.db.json_rows import among
from collections_app.catalogue.folding import fold
from collections_app.catalogue.lookup import not_gone, resolve
from collections_app.catalogue.models import AiringStatus, Anime, NameKind, SearchName
from collections_app.catalogue.refs import AnimeRef, parse_anime_id
from collections_app.catalogue.seasons import with_marks
from collections_app.imports.recognition import claims_of
from collections_app.scrobbling.heard import Heard
from collections_app.scrobbling.models import LONGEST_NAME, MatchedBy, ScrobbleRule
from collections_app.scrobbling.season_maps import (
    SPECIALS,
    Place,
    Title,
    parts_of_film,
    places_in_series,
    redirect_of,
)
from collections_app.source_facts.models import FactKind, SeriesLink, SourceFact
from collections_app.source_facts.precedence import counting, items_of

SERIES = ("tvdb", "tmdb")
OF_FILMS = {"tmdb": "tmdb_movie", "imdb": "imdb"}
YEAR = re.compile(r"\s*\((?P<year>(?:19|20)\d\d)\)$")
WRITTEN = (NameKind.TITLE, NameKind.NAME)
NOT_SAID = (NameKind.ABBREVIATION, NameKind.JOINED)
# What a film may be called in the catalogue.
FORMATS_OF_FILMS = frozenset(("Movie", "OVA", "ONA", "Special", "Unknown"))
YEARS_APART = 1  # of two sites that know the same film


@dataclass(frozen=True, slots=True)
class Verdict:
    """place: where it is clear. Else the reason why not, and the titles in question."""

    place: Place | None = None
    last: int | None = None
    matched_by: str = ""
    reason: str = ""
    candidates: tuple[int, ...] = ()
    is_dismissed: bool = False


@dataclass(slots=True)
class Known:
    """The titles that were read for one event; each once."""

    titles: dict[int, Title] = field(default_factory=dict)

    def read(self, anime_ids: Collection[int]) -> list[Title]:
        """Two statements, or none."""
        if missing := set(anime_ids) - self.titles.keys():
            self.titles |= read_titles(missing)
        return [self.titles[id_] for id_ in anime_ids if id_ in self.titles]

    def in_series(self, series: Collection[tuple[str, str]]) -> list[Title]:
        """All titles of these series or films."""
        by_database: dict[str, list[str]] = {}
        for database, id_ in series:
            by_database.setdefault(database, []).append(id_)
        links = SeriesLink.objects.none()
        for database, ids in by_database.items():
            links |= SeriesLink.objects.filter(database=database, external_id__in=ids)
        if not by_database:
            return []
        return self.read(list(links.order_by().values_list("anime_id", flat=True)))


def rule_key(heard: Heard) -> str:
    """What a rule of a person is of: a series and its season, or a film."""
    name = fold(heard.series) or " ".join(f"{k}:{v}" for k, v in heard.ids.items())
    if heard.is_film:
        return f"film {heard.year or ''} {name}"[:LONGEST_NAME]
    season = "" if heard.season is None else heard.season
    return f"season {season} {name}"[:LONGEST_NAME]


def recognise(user_id: UUID, heard: Heard) -> Verdict:
    """Up to ten statements; two to five of most events."""
    rule = ScrobbleRule.objects.of(user_id).filter(key=rule_key(heard)).first()
    if rule is not None:
        return by_rule(rule, heard)
    if not heard.is_film and heard.episode is None:
        return Verdict(reason="no_episode")
    known = Known()
    by_id = by_ids(known, heard)
    if heard.are_of_series and (by_id.place or by_id.reason):
        return finished(known, by_id, heard)
    named = named_titles(known, heard)
    if by_id.place and agree(known, by_id, named):
        return finished(known, by_id, heard)
    found = by_name(known, heard, named)
    if found.place or found.candidates:
        return finished(known, found, heard)
    likely = (by_id.place.anime_id,) if by_id.place else by_id.candidates
    return replace(found, candidates=likely)


# --- Rules of its owner --------------------------------------------------------------


def by_rule(rule: ScrobbleRule, heard: Heard) -> Verdict:
    if rule.anime_id is None:
        return Verdict(is_dismissed=True, matched_by=MatchedBy.REMEMBERED)
    return by_decision(rule.anime_id, rule.offset, heard, MatchedBy.REMEMBERED)


def by_decision(
    anime_id: int, offset: int, heard: Heard, matched_by: MatchedBy
) -> Verdict:
    """What a person says it is. A rule may name a title that was merged since."""
    ref = AnimeRef("own", str(anime_id))
    found = resolve([ref]).get(ref)
    first = (heard.episode or 1) + offset
    last = (heard.episode_end or heard.episode or 1) + offset
    if found is None:
        return Verdict(reason="title_gone")
    if first < 1:
        return Verdict(reason="beyond", candidates=(found,))
    return Verdict(Place(found, first), max(first, last), matched_by)


# --- Ids -----------------------------------------------------------------------------


def by_ids(known: Known, heard: Heard) -> Verdict:
    by_site = by_site_ids(known, heard)
    if by_site.place or by_site.reason:
        return by_site
    by_series = by_series_ids(known, heard)
    return by_series if by_series.place or by_series.reason else by_site


def by_site_ids(known: Known, heard: Heard) -> Verdict:
    refs = list(refs_of(heard))
    claims = claims_of(set(refs)) if refs else {}
    for ref in refs:
        ids = [one.id for one in not_gone(claims.get(ref, []), attrgetter("is_gone"))]
        titles = known.read(ids)
        if titles:
            return place_of_titles(known, titles, heard)
    return Verdict()


def refs_of(heard: Heard) -> Iterable[AnimeRef]:
    for site, key in heard.ids.items():
        try:
            yield parse_anime_id(f"{site}:{key}")
        except ApiError:  # a database of series
            continue


def place_of_titles(known: Known, titles: list[Title], heard: Heard) -> Verdict:
    """Of several that share an id, that whose numbers go on into the others decides."""
    if heard.is_film:
        return decided_by({Place(title.id, 1) for title in titles}, MatchedBy.SITE_ID)
    season, episode = heard.season, heard.episode or 0
    if season not in (None, 1):
        mapped = by_seasons_of(known, titles, heard, MatchedBy.SEASON_MAP)
        ids = tuple(title.id for title in titles)
        return mapped if mapped.place else replace(mapped, candidates=ids)
    targets = {target for title in titles for target in targets_of(title)}
    heads = [title for title in titles if title.id not in targets] or titles
    places = {
        Place(title.id, episode)
        for title in heads
        if title.has(episode) or redirect_of(title, episode)
    }
    if places:
        return decided_by(places, MatchedBy.SITE_ID)
    return Verdict(reason="beyond", candidates=tuple(one.id for one in titles))


def targets_of(title: Title) -> set[int]:
    if not title.redirects:
        return set()
    refs = {ref for rule in title.redirects for ref in refs_said(rule["ids"])}
    return set(resolve(refs).values())


def by_series_ids(known: Known, heard: Heard) -> Verdict:
    if heard.is_film:
        films = [(OF_FILMS[s], id_) for s, id_ in heard.ids.items() if s in OF_FILMS]
        titles = known.in_series(films)
        for film in films:
            if places := parts_of_film(titles, film):
                return decided_by(places, MatchedBy.SEASON_MAP)
        return Verdict()
    series = [(site, heard.ids[site]) for site in SERIES if site in heard.ids]
    return by_maps(known, series, heard, MatchedBy.SEASON_MAP)


def by_maps(
    known: Known,
    series: list[tuple[str, str]],
    heard: Heard,
    matched_by: MatchedBy,
) -> Verdict:
    """What the maps of these series say together. Where two databases count the seasons
    differently, which one the player goes by is not known.
    """
    titles = known.in_series(series)
    places: set[Place] = set()
    for one in series:
        places |= places_in_series(titles, one, heard.season, heard.episode or 0)
    return decided_by(places, matched_by)


def by_seasons_of(
    known: Known, titles: list[Title], heard: Heard, matched_by: MatchedBy
) -> Verdict:
    """By the series that these titles are in."""
    series = [one for title in titles for one in title.series(SERIES)]
    return by_maps(known, list(dict.fromkeys(series)), heard, matched_by)


def agree(known: Known, by_id: Verdict, named: list[Title]) -> bool:
    """Whether the title of an id is one of that name, or of its franchise."""
    title = known.titles.get(by_id.place.anime_id) if by_id.place else None
    if title is None:
        return False
    return any(
        title.id == other.id
        or (title.franchise is not None and title.franchise == other.franchise)
        or bool({*title.series(SERIES)} & {*other.series(SERIES)})
        for other in named
    )


# --- Names ---------------------------------------------------------------------------


def name_and_year(heard: Heard) -> tuple[str, int | None]:
    """ "Fruits Basket (2019)" says the year, where the player does not."""
    found = YEAR.search(heard.series)
    if found is None:
        return heard.series, heard.year
    return heard.series[: found.start()], heard.year or int(found["year"])


def named_titles(known: Known, heard: Heard) -> list[Title]:
    """Those that have just this name; of several those of the year."""
    name, year = name_and_year(heard)
    found = ids_named(heard.series)
    if not any(found) and name != heard.series:
        found = ids_named(name)
    written, derived = found
    titles, others = known.read(written), known.read(derived)
    if year is None:
        # A remake whose name says "first season" is as likely meant.
        groups = {one.franchise for one in titles}
        titles += [one for one in others if not titles or one.franchise not in groups]
    else:
        titles += others
    if heard.is_film:
        titles = [one for one in titles if one.format in FORMATS_OF_FILMS]
    if year is None:
        return titles
    near = [
        one for one in titles if not one.year or abs(one.year - year) <= YEARS_APART
    ]
    exact = [one for one in near if one.year == year]
    return exact or near


def ids_named(name: str) -> tuple[list[int], list[int]]:
    """The titles that have a name as it stands, and those that have it but for what
    theirs says of a season.
    """
    folded = fold(name)
    if not folded:
        return [], []
    names = SearchName.objects.filter(name__in={folded, with_marks(folded)})
    # What people abbreviate may be written so by the catalogue too: "Haikyu!!".
    said = names.exclude(kind__in=NOT_SAID, spelled="").order_by()
    rows = list(said.values_list("anime_id", "kind", "spelled"))
    written = {id_ for id_, kind, spelled in rows if spelled or kind in WRITTEN}
    return sorted(written), sorted({id_ for id_, *_ in rows} - written)


def by_name(known: Known, heard: Heard, named: list[Title]) -> Verdict:
    if heard.is_film:
        places = {Place(title.id, 1) for title in named}
        return decided_by(places, MatchedBy.NAME, otherwise="unknown")
    mapped = by_seasons_of(known, named, heard, MatchedBy.NAME_AND_MAP)
    if mapped.place or mapped.reason:
        return mapped
    season, episode = heard.season, heard.episode or 0
    if season == SPECIALS:
        ids = tuple(title.id for title in named)
        return Verdict(reason="special", candidates=ids)
    titles = named
    if season is not None and season > 1:
        name, _ = name_and_year(heard)
        marked = f"{with_marks(fold(name))} season{season}"
        written, derived = ids_named(marked)
        titles = known.read(written or derived)
    places = {
        Place(title.id, episode)
        for title in titles
        if title.has(episode) or redirect_of(title, episode)
    }
    if places or not named:
        return decided_by(places, MatchedBy.NAME, otherwise="unknown")
    return Verdict(reason="beyond", candidates=tuple(one.id for one in named))


# --- What all of them end with -------------------------------------------------------


def decided_by(
    places: Collection[Place], matched_by: MatchedBy, *, otherwise: str = ""
) -> Verdict:
    """One place decides; of several none."""
    if not places:
        return Verdict(reason=otherwise)
    if len(places) > 1:
        ids = tuple(sorted({place.anime_id for place in places}))
        return Verdict(reason="ambiguous", candidates=ids)
    [place] = places
    return Verdict(place, place.episode, matched_by)


def finished(known: Known, verdict: Verdict, heard: Heard) -> Verdict:
    """Follows a number that is another title's; and a file of several episodes to its
    last.
    """
    place = verdict.place
    if place is None:
        return verdict
    [title] = known.read([place.anime_id])
    rule = redirect_of(title, place.episode)
    is_by_number = verdict.matched_by in (MatchedBy.SITE_ID, MatchedBy.NAME)
    if rule and (is_by_number or not title.has(place.episode)):
        moved = redirected(rule, place.episode)
        if moved is None:
            return Verdict(reason="beyond", candidates=(title.id,))
        place, matched_by = moved, str(MatchedBy.REDIRECT)
    elif not title.has(place.episode):
        return Verdict(reason="beyond", candidates=(title.id,))
    else:
        matched_by = verdict.matched_by
    last = place.episode
    if heard.episode_end and heard.episode and heard.episode_end > heard.episode:
        last += heard.episode_end - heard.episode
    return Verdict(place, last, matched_by)


def redirected(rule: Any, episode: int) -> Place | None:
    """None where the other title is not in the catalogue, or two are."""
    found = set(resolve(refs_said(rule["ids"])).values())
    if len(found) != 1:
        return None
    return Place(found.pop(), rule["to_first"] + episode - rule["first"])


def refs_said(ids: Iterable[str]) -> set[AnimeRef]:
    return {parse_anime_id(text) for text in ids}


def read_titles(anime_ids: Collection[int]) -> dict[int, Title]:
    rows = Anime.objects.filter(id__in=among(anime_ids), gone_since=None).order_by()
    columns = ("id", "episodes", "airing_status", "year", "format", "franchise")
    titles = {
        id_: Title(id_, episodes, status == AiringStatus.FINISHED, year, form, group)
        for id_, episodes, status, year, form, group in rows.values_list(*columns)
    }
    kinds = (FactKind.SEASONS, FactKind.REDIRECTS)
    facts = SourceFact.objects.filter(anime_id__in=among(anime_ids), kind__in=kinds)
    said: dict[tuple[int, str], dict[str, Any]] = {}
    for id_, kind, source, value in facts.order_by().values_list(
        "anime_id", "kind", "source", "value"
    ):
        said.setdefault((id_, kind), {})[source] = value
    for (id_, kind), by_source in said.items():
        items = [
            item
            for source in counting(by_source)
            for item in items_of(FactKind(kind), by_source[source])
        ]
        if id_ in titles:
            setattr(titles[id_], kind, items)
    return titles
