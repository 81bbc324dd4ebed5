"""The words that profile forms offer; any other is kept as it was sent."""

from collections.abc import Iterable, Mapping

from collections_app.catalogue.folding import fold
from collections_app.catalogue.genres import DEMOGRAPHICS, GENRES, THEMES
from collections_app.catalogue.models import Format

NO_PREFERENCE = "no preference"


def by_fold(words: Iterable[str]) -> dict[str, str]:
    """`slice_of_life`, "Slice of Life" and "slice-of-life" are one word."""
    return {fold(word): word for word in words}


GENRE_NAMES = by_fold((*GENRES, *THEMES, *DEMOGRAPHICS))
FREQUENCIES = by_fold(("daily", "weekly", "monthly", "occasionally", "rarely", "never"))
FANATIC_LEVELS = by_fold(
    (
        "casual",
        "regular",
        "enthusiast",
        "dedicated",
        "hardcore",
        "otaku",
        "hardcore_otaku",
    )
)
FORMATS = by_fold(word for word in Format.values if word != Format.UNKNOWN)

KNOWN_WORDS: dict[str, Mapping[str, str]] = {
    "frequency": FREQUENCIES,
    "fanatic_level": FANATIC_LEVELS,
    "preferred_format": FORMATS,
}


def match(word: str, known: Mapping[str, str]) -> str:
    """The known word that this one is, else the word itself; "" for no preference."""
    key = fold(word)
    return "" if key == NO_PREFERENCE else known.get(key, word)


def match_all(words: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """The same for a list, each once, in the order sent."""
    first_of: dict[str, str] = {}
    for word in words:
        if matched := match(word, known):
            first_of.setdefault(fold(matched), matched)
    return list(first_of.values())
