"""What the reference of the API shows of bodies and answers."""

from typing import Any

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
    "warning_codes": [],
    "lists": [
        {
            "name": "Cozy",
            "kind": "list",
            "titles": 12,
            "is_taken": True,
            "list_id": None,
        }
    ],
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
    "reason_codes": [
        {
            "code": "taken",
            "sentence": "Taken from the file: score.",
            "values": {"fields": "score"},
        },
        {
            "code": "kept_dated",
            "sentence": "Your values are kept: progress (changed here on 2026-11-22); "
            "the row is from 2026-11-20.",
            "values": {
                "fields": "progress (changed here on 2026-11-22)",
                "day": "2026-11-20",
            },
        },
    ],
    "title": "Death Note",
    "anime_id": "1535",
    "anime_title": "Death Note",
    "before": {"score": None},
    "after": {"score": 9.0},
    "decision": None,
    "candidates": [],
}
