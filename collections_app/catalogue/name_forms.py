"""Names compared more closely than search does, and the other ways to write a name.

Search folds punctuation away; recognition must not, for it is all that tells "K-On!"
from "K-On!!" and "Gintama" from "Gintama°". No database.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from collections_app.catalogue.folding import fold

# Typographic signs and the plain ones that people type for them.
PLAIN_SIGNS = str.maketrans(
    "\u2018\u2019\u02bc\u201c\u201d\u2010\u2013\u2014", "'''\"\"---"
)
# What tells no name from another: at all, and anywhere but at its end.
BRACKETS = frozenset(' ()[]{}<>"\u300c\u300d\u300e\u300f\u3010\u3011')
DIVIDERS = frozenset("-:;,./~'&_\u301c\u30fb\u00b7\u2606\u2605\u2661\u2665")
QUALIFIER = re.compile(
    r"\s*\((?P<what>TV|OVA|ONA|Movie|Special|Music|(?:19|20)\d\d)\)", re.IGNORECASE
)
FORMAT_WORDS = {
    "tv": "TV", "ova": "OVA", "ona": "ONA", "movie": "Movie", "special": "Special",
    "music": "Music",
}  # fmt: skip
ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth")
SUFFIXES = ("", "st", "nd", "rd", *["th"] * 6)
ROMAN = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
LAST_SEASON = len(ROMAN) - 1


class Likeness(Enum):
    """How closely two names are the same, the closest first."""

    WRITTEN = "letter by letter"
    SPELLED = "but for case and width"
    FOLDED = "but for accents and the signs that one leaves out"
    JOINED = "but for spaces"
    OTHER_SIGNS = "but for signs that both have, and differ"


@lru_cache(maxsize=4096)
def written(name: str) -> str:
    name = unicodedata.normalize("NFC", name).translate(PLAIN_SIGNS)
    return " ".join(name.split())


@lru_cache(maxsize=4096)
def spelled(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", written(name)).casefold().split())


@lru_cache(maxsize=4096)
def signs(name: str) -> str:
    """The signs that may tell a name from another: those at its end, and all that do
    not merely divide it.
    """
    text = "".join(char for char in spelled(name) if char not in BRACKETS)
    ending = re.search(r"[\W_]*\Z", text)
    end = ending.start() if ending else len(text)
    return "".join(
        char
        for place, char in enumerate(text)
        if (place >= end or char not in DIVIDERS) and is_sign(char)
    )


def is_sign(char: str) -> bool:
    """Neither a letter nor what is folded to one ("×"), nor a mark of one."""
    return not fold(char).isalnum() and unicodedata.category(char)[0] != "M"


def have_like_signs(name: str, other: str) -> bool:
    """Whether the first has the signs of the other, or leaves all of them out."""
    return signs(name) in ("", signs(other))


def likeness(name: str, other: str) -> Likeness | None:
    """How the name of a row is the same as one of a title's; None if it is not."""
    if written(name) == written(other):
        return Likeness.WRITTEN
    if spelled(name) == spelled(other):
        return Likeness.SPELLED
    folded, folded_other = fold(name), fold(other)
    if folded.replace(" ", "") != folded_other.replace(" ", ""):
        return None
    if not have_like_signs(name, other):
        return Likeness.OTHER_SIGNS
    return Likeness.FOLDED if folded == folded_other else Likeness.JOINED


def without_qualifiers(name: str) -> tuple[str, set[str]]:
    """ "Mirai Nikki (TV)" as its name and what it says besides: a format, a year."""
    if "(" not in name:
        return name, set()
    said = {match["what"].lower() for match in QUALIFIER.finditer(name)}
    return (QUALIFIER.sub("", name).strip(), said) if said else (name, said)


def without_season(name: str) -> tuple[str, int]:
    """The folded name, and which season it says it is; 0 if it does not."""
    folded = fold(name)
    for pattern, number_of in SEASONS:
        if (match := pattern.fullmatch(folded)) and (number := number_of(match["n"])):
            return match["name"], number
    return folded, 0


def _counted(text: str) -> int:
    return int(text) if 0 < int(text) <= LAST_SEASON else 0


WORDED, NUMERALS = "|".join(ORDINALS[1:]), "|".join(ROMAN[2:])
# A name, folded, that ends with its season.
SEASONS = (
    (re.compile(r"(?P<name>.+) (?P<n>\d)(?:st|nd|rd|th) season"), _counted),
    (re.compile(r"(?P<name>.+) (?:season|s) ?(?P<n>\d)"), _counted),
    (re.compile(rf"(?P<name>.+) (?P<n>{WORDED}) season"), ORDINALS.index),
    (re.compile(rf"(?P<name>.+) (?P<n>{NUMERALS})"), ROMAN.index),
    (re.compile(r"(?P<name>.+) (?P<n>[2-9])"), _counted),
)  # fmt: skip


def other_seasons(name: str) -> Iterator[str]:
    """The same season of the same show, folded, in the other words for it. What says
    no season is the first.
    """
    base, number = without_season(name)
    number = number or 1
    if number > 1:
        yield f"{base} {ROMAN[number]}"
        yield f"{base} {number}"
    else:
        yield base
    yield f"{base} {number}{SUFFIXES[number]} season"
    yield f"{base} season {number}"
    if number < len(ORDINALS):
        yield f"{base} {ORDINALS[number]} season"
