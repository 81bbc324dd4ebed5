"""Which of several sources' facts is shown. No database.

Staff win; then the sources in the order of CATALOGUE_FACT_SOURCES; then those it does
not name, by name. Facts that are lists of separate things (names, links, relations,
seasons …) are joined: each thing is the first source's that has it; but where staff
say one, their list is all of it.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.conf import settings

from collections_app.source_facts.models import FactKind
from collections_app.source_facts.values import BySource, Stored

STAFF = "staff"
# Kinds whose lists are joined, with the key that one thing has once ("" for all of it).
JOINED = {
    FactKind.LINKS: "url",
    FactKind.TRAILERS: "url",
    FactKind.RELATIONS: "",
    FactKind.REDIRECTS: "",
    FactKind.SEASONS: "",
}
Item = dict[str, Any]  # of a fact that is a list


class Preferred(NamedTuple):
    """What is shown of a kind, and of which source."""

    value: Stored
    source: str


def place_of(source: str) -> tuple[int, int, str]:
    """Sorts sources: the first is the one that is believed."""
    order = settings.CATALOGUE_FACT_SOURCES
    place = order.index(source) if source in order else len(order)
    return source != STAFF, place, source


def in_order(sources: Iterable[str]) -> list[str]:
    return sorted(sources, key=place_of)


def preferred(by_source: BySource) -> Preferred | None:
    """The value of one kind that is shown; None where no source has it. An empty one
    of staff's hides what the others say.
    """
    for source in in_order(by_source):
        value = by_source[source]
        return Preferred(value, source) if value else None
    return None


def counting(by_source: BySource) -> list[str]:
    """The sources whose lists are joined, the most trusted first. What staff say
    stands alone: it replaces what the others say, and hides it where it is empty.
    """
    return [STAFF] if STAFF in by_source else in_order(by_source)


def items_of(kind: FactKind, value: Stored) -> list[Item]:
    """What a fact that is a list holds."""
    items = value.get(kind.value)
    return items if isinstance(items, list) else []


def key_of(kind: FactKind, item: Item) -> str:
    """What a thing of a joined list has once."""
    key = JOINED[kind]
    return str(item[key]) if key else repr(item)


def shown_value(kind: FactKind, by_source: BySource) -> Stored | None:
    """All that is shown of a kind, of whatever sources, as one value."""
    found: dict[object, Any] = {}
    if kind == FactKind.NAMES:
        for source in counting(by_source):
            found = by_source[source].get("names", {}) | found
        return {"names": found} if found else None
    if kind not in JOINED:
        only = preferred(by_source)
        return only.value if only else None
    for source in counting(by_source):
        for item in items_of(kind, by_source[source]):
            found.setdefault(key_of(kind, item), item)
    return {kind.value: list(found.values())} if found else None
