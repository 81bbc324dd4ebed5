"""Titles that belong together: what prequels, sequels and parent stories connect.

`Anime.franchise` is the smallest id of each such group. It is computed over all
relations at once, after an import that changed some and once a day.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from animecollections.db.bulk import overwrite
from animecollections.db.json_rows import among
from collections_app.catalogue.lookup import not_gone
from collections_app.catalogue.matching import Key
from collections_app.catalogue.models import Anime
from collections_app.catalogue.planning import holdings
from collections_app.catalogue.writes import changing_catalogue
from collections_app.source_facts.models import FactKind, SourceFact
from collections_app.source_facts.precedence import STAFF, counting
from collections_app.source_facts.values import BySource, Stored

# Which of the two is watched first, by what the other is to this one.
EARLIER = frozenset({"prequel", "parent_story"})
LATER = frozenset({"sequel"})
CONNECTING = EARLIER | LATER
SEQUELS = frozenset({"prequel", "sequel"})  # without side stories
FACTS_AT_ONCE = 2000


class Edge(NamedTuple):
    """`of` is watched before `then`."""

    of: int
    then: int


def connect() -> int:
    """Makes every title's franchise what the relations say; how many it changed."""
    if not to_change(groups(all_edges())):
        return 0
    with changing_catalogue() as state:
        changed = to_change(groups(all_edges()))  # others may have written meanwhile
        if changed:
            state.revision += 1
            write(changed, revision=state.revision)
    return len(changed)


def write(changed: Mapping[int, int | None], *, revision: int) -> None:
    """One statement for all, for groups are small and there are thousands."""
    stamp = {"revision": revision, "updated_at": timezone.now()}
    rows = [{"id": id_, "franchise": group} for id_, group in sorted(changed.items())]
    overwrite(Anime, [row | stamp for row in rows])


def to_change(wanted: Mapping[int, int]) -> dict[int, int | None]:
    grouped = Anime.objects.exclude(franchise=None).order_by()
    stored = dict(grouped.values_list("id", "franchise"))
    changed: dict[int, int | None] = {
        id_: group for id_, group in wanted.items() if stored.get(id_) != group
    }
    return changed | dict.fromkeys(stored.keys() - wanted.keys())


def all_edges() -> Iterator[Edge]:
    """Memory does not grow with what else is known of the titles."""
    facts = counted_relations()
    rows: list[tuple[int, Stored]] = []
    for row in facts.values_list("anime_id", "value").iterator(FACTS_AT_ONCE):
        rows.append(row)
        if len(rows) >= FACTS_AT_ONCE:
            yield from edges(rows)
            rows = []
    yield from edges(rows)


def counted_relations() -> QuerySet[SourceFact]:
    """What sources say of relations; where staff say it, theirs alone."""
    facts = SourceFact.objects.filter(kind=FactKind.RELATIONS)
    of_staff = facts.filter(source=STAFF, anime_id=OuterRef("anime_id"))
    return facts.filter(Q(source=STAFF) | ~Exists(of_staff)).order_by("anime_id")


def edges(
    rows: Collection[tuple[int, Stored]], types: Collection[str] = CONNECTING
) -> Iterator[Edge]:
    """What relations connect; two statements find the titles that they name."""
    ids = (
        id_
        for _, value in rows
        for relation in value.get("relations", ())
        if relation["type"] in types
        for id_ in relation["ids"]
    )
    return edges_of(rows, titles_of(ids), types)


def edges_of(
    rows: Iterable[tuple[int, Stored]],
    titles: Mapping[str, int],
    types: Collection[str] = CONNECTING,
) -> Iterator[Edge]:
    for anime_id, value in rows:
        for relation in value.get("relations", ()):
            other = first_title(relation["ids"], titles)
            if relation["type"] not in types:
                continue
            if other is None or other == anime_id:
                continue
            if relation["type"] in EARLIER:
                yield Edge(other, anime_id)
            else:
                yield Edge(anime_id, other)


