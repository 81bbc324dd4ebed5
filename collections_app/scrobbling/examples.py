"""What the reference of the API shows of scrobbling."""

CANDIDATE = {
    "anime_id": "38524",
    "title": "Shingeki no Kyojin Season 3 Part 2",
    "imageUrl": "https://img.example.org/38524.jpg",
    "format": "TV",
    "year": 2019,
    "episodes": 10,
}
SCROBBLE: dict[str, object] = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120011",
    "state": "done",
    "reason": None,
    "why": None,
    "player": "jellyfin",
    "account": "alice",
    "library": "",
    "type": "episode",
    "series": "Attack on Titan",
    "title": "The Town Where Everything Began",
    "season": 3,
    "episode": 13,
    "episode_end": None,
    "year": 2013,
    "ids": {"tvdb": "7126711"},
    "watched_at": "2026-11-30T20:00:00Z",
    "came_at": "2026-11-30T20:00:01Z",
    "matched_by": "name_and_map",
    "anime_id": "38524",
    "anime_title": "Shingeki no Kyojin Season 3 Part 2",
    "imageUrl": "https://img.example.org/38524.jpg",
    "anime_episode": 1,
    "operation_id": "019ab0f2-6a3c-7c1e-9f55-0242ac120012",
    "token_id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11",
    "token_name": "Jellyfin at home",
    "candidates": [],
}
WAITING = SCROBBLE | {
    "state": "waiting",
    "reason": "ambiguous",
    "why": "It may be several titles.",
    "matched_by": None,
    "anime_id": None,
    "anime_title": None,
    "imageUrl": None,
    "anime_episode": None,
    "operation_id": None,
    "candidates": [CANDIDATE],
}
TAKEN = {"state": "done", "reason": None, "why": None, "scrobble": SCROBBLE}
IGNORED = {
    "state": "ignored",
    "reason": "other_account",
    "why": "Somebody else watched: their account is not taken.",
    "scrobble": None,
}
EPISODE = {
    "event": "watched",
    "series": "Attack on Titan",
    "season": 3,
    "episode": 13,
    "year": 2013,
    "ids": {"tvdb": "267440"},
    "at": "2026-11-30T20:00:00Z",
}
FILM = {
    "event": "stopped",
    "type": "film",
    "series": "Spirited Away",
    "year": 2001,
    "percent": 96,
}
BY_HAND = SCROBBLE | {"matched_by": "by_hand"}
RULE = {
    "id": "019ab0f2-6a3c-7c1e-9f55-0242ac120013",
    "type": "episode",
    "series": "Attack on Titan",
    "season": 3,
    "anime_id": "38524",
    "anime_title": "Shingeki no Kyojin Season 3 Part 2",
    "offset": -12,
    "created_at": "2026-11-30T20:05:00Z",
}
SOURCE = {
    "token_id": "019ab0c4-7a31-7c3e-9d0b-6f2f4f5f8a11",
    "accounts": ["alice"],
    "libraries": [],
    "least_percent": 80,
    "fills_gaps": True,
    "heard_at": "2026-11-30T20:00:01Z",
    "heard": "done",
    "why": None,
}
