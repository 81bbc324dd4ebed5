"""How alike two titles are: by the lists that have both, else by genres and studios.

No database, and the memory of a number an entry: the daily job and
`benchmarks/recommend.py` count by it alike.

Two titles are as alike as the share of lists that have both is larger than by chance:
the cosine of their lists. A long list says less of each pair, so it counts 1/length.
Pairs of few people are taken back towards nothing, and of fewer than FEWEST_PEOPLE
nothing is told: it could be somebody's list.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

FEWEST_PEOPLE = 5  # who have both
HALF_SURE = 10  # people; a pair of so many counts half
MOST_PEOPLE = 500  # of one title, by chance: more would tell the same
LONGEST_LIST = 500  # by chance; the rest of it tells no more of its person
MOST_SIMILAR = 30
LEAST_CLOSE = 0.02
BEST_KNOWN = 500  # titles of a genre or studio that others are compared with
# What genres say stands behind all that people say.
BEHIND_PEOPLE = 0.05


class Kind:
    """Why two titles are alike."""

    PEOPLE = "people"
    GENRES = "genres"


class Similar(NamedTuple):
    anime_id: int
    weight: float
    kind: str


@dataclass(slots=True)
class Lists:
    """Lists of many people, without a word of whose they are."""

    entries: array[int] = field(default_factory=lambda: array("I"))
    ends: array[int] = field(default_factory=lambda: array("I"))
    people: dict[int, array[int]] = field(default_factory=dict)  # who has a title
    mass: dict[int, float] = field(default_factory=dict)  # what their lists count

    def add(self, titles: Collection[int], random: Random) -> None:
        """One person's; a list of one title says nothing of others."""
        if len(titles) < 2:
            return
        if len(titles) > LONGEST_LIST:
            titles = random.sample(sorted(titles), LONGEST_LIST)
        person, counts = len(self.ends), weight_of(len(titles))
        self.entries.extend(titles)
        self.ends.append(len(self.entries))
        for title in titles:
            self.people.setdefault(title, array("I")).append(person)
            self.mass[title] = self.mass.get(title, 0.0) + counts

    def __len__(self) -> int:
        return len(self.ends)

    def list_of(self, person: int) -> array[int]:
        start = self.ends[person - 1] if person else 0
        return self.entries[start : self.ends[person]]

    def similar_to(self, title: int, random: Random) -> list[Similar]:
        """By people; the most alike first."""
        having: Sequence[int] = self.people.get(title, array("I"))
        asked = having
        if len(having) > MOST_PEOPLE:
            asked = random.sample(having, MOST_PEOPLE)
        both, shared = self.counted(asked)
        scale = len(having) / max(1, len(asked))
        found = [
            Similar(
                other,
                scale
                * shared[other]
                / math.sqrt(self.mass[title] * self.mass[other])
                * number
                / (number + HALF_SURE),
                Kind.PEOPLE,
            )
            for other, number in both.items()
            if number >= FEWEST_PEOPLE and other != title
        ]
        return closest(found)

    def counted(self, people: Iterable[int]) -> tuple[Counter[int], Counter[int]]:
        """On how many of their lists each title is, and what those count.

        Lists of about one length are counted together, for Counter counts in C.
        """
        by_weight: defaultdict[float, Counter[int]] = defaultdict(Counter)
        for person in people:
            titles = self.list_of(person)
            by_weight[weight_of(len(titles))].update(titles)
        number: Counter[int] = Counter()
        counts: Counter[int] = Counter()
        for weight, some in by_weight.items():
            number.update(some)
            for title, times in some.items():
                counts[title] += weight * times  # type: ignore[assignment]
        return number, counts


def weight_of(length: int) -> float:
    """About one through its length, in steps of two."""
    return 2.0 ** -(length.bit_length())


@dataclass(frozen=True, slots=True)
class Facts:
    """Genres and studios of titles. A rare one says more."""

    rarity: Mapping[object, float]
    vectors: Mapping[int, Mapping[object, float]]  # of length 1
    best_known: Mapping[object, Sequence[int]]

    @classmethod
    def of(
        cls, marks: Mapping[int, Collection[object]], fame: Mapping[int, int]
    ) -> Facts:
        """marks: the genres and studios of each title. fame: how well known it is."""
        number = Counter(mark for of_one in marks.values() for mark in of_one)
        rarity = {mark: math.log(len(marks) / n) for mark, n in number.items()}
        titles: dict[object, list[int]] = {}
        for title in sorted(marks, key=lambda one: (-fame.get(one, 0), one)):
            for mark in marks[title]:
                known = titles.setdefault(mark, [])
                if len(known) < BEST_KNOWN:
                    known.append(title)
        vectors = {title: unit(of_one, rarity) for title, of_one in marks.items()}
        return cls(rarity, vectors, titles)

    def similar_to(self, title: int) -> list[Similar]:
        alike: defaultdict[int, float] = defaultdict(float)
        for mark, weight in self.vectors.get(title, {}).items():
            for other in self.best_known.get(mark, ()):
                alike[other] += weight * self.vectors[other][mark]
        alike.pop(title, None)
        return closest(
            Similar(other, weight * BEHIND_PEOPLE, Kind.GENRES)
            for other, weight in alike.items()
        )


def unit(
    marks: Collection[object], rarity: Mapping[object, float]
) -> dict[object, float]:
    length = math.sqrt(sum(rarity[mark] ** 2 for mark in marks)) or 1.0
    return {mark: rarity[mark] / length for mark in marks}


def closest(found: Iterable[Similar]) -> list[Similar]:
    return sorted(found, key=lambda one: (-one.weight, one.anime_id))[:MOST_SIMILAR]


def merged(people: Sequence[Similar], facts: Iterable[Similar]) -> list[Similar]:
    """Filled up by facts where people are few."""
    known = {one.anime_id for one in people}
    more = [one for one in facts if one.anime_id not in known]
    return [*people, *more][:MOST_SIMILAR]


# --- What one person may like ---------------------------------------------------------


def closeness(similar: Iterable[Similar]) -> float:
    """How much a title is like others: what is like everything says little of taste."""
    return sum(one.weight for one in similar)


def points(reasons: Iterable[tuple[float, int, str]], close: float) -> float:
    """How much somebody may like a title, given what each of theirs adds."""
    return sum(added for added, _, _ in reasons) / math.sqrt(LEAST_CLOSE + close)


def scores(
    seeds: Mapping[int, float], similar: Mapping[int, Iterable[Similar]]
) -> dict[int, list[tuple[float, int, str]]]:
    """Of each title that is like one of theirs, what each adds to its score: (how much,
    which of theirs, why), the most first.
    """
    found: dict[int, list[tuple[float, int, str]]] = {}
    for seed, weight in seeds.items():
        for one in similar.get(seed, ()):
            added = (weight * one.weight, seed, one.kind)
            found.setdefault(one.anime_id, []).append(added)
    for reasons in found.values():
        reasons.sort(reverse=True)
    return found
