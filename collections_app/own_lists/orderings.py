"""The orders in which a list of one's own can be shown."""

from animecollections.api.paging import MAX_TERMS
from animecollections.api.shuffling import RANDOM
from collections_app.catalogue.title_orders import ORDERINGS_BY_NAME
from collections_app.own_lists.rules import CATALOGUE, WATCH_LIST

# Words of `ordering`, and what of an item they are.
ORDERINGS = {
    "rank": "rank",
    "added_at": "added_at",
    "title": "anime__sort_title",
    **ORDERINGS_BY_NAME,
    "rating": "anime__weighted_rating",
    "popularity": "popularity",
    "year": "anime__year",
    "episodes": "anime__episodes",
    "score": "entry__score",
    "progress": "entry__progress",
    RANDOM: RANDOM,  # api/shuffling.py
}
DEFAULT_ORDERING = "rank"
# The same of a smart list: its titles have no place there, and no time of their own.
ORDERINGS_OF_TITLES = {
    name: path.removeprefix("anime__")
    for name, path in ORDERINGS.items()
    if name != "rank"
} | {"added_at": "entry__added_at"}
DEFAULT_OF_SOURCE = {WATCH_LIST: "-added_at", CATALOGUE: "-rating"}


def wrong_ordering(text: str) -> str:
    """A sentence for a person, or nothing where it can be."""
    names = text.split(",")
    if len(names) > MAX_TERMS:
        return f"Order by at most {MAX_TERMS} keys."
    if unknown := [name for name in names if name.removeprefix("-") not in ORDERINGS]:
        return (
            f"“{unknown[0][:50]}” is unknown. Choose from {', '.join(ORDERINGS)}, with "
            "- before it to reverse."
        )
    return ""
