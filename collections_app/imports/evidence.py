"""How well a row fits a title: what each piece of evidence is worth, and what decides.

The points stand in one table (POINTS), so that a case that is judged wrongly is mended
by a look at it. No database.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from collections_app.catalogue.models import AiringStatus, Format
from collections_app.catalogue.name_forms import Likeness, without_season
from collections_app.catalogue.refs import OWN
from collections_app.imports.row_names import (
    Match,
    Named,
    Said,
    Title,
    closest_match,
    facts_said,
    names_of,
)
from collections_app.transfer.records import Record


class Sign(Enum):
    """What a fact that the row states says of a title."""

    FORMAT_AGREES, FORMAT_IS_NEAR, FORMAT_DIFFERS = "format =", "format ≈", "format ≠"
    YEAR_AGREES, YEAR_IS_NEAR, YEAR_DIFFERS = "year =", "year ≈", "year ≠"
    EPISODES_AGREE, EPISODES_ARE_NEAR = "episodes =", "episodes ≈"
    EPISODES_DIFFER = "episodes ≠"
    PROGRESS_AGREES, PROGRESS_DIFFERS = "watched =", "watched ≠"
    ANOTHER_SEASON = "season ≠"
    ID_DIFFERS = "id ≠"
    IS_GONE = "gone"


# What decided, in the order in which people read it.
WORDS = {
    Sign.FORMAT_AGREES: "format",
    Sign.YEAR_AGREES: "year",
    Sign.YEAR_IS_NEAR: "year",
    Sign.EPISODES_AGREE: "number of episodes",
    Sign.PROGRESS_AGREES: "progress",
}
AGAINST = {
    Sign.FORMAT_DIFFERS: "its format differs",
    Sign.YEAR_DIFFERS: "its year differs",
    Sign.EPISODES_DIFFER: "its number of episodes differs",
    Sign.PROGRESS_DIFFERS: "its number of episodes does not fit what was watched",
    Sign.ID_DIFFERS: "its id at a site differs",
    Sign.ANOTHER_SEASON: "its season differs",
}
POINTS: Mapping[Any, int] = {
    (Named.TITLE, Likeness.WRITTEN): 12,
    (Named.TITLE, Likeness.SPELLED): 11,
    (Named.OTHER, Likeness.WRITTEN): 9,
    (Named.OTHER, Likeness.SPELLED): 8,
    (Named.TITLE, Likeness.FOLDED): 7,
    (Named.OTHER, Likeness.FOLDED): 6,
    (Named.TITLE, Likeness.JOINED): 6,
    (Named.OTHER, Likeness.JOINED): 6,
    (Named.TITLE, Likeness.OTHER_SIGNS): 3,
    (Named.OTHER, Likeness.OTHER_SIGNS): 3,
    (Named.REWRITTEN, Likeness.FOLDED): 5,
    Sign.EPISODES_AGREE: 5,
    Sign.EPISODES_ARE_NEAR: -2,
    Sign.YEAR_AGREES: 3,
    Sign.YEAR_IS_NEAR: -1,
    Sign.FORMAT_AGREES: 2,
    Sign.FORMAT_IS_NEAR: -1,
    Sign.FORMAT_DIFFERS: -10,
    Sign.PROGRESS_AGREES: 2,
    Sign.PROGRESS_DIFFERS: -7,
    Sign.ANOTHER_SEASON: -4,
    Sign.IS_GONE: -3,
}
# A translation or other name of the row; its title is what it is called there.
OF_OTHER_NAME = -2
# A title needs so many, and so many more than another of which other facts are true.
# Of titles of which the same is true the closest name decides.
ENOUGH = 6
LEAD = 2
AGREES = frozenset(
    {Sign.FORMAT_AGREES, Sign.YEAR_AGREES, Sign.EPISODES_AGREE, Sign.PROGRESS_AGREES}
)
EXCLUDES = frozenset({Sign.YEAR_DIFFERS, Sign.EPISODES_DIFFER, Sign.ID_DIFFERS})
# Formats that one site calls the one and another the other. TV against Movie, OVA,
# Special and Music is a real difference, and so is Movie against Music.
SAME_TO_SOME = {
    frozenset(pair)
    for pair in (
        (Format.TV, Format.ONA), (Format.MOVIE, Format.OVA),
        (Format.MOVIE, Format.ONA), (Format.MOVIE, Format.SPECIAL),
        (Format.OVA, Format.ONA), (Format.OVA, Format.SPECIAL),
        (Format.ONA, Format.SPECIAL), (Format.MUSIC, Format.OVA),
        (Format.MUSIC, Format.ONA), (Format.MUSIC, Format.SPECIAL),
    )
}  # fmt: skip
# A recap or an unaired episode counts at one site and not at another; numbers of shows
# that run for years are those of some day.
FEW_EPISODES, SMALL_PART = 2, 0.1
STILL_COUNTING = frozenset({AiringStatus.AIRING, AiringStatus.UPCOMING})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against a title being what a row names.

    points: of the name, and of all signs together.
    """

    anime_id: int
    name: int
    signs: frozenset[Sign]

    @property
    def points(self) -> int:
        return self.name + sum(POINTS.get(sign, 0) for sign in self.signs)

    @property
    def is_supported(self) -> bool:
        return not AGREES.isdisjoint(self.signs)

    @property
    def is_excluded(self) -> bool:
        return not EXCLUDES.isdisjoint(self.signs)


