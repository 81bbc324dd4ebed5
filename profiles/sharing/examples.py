"""What the reference of the API shows of bodies and answers."""

from typing import Any

from animecollections.viewer import SeenBy
from collections_app.browsing.examples import ANIME
from collections_app.stats.examples import STATISTICS, STATISTICS_OF_YEAR
from collections_app.stats.for_others import FIGURES_SEEN_BY

SECRET = "3f8e2a10c4b94f6d8a7be1f20c9d5e64.0gq3x-3pCzR0hY2pWm7uQ4yJc1l5mEw9cBzq0c2w6bM"  # noqa: S105
A_SHARE = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120007",
    "of": "type",
    "which": "Watching",
    "fields": ["notes"],
    "created_at": "2026-11-30T09:30:00Z",
    "rotated_at": None,
    "expires_at": "2026-12-31T00:00:00Z",
    "max_uses": None,
    "uses": 3,
}
PROFILE = {
    "user_name": "alice",
    "avatar": None,
    "banner_image": None,
    "favorite_animes": ["21", "16498"],
    "favorite_genres": ["Slice of Life"],
    "favorite_studios": ["Studio Ghibli"],
    "frequency": "weekly",
    "fanatic_level": "hardcore_otaku",
    "preferred_format": "TV",
}
ENTRY = {
    "anime_id": "1535",
    "title": "Death Note",
    "imageUrl": "https://img.example.org/1535.jpg",
    "rating": 8.6,
    "episodes": 37,
    "mal_id": 1535,
    "format": "TV",
    "airing_status": "finished",
    "season": "fall",
    "year": 2006,
    "type": "Watching",
    "progress": 12,
    "score": 9.5,
    "state": "active",
}
LIST = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120005",
    "name": "With Anna",
    "description": "Sundays.",
    "size": 1,
}
ITEM = {"anime_id": "1535", "anime": ANIME}


def without_named(figures: dict[str, Any]) -> dict[str, Any]:
    seen = {name for name, by in FIGURES_SEEN_BY.items() if by is SeenBy.OTHERS}
    totals = figures["totals"]
    told = {name: value for name, value in figures.items() if name in seen}
    return told | {
        "totals": {name: n for name, n in totals.items() if f"totals.{name}" in seen}
    }


STATS = without_named(STATISTICS)
YEAR = without_named(STATISTICS_OF_YEAR)
SHOWN = {"of": "type", "user_name": "alice", "entries": [ENTRY | {"notes": "So far."}]}
SIDE = {"type": "Watching", "state": "active", "progress": 12, "score": 9.5}
COMPARED = {
    "anime_id": "1535",
    "title": "Death Note",
    "imageUrl": "https://img.example.org/1535.jpg",
    "own": SIDE,
    "theirs": SIDE | {"score": 8.0},
}
COMPARISON = {
    "user_name": "bob",
    "shared": 40,
    "scored": 25,
    "mean_difference": 0.84,
    "affinity": 71.3,
}
