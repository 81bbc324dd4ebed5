"""Which title of ours a record is, told by the ids that both have."""

from collections.abc import Collection, Mapping, Set
from typing import NamedTuple

Key = tuple[str, str]  # a site and its id


class Unclear(Exception):  # noqa: N818 - says why a record is no title's
    """The record fits more than one title alike; the message names them."""


class Closeness(NamedTuple):
    """Greater is closer."""

    shared: int
    is_listed: bool
    part: float  # of all ids that either has


def match(
    ids: Set[Key],
    candidates: Mapping[int, Set[Key]],
    taken: Collection[int] = (),
    gone: Collection[int] = (),
) -> int | None:
    """The title that a record with these ids is, or None for a new one.

    candidates: the ids of every title that has one of these.
    taken:      titles that another record of the same import already is.
    gone:       titles that no source lists any more: they yield to others.

    A MyAnimeList id decides alone: a title that has the record's is it, and one that
    has another is not, whatever else they share. Other ids vote. A title taken already
    is the answer only where the record adds nothing to it: the same title twice.
    """
    mal = of_mal(ids)
    fitting = [id_ for id_, theirs in candidates.items() if theirs & mal]
    if not fitting:
        fitting = [
            id_
            for id_, theirs in candidates.items()
            if not (mal and of_mal(theirs)) and (id_ not in taken or ids <= theirs)
        ]
    if not fitting:
        return None
    close = {
        id_: closeness(ids, candidates[id_], is_listed=id_ not in gone)
        for id_ in fitting
    }
    closest = max(fitting, key=lambda id_: (close[id_], -id_))
    for other in fitting:
        are_like = close[other].is_listed == close[closest].is_listed
        if other == closest or not are_like:
            continue
        if is_rival(ids, candidates[closest], candidates[other]):
            raise Unclear(f"its ids fit the titles {closest} and {other} alike")
    return closest


def of_mal(ids: Set[Key]) -> set[Key]:
    return {key for key in ids if key[0] == "mal"}


def closeness(ids: Set[Key], theirs: Set[Key], *, is_listed: bool) -> Closeness:
    shared = len(ids & theirs)
    return Closeness(shared, is_listed, shared / len(ids | theirs))


def is_rival(ids: Set[Key], closest: Set[Key], other: Set[Key]) -> bool:
    """Whether another title has as good a claim: as many shared ids, not the same."""
    mine, others = ids & closest, ids & other
    if len(mine) > len(others):
        return False
    return mine != others or len(closest) == len(other)