def weigh(record: Record, titles: Iterable[Title]) -> list[Evidence]:
    """All that has a name in common with the row, the likeliest first."""
    said = facts_said(record)
    found = [
        Evidence(title["id"], name_points(match), frozenset(signs))
        for title in titles
        if (match := closest_match(record, said, title, name_points))
        for signs in [signs_of(record, said, title, match)]
    ]
    return sorted(found, key=lambda one: (one.is_excluded, -one.points, one.anime_id))


def name_points(match: Match) -> int:
    return POINTS[match.named, match.alike] + OF_OTHER_NAME * match.is_other_name


def clear_one(
    record: Record, weighed: list[Evidence], *, are_all: bool = True
) -> Evidence | None:
    """The title that fits best, if it fits well enough and no other fits as well.

    Where a title of a closer name is contradicted, that alone makes no other it: that
    must be supported, and be the best of all titles of such a name (are_all).
    """
    fitting = [one for one in weighed if not one.is_excluded and one.points >= ENOUGH]
    # An id of ours says little by itself, and all where the name agrees.
    for one in fitting:
        if str(one.anime_id) == record.ids.get(OWN):
            return one
    if not fitting or any(is_rival(fitting[0], other) for other in fitting[1:]):
        return None
    [best, *_] = fitting
    is_second = any(other.name > best.name for other in weighed)
    return None if is_second and not (are_all and best.is_supported) else best


def is_rival(best: Evidence, other: Evidence) -> bool:
    if other.signs == best.signs:
        return other.name == best.name
    return best.points - other.points < LEAD


def reason_of(clear: Evidence) -> str:
    """What decided, for a person."""
    grounds = ["name", *(WORDS[sign] for sign in WORDS if sign in clear.signs)]
    *first, last = grounds
    listed = f"{', '.join(first)} and {last}" if first else last
    return f"Recognised by its {listed}."


def why_unclear(weighed: Sequence[Evidence]) -> str:
    fitting = [one for one in weighed if not one.is_excluded and one.points >= ENOUGH]
    if len(fitting) > 1:
        return "Several titles have this name: choose one."
    best = weighed[0]
    against = [AGAINST[sign] for sign in AGAINST if sign in best.signs]
    if against:
        return f"A title has this name, but {' and '.join(against)}: choose one."
    if len(weighed) == 1:
        return "A title has a similar name: choose it if it is the right one."
    return "Several titles have similar names: choose one."


# --- the facts --------------------------------------------------------------------


def signs_of(record: Record, said: Said, title: Title, match: Match) -> Iterator[Sign]:
    yield from format_signs(said.format, title["format"])
    yield from year_signs(said.year, title["year"])
    if not (title["airing_status"] in STILL_COUNTING or title["episodes"] is None):
        yield from episode_signs(record, title["episodes"])
    number = without_season(record.title)[1]
    if match.is_other_name and number > 1 and number not in seasons_of(title):
        yield Sign.ANOTHER_SEASON  # names in other languages often leave it out
    if title["gone_since"]:
        yield Sign.IS_GONE
    theirs = {"mal": title["mal_id"] and str(title["mal_id"])} | title["external_ids"]
    if any((theirs.get(site) or key) != key for site, key in record.ids.items()):
        yield Sign.ID_DIFFERS


def seasons_of(title: Title) -> set[int]:
    return {without_season(name)[1] for name, _ in names_of(title)}


def format_signs(said: str | None, known: str) -> Iterator[Sign]:
    if not said or Format.UNKNOWN in (said, known):
        return
    if said == known:
        yield Sign.FORMAT_AGREES
    else:
        is_near = frozenset((said, known)) in SAME_TO_SOME
        yield Sign.FORMAT_IS_NEAR if is_near else Sign.FORMAT_DIFFERS


def year_signs(said: int | None, known: int | None) -> Iterator[Sign]:
    if said and known:
        apart = abs(said - known)
        near = Sign.YEAR_IS_NEAR if apart == 1 else Sign.YEAR_DIFFERS
        yield near if apart else Sign.YEAR_AGREES


def episode_signs(record: Record, known: int) -> Iterator[Sign]:
    """What the row says of their number; else what was watched, which says less.

    That there is one, as of every film, agrees with too much to count.
    """
    watched = record.values.get("progress") or 0
    is_done = record.values.get("type") == "Completed"
    if said := record.episodes:
        if said != known:
            near = is_near(said, known)
            yield Sign.EPISODES_ARE_NEAR if near else Sign.EPISODES_DIFFER
        elif known > 1:
            yield Sign.EPISODES_AGREE
    elif watched == known and known > 1:
        yield Sign.PROGRESS_AGREES
    elif (watched > known or (is_done and watched)) and not is_near(watched, known):
        yield Sign.PROGRESS_DIFFERS


def is_near(one: int, other: int) -> bool:
    apart = abs(one - other)
    return apart <= FEW_EPISODES or apart <= max(one, other) * SMALL_PART
