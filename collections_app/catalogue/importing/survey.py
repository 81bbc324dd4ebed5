"""A first look at a whole catalogue file, before any of its rows is applied.

Rows are applied in batches, in the order of the file. That gives the same catalogue in
any order, but for two things, which this look settles: rows that share an id, or a
title of ours, must be decided on together; and new titles without a MyAnimeList id must
be numbered in an order of their own.

It keeps numbers of ids and lines alone: some 20 MB for 40,000 titles.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby, islice

from collections_app.catalogue.matching import Key, of_mal
from collections_app.catalogue.planning import holdings
from collections_app.catalogue.reader import (
    Metadata,
    Record,
    Refusal,
    Source,
    SourceBroken,
    read,
)

AT_ONCE = 1000  # records whose titles are looked up together
LINE_BITS = 32


@dataclass(slots=True)
class Survey:
    """about: what the file says of itself.
    knots:  of rows that may be one title the line that stands for all of them.
    places: of rows that are new titles without MyAnimeList ids, their order.
    fault:  where the file breaks off; what came before it is whole.
    """

    about: Metadata = field(default_factory=dict)
    knots: dict[int, int] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    fault: SourceBroken | None = None


def survey(source: Source) -> Survey:
    """Reads the source to its end, and goes back to its beginning.

    Raises SourceUnreadable if it is no catalogue.
    """
    seen = Survey()
    found = Found()
    try:
        items = read(source.stream, seen.about)
        records = (item for item in items if not isinstance(item, Refusal))
        while some := list(islice(records, AT_ONCE)):
            found.look_at(some)
    except SourceBroken as fault:
        seen.fault = fault
    source.rewind()
    seen.knots = found.knots()
    newcomers = sorted(one for one in found.newcomers if one[1] not in seen.knots)
    seen.places = {line: place for place, (_, line) in enumerate(newcomers)}
    return seen


class Found:
    """What rows are about: their ids, and the titles of ours that have these.

    marks: what a row is about and its line in one number, so that a long file takes
    little memory, and sorting brings together the rows that are about the same.
    """

    def __init__(self) -> None:
        self.marks: list[int] = []
        self.newcomers: list[tuple[Key, int]] = []

    def look_at(self, records: Iterable[Record]) -> None:
        records = list(records)
        keys = {key for record in records for key in record.external_ids}
        titles_of = holdings(keys)
        for record in records:
            mal = of_mal(set(record.external_ids))
            titles = {id_ for key in record.external_ids for id_ in titles_of[key]}
            if not mal and not titles:
                self.newcomers.append((min(record.external_ids), record.line))
            # The number of a title of ours is its MyAnimeList id as well.
            about: set[Key | int] = {
                *record.external_ids,
                *titles,
                *(int(number) for _, number in mal),
            }
            self.marks += (mark(one, record.line) for one in about)

    def knots(self) -> dict[int, int]:
        """The rows that are about something that another is about too."""
        self.marks.sort()
        first_of: dict[int, int] = {}
        for _, marks in groupby(self.marks, key=lambda one: one >> LINE_BITS):
            first, *others = (one & ((1 << LINE_BITS) - 1) for one in marks)
            for other in others:
                join(first_of, first, other)
        return {line: standing_for(first_of, line) for line in first_of}


def mark(what: Key | int, line: int) -> int:
    return hash(what) << LINE_BITS | line


def join(first_of: dict[int, int], one: int, other: int) -> None:
    one, other = standing_for(first_of, one), standing_for(first_of, other)
    first_of[one] = first_of[other] = min(one, other)


def standing_for(first_of: dict[int, int], line: int) -> int:
    while (first := first_of.setdefault(line, line)) != line:
        first_of[line] = first_of[first]
        line = first
    return line


def untied(records: Iterable[Record], knots: dict[int, int]) -> Iterator[list[Record]]:
    """Rows by themselves as they come, then those of each knot together."""
    held: dict[int, list[Record]] = {}
    for record in records:
        if (knot := knots.get(record.line)) is None:
            yield [record]
        else:
            held.setdefault(knot, []).append(record)
    yield from sorted(held.values(), key=lambda some: min(r.external_ids for r in some))
