"""How likely a title is meant, before anybody has typed a word: points for ranking.

What the catalogue knows of it comes from its source; how many lists have it becomes
points once a day (watch_list/popularity.py), for no search has the time to count them.
"""

from typing import TYPE_CHECKING

from collections_app.catalogue.folding import fold
from collections_app.catalogue.models import Format
from collections_app.catalogue.seasons import marks, with_marks

if TYPE_CHECKING:
    from collections_app.catalogue.facts import Facts

SITE = 60  # each of the seven or so sites that know the title
RATING = 50  # each of its ten points
UNRATED = 3.0
FORMATS: dict[str, int] = {
    Format.TV: 400,
    Format.MOVIE: 330,
    Format.ONA: 150,
    Format.OVA: 100,
}
SEQUEL = -300
# Each year before NEW: a series is older than what follows it.
OLDER, NEW, MOST_YEARS = 8, 2030, 30
DOUBLED = 60  # each time that the lists which have it double


def prominence(facts: "Facts") -> int:
    """Of a title with these facts; never below 0."""
    names = (facts["title"], facts["english_title"], *facts["synonyms"])
    is_sequel = any(marks(with_marks(fold(name))) for name in names)
    return max(
        0,
        len(facts["external_ids"]) * SITE
        + round((facts["rating"] or UNRATED) * RATING)
        + FORMATS.get(facts["format"], 0)
        + is_sequel * SEQUEL
        + min(MOST_YEARS, NEW - (facts["year"] or NEW)) * OLDER,
    )


def renown(lists: int) -> int:
    """Points of being on so many lists."""
    return (lists + 1).bit_length() * DOUBLED - DOUBLED


def lists_behind(points: int) -> int:
    """How many lists, at the least, a renown tells of: 0, 1, 3, 7 …"""
    return int(2 ** (points // DOUBLED)) - 1
