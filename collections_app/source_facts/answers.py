"""What a title's page shows of facts by source: `include=` of GET /api/animes/{id}."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from animecollections.db.json_rows import among
from animecollections.identity import Asker
from collections_app.catalogue.models import Anime
from collections_app.catalogue.titles import to_related
from collections_app.source_facts.franchises import (
    Edge,
    edges_of,
    first_title,
    relations_of,
    titles_of,
    watch_order,
)
from collections_app.source_facts.models import FactKind, SourceFact
from collections_app.source_facts.precedence import (
    counting,
    items_of,
    key_of,
    preferred,
)
from collections_app.source_facts.values import BySource, Stored

Json = dict[str, Any]
# By kind, then by source.
Sayings = Mapping[str, BySource]

FRANCHISE = "franchise"
INCLUDED = (
    "airing",
    "links",
    "names",
    "relations",
    FRANCHISE,
    "description",
    "episode_list",  # `episodes` is how many there are
    "trailers",
    "seasons",
    "redirects",
)
KINDS = {"episode_list": FactKind.EPISODES.value}  # of other names
MOST_MEMBERS = 200  # of a franchise that are shown
# What this title is to another that says what the other is to it.
INVERSE = {
    "prequel": "sequel",
    "sequel": "prequel",
    "parent_story": "side_story",
    "side_story": "parent_story",
    "full_story": "summary",
    "summary": "full_story",
    "spin_off": "parent_story",
    "alternative_version": "alternative_version",
    "alternative_setting": "alternative_setting",
}
MONTHS = {"winter": "01", "spring": "04", "summer": "07", "fall": "10"}
LAST = "9999"  # of what nobody knows when it began


@dataclass(slots=True)
class Page:
    """All that is read of a title and those around it: up to five statements.

    members: the titles of its franchise, by id; facts: by title.
    """

    anime_id: int
    members: dict[int, Any]
    facts: dict[int, Sayings]

    @property
    def own(self) -> Sayings:
        return self.facts.get(self.anime_id, {})


def with_facts(data: Json, include: Collection[str], user: Asker) -> Json:
    """A title as JSON, with the parts that are asked for."""
    wanted = [name for name in INCLUDED if name in include]
    if not wanted:
        return data
    page = read(int(data["id"]), wanted)
    made: Json = {
        name: SHOWN[name](page.own.get(KINDS.get(name, name), {}))
        for name in wanted
        if name in SHOWN
    }
    if FRANCHISE in wanted:
        made[FRANCHISE] = franchise(page, user)
    if "relations" in wanted:
        made["relations"] = relations(page, data["relations"], user)
    if "redirects" in wanted:
        made["redirects"] = redirects(page, user)
    return data | made


def read(anime_id: int, wanted: Collection[str]) -> Page:
    members: dict[int, Any] = {}
    if {FRANCHISE, "relations"} & set(wanted):
        group = Anime.objects.filter(id=anime_id).values("franchise")
        rows = Anime.objects.filter(franchise__in=group).order_by("id")[:MOST_MEMBERS]
        members = {anime.id: anime for anime in rows}
    facts = SourceFact.objects.filter(
        Q(anime_id=anime_id, kind__in=[KINDS.get(name, name) for name in wanted])
        | Q(
            anime_id__in=among({*members, anime_id}),
            kind__in=[FactKind.RELATIONS, FactKind.AIRING] if members else [],
        )
    )
    found: dict[int, Any] = {}
    for id_, kind, source, value in facts.values_list(
        "anime_id", "kind", "source", "value"
    ):
        found.setdefault(id_, {}).setdefault(kind, {})[source] = value
    return Page(anime_id, members, found)


# --- Facts of one kind ---------------------------------------------------------------


def airing(said: BySource) -> Json | None:
    found = preferred(said)
    if found is None:
        return None
    keys = ("begin", "end", "broadcast", "episodes")
    shown = {key: found.value.get(key) for key in keys} | {"source": found.source}
    if shown["broadcast"]:
        shown["broadcast"] = {"zone": None, **shown["broadcast"]}
    return shown


def description(said: BySource) -> Json | None:
    found = preferred(said)
    return {**found.value, "source": found.source} if found else None


def episodes(said: BySource) -> list[Json]:
    found = preferred(said)
    if found is None:
        return []
    return [
        {"title": None, "airs": None, "minutes": None, **one, "source": found.source}
        for one in items_of(FactKind.EPISODES, found.value)
    ]


def names(said: BySource) -> list[Json]:
    """By language, each as the first source that has it says."""
    found: dict[str, Json] = {}
    for source in counting(said):
        for language, texts in said[source].get("names", {}).items():
            one = {"language": language, "names": texts, "source": source}
            found.setdefault(language, one)
    return [found[language] for language in sorted(found)]


def links(said: BySource) -> list[Json]:
    return [{"begins": None, **link} for link in joined(FactKind.LINKS, said)]


def trailers(said: BySource) -> list[Json]:
    return list(joined(FactKind.TRAILERS, said))


def seasons(said: BySource) -> list[Json]:
    return [{"ratio": 1, **season} for season in joined(FactKind.SEASONS, said)]


def joined(kind: FactKind, said: BySource) -> Iterator[Json]:
    """Each thing once, of the first source that has it."""
    shown = set()
    for source in counting(said):
        for one in items_of(kind, said[source]):
            if (key := key_of(kind, one)) not in shown:
                shown.add(key)
                yield {**one, "source": source}


SHOWN = {
    "airing": airing,
    "description": description,
    "episode_list": episodes,
    "names": names,
    "links": links,
    "trailers": trailers,
    "seasons": seasons,
}


# --- Titles that belong together -----------------------------------------------------


def is_shown(anime: Anime, user: Asker) -> bool:
    return not anime.gone_since and not (anime.mature and user.hides_mature)


def franchise(page: Page, user: Asker) -> list[Json]:
    """The titles that prequels and sequels connect, in watch order, itself included."""
    order = watch_order(
        edges_between(page),
        {id_: begins(page, anime) for id_, anime in page.members.items()},
    )
    titles = (page.members[id_] for id_ in order)
    return [to_related(anime) for anime in titles if is_shown(anime, user)]


def edges_between(page: Page) -> Iterator[Edge]:
    rows = [
        (id_, {"relations": relations_of(said.get(FactKind.RELATIONS, {}))})
        for id_, said in page.facts.items()
    ]
    yield from edges_of(rows, known_ids(page))


def known_ids(page: Page) -> dict[str, int]:
    """The members, by the ids that they show."""
    return {
        f"{site}:{key}": id_
        for id_, anime in page.members.items()
        for site, key in anime.external_ids.items()
    } | {f"mal:{id_}": id_ for id_ in page.members if id_ < Anime.FIRST_OWN_ID}


def begins(page: Page, anime: Anime) -> str:
    """A text that sorts by when it began."""
    found = preferred(page.facts.get(anime.id, {}).get(FactKind.AIRING, {}))
    if found and (begin := found.value.get("begin")):
        return str(begin["at"])
    if not anime.year:
        return LAST
    return f"{anime.year:04}-{MONTHS.get(anime.season, '99')}"


def relations(page: Page, untyped: list[Json], user: Asker) -> list[Json]:
    """What the catalogue names as related, with the types that sources know, and what
    they alone name; what another member says of this title counts the other way.
    """
    said = list(said_relations(page))
    found = titles_of(id_ for _, relation in said for id_ in relation["ids"])
    typed: dict[int, Json] = {}
    for from_id, relation in said:
        to_id = first_title(relation["ids"], found)
        type_, other = relation["type"], to_id
        if from_id != page.anime_id:
            type_ = INVERSE.get(type_, "other")
            other = from_id if to_id == page.anime_id else None
        if other is not None and other != page.anime_id:
            said_so = {"relation": type_, "source": relation["source"]}
            typed.setdefault(other, said_so)
    known = {int(one["id"]): one for one in untyped}
    missing = Anime.objects.filter(id__in=among(typed.keys() - known.keys()))
    for anime in missing if typed.keys() - known.keys() else ():
        if is_shown(anime, user):
            known[anime.id] = to_related(anime)
    nothing: Json = {"relation": None, "source": None}
    told = [one | typed.get(id_, nothing) for id_, one in known.items()]
    return sorted(told, key=lambda one: (one["year"] or 9999, int(one["id"])))


def redirects(page: Page, user: Asker) -> list[Json]:
    """Each with the title that its episodes are of, where one may see that."""
    said = list(joined(FactKind.REDIRECTS, page.own.get(FactKind.REDIRECTS, {})))
    if not said:
        return []
    found = titles_of(id_ for redirect in said for id_ in redirect["ids"])
    shown = Anime.objects.shown(hides_mature=user.hides_mature).listed()
    rows = shown.filter(id__in=among(found.values())).order_by()
    ids = set(rows.values_list("id", flat=True))
    seen = {text: id_ for text, id_ in found.items() if id_ in ids}
    told = []
    for redirect in said:
        to_id = first_title(redirect["ids"], seen)
        told.append({**redirect, "anime_id": str(to_id) if to_id else None})
    return told


def said_relations(page: Page) -> Iterator[tuple[int, Stored]]:
    """Its own first: they are believed before what others say."""
    for id_ in sorted(page.facts, key=lambda id_: (id_ != page.anime_id, id_)):
        for relation in relations_of(page.facts[id_].get(FactKind.RELATIONS, {})):
            yield id_, relation
