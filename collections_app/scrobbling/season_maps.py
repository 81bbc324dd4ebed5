"""Which episode of which title a season and episode of a series are. Pure: no database.

Sources say it with more or less care: "episodes 2-9 are S1 E1-8" (a bounded claim),
"it begins in S3 at E13" (an open one), "it is counted through" (an absolute one). The
most careful claim decides. Two titles that are as well claimed are both given, and
nobody chooses between them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

SeasonOfTitle = Mapping[str, Any]  # source_facts.values.Season
Redirect = Mapping[str, Any]  # source_facts.values.Redirect
SPECIALS = 0


class Place(NamedTuple):
    """An episode of a title."""

    anime_id: int
    episode: int


@dataclass(slots=True)
class Title:
    """What recognition has to know of one. seasons and redirects: those of the most
    trusted source first.
    """

    id: int
    episodes: int | None = None
    is_finished: bool = False
    year: int | None = None
    format: str = ""
    franchise: int | None = None
    seasons: Sequence[SeasonOfTitle] = ()
    redirects: Sequence[Redirect] = field(default_factory=tuple)

    def has(self, episode: int) -> bool:
        """As far as is known: a title that still airs may get more."""
        if episode < 1:
            return False
        return self.episodes is None or episode <= self.episodes or not self.is_finished

    def series(self, databases: Iterable[str]) -> list[tuple[str, str]]:
        """The series whose regular seasons it has a part in."""
        found = [
            (one["database"], one["id"])
            for database in databases
            for one in self.seasons
            if one["database"] == database and one["season"] != SPECIALS
        ]
        return list(dict.fromkeys(found))


def places_in_series(
    titles: Iterable[Title], series: tuple[str, str], season: int | None, episode: int
) -> set[Place]:
    """The places that the best claims tell; none, one, or several that contradict."""
    claims = [
        (title, one)
        for title in titles
        for one in title.seasons
        if (one["database"], one["id"]) == series
    ]
    for kind in (bounded, open_ended, counted_through):
        if found := set(kind(claims, season, episode)):
            return found
    return set()


Claims = Sequence[tuple[Title, SeasonOfTitle]]


def is_bounded(one: SeasonOfTitle) -> bool:
    return one["last"] is not None and one["to_last"] is not None


def is_of_these_numbers(title: Title, one: SeasonOfTitle) -> bool:
    """Whether the source counts the title's episodes as the catalogue does: one that
    has an episode 0 as its first counts one more.
    """
    return not is_bounded(one) or title.has(one["last"])


def bounded(claims: Claims, season: int | None, episode: int) -> Iterator[Place]:
    for title, one in claims:
        if one["season"] != season or not is_bounded(one):
            continue
        if not (one["to_first"] <= episode <= one["to_last"]):
            continue
        if is_of_these_numbers(title, one) and (number := ours(one, episode)):
            yield Place(title.id, number)


def ours(one: SeasonOfTitle, episode: int) -> int | None:
    """Our number of an episode there. Where each of ours is two there, it is watched
    with the second; where two of ours are one there, the last of them.
    """
    ratio, beyond = one.get("ratio") or 1, episode - one["to_first"]
    if ratio > 1:
        number, rest = divmod(beyond, ratio)
        return int(one["first"] + number) if rest == ratio - 1 else None
    each = max(1, -ratio)
    return int(one["first"] + beyond * each + each - 1)


def open_ended(claims: Claims, season: int | None, episode: int) -> Iterator[Place]:
    """Of titles that share a season the one that begins last before the episode.

    Of specials a beginning at 1 says nothing: it is what stands where nobody looked.
    """
    least = 2 if season == SPECIALS else 1
    begun = [
        (title, one)
        for title, one in claims
        if one["season"] == season is not None
        and one["last"] is None
        and least <= one["to_first"] <= episode
    ]
    latest = max((one["to_first"] for _, one in begun), default=0)
    for title, one in begun:
        number = one["first"] + episode - one["to_first"]
        is_known = title.episodes is not None or season != SPECIALS
        if one["to_first"] == latest and title.has(number) and is_known:
            yield Place(title.id, number)


def counted_through(
    claims: Claims, season: int | None, episode: int
) -> Iterator[Place]:
    """All of it in one season, or in seasons whose episodes are counted on. A season
    that is known confirms it by the numbers that it has.
    """
    for title, one in claims:
        if one["season"] is not None:
            continue
        number = one["first"] + episode - one["to_first"]
        in_season = season in (None, 1) or any(
            other["season"] == season
            and other["first"] <= number <= (other["last"] or number)
            for whose, other in claims
            if whose is title
        )
        if season != SPECIALS and in_season and title.has(number):
            yield Place(title.id, number)


def parts_of_film(titles: Iterable[Title], film: tuple[str, str]) -> set[Place]:
    """The part that a film is: 1 of most, 2 of the second of two."""
    return {
        Place(title.id, one["first"])
        for title in titles
        for one in title.seasons
        if (one["database"], one["id"]) == film and title.has(one["first"])
    }


def redirect_of(title: Title, episode: int) -> Redirect | None:
    """The rule that says that this number, counted on, is another title's."""
    for rule in title.redirects:
        last = rule["last"]
        if rule["first"] <= episode and (last is None or episode <= last):
            return rule
    return None
