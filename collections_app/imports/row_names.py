"""By which of its names a row names a title, and how else that name may be written."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from collections_app.catalogue.folding import fold
from collections_app.catalogue.models import Format
from collections_app.catalogue.name_forms import (
    FORMAT_WORDS,
    Likeness,
    have_like_signs,
    likeness,
    other_seasons,
    without_qualifiers,
)
from collections_app.transfer.records import Record

Title = Mapping[str, Any]
FILM = re.compile(r"\b(?:movie|gekijouban)\b|劇場版|映画", re.IGNORECASE)


class Named(Enum):
    """By which name of the title the row names it."""

    TITLE = "its title"
    OTHER = "another of its names"
    REWRITTEN = "a name as others write it"


class Match(NamedTuple):
    """is_other_name: it is a translation or other name of the row that is alike; its
    title is what it is called where the row comes from.
    """

    named: Named
    alike: Likeness
    is_other_name: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What the row says of its title, its name's "(TV)" and "(2019)" too."""

    format: str | None
    year: int | None


def facts_said(record: Record) -> Said:
    """A film is called one in some of its names, if nothing says what it is."""
    is_film = any(map(FILM.search, (record.title, *record.names)))
    _, qualifiers = without_qualifiers(record.title)
    formats = {FORMAT_WORDS[word] for word in qualifiers & FORMAT_WORDS.keys()}
    years = {int(word) for word in qualifiers - FORMAT_WORDS.keys()}
    return Said(
        record.format or min(formats, default=Format.MOVIE if is_film else None),
        record.year or min(years, default=None),
    )


# --- names to look for, folded ----------------------------------------------------


def names_said(record: Record) -> Iterator[str]:
    """The row's own, and "Island (TV)" for the TV show Island."""
    for name in filter(None, (record.title, *record.names)):
        yield fold(name)
    if record.title:
        folded, said = fold(record.title), facts_said(record)
        yield f"{folded} {(said.format or Format.TV).lower()}"
        if said.year:
            yield f"{folded} {said.year}"


def names_rewritten(record: Record) -> Iterator[str]:
    """For what those do not find: other ways to write them."""
    if record.title:
        yield from rewritten(record.title, facts_said(record).format)
        yield fold(record.title).replace(" ", "")


def rewritten(title: str, format_: str | None) -> Iterator[str]:
    """With "2nd Season" for "II", without "(TV)", "Gintama Movie" for a film of it."""
    plain, qualifiers = without_qualifiers(title)
    if qualifiers:
        yield fold(plain)
    yield from other_seasons(plain)
    if format_ and format_ != Format.TV:
        show, _, part = plain.partition(":")
        yield fold(f"{plain} {format_}")
        yield fold(f"{show} {format_} {part}")


# --- names compared ---------------------------------------------------------------


def names_of(title: Title) -> Iterator[tuple[str, Named]]:
    yield title["title"], Named.TITLE
    others = (title["english_title"], title["native_title"], *title["synonyms"])
    yield from ((name, Named.OTHER) for name in others if name)


def closest_match(
    record: Record, said: Said, title: Title, worth: Callable[[Match], int]
) -> Match | None:
    """The most that any two of their names have in common."""
    found = [*matches(record.title, title, said)]
    found += [
        match._replace(is_other_name=True)
        for name in record.names
        for match in matches(name, title, said)
    ]
    if not found and is_rewritten(record.title, title, said):
        return Match(Named.REWRITTEN, Likeness.FOLDED)
    return max(found, key=worth, default=None)


def matches(name: str, title: Title, said: Said) -> Iterator[Match]:
    for other, named in names_of(title):
        if alike := likeness(name, other):
            yield Match(named, alike)
        elif "(" in other and (match := qualified(name, other, named, said)):
            yield match


def qualified(name: str, other: str, named: Named, said: Said) -> Match | None:
    """The row's name, and in brackets what the row says by its facts ("Island (TV)").

    Where it says nothing: shows are TV, and a year makes it another of such a name.
    """
    plain, words = without_qualifiers(other)
    alike = likeness(name, plain)
    years = words - FORMAT_WORDS.keys()
    kinds = {FORMAT_WORDS[word] for word in words - years}
    fits = kinds <= {said.format or Format.TV} and years <= {str(said.year or "")}
    if not alike or not words:
        return None
    if fits:
        return Match(named, alike)
    return Match(Named.OTHER, alike) if not said.year and not kinds else None


def is_rewritten(name: str, title: Title, said: Said) -> bool:
    forms = set(rewritten(name, said.format))
    return any(
        fold(other) in forms and have_like_signs(name, other)
        for other, _ in names_of(title)
    )
