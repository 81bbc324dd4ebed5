"""What the reference of the API shows of bodies and answers."""

from collections_app.watch_list.entries import JSON_KEYS
from collections_app.watch_list.fields import FIELDS

VALUES = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120002",
    "user_id": "550e8400-e29b-41d4-a716-446655440000",
    "anime_id": "1535",
    "title": "Death Note",
    "imageUrl": "https://img.example.org/1535.jpg",
    "rating": 8.62,
    "episodes": 37,
    "mal_id": 1535,
    "format": "TV",
    "airing_status": "finished",
    "season": "fall",
    "year": 2006,
    **{field.name: field.example for field in FIELDS},
    "added_at": "2026-10-02T18:30:00Z",
    "updated_at": "2026-11-23T09:30:00Z",
    "revision": 41,
    "episodes_aired": 37,
    "behind_by": 25,
    "next_airs_at": None,
    "next_airs_estimated": None,
}
ENTRY = {key: VALUES[key] for key in JSON_KEYS}
VIEWING = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120004",
    "number": 2,
    "state": "active",
    "started_on": "2026-11-28",
    "finished_on": None,
    "progress": 3,
    "score": None,
    "notes": "",
    "where": "With Anna",
    "revision": 42,
}
COUNTS = {
    "total": 3,
    "by_type": {
        "Collection": 0,
        "Completed": 1,
        "To Watch": 0,
        "Watching": 2,
    },
    "by_state": {"active": 2, "on_hold": 1, "rewatching": 0, "dropped": 0},
}
# Entries by themselves, and the batch

BATCH = {
    "operations": [
        {"op": "increment", "animeId": 1535, "id": "a1"},
        {"op": "remove", "animeId": 7},
    ]
}
BATCH_ANSWER = {
    "results": [
        {"id": "a1", "ok": True, "status": 200, "entry": ENTRY},
        {
            "ok": False,
            "status": 404,
            "error": "The catalogue has no anime with the id 7.",
            "code": "anime_not_found",
        },
    ]
}
# History and undo

OPERATIONS = [
    {
        "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120002",
        "summary": "moved Death Note from To Watch to Watching, progress 0 → 3",
        "at": "2026-11-23T09:30:00Z",
        "through": "session",
        "file_name": "",
        "token_id": None,
        "token_name": "",
        "client_id": "",
        "size": 1,
        "changes": [
            {
                "anime_id": "1535",
                "title": "Death Note",
                "kind": "update",
                "before": {"type": "To Watch", "progress": 0},
                "after": {"type": "Watching", "progress": 3},
                "watched": [{"watched_on": "2026-11-23", "episodes": 3}],
                "revision": 41,
            }
        ],
        "undoes": None,
        "undoes_app": "",
        "undoable": True,
        "undoable_until": "2027-11-23T09:30:00Z",
    }
]
UNDONE = {
    "entries": [ENTRY],
    "removed": [],
    "conflicts": [],
    "dry_run": False,
}
