"""How well a row fits a title: what each piece of evidence is worth, and what decides.

The points stand in one table (POINTS), so that a case that is judged wrongly is mended
by a look at it. No database.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from animecollections.api.ids import OWN
from collections_app.catalogue.folding import fold
from collections_app.catalogue.name_forms import (
    FORMAT_WORDS,
    Likeness,
    have_like_signs,
    likeness,
    other_seasons,
    without_qualifiers,
    without_season,
)
from collections_app.models.catalogue import AiringStatus, Format
from collections_app.transfer.records import Record

Title = Mapping[str, Any]


class Named(Enum):
    """By which name of the title the row names it."""

    TITLE = "its title"
    OTHER = "another of its names"


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
    Sign.FORMAT_DIFFERS: "its format is another",
    Sign.YEAR_DIFFERS: "its year is another",
    Sign.EPISODES_DIFFER: "its number of episodes is another",
    Sign.PROGRESS_DIFFERS: "its number of episodes does not fit what was watched",
    Sign.ID_DIFFERS: "its id at a site is another",
    Sign.ANOTHER_SEASON: "it is another season",
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
# By another way to write the row's name: "2nd Season" for "II", or without "(TV)".
REWRITTEN = 5
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
    facts = facts_said(record)
    found = [
        Evidence(title["id"], name, frozenset(signs_of(record, facts, title, is_other)))
        for title in titles
        for name, is_other in [name_points(record, facts, title)]
        if name
    ]
    return sorted(found, key=lambda one: (one.is_excluded, -one.points, one.anime_id))


def clear_one(record: Record, weighed: list[Evidence]) -> Evidence | None:
    """The title that fits best, if it fits well enough and no other fits as well."""
    fitting = [one for one in weighed if not one.is_excluded and one.points >= ENOUGH]
    if not fitting:
        return None
    # An id of ours says little by itself, and all where the name agrees.
    own = [one for one in fitting if str(one.anime_id) == record.ids.get(OWN)]
    best, *rivals = own or fitting
    if any(is_rival(best, other) for other in rivals):
        return None
    # Where a title of a closer name is contradicted, that alone makes no other it.
    is_second = any(other.name > best.name for other in weighed)
    return best if own or not is_second or best.is_supported else None


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
    return "Titles with a name like this are there, but none is clear: choose one."


# --- the name ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """What the row says of its title, its name's "(TV)" and "(2019)" too."""

    format: str | None
    year: int | None


def facts_said(record: Record) -> Said:
    _, qualifiers = without_qualifiers(record.title)
    formats = {FORMAT_WORDS[word] for word in qualifiers & FORMAT_WORDS.keys()}
    years = {int(word) for word in qualifiers - FORMAT_WORDS.keys()}
    return Said(
        record.format or min(formats, default=None),
        record.year or min(years, default=None),
    )


def name_points(record: Record, said: Said, title: Title) -> tuple[int, bool]:
    """What the closest of their names is worth, and whether it is no title of the row.

    A qualifier of the title's ("Island (TV)") counts for nothing where the row says the
    same by its facts, or says nothing of it.
    """
    names = list(names_of(title))
    best = max(
        (points(record.title, name, named, said) for name, named in names), default=0
    )
    if not best and is_rewritten(record.title, names):
        best = REWRITTEN
    others = [
        points(other, name, named, said) + OF_OTHER_NAME
        for other in record.names
        for name, named in names
    ]
    by_other = max(others, default=0)
    return max(best, by_other, 0), by_other > best


def names_of(title: Title) -> Iterator[tuple[str, Named]]:
    yield title["title"], Named.TITLE
    others = (title["english_title"], title["native_title"], *title["synonyms"])
    yield from ((name, Named.OTHER) for name in others if name)


def points(name: str, other: str, named: Named, said: Said) -> int:
    alike = likeness(name, other)
    if alike is None:
        plain, qualifiers = without_qualifiers(other)
        if qualifiers and qualifiers <= qualifiers_that_fit(said):
            alike = likeness(name, plain)
    return POINTS[named, alike] if alike else 0


def qualifiers_that_fit(said: Said) -> set[str]:
    """The words in brackets that a title may have besides the row's name."""
    return {(said.format or Format.TV).lower(), str(said.year)}


def names_said(record: Record) -> Iterator[str]:
    """The names by which to look for a row's title, folded."""
    for name in filter(None, (record.title, *record.names)):
        yield fold(name)
    if record.title:
        for word in qualifiers_that_fit(facts_said(record)):
            yield f"{fold(record.title)} {word}"


def names_rewritten(record: Record) -> Iterator[str]:
    """The other ways to write them, for what those names do not find."""
    if record.title:
        yield from rewritten_of(record.title)
        yield fold(record.title).replace(" ", "")


def is_rewritten(title: str, names: Iterable[tuple[str, Named]]) -> bool:
    rewritten = set(rewritten_of(title))
    return any(
        fold(name) in rewritten and have_like_signs(title, name) for name, _ in names
    )


def rewritten_of(name: str) -> Iterator[str]:
    plain, qualifiers = without_qualifiers(name)
    if qualifiers:
        yield fold(plain)
    yield from other_seasons(plain)


# --- the facts --------------------------------------------------------------------


def signs_of(
    record: Record, said: Said, title: Title, by_other: bool
) -> Iterator[Sign]:
    yield from format_signs(said.format, title["format"])
    yield from year_signs(said.year, title["year"])
    if not (title["airing_status"] in STILL_COUNTING or title["episodes"] is None):
        yield from episode_signs(record, title["episodes"])
    if by_other and not is_of_season(title, without_season(record.title)[1]):
        yield Sign.ANOTHER_SEASON
    if title["gone_since"]:
        yield Sign.IS_GONE
    theirs = {"mal": title["mal_id"] and str(title["mal_id"])} | title["external_ids"]
    if any((theirs.get(site) or key) != key for site, key in record.ids.items()):
        yield Sign.ID_DIFFERS


def is_of_season(title: Title, number: int) -> bool:
    """Names in other languages often leave out which season it is."""
    return number < 2 or any(
        without_season(name)[1] == number for name, _ in names_of(title)
    )


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
