"""What the reference of the API shows of apps that have access."""

AN_APP = {
    "id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a22",
    "name": "Ani Notes",
    "description": "Notes on what you watch.",
    "website": "https://notes.example.org",
    "scopes": ["list:read", "list:write"],
    "mature": False,
    "since": "2026-11-23T09:30:00Z",
    "last_used_at": "2026-11-30T12:00:00Z",
    "last_used_from": "203.0.113.7",
    "sign_ins": 1,
}
UNDO = {"since": "2026-11-30T00:00:00Z", "dry_run": True}
UNDONE = {
    "dry_run": True,
    "size": 1,
    "changes": [
        {
            "anime_id": "1535",
            "title": "Death Note",
            "kind": "update",
            "before": {"type": "Watching", "progress": 3},
            "after": {"type": "To Watch", "progress": 0},
            "watched": [{"watched_on": "2026-11-30", "episodes": -3}],
        }
    ],
    "conflict_count": 1,
    "conflicts": [
        {
            "anime_id": "1535",
            "title": "Death Note",
            "field": "score",
            "expected": 7.0,
            "found": 9.5,
            "by": {
                "through": "session",
                "token_name": "",
                "at": "2026-11-30T12:00:00Z",
            },
        }
    ],
    "left_alone": [{"kind": "searches", "changes": 2}],
}
