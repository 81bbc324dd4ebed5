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
    "schedule",
)
# The existing client's cards know these words only.
AIRING_WORDS = {
    "finished": "Finished Airing",
    "airing": "Currently Airing",
    "upcoming": "Not yet aired",
}


# Their keys in an entry; the genres are for cards alone, and of the schedule an entry
# shows what it says now (airing_of).
FACT_KEYS = (
    "title",
    "imageUrl",
    "rating",
    "episodes",
    "mal_id",
    "format",
    "airing_status",
    "season",
    "year",
)
CARD_KEYS_OF_FACTS = (
    "image_webp", "image_large_webp", "image_small_webp", "status", "genres",
)  # fmt: skip


# What has aired, and what airs next: it changes with time alone.
AIRING_KEYS = ("episodes_aired", "behind_by", "next_airs_at", "next_airs_estimated")

# Blank in its column is null in an answer.
NULL_FACT_KEYS = ("imageUrl", "season")


def facts_to_json(facts: Sequence[object]) -> dict[str, object]:
    """What an entry shows of its title: the same for everybody."""
    told = dict(zip(FACT_KEYS, facts, strict=False))
    return told | {key: told[key] or None for key in NULL_FACT_KEYS}


def card_facts(facts: Sequence[Any]) -> dict[str, object]:
    """What the existing client's cards read besides (view=card)."""
    _, picture, *_, airing_status, _, _, genres, _ = facts
    return {
        "image_webp": picture or None,
        "image_large_webp": picture or None,
        "image_small_webp": picture or None,
        "status": AIRING_WORDS.get(airing_status),
        "genres": genres,
    }
