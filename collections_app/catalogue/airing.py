"""When a title airs, as far as the catalogue tells. No database."""

from datetime import date
from typing import TYPE_CHECKING

from collections_app.catalogue.models import AiringStatus, Season

if TYPE_CHECKING:
    from collections_app.catalogue.facts import Facts

# An episode a week at least: so many are aired in the year in which a title begins.
AIRED_IN_YEAR: dict[str, int] = {
    Season.WINTER: 52,
    Season.SPRING: 39,
    Season.SUMMER: 26,
    Season.FALL: 13,
}


def has_finished_airing(facts: "Facts", today: date) -> bool:
    """Where the catalogue does not say it, by the year: most of what it knows the
    episodes of is whole a year later.
    """
    if facts["airing_status"] != AiringStatus.UNKNOWN:
        return bool(facts["airing_status"] == AiringStatus.FINISHED)
    year = facts["year"]
    return bool(facts["episodes"] and year and year < today.year - 1)


def aired_on(facts: "Facts", episode: int) -> str:
    """The year in which an episode aired; "" where that is not sure."""
    year = facts["year"]
    certain = AIRED_IN_YEAR.get(facts["season"], 1)
    return f"{year:04}" if year and episode <= certain else ""
