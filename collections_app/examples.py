"""What the reference of the API shows of bodies and answers, view by view."""

from typing import Any

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
}
ENTRY = {key: VALUES[key] for key in JSON_KEYS}
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
        "client_id": "",
        "size": 1,
        "changes": [
            {
                "anime_id": "1535",
                "title": "Death Note",
                "kind": "update",
                "before": {"type": "To Watch", "progress": 0},
                "after": {"type": "Watching", "progress": 3},
                "revision": 41,
            }
        ],
        "undoes": None,
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

# Imports

PLAN: dict[str, Any] = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120002",
    "format": "mal",
    "file_name": "animelist.xml",
    "status": "planned",
    "policy": "newest",
    "exported_at": "2026-11-20T00:00:00Z",
    "summary": {
        "rows": 373,
        "add": 69,
        "update": 12,
        "unchanged": 288,
        "conflict": 2,
        "unmatched": 1,
        "refused": 1,
    },
    "warnings": [],
    "created_at": "2026-11-23T09:30:00Z",
    "expires_at": "2026-11-30T09:30:00Z",
    "applied_at": None,
    "operation_id": None,
}
PLAN_ROW = {
    "row": 17,
    "outcome": "update",
    "reason": "Taken from the file: score. Your values are kept: progress (changed "
    "here on 2026-11-22); the row is from 2026-11-20.",
    "title": "Death Note",
    "anime_id": "1535",
    "anime_title": "Death Note",
    "before": {"score": None},
    "after": {"score": 9.0},
    "decision": None,
    "candidates": [],
}

# The catalogue

ANIME = {
    "id": "1535",
    "mal_id": 1535,
    "title": "Death Note",
    "english_title": "Death Note",
    "native_title": "デスノート",
    "synonyms": ["DN"],
    "imageUrl": "https://img.example.org/1535.jpg",
    "thumbnailUrl": "https://img.example.org/1535t.jpg",
    "rating": 8.62,
    "episodes": 37,
    "episode_minutes": 23,
    "format": "TV",
    "airing_status": "finished",
    "season": "fall",
    "year": 2006,
    "genres": ["Supernatural", "Suspense", "Psychological", "Shounen"],
    "studios": ["Madhouse"],
    "mature": False,
    "external_ids": {"anilist": "1535", "kitsu": "1376", "mal": "1535"},
    "updated_at": "2026-11-23T09:30:00Z",
}
ON_THE_LIST = {"type": "Watching", "progress": 12, "score": 9.5, "revision": 41}
RELATED_ANIME = {
    "id": "2994",
    "title": "Death Note: Rewrite",
    "english_title": None,
    "imageUrl": None,
    "thumbnailUrl": None,
    "rating": 7.7,
    "episodes": 2,
    "format": "Special",
    "airing_status": "finished",
    "year": 2007,
}

# Statistics

COUNTED = {
    "titles": 1,
    "completed": 1,
    "episodes": 74,
    "minutes": 1702,
    "mean_score": 9.5,
}
DAY = {"day": "2026-10-02", "episodes": 3, "minutes": 69}
MONTH = {"month": "2026-10", "episodes": 37, "minutes": 851}
WEEK = [{"weekday": "monday", "episodes": 3, "minutes": 69}]
STREAK = {"days": 12, "first": "2026-10-02", "last": "2026-10-13"}
WATCHED_TITLE = {
    "anime_id": "1535",
    "title": "Death Note",
    "imageUrl": "https://img.example.org/1535.jpg",
}
BREAKDOWNS = {
    "by_format": [{"format": "TV"} | COUNTED],
    "by_genre": [{"genre": "Supernatural"} | COUNTED],
    "by_studio": [{"studio": "Madhouse"} | COUNTED],
    "by_tag": [],
    "by_year": [{"year": 2006} | COUNTED],
}
STATISTICS = {
    "as_of": "2026-11-23",
    "totals": {
        "titles": 1,
        "completed": 1,
        "rewatches": 1,
        "episodes": 74,
        "minutes": 1702,
        "minutes_estimated": 0,
        "scored": 1,
        "mean_score": 9.5,
    },
    "scores": [{"score": 9.5, "titles": 1}],
    "by_type": [{"type": "Completed"} | COUNTED],
    "by_state": [{"state": "active"} | COUNTED],
    **BREAKDOWNS,
    "by_year_finished": [{"year": 2026} | COUNTED],
    "watched": {
        "episodes": 37,
        "minutes": 851,
        "days": 12,
        "first": "2026-10-02",
        "last": "2026-10-13",
        "months": [MONTH],
        "weekdays": WEEK,
        "calendar": [DAY],
    },
    "streaks": {"current": None, "longest": STREAK},
}
STATISTICS_OF_YEAR = {
    "as_of": "2026-11-23",
    "year": 2026,
    "totals": {
        "titles": 1,
        "episodes": 37,
        "minutes": 851,
        "minutes_estimated": 0,
        "days": 12,
        "added": 1,
        "started": 1,
        "finished": 1,
        "scored": 1,
        "mean_score": 9.5,
    },
    "first_watched": WATCHED_TITLE | {"day": "2026-10-02"},
    "last_watched": WATCHED_TITLE | {"day": "2026-10-13"},
    "most_watched": [WATCHED_TITLE | {"episodes": 37, "minutes": 851}],
    "finished": [WATCHED_TITLE | {"finished_on": "2026-10-13", "score": 9.5}],
    "busiest_month": MONTH,
    "busiest_day": DAY,
    "longest_streak": STREAK,
    "months": [MONTH],
    "weekdays": WEEK,
    "calendar": [DAY],
    **BREAKDOWNS,
}