def titles_of(ids: Iterable[str]) -> dict[str, int]:
    """The titles that sites' ids mean; what two listed titles claim means neither."""
    keys: dict[Key, str] = {}
    for id_ in ids:
        site, _, key = id_.partition(":")
        keys[site, key] = id_
    if not keys:
        return {}
    held = holdings(keys)
    numbers = {int(key): keys["mal", key] for site, key in keys if site == "mal"}
    among_all = {id_ for titles in held.values() for id_ in titles} | numbers.keys()
    rows = Anime.objects.filter(id__in=among(among_all)).order_by()
    gone = dict(rows.values_list("id", "gone_since"))
    found: dict[str, int] = {
        text: number
        for number, text in numbers.items()
        if number in gone and number < Anime.FIRST_OWN_ID
    }
    for pair, titles in held.items():
        meant = not_gone([id_ for id_ in titles if id_ in gone], gone.get)
        if len(meant) == 1:
            found.setdefault(keys[pair], meant[0])
    return found


def first_title(ids: Iterable[str], titles: Mapping[str, int]) -> int | None:
    return next((titles[id_] for id_ in ids if id_ in titles), None)


def groups(found: Iterable[Edge]) -> dict[int, int]:
    """By title, the smallest id of those that it is connected with (union-find)."""
    parent: dict[int, int] = {}

    def root(id_: int) -> int:
        parent.setdefault(id_, id_)
        while parent[id_] != id_:
            parent[id_] = parent[parent[id_]]
            id_ = parent[id_]
        return id_

    for edge in found:
        one, other = root(edge.of), root(edge.then)
        parent[max(one, other)] = min(one, other)
    return {id_: root(id_) for id_ in list(parent)}


def watch_order(found: Iterable[Edge], begins: Mapping[int, str]) -> list[int]:
    """All titles of `begins`: each after what comes before it, else by when it began.
    Where relations go round in a circle, the oldest of it comes first.
    """
    before: dict[int, set[int]] = {id_: set() for id_ in begins}
    after: dict[int, set[int]] = {id_: set() for id_ in begins}
    for edge in found:
        if edge.of in begins and edge.then in begins and edge.of != edge.then:
            before[edge.then].add(edge.of)
            after[edge.of].add(edge.then)
    ready = [(begins[id_], id_) for id_, earlier in before.items() if not earlier]
    heapify(ready)
    waiting = sorted((begins[id_], id_) for id_, earlier in before.items() if earlier)
    order: dict[int, None] = {}
    while len(order) < len(begins):
        if not ready:  # a circle
            ready = [next(one for one in waiting if one[1] not in order)]
        _, id_ = heappop(ready)
        if id_ in order:
            continue
        order[id_] = None
        for later in after[id_]:
            before[later].discard(id_)
            if not before[later] and later not in order:
                heappush(ready, (begins[later], later))
    return list(order)


def prequels_of(anime_ids: Collection[int]) -> dict[int, set[int]]:
    """By title, those of which it is the sequel, by what either of the two says; titles
    without any are left out. Four statements.
    """
    titles = Anime.objects.filter(id__in=among(anime_ids)).order_by()
    named = titles.values_list("franchise", flat=True)
    groups = {franchise for franchise in named if franchise}
    near = Anime.objects.filter(franchise__in=among(groups)).values("id")
    facts = counted_relations().filter(anime_id__in=near)
    found: dict[int, set[int]] = {}
    for edge in edges(list(facts.values_list("anime_id", "value")), SEQUELS):
        if edge.then in anime_ids:
            found.setdefault(edge.then, set()).add(edge.of)
    return found


def relations_of(by_source: BySource) -> list[Stored]:
    """What the sources that count say, each with its source."""
    return [
        {**relation, "source": source}
        for source in counting(by_source)
        for relation in by_source[source].get("relations", ())
    ]
