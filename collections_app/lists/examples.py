"""What the reference of the API shows of lists."""

from collections_app.browsing.examples import ANIME, ON_THE_LIST

LIST = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120005",
    "name": "With Anna",
    "description": "Sundays.",
    "kind": "manual",
    "rules": None,
    "ordering": None,
    "leave_when_completed": True,
    "pinned": False,
    "audience": "nobody",
    "client_key": None,
    "size": 12,
    "created_at": "2026-11-01T18:30:00Z",
    "updated_at": "2026-11-23T09:30:00Z",
    "revision": 41,
    "items_revision": 57,
}
KEPT = {
    "list_id": LIST["id"],
    "anime_id": "1535",
    "rank": "V00G",
    "notes": "The one with the apple.",
    "added_at": "2026-11-23T09:30:00Z",
    "revision": 57,
}
ITEM = KEPT | {"anime": ANIME | {"entry": ON_THE_LIST}}
RULES = {
    "from": "watch_list",
    "type": "To Watch",
    "episodes_max": 13,
    "not": {"any": [{"genre": "Horror"}, {"added_within": "30d"}]},
}
UNPLACED = {"list_id": None, "rank": None, "notes": "", "added_at": None}
FOUND = ITEM | UNPLACED | {"revision": None}
PROGRESS = {"done": 3, "total": 12, "minutes_left": 2760}
OPERATION_ID = "0ea1f1bc-95a4-4e0f-8d0e-9d9b6ff65c8a"
