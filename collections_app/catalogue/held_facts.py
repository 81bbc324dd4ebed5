"""Facts that staff set: an import leaves them alone until staff let go of them.

`held_facts` of a title, by fact: True where the fact is held whole. Of a list (other
names, genres, studios, ids at sites) only the items are held that staff added and took
away; the others go on coming with imports.

Parental control never gets weaker by an import: a title that is mature stays so,
no matter who said it.

Decision: docs/decisions/0026-held-facts.md
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from collections_app.catalogue.folding import fold
from collections_app.catalogue.reader import Record

HeldFacts = dict[str, Any]
LISTS = ("synonyms", "genre_names", "studio_names")
IDS = "external_ids"
Key = Callable[[str], str]


class Overruled(NamedTuple):
    """What a file says of a title and staff overrule.

    stays: the value that the title keeps; None of items that staff took away.
    """

    anime_id: int
    title: str
    fact: str
    said: Any
    stays: Any = None

    def __str__(self) -> str:
        said = ", ".join(self.said) if isinstance(self.said, list) else self.said
        if self.stays is None:
            return f"{self.fact}: removed by staff: {said}"
        return f"{self.fact} stays {self.stays}, the file says {said}"


def hold(
    held: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> HeldFacts:
    """What is held once staff changed these facts."""
    now = dict(held)
    for name, value in after.items():
        now[name] = (
            hold_items(held.get(name), before[name], value, key_of(name))
            if name in LISTS
            else True
        )
    return now


def key_of(name: str) -> Key:
    """By what items of a list are the same: a genre or a studio in whatever case, as
    everywhere; a name as it is written.
    """
    return str if name == "synonyms" else fold


def hold_items(
    held: Mapping[str, Sequence[str]] | None,
    before: Collection[str],
    after: Collection[str],
    key: Key = str,
) -> dict[str, list[str]]:
    new, gone = minus(after, before, key), minus(before, after, key)
    earlier = held or {"added": [], "removed": []}
    added, removed = earlier["added"], earlier["removed"]
    return {
        "added": minus(added, gone, key) + minus(new, added, key),
        "removed": minus(removed, new, key) + minus(gone, removed, key),
    }


def minus(items: Iterable[str], without: Iterable[str], key: Key = str) -> list[str]:
    known = set(map(key, without))
    return [item for item in items if key(item) not in known]


def without_empty(held: Mapping[str, Any]) -> HeldFacts:
    """Without lists of which no item is held."""
    return {
        name: value
        for name, value in held.items()
        if value is True or any(value.values())
    }


def hold_ids_removed(held: Mapping[str, Any], ids: Sequence[str]) -> HeldFacts:
    earlier = held.get(IDS, {}).get("removed", [])
    return {**held, IDS: {"removed": [*earlier, *minus(ids, earlier)]}}


def let_go_of_removed_id(held: Mapping[str, Any], id_: str) -> HeldFacts:
    removed = minus(held.get(IDS, {}).get("removed", []), [id_])
    rest = {name: value for name, value in held.items() if name != IDS}
    return rest | ({IDS: {"removed": removed}} if removed else {})


def removed_ids(row: Mapping[str, Any]) -> Sequence[str]:
    """The ids at sites ("mal:5") that staff took from a title."""
    removed: Sequence[str] = row["held_facts"].get(IDS, {}).get("removed", ())
    return removed


def without_ids(record: Record, removed: Collection[str]) -> tuple[Record, list[str]]:
    """A record without these ids, and which of them it had."""
    said = {key: ":".join(key) for key in record.external_ids}
    ids = [key for key in record.external_ids if said[key] not in removed]
    return (
        replace(record, external_ids=type(record.external_ids)(ids)),
        [id_ for id_ in said.values() if id_ in removed],
    )


def overrule(
    row: Mapping[str, Any], facts: Mapping[str, Any]
) -> tuple[dict[str, object], list[Overruled]]:
    """A file's facts of a title as far as they may be taken; and those that may not."""
    taken: dict[str, Any] = {}
    overruled: list[Overruled] = []
    held = row["held_facts"]
    for name, value in facts.items():
        if name in LISTS and name in held:
            key = key_of(name)
            taken[name] = with_held_items(held[name], value, row[name], key)
            if said := minus(value, minus(value, held[name]["removed"], key)):
                overruled.append(Overruled(row["id"], row["title"], name, said))
        elif value == row[name] or not is_held(row, name, value):
            taken[name] = value
        else:
            overruled.append(Overruled(row["id"], row["title"], name, value, row[name]))
    return taken, overruled


def is_held(row: Mapping[str, Any], name: str, value: object) -> bool:
    weakens = name == "mature" and row[name] and not value
    return weakens or (name in row["held_facts"] and name != IDS)


def with_held_items(
    held: Mapping[str, Sequence[str]],
    said: Sequence[str],
    known: Sequence[str],
    key: Key = str,
) -> Sequence[str]:
    """As they stand, and in that order, where they are the same."""
    items = minus(said, held["removed"], key)
    items += minus(held["added"], items, key)
    return known if sorted(map(key, items)) == sorted(map(key, known)) else items


def words_for(held: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(fact, how it is held), for people."""
    return [(name, "as it is" if value is True else signs(value))
            for name, value in sorted(held.items())]  # fmt: skip


def signs(items: Mapping[str, Sequence[str]]) -> str:
    added = [f"+ {item}" for item in items.get("added", ())]
    return ", ".join([*added, *(f"− {item}" for item in items.get("removed", ()))])
