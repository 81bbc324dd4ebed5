"""What an entry of a list shows of its title: the same for everybody."""

from collections.abc import Sequence
from typing import Any

# In this order in every row that `facts_to_json` and `card_facts` read.
FACTS = (
    "title",
    "picture_url",
    "rating",
    "episodes",
    "mal_id",
    "format",
    "airing_status",
    "season",
    "year",
    "genre_names",
)
# The existing client's cards know these words only.
AIRING_WORDS = {
    "finished": "Finished Airing",
    "airing": "Currently Airing",
    "upcoming": "Not yet aired",
}


def facts_to_json(facts: Sequence[Any]) -> dict[str, Any]:
    """What an entry shows of its title: the same for everybody."""
    title, picture, rating, episodes, mal_id, format_, airing, season, year, _ = facts
    return {
        "title": title,
        "imageUrl": picture or None,
        "rating": rating,
        "episodes": episodes,
        "mal_id": mal_id,
        "format": format_,
        "airing_status": airing,
        "season": season or None,
        "year": year,
    }


def card_facts(facts: Sequence[Any]) -> dict[str, Any]:
    """What the existing client's cards read besides (view=card)."""
    _, picture, *_, airing_status, _, _, genres = facts
    return {
        "image_webp": picture or None,
        "image_large_webp": picture or None,
        "image_small_webp": picture or None,
        "status": AIRING_WORDS.get(airing_status),
        "genres": genres,
    }
